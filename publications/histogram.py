"""The years of a list as bars, each of which is a link that chooses its years. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from publications.facets import Facet
from publications.filters import UNDATED, Selection

MAX_BARS = 24
HEIGHT = 60  # in units of the drawing
BAR, GAP = 20, 6
SPANS = (1, 2, 5, 10, 20, 50, 100, 500)


@dataclass(frozen=True)
class Bar:
    """One year, or a span of years where there are too many for a bar each."""

    label: str
    count: int
    address: str
    is_chosen: bool
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + BAR // 2


@dataclass(frozen=True)
class Histogram:
    bars: list[Bar]
    undated: Bar | None
    width: int

    @property
    def first(self) -> Bar:
        return self.bars[0]

    @property
    def last(self) -> Bar:
        return self.bars[-1]


def make_histogram(selection: Selection, facets: list[Facet]) -> Histogram:
    """Bars from the first to the last year, empty years included, from the counts of the year facet."""
    choices = {choice.value: choice for facet in facets if facet.name == "year" for choice in facet.choices}
    years = sorted(int(value) for value in choices if value != UNDATED)
    spans = make_spans(years)
    counts = [sum(choices[str(year)].count for year in years if begin <= year <= end) for begin, end in spans]
    highest = max([*counts, 1])
    bars = []
    for index, ((begin, end), count) in enumerate(zip(spans, counts, strict=True)):
        address, chosen = choose(selection, begin, end)
        height = max(round(count / highest * HEIGHT), 2 if count else 0)
        label = str(begin) if begin == end else f"{begin}–{end}"
        bars.append(Bar(label, count, address, chosen, index * (BAR + GAP), HEIGHT - height, height))
    undated = choices.get(UNDATED)
    aside = None
    if undated:
        address = toggle(selection, UNDATED)
        aside = Bar(gettext("Undated"), undated.count, address, undated.is_chosen, 0, 0, 0)
    return Histogram(bars, aside, max(len(bars) * (BAR + GAP) - GAP, BAR))


def make_spans(years: list[int]) -> list[tuple[int, int]]:
    """Spans of equal length that cover the years, as short as `MAX_BARS` allows."""
    if not years:
        return []
    length = next(span for span in SPANS if (years[-1] - years[0]) // span + 1 < MAX_BARS or span == SPANS[-1])
    begin = years[0] if length == 1 else years[0] - years[0] % length
    return [(year, year + length - 1) for year in range(begin, years[-1] + 1, length)]


def choose(selection: Selection, begin: int, end: int) -> tuple[str, bool]:
    """The address that chooses these years or, if they are chosen, lets them go; and whether they are."""
    if begin == end:
        return toggle(selection, str(begin)), str(begin) in selection.values.get("year", [])
    chosen = selection.values.get("since") == [str(begin)] and selection.values.get("until") == [str(end)]
    if chosen:
        return selection.address(since=None, until=None), True
    return selection.address(since=[str(begin)], until=[str(end)], year=None), False


def toggle(selection: Selection, value: str) -> str:
    chosen = selection.values.get("year", [])
    rest = [other for other in chosen if other != value]
    return selection.address(year=rest if value in chosen else sorted([*chosen, value]))
