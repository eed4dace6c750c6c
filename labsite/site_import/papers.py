"""Publications that a template describes in fields of its own, as the import of publications reads them. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from labsite.lib.text import match_key
from labsite.site_import.account import excerpt
from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.records import Media, Place
from labsite.site_import.site import Site, document_kind
from publications.formats.addresses import find_identifiers, is_web_address
from publications.identifiers import normalize_identifier
from publications.reading import read_bounded, read_entries
from publications.records import DEFAULTS, Record, SourceEntry

IN_PROCESS = (
    200_000  # bytes of BibTeX that are read here; more is read in a process of its own, whose memory is bounded
)
SCHEMES = ("doi", "arxiv", "pmid", "isbn", "openreview")
KIND_WORDS = (
    ("workshop-paper", r"\bworkshop\b"), ("preprint", r"\barxiv\b|\bpreprint\b|rxiv\b"),
    ("conference-paper", r"\bconference\b|\bproceedings\b|\bproc\.|\bsymposium\b|\bmeeting\b"),
    ("thesis", r"\bthesis\b|\bdissertation\b"), ("chapter", r"\bchapter\b"), ("report", r"\breport\b"),
    ("journal-article", r"\bjournal\b|\btransactions\b|\bletters\b|\breviews?\b|\bmagazine\b|\bannals\b"),
)  # fmt: skip
KIND_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KIND_WORDS]


def read_bibliography(folder: SiteFolder, path: str) -> list[SourceEntry]:
    """Every entry of a BibTeX file, those that cannot be read among them. The file is taken."""
    folder.account.take(path)
    whole = folder.top / path
    if folder.is_too_large(path):
        return []
    if whole.stat().st_size > IN_PROCESS:
        return list(read_bounded(whole, "bib"))
    return list(read_entries(io.BytesIO(whole.read_bytes()), "bib"))


def kind_of_venue(*texts: str) -> str:
    """A kind of publication, by the words of its venue; "other" where none says so."""
    return next((kind for text in texts for kind, pattern in KIND_PATTERNS if pattern.search(text)), "other")


def identifiers_of(*texts: str) -> tuple[tuple[str, str], ...]:
    """The identifiers in addresses of a publication, each scheme once."""
    found: dict[str, str] = {}
    for scheme, value in (each for text in texts for each in find_identifiers(text)):
        found.setdefault(scheme, value)
    return tuple(found.items())


def read_identifiers(fields: Fields) -> list[tuple[str, str]]:
    """Identifiers of the fields named as their scheme, alone or as an address; what is none is reported."""
    found = []
    for scheme in SCHEMES:
        value = fields.peek(scheme)
        if not value:
            continue
        try:
            found.append((scheme, normalize_identifier(scheme, value)))
        except ValueError as error:
            fields.leave(f"{error}"[:200], scheme)
        else:
            fields.take(scheme)
    return found


def sort_link(site: Site, kind: str, address: str, *folders: str) -> tuple[str, str] | tuple[str, Media] | None:
    """A link as (kind, address), a file of the site as (kind, media); `None` where it is neither.

    `folders` are where a relative one is sought first, such as that of the page that names it.
    What is on the site's own host and no file of it is a link: other sites may stand there too.
    """
    text = address.strip()
    media = site.document(text, *folders)
    if media is not None:
        return document_kind(kind, media.path), media
    return (document_kind(kind, text), text) if is_web_address(text) else None


def merged(first: Record, second: Record) -> tuple[Record, tuple[str, ...]]:
    """What `first` says, with what only `second` says; and notes on what they say differently."""
    values, notes = {}, []
    for name, empty in DEFAULTS.items():
        one, other = getattr(first, name), getattr(second, name)
        if name in ("identifiers", "links", "topics", "distinctions"):
            values[name] = tuple(dict.fromkeys([*one, *other]))
        elif name == "extra":
            values[name] = {**other, **one}
        elif name == "authors_complete":
            values[name] = one if first.authors else other
        elif name in ("has_code", "is_selected"):
            values[name] = one or other
        elif name == "kind":
            values[name] = other if one == "other" else one
        else:
            is_said = one not in (empty, (), "")
            values[name] = one if is_said else other
            if is_said and other not in (empty, (), "") and name not in ("key", "source", "source_type"):
                notes += difference(name, one, other)
    return replace(first, **values), tuple(notes)


def difference(name: str, one: Any, other: Any) -> list[str]:
    """A note where two sources say something else; a date may be more exact, a name in another order."""
    if name == "authors":
        one, other = (", ".join(author.name.natural for author in names) for names in (one, other))
    if match_key(f"{one}") == match_key(f"{other}") or f"{other}".startswith(f"{one}"):
        return []
    return [f"Its page says of its {name}: “{excerpt(f'{other}')}”. Its BibTeX was taken: “{excerpt(f'{one}')}”."]


def with_problem(entries: Iterable[SourceEntry], folder: SiteFolder, path: str) -> list[SourceEntry]:
    """The entries that are records; those that cannot be read are problems of the site."""
    kept = []
    for entry in entries:
        if entry.problem:
            folder.account.refuse(
                Place(path, entry.line), f"{entry.label}: {entry.problem}" if entry.label else entry.problem
            )
        elif entry.record:
            kept.append(entry)
    return kept
