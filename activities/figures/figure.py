"""What every figure consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.safestring import SafeString
from tablib import Dataset

from activities.figures.selection import FigureSelection
from labsite.lib.svg import Element, inline
from labsite.lib.tables.files import CSVFormat


@dataclass(frozen=True)
class Named:
    """A cell that names a record and leads to its page."""

    text: str
    address: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | Named


@dataclass(frozen=True)
class Table:
    """The numbers of a figure. The first column names the rows."""

    caption: str
    headings: list[str]
    rows: list[list[Cell]]

    def csv(self) -> bytes:
        """RFC 4180 in UTF-8; what a spreadsheet would take for a formula is disarmed."""
        data = Dataset(headers=self.headings)
        for row in self.rows:
            data.append([str(cell) if isinstance(cell, Named) else cell for cell in row])
        return CSVFormat().export_data(data)


class Chart(Protocol):
    """A picture that is drawn for a page, or with its title into a file."""

    def draw(self, name: str, title: str, description: str) -> Element: ...

    def draw_file(self, title: str, description: str, notes: Sequence[str]) -> bytes: ...

    def legend(self, name: str) -> list[tuple[Element, str]]: ...


@dataclass(frozen=True)
class Figure:
    """One figure. `chart` is None where there is nothing to draw: `takeaway` then says so."""

    name: str
    title: str
    takeaway: str
    table: Table
    chart: Chart | None = None
    notes: list[str] = field(default_factory=list)
    is_wide: bool = False  # scrolls in a box of its own on a narrow screen

    @property
    def svg(self) -> SafeString:
        """The picture for a page. Only where there is a chart."""
        return inline(self.chart.draw(f"figure-{self.name}", self.title, self.takeaway))

    @property
    def legend(self) -> list[tuple[SafeString, str]]:
        return [(inline(sample), label) for sample, label in self.chart.legend(f"figure-{self.name}")]

    def file(self, selection: FigureSelection) -> bytes:
        """The picture as a file that stands alone. Only where there is a chart."""
        title = f"{self.title} ({selection.words})" if selection.words else self.title
        return self.chart.draw_file(title, self.takeaway, self.notes)


def per_year(counts: Mapping[tuple[int, str], int], order: Sequence[str]) -> tuple[list[int], dict[str, list[int]]]:
    """Every year from the first to the last, and the counts of each kind that occurs, by year."""
    present = [year for (year, _kind), count in counts.items() if count]
    if not present:
        return [], {}
    years = list(range(min(present), max(present) + 1))
    series = {kind: [counts.get((year, kind), 0) for year in years] for kind in order}
    return years, {kind: values for kind, values in series.items() if any(values)}


def peaks(years: Sequence[int], totals: Sequence[int]) -> list[int]:
    """The years with the highest total."""
    return [year for year, total in zip(years, totals, strict=True) if total == max(totals)]
