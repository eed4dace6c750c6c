"""A reference printed as one text taken apart: authors, volume, issue and pages, each only where it is sure. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labsite.lib.text import match_key
from labsite.site_import.signs import without_emphasis
from people.names import PARTICLES, NameParts, split_name
from publications.formats.bibtex_names import marked, notes_on_signs, read_legend, read_signs
from publications.records import RecordAuthor

QUOTES = "\"'“”‘’«»`"
YEAR = re.compile(r"\(?\b(?:19|20)\d{2}[a-z]?\b\)?")
ET_AL = re.compile(r",?\s*(?:and\s+|&\s*)?\bet\.?\s*al\b\.?|,?\s*(?:and|&)\s+others\b", re.IGNORECASE)
AND = re.compile(r",?\s*(?:\band\b|&)\s*", re.IGNORECASE)
INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]*){1,4}\Z")
ENDS_IN_INITIAL = re.compile(r"(?<![^\W\d_])[^\W\d_]\.\Z")
MARKS = re.compile(r"[*†‡§¶#∗✉]+")
NUMBERS = re.compile(
    r"[\s.,;:]*(?:vol(?:ume)?\.?\s*)?(?P<volume>\d{1,4})(?:\s*\(\s*(?P<issue>\d{1,4}(?:[-–]\d{1,4})?)\s*\))?"
    r"(?:\s*[,:;]\s*(?:pp?\.?\s*)?(?P<pages>[A-Za-z]?\d{1,6}(?:\s*[-–]+\s*[A-Za-z]?\d{1,6})?))?[\s.,;]*\Z"
)
PAGES_ALONE = re.compile(r"[\s.,;:]*pp?\.?\s*(?P<pages>\d{1,6}\s*[-–]+\s*\d{1,6})[\s.,;]*\Z")
MOST_AUTHORS = 400
UNSURE = "Its authors stand in a reference of free text that could not be taken apart for sure: add them."


@dataclass(frozen=True)
class Citation:
    """What a printed reference says for sure. `is_complete` is false where authors may be missing."""

    authors: tuple[RecordAuthor, ...] = ()
    is_complete: bool = False
    volume: str = ""
    issue: str = ""
    pages: str = ""
    notes: tuple[str, ...] = ()


def read_citation(text: str, title: str, venue: str) -> Citation:
    """A reference such as “Quint, A., & Moss, B. (2020). "A title." Journal. 3(2), 10-20.”.

    `title` and `venue` are known from elsewhere: what stands before the title are authors and the year, what stands
    behind the venue are numbers.
    """
    head = before_title(text, title)
    authors, is_complete = read_authors(head) if head else ((), False)
    authors, notes = with_signs(authors, head, read_legend(text)) if authors else ((), (UNSURE,))
    tail = behind(text, venue)
    numbers = NUMBERS.match(tail) or PAGES_ALONE.match(tail)
    parts = {name: value or "" for name, value in numbers.groupdict().items()} if numbers else {}
    return Citation(authors, is_complete, notes=notes, **parts)


def with_signs(
    authors: tuple[RecordAuthor, ...], printed: str, legend: dict[str, str]
) -> tuple[tuple[RecordAuthor, ...], tuple[str, ...]]:
    """The authors with what the signs behind their names in `printed` say, and notes on what no legend explains."""
    plain, at, begins = without_emphasis(printed), 0, []
    for author in authors:
        at = max(plain.find(author.name.family or author.name.literal, at), at)
        begins.append(at)
    found, notes = [], []
    for author, begin, end in zip(authors, begins, [*begins[1:], len(plain)], strict=True):
        signs = read_signs(plain[begin:end])
        found.append(marked(author, signs, legend))
        notes += notes_on_signs(author.name.inverted, signs, legend)
    return tuple(found), tuple(notes)


def before_title(text: str, title: str) -> str:
    """What stands before the title, without the year; "" where neither title nor year is found."""
    at = position_of(text, title)
    year = YEAR.search(text)
    if at < 0 and year is None:
        return ""
    end = min(position for position in (at, year.start() if year else -1) if position >= 0)
    head = text[:end].strip().strip(QUOTES + " ([").rstrip(" ,:;-–" + QUOTES)
    return trimmed(head)


def trimmed(text: str) -> str:
    """`text` without what ends a sentence; the point behind an initial stays."""
    return text if ENDS_IN_INITIAL.search(text) else text.rstrip(" .,:;")


def position_of(text: str, title: str) -> int:
    """Where `title` begins in `text`, whatever its case; -1 where it does not stand in it."""
    words = title.strip().rstrip(".").lower()
    return text.lower().find(words) if len(words) > 3 else -1


def behind(text: str, venue: str) -> str:
    """What stands behind the last mention of the venue; "" where it is not mentioned."""
    words = venue.strip().lower()
    at = text.lower().rfind(words) if len(words) > 2 else -1
    return text[at + len(words) :] if at >= 0 else ""


def read_authors(text: str) -> tuple[tuple[RecordAuthor, ...], bool]:
    """The authors of a printed list and whether it is complete; none where the list can be read in two ways."""
    plain = ET_AL.sub("", text)
    is_complete = plain == text
    plain = trimmed(MARKS.sub("", plain).strip(" ,;&"))
    if ";" in plain:
        names = [split_name(part) for part in re.split(r"\s*;\s*(?:(?:and|&)\s+)?", plain) if part.strip()]
    else:
        names = names_between_commas(plain)
    if not names or len(names) > MOST_AUTHORS or not all(map(is_name, names)):
        return (), False
    return tuple(RecordAuthor(name) for name in names), is_complete


def names_between_commas(text: str) -> list[NameParts]:
    """“Quint, A., Moss, B., & Lin, C.” or “Ada Quint, Ben Moss and Chen Lin”; [] where it is neither for sure."""
    parts = [part.strip() for piece in AND.split(text) for part in piece.split(",") if part.strip()]
    if not parts:
        return []
    if len(parts) % 2 == 0 and all(INITIALS.match(part) for part in parts[1::2]):
        return [split_name(f"{family}, {given}") for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if all(len(part.split()) >= 2 and not INITIALS.match(part) for part in parts):
        return [turned(part) for part in parts]
    if len(parts) == 2 and not AND.search(text) and len(parts[1].split()) == 1:
        return [split_name(f"{parts[0]}, {parts[1]}")]
    return []


def turned(name: str) -> NameParts:
    """“Quint AB”, as PubMed prints names, is Quint with two initials; any other name is in its natural order."""
    match = re.fullmatch(r"(.+?)\s+([A-Z]{1,3})\.?", name)
    if match and match.group(1).istitle():
        return NameParts(family=match.group(1), given=" ".join(f"{letter}." for letter in match.group(2)))
    return split_name(name)


def is_name(name: NameParts) -> bool:
    """Whether it can be a person's: short, with letters, no sentence."""
    words = name.natural
    if words.startswith("The ") or any(word[0].islower() and word not in PARTICLES for word in words.split()):
        return False
    return 2 <= len(words) <= 80 and any(map(str.isalpha, words)) and len(words.split()) <= 7 and bool(match_key(words))
