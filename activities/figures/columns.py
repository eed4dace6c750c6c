"""Stacked columns by year. On a page they are as wide as their box: places are shares, letters keep their size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from activities.figures.files import Page
from activities.figures.palette import patterns, swatch, tone_of
from labsite.lib.svg import Element, element, number
from publications.histogram import MAX_BARS, make_spans

MOST_LABELS, FEW_LABELS = 14, 6  # years that are named below a wide and below a narrow picture
MOST_TICKS = 5
NARROW_COLUMNS = 12  # more columns than these bear no totals where the picture is narrow
FILL = 0.74  # the share of its place that a column fills
PLOT_WIDTH, PLOT_HEIGHT = 860, 300  # in a file


@dataclass(frozen=True)
class Series:
    label: str
    values: list[int]


@dataclass(frozen=True)
class Columns:
    """Years with the values of each series. `is_stepped` columns touch: they show what is there, not what came."""

    years: list[int]
    series: list[Series]
    is_stepped: bool = False

    @property
    def spans(self) -> list[tuple[int, int]]:
        """What each column covers: a year, or several where there are too many years for a column each."""
        if self.is_stepped or len(self.years) <= MAX_BARS:
            return [(year, year) for year in self.years]
        return make_spans(self.years)

    def legend(self, name: str) -> list[tuple[Element, str]]:
        """A sample and a name for each series; nothing where there is one only."""
        if len(self.series) < 2:
            return []
        return [(swatch(name, index), series.label) for index, series in enumerate(self.series)]

    def draw(self, name: str, title: str, description: str) -> Element:
        attributes = {
            "class": "figure-plot", "role": "img", "direction": "ltr",
            "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-text",
        }  # fmt: skip
        return element(
            "svg",
            attributes,
            element("title", {"id": f"{name}-title"}, title),
            element("desc", {"id": f"{name}-text"}, description),
            patterns(name, len(self.series)),
            *self.marks(name),
        )

    def draw_file(self, title: str, description: str, notes: Sequence[str]) -> bytes:
        page = Page(title, description, PLOT_WIDTH)
        page.add_legend([(tone_of(index), series.label) for index, series in enumerate(self.series)])
        page.top += 24
        place = {"x": 44, "y": page.top, "width": PLOT_WIDTH - 44, "height": PLOT_HEIGHT, "overflow": "visible"}
        page.add(element("svg", place, *self.marks("fill")), PLOT_HEIGHT + 36)
        return page.finish(patterns("fill", len(self.series)), notes)

    def marks(self, name: str) -> list[Element]:
        """Grid, columns and letters, all in shares of whatever they stand in."""
        columns = self.columns()
        highest = max(max(map(sum, columns)), 1)
        step = tick_step(highest)
        top = -(-highest // step) * step
        marks = []
        for value in range(0, top + 1, step):
            y = share(1 - value / top)
            rule = "figure-grid" if value else "figure-base"
            marks.append(element("line", {"class": rule, "x1": 0, "x2": "100%", "y1": y, "y2": y}))
            marks.append(text("figure-text", -8, y, f"{value:,}", anchor="end", shift="0.35em"))
        for index, column in enumerate(columns):
            marks += self.column(name, index, column, top)
        marks += self.years_below()
        return marks

    def columns(self) -> list[list[int]]:
        """For each column the values of all series."""
        return [
            [
                sum(value for year, value in zip(self.years, series.values, strict=True) if begin <= year <= end)
                for series in self.series
            ]
            for begin, end in self.spans
        ]

    def column(self, name: str, index: int, values: list[int], top: int) -> list[Element]:
        slot = 1 / len(self.spans)
        width = slot if self.is_stepped else slot * FILL
        left = slot * index + (slot - width) / 2
        marks, below = [], 0
        for order, value in enumerate(values):
            if value:
                below += value
                box = {
                    "class": "figure-segment", "fill": f"url(#{name}-{tone_of(order)})", "x": share(left),
                    "y": share(1 - below / top), "width": share(width), "height": share(value / top),
                }  # fmt: skip
                told = f"{span_words(self.spans[index])}, {self.series[order].label}: {value:,}"
                marks.append(element("rect", box, element("title", {}, told)))
        if below:
            kind = "figure-total figure-minor" if len(self.spans) > NARROW_COLUMNS else "figure-total"
            if len(self.spans) <= MAX_BARS:
                y = share(1 - below / top)
                marks.append(text(kind, share(left + width / 2), y, f"{below:,}", anchor="middle", shift="-0.4em"))
        return marks

    def years_below(self) -> list[Element]:
        spans = self.spans
        every = -(-len(spans) // MOST_LABELS)
        few = every * -(-len(spans) // (FEW_LABELS * every))
        marks = []
        for index in range(0, len(spans), every):
            kind = "figure-text" if index % few == 0 else "figure-text figure-minor"
            x = share((index + 0.5) / len(spans))
            marks.append(text(kind, x, "100%", span_words(spans[index]), anchor="middle", shift="1.5em"))
        return marks


def span_words(span: tuple[int, int]) -> str:
    begin, end = span
    return str(begin) if begin == end else f"{begin}–{end % 100:02}"


def share(value: float) -> str:
    return f"{number(100 * value)}%"


def text(kind: str, x: float | str, y: str, words: str, *, anchor: str, shift: str) -> Element:
    values = {"class": kind, "x": x, "y": y, "dy": shift, "text-anchor": anchor}
    return element("text", values, words)


def tick_step(highest: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that parts `highest` into at most `MOST_TICKS` steps."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if highest / (factor * power) <= MOST_TICKS:
                return factor * power
        power *= 10
