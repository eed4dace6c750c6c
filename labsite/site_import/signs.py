"""Signs behind the names of authors, such as “Ada Quint*”: parted from the name and read as what they mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labsite.lib.text import clean_text
from people.names import split_name
from publications.formats.bibtex_names import marked, notes_on_signs, read_legend, read_signs
from publications.records import RecordAuthor

BOLD, ITALIC = re.compile(r"\*\*|__"), re.compile(r"(?<![\w.)])([*_])(?=\w)([^*_]{1,80})\1(?!\w)")
# Plain text, not TeX: there “#” is a sign like any other. A sign may be raised, in brackets, or escaped for Markdown.
BEHIND = re.compile(r"\s*(?:\^|\\)?[(\[]?\\?[*∗⁎†‡§¶#✉](?:[\s,\\]*[*∗⁎†‡§¶#✉])*[)\]]?")


@dataclass(frozen=True)
class SignedName:
    """A printed name without the signs behind it, and these."""

    name: str
    signs: tuple[str, ...] = ()


def without_emphasis(text: str) -> str:
    """Without the stars by which Markdown sets a name in bold or italics."""
    return ITALIC.sub(r"\2", BOLD.sub("", text))


def part_signs(text: str) -> SignedName:
    """“Quint*, Ada” is “Quint, Ada” with a star; a text of signs alone is no name and stays as it is."""
    plain = without_emphasis(text)
    found = "".join(match.group() for match in BEHIND.finditer(plain))
    name = clean_text(BEHIND.sub("", plain)).strip(" ,")
    return SignedName(name, read_signs(found)) if name else SignedName(text)


def legend_of(*texts: str) -> dict[str, str]:
    """What the signs mean by the first of `texts` that says it; “*now*” in italics says nothing of a star."""
    found: dict[str, str] = {}
    for text in texts:
        found = {**read_legend(without_emphasis(text)), **found}
    return found


def signed_authors(
    names: Iterable[str], legend: Mapping[str, str] = MappingProxyType({})
) -> tuple[tuple[RecordAuthor, ...], tuple[str, ...]]:
    """Printed names as authors with what their signs say, and notes on signs that no legend explains."""
    authors, notes = [], []
    for text in names:
        signed = part_signs(text)
        author = marked(RecordAuthor(split_name(signed.name)), signed.signs, legend)
        authors.append(author)
        notes += notes_on_signs(author.name.inverted, signed.signs, legend)
    return tuple(authors), tuple(notes)
