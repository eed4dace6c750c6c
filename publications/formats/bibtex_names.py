"""The author field of BibTeX and biblatex: names, marks behind them, and biblatex's annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from people.names import NameParts, split_name
from publications.formats.latex import brace_depth, decode_latex, encode_latex
from publications.records import RecordAuthor

MAX_AUTHORS = 5_000
AND = re.compile(r"[{}]|(?<=\s)and(?=\s)|\Aand(?=\s)|(?<=\s)and\Z", re.IGNORECASE)
PLAIN_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
OTHERS = {"others", "et al.", "et al", "…", "..."}
ET_AL = re.compile(r",?\s+et\s+al\.?\s*\Z", re.IGNORECASE)
# Signs behind a name, alone, in a formula or raised. What they mean a legend says, else custom.
SIGN = r"\\(?:ast|star|ddagger|dagger|S|P|Letter|Envelope)(?![A-Za-z])|[*∗⁎†‡§¶#✉]"
SIGNS = re.compile(
    rf"(?:\$\s*\^?\s*\{{?(?:\s*(?:{SIGN}|[\d,]))+\s*\}}?\s*\$|\\textsuperscript\s*\{{[^{{}}]*\}}"
    r"|\\(?:Letter|Envelope)(?![A-Za-z])(?:\{\})?|[*∗⁎†‡§¶✉]|\^(?=\s*\Z))+"
)
ONE_SIGN = re.compile(SIGN)
PLAIN_SIGNS = {
    "∗": "*", "⁎": "*", r"\ast": "*", r"\star": "*", r"\dagger": "†", r"\ddagger": "‡", r"\S": "§", r"\P": "¶",
    r"\Letter": "✉", r"\Envelope": "✉",
}  # fmt: skip
EQUAL_SIGN, CORRESPONDING_SIGN = "equal contribution", "corresponding author"
CUSTOM = {"*": EQUAL_SIGN, "†": CORRESPONDING_SIGN, "✉": CORRESPONDING_SIGN}
LEGEND = re.compile(rf"({SIGN})[\s}}$):]*([^*∗⁎†‡§¶#✉\\;.,$]{{1,120}})")
MEANS_EQUAL = re.compile(r"\bequal(?:ly)?\b(?!\W+(?:advis|supervis|senior|mentor|last))|\bco-?first\b", re.IGNORECASE)
MEANS_CORRESPONDING = re.compile(r"\bcorrespond", re.IGNORECASE)
DBLP_NUMBER = re.compile(r"\s+(0\d{3})(?=\Z|,)")
PART = re.compile(r"\s*(family|given|prefix|suffix)\s*=\s*(\{[^{}]*\}|\"[^\"]*\"|[^,]*)", re.IGNORECASE)
ANNOTATION = re.compile(r"\s*(\d{1,4})\s*=\s*(.*)", re.DOTALL)
EQUAL = {"equal", "equalcontrib", "equal contribution", "cofirst", "co-first", "first"}
CORRESPONDING = {"corresponding", "correspondence", "corresponding author", "corr"}


@dataclass(frozen=True)
class ReadName:
    """One name, the signs that stood behind it, and what else was left out of it."""

    name: NameParts
    signs: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class ReadAuthors:
    """An author field. `complete` is off where it ends in “and others”; `has_signs`: some stood behind names."""

    authors: tuple[RecordAuthor, ...]
    complete: bool = True
    notes: tuple[str, ...] = ()
    has_signs: bool = False


def read_legend(text: str) -> dict[str, str]:
    """What signs behind names mean, of a text such as “* Equal contribution. † Corresponding author”."""
    found = {}
    for sign, words in LEGEND.findall(text[:1_000]):
        if MEANS_EQUAL.search(words) or MEANS_CORRESPONDING.search(words):
            found[PLAIN_SIGNS.get(sign, sign)] = EQUAL_SIGN if MEANS_EQUAL.search(words) else CORRESPONDING_SIGN
    return found


def read_signs(text: str) -> tuple[str, ...]:
    """The signs in what stands behind a name, each in one form."""
    return tuple(dict.fromkeys(PLAIN_SIGNS.get(sign, sign) for sign in ONE_SIGN.findall(text)))


def marked(author: RecordAuthor, signs: Iterable[str], legend: Mapping[str, str]) -> RecordAuthor:
    """The author with what the signs behind their name say."""
    said = {{**CUSTOM, **legend}.get(sign) for sign in signs}
    return replace(author, is_equal=EQUAL_SIGN in said, is_corresponding=CORRESPONDING_SIGN in said)


def notes_on_signs(name: str, signs: Iterable[str], legend: Mapping[str, str]) -> list[str]:
    """What was understood of signs that no legend explains, but for the star, which all use alike."""
    notes = []
    for sign in signs:
        if sign in CUSTOM and sign not in legend and sign != "*":
            notes.append(f"The sign “{sign}” behind the name “{name}” was read as “{CUSTOM[sign]}”.")
        elif sign not in {**CUSTOM, **legend}:
            notes.append(f"The sign “{sign}” was left out behind the name “{name}”.")
    return notes


def read_authors(field: str, legend: Mapping[str, str] = MappingProxyType({})) -> ReadAuthors:
    """The authors of a field as written; `legend` says what signs mean. Raises `ValueError` for more than
    `MAX_AUTHORS`, before any name is read.
    """
    pieces, notes = split_at_and(field), []
    if len(pieces) > MAX_AUTHORS:
        raise ValueError(f"This entry has {len(pieces):,} authors: {MAX_AUTHORS:,} are the most that can be kept.")
    if len(pieces) == 1 and ";" in field and brace_depth(field) == 0:
        pieces = field.split(";")
        notes.append("The authors are separated by semicolons; BibTeX's own separator is “and”.")
    authors, complete, empty, has_signs = [], True, 0, False
    for piece in pieces:
        text = piece.strip()
        if text.lower() in OTHERS:
            complete = False
            continue
        if text[-4:].lower() in (" al.", "t al") and ET_AL.search(text):
            text, complete = ET_AL.sub("", text), False
        read = read_name(text)
        if not read.name.natural:
            empty += 1
            continue
        authors.append(marked(RecordAuthor(read.name), read.signs, legend))
        has_signs = has_signs or bool(read.signs)
        notes += notes_on_signs(read.name.inverted, read.signs, legend)
        if read.note:
            notes.append(read.note)
    if empty and field.strip():
        notes.append(f"{empty} of the authors {'has' if empty == 1 else 'have'} no name and were left out.")
    if len(authors) == 1 and authors[0].name.given.count(" ") > 3 and field.count(",") > 1:
        notes.append("The author field has commas but no “and”: it was read as one name.")
    return ReadAuthors(tuple(authors), complete, tuple(notes), has_signs)


def split_at_and(field: str) -> list[str]:
    """The field cut at every “and” that stands between blanks and outside braces. One pass."""
    if "{" not in field and "}" not in field:
        return PLAIN_AND.split(f" {field} ")
    parts, depth, begin = [], 0, 0
    for match in AND.finditer(field):
        sign = match.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif depth <= 0:
            parts.append(field[begin : match.start()])
            begin = match.end()
    return [*parts, field[begin:]]


@lru_cache(maxsize=20_000)
def read_name(text: str) -> ReadName:
    """One name as BibTeX writes it. Braces around it say that it is one piece, a corporation for instance."""
    if len(text) > 1_000:
        return ReadName(NameParts(literal=" ".join(decode_latex(text).split())))
    found = "".join(match.group() for match in SIGNS.finditer(text))
    cleaned = re.sub(r"\s+,", ",", SIGNS.sub("", text) if found else text).strip()
    signs = read_signs(found)
    note = f"A sign was left out behind the name “{decode_latex(cleaned)}”." if found and not signs else ""
    number = DBLP_NUMBER.search(cleaned)
    if number:
        cleaned = cleaned[: number.start()] + cleaned[number.end() :]
        note = f"DBLP counts several people of this name: {decode_latex(cleaned)} {number.group(1)}."
    return ReadName(_parts(cleaned), signs, note)


def _parts(text: str) -> NameParts:
    if is_one_group(text):
        return NameParts(literal=decode_latex(text[1:-1]))
    if "=" in text and PART.match(text):
        found = {match.group(1).lower(): decode_latex(match.group(2).strip('{}" ')) for match in PART.finditer(text)}
        family = " ".join(part for part in (found.get("prefix", ""), found.get("family", "")) if part)
        if family and found.get("given"):
            return NameParts(family=family, given=found["given"], suffix=found.get("suffix", ""))
        return NameParts(literal=family or found.get("given", ""))
    given, family = braced_family(text)
    if given:
        return NameParts(family=decode_latex(family), given=decode_latex(given))
    plain = decode_latex(text).strip(" ,")
    return split_name(plain) if plain else NameParts()


def braced_family(text: str) -> tuple[str, str]:
    """The given names and the family name of “Gabriel {García Márquez}”, whose braces hold one name of several words;
    ("", "") for other names.
    """
    begin = next((match.start() for match in re.finditer(r"(?<=\s)\{", text) if is_one_group(text[match.start() :])), 0)
    inside = text[begin + 1 : -1]
    if not begin or " " not in inside.strip() or "," in text[:begin]:
        return "", ""
    return text[:begin].strip(), inside.strip()


def is_one_group(text: str) -> bool:
    """Whether one pair of braces holds all of `text`, and is no accent in TeX."""
    if not (text.startswith("{") and text.endswith("}")) or text.startswith("{\\"):
        return False
    depth = 0
    for match in re.finditer("[{}]", text):
        depth += 1 if match.group() == "{" else -1
        if depth <= 0 and match.end() < len(text):
            return False
    return depth == 0


def annotate(authors: tuple[RecordAuthor, ...], annotation: str) -> tuple[tuple[RecordAuthor, ...], bool]:
    """The authors with what biblatex's `author+an` says of them, and whether all of it had a place."""
    found, placed = list(authors), True
    for item in filter(str.strip, annotation.split(";")):
        match = ANNOTATION.fullmatch(item)
        words = {word.strip(' "').lower() for word in match.group(2).split(",")} if match else set()
        number = int(match.group(1)) if match else 0
        if not 1 <= number <= len(found) or not words <= EQUAL | CORRESPONDING:
            placed = False
        if 1 <= number <= len(found):
            author = found[number - 1]
            found[number - 1] = replace(
                author,
                is_equal=author.is_equal or bool(words & EQUAL),
                is_corresponding=author.is_corresponding or bool(words & CORRESPONDING),
            )
    return tuple(found), placed


def author_field(authors: tuple[RecordAuthor, ...], complete: bool) -> str:
    """The authors as a BibTeX value: braces around a name say that it is one piece."""
    names = [
        f"{{{encode_latex(author.name.literal)}}}" if author.name.literal else encode_latex(author.name.inverted)
        for author in authors
    ]
    return " and ".join([*names, *([] if complete or not names else ["others"])])


def annotation_field(authors: tuple[RecordAuthor, ...]) -> str:
    """What `author+an` says of the authors: “1=equal;2=equal,corresponding”."""
    items = []
    for number, author in enumerate(authors, start=1):
        words = ["equal"] * author.is_equal + ["corresponding"] * author.is_corresponding
        if words:
            items.append(f"{number}={','.join(words)}")
    return ";".join(items)
