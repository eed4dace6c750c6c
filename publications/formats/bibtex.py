"""Records as BibTeX. What was read and not edited since is written word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publications.formats.addresses import is_web_address
from publications.formats.bibtex_fields import LINKS
from publications.formats.bibtex_names import annotation_field, author_field
from publications.formats.bibtex_record import Reading, read_fields
from publications.formats.bibtex_syntax import MONTHS
from publications.formats.latex import brace_depth, encode_latex, encode_title
from publications.formats.words import distinction_text, read_status
from publications.records import BIBTEX_TYPES, Record

VERBATIM = {"doi", "url", "eprint", "isbn", "pmid", "archiveprefix", *LINKS}  # read by machines: never escaped
READY = {"author", "author+an"}  # encoded already
FIELD_NAME = re.compile(r"[^a-z0-9_:.+-]")
BAD_IN_KEY = re.compile(r"[^A-Za-z0-9_:.+/-]")
DASHES = str.maketrans({"–": "-", "‐": "-", "‑": "-", " ": None})
# Where the record says nothing about these, what was read stands.
KEPT_WHEN_EMPTY = {"container_short", "topics", "status"}
LINK_FIELDS = {
    "publisher": ("url", "html"), "pdf": ("pdf",), "code": ("code",), "data": ("dataset",), "project": ("website",),
    "slides": ("slides",), "poster": ("poster",), "video": ("video",), "other": ("supp", "blog"),
}  # fmt: skip
IDENTIFIERS = {"doi": "doi", "arxiv": "eprint", "isbn": "isbn", "pmid": "pmid", "openreview": "openreview"}
STATES = {"accepted": "inpress", "submitted": "submitted"}


def bibtex_key_of(text: str) -> str:
    """`text` as a key that every BibTeX program takes; "" where nothing is left."""
    return BAD_IN_KEY.sub("", text)


def write_bibtex(record: Record) -> str:
    """One entry, ending in a line break."""
    said = reading_of(record)
    kind = record.source_type if said and said.record.kind == record.kind else BIBTEX_TYPES[record.kind]
    lines = [f"  {name} = {{{value}}}" for name, value in merged_fields(record, said).items()]
    return f"@{kind}{{{bibtex_key_of(record.key) or 'unnamed'},\n" + ",\n".join(lines) + "\n}\n"


def reading_of(record: Record) -> Reading | None:
    """What the entry said that the record was read from; `None` for a record that was not."""
    if not record.source or not FIELD_NAME.sub("", record.source_type):
        return None
    try:
        return read_fields(record.source_type, record.key, record.source)
    except ValueError:
        return None


def merged_fields(record: Record, said: Reading | None) -> dict[str, str]:
    """Fields in order: ours, each word for word as it was read where it still says the same; then the unknown ones.

    A field that says two things (an address that is the DOI as well) is kept only while both are true.
    """
    own = list(own_fields(record))
    kept, stated = kept_fields(record, said) if said else ({}, set())
    fields = {}
    for part, name, plain in own:
        if part in stated:
            fields |= {source: kept.pop(source) for source in said.places[part] if source in kept}
        elif name and plain.strip() and name not in fields | kept | record.extra:
            fields[name] = escape(name, plain)
    fields |= kept
    for name, value in record.extra.items():
        clean = FIELD_NAME.sub("", str(name).lower())
        clean = clean if clean == name else f"x-{clean}"  # what is left of it may be the name of another field
        if clean not in fields:
            fields[clean] = str(value) if is_safe(str(value)) else encode_latex(str(value))
    return fields


def kept_fields(record: Record, said: Reading) -> tuple[dict[str, str], set[object]]:
    """The fields of the source that are still true, and the parts of the record that they state in full."""
    false = {
        name
        for part, names in said.places.items()
        for name in names
        if not still_says(record, said.record, part) or not is_safe(record.source[name])
    }
    stated = {part for part, names in said.places.items() if names and not false & set(names)}
    return {name: record.source[name] for part in stated for name in said.places[part]}, stated


def still_says(record: Record, said: Record, part: object) -> bool:
    """Whether the record says of `part` (a key of `Reading.places`) what was read."""
    if isinstance(part, tuple):
        return part[1:] in (record.identifiers if part[0] == "id" else record.links)
    if part == "date":
        return (record.year, record.date) == (said.year, said.date)
    if part == "authors":
        return record.authors_complete == said.authors_complete and marks(record) == marks(said)
    ours, theirs = getattr(record, part), getattr(said, part)
    if part in KEPT_WHEN_EMPTY and not ours:
        return True
    return normal(part, ours) == normal(part, theirs)


def marks(record: Record) -> list[tuple[str, bool, bool]]:
    return [(author.name.natural, author.is_equal, author.is_corresponding) for author in record.authors]


def normal(part: str, value: object) -> object:
    if part == "pages":
        return str(value).replace("--", "-").translate(DASHES)
    return set(value) if isinstance(value, tuple) else value


def own_fields(record: Record) -> Iterator[tuple[object, str, str]]:
    """What the record says: the part of it, the name of the field, the text. An empty text is not written."""
    yield "title", "title", record.marked_title
    yield "short_title", "shorttitle", record.short_title
    yield "authors", "author", author_field(record.authors, record.authors_complete)
    yield "authors", "author+an", annotation_field(record.authors)
    yield "container", container_name(record), record.container
    yield "container_short", "abbr", record.container_short
    yield "date", "year", f"{record.year}" if record.year else record.date[:4]
    yield "date", "month", MONTHS[int(record.date[5:7]) - 1] if len(record.date) >= 7 else ""
    yield "date", "day", record.date[8:10].lstrip("0")
    yield "volume", "volume", record.volume
    yield "issue", "number", record.issue
    yield "article_number", "eid", record.article_number
    yield "pages", "pages", record.pages
    yield "publisher", "publisher", record.publisher
    yield "institution", "school" if record.kind == "thesis" else "institution", record.institution
    for scheme, value in record.identifiers:
        if scheme in IDENTIFIERS:
            yield ("id", scheme, value), IDENTIFIERS[scheme], identifier_text(scheme, value)
            yield ("id", scheme, value), "archiveprefix" if scheme == "arxiv" else "", "arXiv"
    yield from link_fields(record)
    yield "abstract", "abstract", record.abstract
    yield "topics", "keywords", ", ".join(record.topics)
    said = {read_status(record.note), read_status(record.extra.get("year", ""))}
    yield "status", "pubstate", "" if record.status in said else STATES.get(record.status, "")
    yield "is_selected", "selected", "true" if record.is_selected else ""
    yield "distinctions", "award", distinctions_text(record)
    yield "note", "note", note_field(record)


def identifier_text(scheme: str, value: str) -> str:
    return f"https://openreview.net/forum?id={value}" if scheme == "openreview" else value


def link_fields(record: Record) -> Iterator[tuple[object, str, str]]:
    """Every link that a field can hold; the address of the paper's page here only where it has no other."""
    free = {kind: list(names) for kind, names in LINK_FIELDS.items()}
    found = False
    for kind, address in record.links:
        name = free[kind].pop(0) if free.get(kind) else ""
        found = found or name == "url"
        yield ("link", kind, address), name, address
    if not found and is_web_address(record.address):
        yield "address", "url", record.address


def container_name(record: Record) -> str:
    names = ("booktitle", "journal", "journaltitle")
    usual = "journal" if record.kind in ("journal-article", "preprint") else "booktitle"
    return next((name for name in names if name in record.source and name not in record.extra), usual)


def distinctions_text(record: Record) -> str:
    return "; ".join(distinction_text(kind, label) for kind, label in record.distinctions)


def note_field(record: Record) -> str:
    if not record.retracted:
        return record.note
    marked = "Retracted" if record.retracted == "yes" else f"Retracted, {record.retracted}"
    return f"{marked}. {record.note}".strip()


def escape(name: str, plain: str) -> str:
    if name in READY:
        return plain
    if name == "title":
        return encode_title(plain)
    if name in VERBATIM:
        return plain if is_safe(plain) else encode_latex(plain)
    if name == "pages":
        return re.sub("-+", "--", plain.replace("–", "-")) if is_safe(plain) else encode_latex(plain)
    return encode_latex(plain)


def is_safe(value: str) -> bool:
    """Whether a value can stand between braces without ending the entry."""
    return brace_depth(value) <= 50 and not value.rstrip().endswith("\\")
