"""The shape of a report: sections of rows of cells. Every form of it prints these and nothing else, so that the rows of
a page and of its files are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from labsite.lib.dates import PartialDate


@dataclass(frozen=True)
class Link:
    """A text that may lead somewhere; `address` is a path of this site or a web address. `note` follows in brackets."""

    text: str
    address: str = ""
    is_name: bool = False  # of a person: isolated from the direction of its surroundings
    note: str = ""

    @property
    def full_text(self) -> str:
        return f"{self.text} ({self.note})" if self.note else self.text


@dataclass(frozen=True)
class Cell:
    """What stands in one column: links that are printed with commas between, a note, and what a spreadsheet keeps."""

    links: tuple[Link, ...] = ()
    note: str = ""
    value: str | int | Decimal | None = None  # for spreadsheets; None where that is the text

    @property
    def text(self) -> str:
        return ", ".join(link.full_text for link in self.links)

    @property
    def full_text(self) -> str:
        """Text and note on one line."""
        return f"{self.text} ({self.note})" if self.text and self.note else self.text or self.note

    @property
    def exact(self) -> str | int | Decimal:
        """What a spreadsheet keeps."""
        return self.full_text if self.value is None else self.value


@dataclass(frozen=True)
class Column:
    name: str  # the same in every language
    label: str
    is_printed: bool = True  # what is not stands in spreadsheets only


@dataclass(frozen=True)
class Row:
    """One line of a section. `heading` is what it stands under, `marks` are said beside it in few words."""

    cells: tuple[Cell, ...]
    heading: str = ""
    marks: tuple[str, ...] = ()


@dataclass
class Section:
    """A list with its heading and the rule by which it was made. `undated` rows were left out for want of a date."""

    key: str
    title: str
    rule: str
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    undated: int = 0
    sums: tuple[str, ...] = ()  # totals per currency, in words
    reference: int | None = None  # the column that is a bibliographic reference: such a section is no table

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def is_bibliography(self) -> bool:
        return self.reference is not None

    @property
    def printed_columns(self) -> list[Column]:
        """The columns of the page and of documents, without those in which nothing stands."""
        return [self.columns[place] for place in self._printed_places]

    @property
    def printed_rows(self) -> list[list[tuple[Column, Cell]]]:
        """The cells of these columns, each with its column."""
        places = self._printed_places
        return [[(self.columns[place], row.cells[place]) for place in places] for row in self.rows]

    @property
    def _printed_places(self) -> list[int]:
        return [
            place
            for place, column in enumerate(self.columns)
            if column.is_printed and any(row.cells[place].full_text for row in self.rows)
        ]

    def reference_of(self, row: Row) -> Link:
        """The reference of a row of a bibliography."""
        return row.cells[self.reference or 0].links[0]

    @property
    def groups(self) -> list[tuple[str, list[tuple[Link, tuple[str, ...]]]]]:
        """Of a bibliography: each heading with its references and their marks, in order."""
        found = groupby(self.rows, key=lambda row: row.heading)
        return [(heading, [(self.reference_of(row), row.marks) for row in rows]) for heading, rows in found]

    @property
    def headings(self) -> list[tuple[str, int]]:
        """How many rows stand under each heading."""
        return [
            (heading, len(list(rows))) for heading, rows in groupby(self.rows, key=lambda row: row.heading) if heading
        ]


@dataclass(frozen=True)
class SummaryLine:
    """A number of the summary: that of a section, or of one of its headings."""

    label: str
    count: int
    key: str
    is_part: bool = False
    note: str = ""


@dataclass
class Report:
    """All of it, in words of the active language. `remarks` say what holds for the whole."""

    title: str
    lab: str
    organization: str
    period: str
    groups: str
    made_on: str
    style: str
    sections: list[Section]
    remarks: list[str] = field(default_factory=list)

    @property
    def summary(self) -> list[SummaryLine]:
        """Each section with the number of its rows, and each heading with the number of those under it."""
        return list(summary_lines(self.sections))

    @property
    def filled(self) -> list[Section]:
        return [section for section in self.sections if section.rows]

    def section(self, key: str) -> Section:
        """Raises `KeyError` where no section has this key."""
        return {section.key: section for section in self.sections}[key]


def summary_lines(sections: Iterable[Section]) -> Iterator[SummaryLine]:
    for section in sections:
        yield SummaryLine(section.title, section.count, section.key, note="; ".join(section.sums))
        for heading, count in section.headings:
            yield SummaryLine(heading, count, section.key, is_part=True)


# Cells


def text_cell(text: str, address: str = "", *, note: str = "", value: str | int | Decimal | None = None) -> Cell:
    return Cell((Link(text, address),) if text else (), note, value)


def names_cell(people: Iterable[tuple[str, str, str]]) -> Cell:
    """People as (name, address, what they are)."""
    return Cell(tuple(Link(name, address, is_name=True, note=note) for name, address, note in people))


def date_cell(date: PartialDate | None, remark: str = "") -> Cell:
    """A date in words; spreadsheets keep it as EDTF text, which sorts."""
    return text_cell(date.display(), note=remark, value=str(date)) if date else Cell()
