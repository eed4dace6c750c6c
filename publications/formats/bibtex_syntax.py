"""One block of a BibTeX file taken apart into fields, leniently. Pure: text in, text out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MAX_FIELDS = 500  # of one entry
MAX_VALUE = 1_000_000  # letters of one entry when its macros are put in
MAX_STRING = 20_000  # letters of one @string when its macros are put in
MAX_STRINGS_TOTAL = 4_000_000  # letters of all of them

OPENING = re.compile(r"@\s*([A-Za-z][\w-]*)\s*[{(]", re.ASCII)
NAME = re.compile(r"([^\s\"#%'(),={}]+)\s*=\s*")
BLANK = re.compile(r"\s*")
BARE = re.compile(r"[^\s,#{}\"=]+")
WORD = re.compile(r"[A-Za-z_][^\s]*\Z")
BRACE = re.compile(r"[{}]")
QUOTE = re.compile(r"[{}\"]")
KEY_END = re.compile(r"[,={}\"]")
TO_COMMA = re.compile(r"[{},]")


@dataclass
class RawEntry:
    """An entry as written: `fields` by lower-case name, macros put in, outer braces or quotation marks taken off."""

    type: str
    key: str
    fields: dict[str, str]
    notes: list[str] = field(default_factory=list)


class Strings:
    """The macros of a file: what `@string` defines, and the months, which stand for themselves."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.total = 0

    def define(self, name: str, value: str) -> None:
        """Raises `ValueError` where the value, or all of them, would be too long."""
        if len(value) > MAX_STRING:
            raise ValueError(f"The @string “{name}” grows to more than {MAX_STRING:,} letters: shorten it.")
        self.total += len(value) + len(name) - len(self.values.get(name.lower(), ""))
        if self.total > MAX_STRINGS_TOTAL:
            raise ValueError(f"All @string values together exceed {MAX_STRINGS_TOTAL:,} letters: shorten them.")
        self.values[name.lower()] = value

    def find(self, name: str) -> str | None:
        """The text of a macro; `None` where it is not defined."""
        value = self.values.get(name.lower())
        return name if value is None and name.lower() in MONTHS else value


def block_type(text: str) -> str:
    """“article” of “@Article{…”."""
    match = OPENING.match(text)
    return match.group(1).lower() if match else ""


def parse_string(text: str, strings: Strings) -> list[str]:
    """Defines what an `@string` block says; returns notes. Raises `ValueError` in words where it says nothing."""
    notes: list[str] = []
    fields = _fields(text, _begin(text), strings, notes, longest=MAX_STRING + 1)
    if not fields:
        raise ValueError("This @string defines nothing: write @string{name = {text}}.")
    for name, value in fields.items():
        strings.define(name, value)
    return notes


def parse_entry(text: str, strings: Strings) -> RawEntry:
    """The entry of a block whose braces are balanced, from “@” to its closing brace. Linear in its length.

    Takes what BibTeX would refuse where the meaning is plain, and says so in the notes: a missing comma, a missing
    key, a value without braces, a field that stands twice (the first counts). Raises `ValueError` in words otherwise.
    """
    notes: list[str] = []
    begin = _begin(text)
    key, begin = _key(text, begin, notes)
    return RawEntry(block_type(text), key, _fields(text, begin, strings, notes), notes)


def _begin(text: str) -> int:
    match = OPENING.match(text)
    if not match:
        raise ValueError("This is no entry: it begins with @, a word and a brace.")
    return match.end()


def _key(text: str, begin: int, notes: list[str]) -> tuple[str, int]:
    end = len(text) - 1
    match = KEY_END.search(text, begin, end)
    if not match or match.group() == ",":
        stop = match.start() if match else end
        key = " ".join(text[begin:stop].split())
        begin = min(stop + 1, end)
    elif match.group() == "=":
        *words, name = text[begin : match.start()].split() or [""]
        key = " ".join(words)
        begin = text.rindex(name, begin, match.start()) if name else match.start()
        if key:
            notes.append(f"A comma is missing after the key “{key}”.")
    else:
        raise ValueError("This entry does not begin with a key and a comma, such as @article{smith2024, …}.")
    if not key:
        notes.append("The entry has no key: it is cited by the end of its address.")
    return key[:200], begin


def _fields(text: str, position: int, strings: Strings, notes: list[str], longest: int = MAX_VALUE) -> dict[str, str]:
    found: dict[str, str] = {}
    end, room = len(text) - 1, longest
    while True:
        position = _skip(text, position, end, notes)
        if position >= end:
            return found
        match = NAME.match(text, position, end)
        if not match:
            stop = _next_comma(text, position, end)
            notes.append(f"“{_excerpt(text[position:stop])}” is no field (name = {{value}}) and was left out.")
            position = stop
            continue
        name = match.group(1).lower()
        value, position = _value(text, match.end(), end, strings, notes, room)
        room -= len(value)
        if name not in found:
            found[name] = value
        elif found[name] != value:
            notes.append(f"The field {name} stands twice: “{_excerpt(value)}” was left out.")
        if len(found) > MAX_FIELDS:
            raise ValueError(f"This entry has more than {MAX_FIELDS} fields.")
        position = BLANK.match(text, position, end).end()
        if position < end and text[position] != "," and NAME.match(text, position, end):
            notes.append(f"A comma is missing after the field {name}.")


def _skip(text: str, position: int, end: int, notes: list[str]) -> int:
    """Past blanks, commas and lines that begin with a percent sign."""
    while True:
        position = BLANK.match(text, position, end).end()
        if position >= end:
            return end
        if text[position] == "%":
            stop = text.find("\n", position, end)
            stop = end if stop < 0 else stop
            notes.append(f"“{_excerpt(text[position:stop])}” is a comment and was left out.")
            position = stop
        elif text[position] == ",":
            position += 1
        else:
            return position


def _value(text: str, position: int, end: int, strings: Strings, notes: list[str], longest: int) -> tuple[str, int]:
    """The value that begins at `position`, its parts joined at “#”, and where it ends."""
    parts: list[str] = []
    length = 0
    while True:
        part, position = _part(text, position, end, strings, notes)
        length += len(part)
        if length > longest:
            raise ValueError(f"With its @string macros put in, this grows to more than {longest - 1:,} letters.")
        parts.append(part)
        position = BLANK.match(text, position, end).end()
        if position >= end or text[position] != "#":
            return "".join(parts).strip(), position
        position = BLANK.match(text, position + 1, end).end()


def _part(text: str, position: int, end: int, strings: Strings, notes: list[str]) -> tuple[str, int]:
    if position >= end:
        return "", end
    if text[position] == "{":
        stop = _closing(text, position + 1, end)
        return text[position + 1 : stop], min(stop + 1, end)
    if text[position] == '"':
        stop = _closing_quote(text, position + 1, end)
        return text[position + 1 : stop], min(stop + 1, end)
    match = BARE.match(text, position, end)
    if not match:
        return "", position
    word = match.group()
    if word.isdigit():
        return word, match.end()
    known = strings.find(word)
    if known is not None:
        return known, match.end()
    if WORD.match(word) and not _words_follow(text, match.end(), end):
        notes.append(f"The macro “{_excerpt(word)}” is not defined by any @string before: its name was kept.")
        return word, match.end()
    stop = _next_comma(text, position, end)
    line = text.find("\n", position, stop)
    stop = line if line >= 0 else stop
    notes.append(f"“{_excerpt(text[position:stop])}” has no braces around it.")
    return text[position:stop].strip(), stop


def _words_follow(text: str, position: int, end: int) -> bool:
    """Whether more words stand on the line, which are no new field."""
    position = BLANK.match(text, position, end).end()
    return position < end and text[position] not in ",#" and not NAME.match(text, position, end)


def _closing(text: str, position: int, end: int) -> int:
    stop = text.find("}", position, end)
    if stop >= 0 and text.find("{", position, stop) < 0:
        return stop
    depth = 1
    for match in BRACE.finditer(text, position, end):
        depth += 1 if match.group() == "{" else -1
        if not depth:
            return match.start()
    return end


def _closing_quote(text: str, position: int, end: int) -> int:
    """The quotation mark outside braces that ends a value; \\"a is an umlaut somebody forgot to put in braces."""
    depth = 0
    for match in QUOTE.finditer(text, position, end):
        sign, at = match.group(), match.start()
        if sign == '"' and depth <= 0:
            umlaut = text[at - 1] == "\\" and text[at + 1 : at + 2] not in (",", "\n", "}", ")", " ", "")
            if not umlaut:
                return at
        elif sign != '"':
            depth += 1 if sign == "{" else -1
    return end


def _next_comma(text: str, position: int, end: int) -> int:
    """The next comma outside braces, or `end`."""
    depth = 0
    for match in TO_COMMA.finditer(text, position, end):
        if match.group() == ",":
            if depth <= 0:
                return match.start()
        else:
            depth += 1 if match.group() == "{" else -1
    return end


def _excerpt(text: str) -> str:
    folded = " ".join(text[:200].split())
    return folded if len(folded) <= 40 else f"{folded[:40]}…"
