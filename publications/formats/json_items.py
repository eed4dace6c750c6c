"""The items of a JSON text as they stream by, cut out without parsing the whole. Pure, bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from publications.formats.lines import Line, Lines

OUTSIDE = re.compile(r"[\"{}\[\],]")
INSIDE = re.compile(r"[\"\\]")


class Cutter:
    """Follows the nesting of a JSON text piece by piece; `base` is the nesting at which its items stand."""

    def __init__(self, base: int) -> None:
        self.base = self.depth = self.deepest = base
        self.is_text = False
        self.skips = False  # the next letter, which a backslash protects
        self.is_done = False

    def cut(self, text: str, position: int) -> tuple[int, int]:
        """Where the item that goes on at `position` ends, and where the next may begin; (-1, -1) if neither is here."""
        if self.skips and position < len(text):
            position, self.skips = position + 1, False
        while match := (INSIDE if self.is_text else OUTSIDE).search(text, position):
            sign, position = match.group(), match.end()
            if sign == '"':
                self.is_text = not self.is_text
            elif sign == "\\":
                self.skips = position >= len(text)
                position += 1
            elif sign in "{[":
                self.depth += 1
                self.deepest = max(self.deepest, self.depth)
            elif sign == ",":
                if self.depth == self.base:
                    return match.start(), position
            else:
                self.depth -= 1
                self.is_done = self.depth <= 0
                if self.depth <= self.base:
                    return position if self.depth == self.base else match.start(), position
        return -1, -1


def json_items(
    lines: Lines, first: Line, longest: int, nesting: int, is_foreign: Callable[[Line], bool]
) -> Iterator[tuple[int, str, str]]:
    """(line, text, problem) of each item of the array that begins in `first`, or of the one object there.

    What stands behind the array is given back to `lines`. An item that is too long, or that the file ends in, or
    another format (a line that `is_foreign` knows), is the last.
    """
    begin = len(first.text) - len(first.text.lstrip())
    is_array = first.text[begin] == "["
    cutter = Cutter(1 if is_array else 0)
    line, position, item = first, begin + is_array, _Item()
    while not cutter.is_done:
        end, following = cutter.cut(line.text, position)
        item.add(line, line.text[position:end] if end >= 0 else line.text[position:])
        if item.length > longest:
            yield item.line, "", f"This item is longer than {longest:,} letters: look for a missing bracket."
            return
        if end < 0:
            begun = next(lines, None)
            if begun and is_foreign(begun):
                lines.push(begun)
                begun = None
            if begun is None:
                yield item.line or line.number, item.text, "This JSON text ends before its last bracket."
                return
            line, position = begun, 0
            continue
        if item.text:
            deep = cutter.deepest - cutter.base > nesting
            yield item.line, item.text, f"Brackets are nested more than {nesting} deep." if deep else ""
        position, item, cutter.deepest = following, _Item(), cutter.base
    if line.text[position:].strip():
        lines.push(Line(line.number, line.text[position:], line.note, False))


class _Item:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.line = 0
        self.length = 0

    def add(self, line: Line, text: str) -> None:
        """Adds a piece of `line`; the item begins where its first letter stands."""
        if not self.parts:
            text = text.lstrip()
            self.line = line.number
        if text:
            self.parts.append(text)
            self.length += len(text)

    @property
    def text(self) -> str:
        return "".join(self.parts).rstrip()
