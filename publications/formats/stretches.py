"""What a file of any mixture holds, stretch by stretch: BibTeX, RIS, CSL-JSON or other lines. Pure, bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from publications.formats.bibtex_syntax import OPENING
from publications.formats.json_items import json_items
from publications.formats.lines import Line, Lines

MAX_ENTRY = 1_000_000  # letters of one entry
MAX_NESTING = 100  # braces within braces
ENTRY = re.compile(rf"(?<![\w.]){OPENING.pattern}", re.ASCII)
BEGINS_ENTRY = re.compile(rf"[ \t]*{OPENING.pattern}", re.ASCII)
HALF_AN_ENTRY = re.compile(r"\s*@\s*[A-Za-z][\w-]*\s*\Z", re.ASCII)  # the brace stands in the next line
COMMENT = re.compile(r"@\s*comment\s*[{(]", re.IGNORECASE)
RIS_BEGIN = re.compile(r"\s{0,3}TY\s{1,2}-(?:\s|\Z)")
RIS_END = re.compile(r"\s{0,3}ER\s{1,2}-(?:\s|\Z)")
JSON_BEGIN = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]]|[\[{]\s*\Z)")
BRACES = re.compile("[{}]")
PARENTHESES = re.compile('[{}")]')
LEFT_OVER = re.compile(r"[\s,]{0,20}[A-Za-z][\w-]{0,40}\s{0,20}=\s{0,20}[\w{\"]")  # fields behind a brace too many
MAX_NOTES = 3


@dataclass(frozen=True)
class Stretch:
    """A piece of a file in one format: one entry, or one line. `problem` says why it could not be taken whole."""

    form: str  # bib, ris, json, text
    line: int
    text: str
    notes: tuple[str, ...] = ()
    problem: str = ""


class Splitter:
    """Cuts lines into stretches. `form` names the only format to look for; "" looks for all."""

    def __init__(self, lines: Lines, form: str = "") -> None:
        self.lines = lines
        self.form = form
        self.comments_are_words = False

    def __iter__(self) -> Iterator[Stretch]:
        json_line = 0  # where a JSON text ended: another may begin behind it
        for line in self.lines:
            if self.comments_are_words and "@" in line.text:
                line = line._replace(text=COMMENT.sub(" ", line.text))
            if not line.text.strip():
                continue
            if self.takes("bib") and "@" in line.text and (found := self.entry_in(line)):
                yield from found
            elif self.takes("ris") and line.begins and RIS_BEGIN.match(line.text):
                yield self.ris(line)
            elif self.takes("json") and (line.begins or line.number == json_line) and JSON_BEGIN.match(line.text):
                for number, text, problem in json_items(self.lines, line, MAX_ENTRY, MAX_NESTING, begins_other):
                    yield Stretch("json", number, text, notes_of([line]), problem)
                json_line = self.lines.pushed[-1].number if self.lines.pushed else 0
            else:
                yield Stretch("text", line.number, line.text, notes_of([line]))

    def takes(self, form: str) -> bool:
        return self.form in ("", form)

    # BibTeX

    def entry_in(self, line: Line) -> list[Stretch]:
        """What the line holds up to the end of its first entry; the rest is given back. Nothing without an entry."""
        text = line.text
        match = ENTRY.search(text)
        if not match and line.begins and HALF_AN_ENTRY.match(text):
            following = next(self.lines, None)
            if following is None:
                return []
            if following.text.lstrip().startswith(("{", "(")):
                text = f"{text.rstrip()}{following.text.lstrip()}"
                match = ENTRY.search(text)
            else:
                self.lines.push(following)
        if not match:
            return []
        before = text[: match.start()]
        found = [Stretch("text", line.number, before, notes_of([line]))] if before.strip() else []
        return found + self.block(Line(line.number, text, line.note, line.begins), match)

    def block(self, first: Line, match: re.Match[str]) -> list[Stretch]:
        is_comment = match.group(1).lower() == "comment"
        scanner = Scanner("{" if match.group().endswith("{") else "(")
        taken = [Line(first.number, first.text[match.start() :], first.note, False)]
        end, problem = scanner.end(taken[0].text, match.end() - match.start()), ""
        length = len(taken[0].text)
        while end < 0:
            line = next(self.lines, None)
            if line is None:
                problem = "It has no closing brace: it runs on to the end of the file."
            elif line.begins and not is_comment and BEGINS_ENTRY.match(line.text):
                self.lines.push(line)
                problem = f"It has no closing brace before the entry in line {line.number}."
            elif length > MAX_ENTRY and is_comment:
                self.lines.push(line)
                problem = "It has no closing brace."
            if problem:
                break
            length += len(line.text)
            if length <= MAX_ENTRY or is_comment:
                taken.append(line)
            end = scanner.end(line.text, 0)
        if is_comment and end < 0:
            return self.open_comment(taken, match)
        left_over: tuple[str, ...] = ()
        if end >= 0:
            line = taken[-1] if length <= MAX_ENTRY else line
            self.give_back(line, end)
            if LEFT_OVER.match(line.text, end):
                left_over = (f"It closes before “{line.text[end:].strip(' ,')[:40]}”: what follows was not read.",)
            taken[-1] = Line(line.number, line.text[:end], line.note, line.begins)
        problem = problem or scanner.problem(length)
        text = "".join(line.text for line in taken)
        return [Stretch("bib", first.number, text, notes_of(taken) + left_over, problem)]

    def give_back(self, line: Line, end: int) -> None:
        if line.text[end:].strip():
            self.lines.push(Line(line.number, line.text[end:], line.note, False))

    def open_comment(self, taken: list[Line], match: re.Match[str]) -> list[Stretch]:
        """A comment without an end is a word that is passed over, as BibTeX itself does; so are those after it."""
        self.comments_are_words = True
        first = taken[0]
        for line in reversed(taken[1:]):
            self.lines.push(line)
        self.give_back(first, match.end() - match.start())
        problem = "This comment has no closing brace: what follows was read as if it were no comment."
        return [Stretch("bib", first.number, match.group(), notes_of(taken[:1]), problem)]

    # RIS

    def ris(self, first: Line) -> Stretch:
        taken, length, problem = [first], len(first.text), ""
        for line in self.lines:
            if begins_other(line):
                self.lines.push(line)
                break
            length += len(line.text)
            if length <= MAX_ENTRY:
                taken.append(line)
            if line.begins and RIS_END.match(line.text):
                break
        if length > MAX_ENTRY:
            problem = f"This entry is longer than {MAX_ENTRY:,} letters: look for a missing line “ER  - ”."
        return Stretch("ris", first.number, "".join(line.text for line in taken), notes_of(taken), problem)


class Scanner:
    """Finds where an entry ends: BibTeX counts braces wherever they stand, and parentheses outside of them."""

    def __init__(self, opener: str) -> None:
        self.signs = BRACES if opener == "{" else PARENTHESES
        self.depth = 1 if opener == "{" else 0
        self.deepest = 0
        self.is_quoted = False

    def end(self, text: str, position: int) -> int:
        """Where the entry ends in the next piece of its text; -1 if it goes on."""
        in_braces = self.signs is BRACES
        if in_braces and text.count("{") == text.count("}") == 1 and position <= text.find("{") < text.find("}"):
            self.deepest = max(self.deepest, self.depth + 1)
            return -1
        for match in self.signs.finditer(text, position):
            sign = match.group()
            if sign == "{":
                self.depth += 1
                self.deepest = max(self.deepest, self.depth)
            elif sign == "}":
                self.depth -= 1
                if in_braces and not self.depth:
                    return match.end()
            elif sign == '"' and self.depth <= 0:
                self.is_quoted = not self.is_quoted
            elif sign == ")" and self.depth <= 0 and not self.is_quoted:
                return match.end()
        return -1

    def problem(self, length: int) -> str:
        if length > MAX_ENTRY:
            return f"This entry is longer than {MAX_ENTRY:,} letters: look for a missing closing brace."
        if self.deepest > MAX_NESTING:
            return f"Braces are nested {self.deepest:,} deep: {MAX_NESTING} are the most that are read."
        return ""


def begins_other(line: Line) -> bool:
    """Whether a BibTeX or RIS entry begins in the line, whatever was going on before."""
    return line.begins and bool(RIS_BEGIN.match(line.text) or BEGINS_ENTRY.match(line.text))


def notes_of(lines: list[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.note for line in lines if line.note))[:MAX_NOTES]
