"""A curriculum vitae as plain data, which the page and the PDF file are both made of. Pure: no database, no request.

Texts are data and never markup; every address is a whole one, so that it leads somewhere from paper too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

LONGEST_ADDRESS = 2_000  # letters: a longer one is no address that anybody follows
FOLLOWED_SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look. `is_name`: a name of a person, whose direction is its own."""

    text: str
    link: str = ""
    is_strong: bool = False
    is_emphasis: bool = False
    is_soft: bool = False
    is_name: bool = False
    is_email: bool = False
    language: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one line), or the items of a list."""

    kind: str  # "paragraph", "bullets" or "numbers"
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact with what belongs to it. `label` hangs beside it: when it was, a paper's tag, or what it is about.

    `key` says which record a paper (its slug) or services (their kind) were made of; it is printed nowhere.
    """

    title: Line = ()
    label: str = ""
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of a section that look alike: "dated", "papers", "facts" (label and text) or "prose".

    `total` is how many there are in the record, for a heading that counts them.
    """

    layout: str
    entries: tuple[Entry, ...]
    title: str = ""
    total: int = 0

    @property
    def heading(self) -> str:
        """“Co-authored (31)”; “Co-authored (5 of 31)” where some are left out."""
        shown = len(self.entries)
        if not self.title or not self.total:
            return self.title
        values = {"title": self.title, "shown": shown, "total": self.total}
        return (_("%(title)s (%(total)s)") if shown == self.total else _("%(title)s (%(shown)s of %(total)s)")) % values


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    heading: str
    parts: tuple[Part, ...]
    note: Line = ()

    @property
    def entries(self) -> list[Entry]:
        return [entry for part in self.parts for entry in part.entries]


@dataclass(frozen=True, slots=True)
class Document:
    """`kind` says what it is: “Curriculum vitae”, “Biosketch”. `address` is where it stands on the web."""

    name: str
    kind: str
    style: str
    address: str
    today: str
    native_name: str = ""
    native_language: str = ""
    head: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = ()
    left_out: str = ""
    full_address: str = ""
    keywords: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        return _("%(kind)s of %(name)s") % {"kind": self.kind, "name": self.name}

    @property
    def entries(self) -> list[Entry]:
        return [entry for section in self.sections for entry in section.entries]


def text_of(line: Line) -> str:
    return "".join(run.text for run in line)


def texts_of(document: Document) -> Iterator[str]:
    """Every text that the document prints, a line at a time."""
    yield document.name
    yield document.native_name
    yield from map(text_of, document.head)
    for section in document.sections:
        yield section.heading
        yield text_of(section.note)
        for part in section.parts:
            yield part.heading
            for entry in part.entries:
                yield from (entry.label, text_of(entry.title), *map(text_of, entry.lines))
                yield from (text_of(line) for block in entry.blocks for line in block.lines)
    yield document.left_out


# Small makers


def run(text: object, link: str = "", **look: object) -> Run:
    """A run; an address that no reader should follow is left away."""
    return Run(str(text), followed(link), **look)


def followed(link: str) -> str:
    is_safe = link.lower().startswith(FOLLOWED_SCHEMES) and len(link) <= LONGEST_ADDRESS and link.isprintable()
    return link if is_safe else ""


def plain(*texts: object) -> Line:
    return tuple(run(text) for text in texts if str(text))


def joined(parts: Iterable[Line | Run], between: str | None = None) -> Line:
    """The parts in one line, a comma between them; empty ones are left out."""
    separator = run(_(", ") if between is None else between)
    line: list[Run] = []
    for part in parts:
        runs = (part,) if isinstance(part, Run) else part
        if not text_of(runs):
            continue
        line += [separator, *runs] if line else runs
    return tuple(line)


def labelled(label: object, *runs: Run) -> Line:
    """“Advisor: …”; () where nothing follows."""
    return (run(_("%(label)s: ") % {"label": label}, is_soft=True), *runs) if text_of(runs) else ()


def strong(line: Line) -> Line:
    return tuple(replace(each, is_strong=True) for each in line)


def lines(*candidates: Line) -> tuple[Line, ...]:
    """Those that say something."""
    return tuple(line for line in candidates if text_of(line).strip())


def section(name: str, heading: str, *parts: Part, note: Line = ()) -> list[Section]:
    """The section in a list; [] where it would be empty."""
    kept = tuple(part for part in parts if part.entries)
    return [Section(name, heading, kept, note)] if kept else []
