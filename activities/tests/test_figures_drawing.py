"""How figures are drawn: every value at its height, no name on another, the same every time."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.figures.columns import Columns, Series, tick_step
from activities.figures.network import Network, Node
from activities.figures.palette import SIGNS, TONES, patterns, tone_of
from activities.figures.publications import TYPES
from activities.figures.springs import spread
from activities.models import Award
from people.models import Membership

CSS = django_settings.BASE_DIR / "labsite" / "static" / "labsite" / "css"

LINKS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(1, 30)), max_size=30)


def network(count, links, name="Person") -> Network:
    ties = list(
        {(one % count, other % count): (one % count, other % count, many) for one, other, many in links}.values()
    )
    return Network([Node(f"{name} {number}", number % 9 + 1, number % 4 == 0) for number in range(count)], ties)


def overlaps(boxes) -> list:
    return [
        (one, other)
        for one, other in itertools.combinations(boxes, 2)
        if one[0] + one[2] > other[0] + 0.01
        and other[0] + other[2] > one[0] + 0.01
        and one[1] + one[3] > other[1] + 0.01
        and other[1] + other[3] > one[1] + 0.01
    ]


def percent(each, name: str) -> float:
    return float(each.get(name).removesuffix("%"))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), LINKS)
def test_names_of_a_network_do_not_overlap(count, links):
    drawing = network(count, [link for link in links if link[0] % count != link[1] % count])
    assert overlaps(drawing.boxes) == []
    right, bottom = drawing.extent
    assert all(box[0] >= -0.01 and box[1] >= -0.01 for box in drawing.boxes)
    assert right <= 1010


@pytest.mark.parametrize(
    "links",
    [
        [(0, number, number % 5 + 1) for number in range(1, 60)],
        [(one, other, 1) for one, other in itertools.combinations(range(60), 2)],
        [],
    ],
)
def test_sixty_people_however_they_are_tied(links):
    drawing = network(60, links, "A person with a long name")
    assert overlaps(drawing.boxes) == []
    root = drawing.draw("x", "Title", "Text")
    assert len(list(root.iter("line"))) == len(links)
    assert len(list(root.iter("circle"))) == 60
    again = network(60, links, "A person with a long name")
    assert ElementTree.tostring(root) == ElementTree.tostring(again.draw("x", "Title", "Text"))


def test_columns_stand_on_each_other_at_their_heights():
    chart = Columns([2020, 2021], [Series("A", [3, 0]), Series("B", [1, 2])])
    root = chart.draw("x", "Title", "Text")
    boxes = [each for each in root.iter("rect") if each.get("class") == "figure-segment"]
    assert [(each.get("fill"), each.get("y"), each.get("height"), each[0].text) for each in boxes] == [
        ("url(#x-1)", "25%", "75%", "2020, A: 3"),
        ("url(#x-2)", "0%", "25%", "2020, B: 1"),
        ("url(#x-2)", "50%", "50%", "2021, B: 2"),
    ]
    assert [each.text for each in root.iter("text")] == ["0", "1", "2", "3", "4", "4", "2", "2020", "2021"]


@given(st.lists(st.lists(st.integers(0, 5000), min_size=3, max_size=3), min_size=1, max_size=90), st.booleans())
@settings(deadline=None)
def test_columns_neither_overlap_nor_leave_the_picture(values, is_stepped):
    years = list(range(1950, 1950 + len(values)))
    series = [Series(str(index), [row[index] for row in values]) for index in range(3)]
    chart = Columns(years, series, is_stepped)
    root = chart.draw("x", "T", "T")
    boxes = [each for each in root.iter("rect") if each.get("class") == "figure-segment"]
    for each in boxes:
        assert percent(each, "x") >= 0
        assert percent(each, "y") >= -0.02
        assert percent(each, "x") + percent(each, "width") <= 100.02
        assert percent(each, "y") + percent(each, "height") <= 100.02
    assert sum(sum(column) for column in chart.columns()) == sum(map(sum, values))
    if not is_stepped:
        assert len(chart.spans) <= 24


def test_many_years_are_spans_and_few_are_named():
    chart = Columns(list(range(1950, 2027)), [Series("A", [1] * 77)])
    assert chart.spans[0] == (1950, 1954)
    labels = [each.text for each in chart.draw("x", "T", "T").iter("text") if (each.text or "").find("–") > 0]
    assert labels[0] == "1950–54"
    assert len(labels) <= 14


@pytest.mark.parametrize(("highest", "step"), [(1, 1), (5, 1), (6, 2), (11, 5), (50, 10), (51, 20), (99_999, 20_000)])
def test_ticks_are_round(highest, step):
    assert tick_step(highest) == step


def test_one_series_needs_no_legend():
    assert Columns([2020], [Series("A", [1])]).legend("x") == []
    assert [label for _sample, label in Columns([2020], [Series("A", [1]), Series("B", [1])]).legend("x")] == ["A", "B"]


def test_a_network_is_laid_out_once(monkeypatch):
    made = []

    def count_spread(count, ties):
        made.append(count)
        return spread(count, ties)

    monkeypatch.setattr("activities.figures.network.spread", count_spread)
    links = [(0, 1, 2), (1, 2, 3)]
    one, same = network(3, links, "Laid out once"), network(3, links, "Laid out once")
    assert one.boxes == same.boxes
    assert made == [3]
    assert network(3, links[:1], "Laid out once").boxes != one.boxes
    assert made == [3, 3]


def test_tones_are_told_apart_without_colour():
    assert len(set(SIGNS)) == len(SIGNS) == len(TONES)
    assert len(list(patterns("x", len(TONES)))) == len(TONES)


def test_no_two_series_of_a_figure_look_the_same():
    kinds = [Membership.Role.values, list(TYPES), Award.Kind.values]
    assert [len({tone_of(index) for index in range(len(each))}) for each in kinds] == [len(each) for each in kinds]


def test_pages_have_each_tone():
    tokens, rules = ((CSS / name).read_text(encoding="utf-8") for name in ("tokens.css", "components.css"))
    tones = range(1, len(TONES) + 1)
    light, dark = tokens.split("@media screen and (prefers-color-scheme: dark)")
    assert [tone for tone in tones if f"--figure-{tone}: {TONES[tone - 1]};" not in light] == []
    assert [tone for tone in tones if f"--figure-{tone}: " not in dark] == []
    assert [tone for tone in tones if f".figure-fill-{tone} {{\n    fill: var(--figure-{tone});" not in rules] == []


def luminance(tone: str) -> float:
    parts = [int(tone[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """After WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_tones_stand_out_on_paper_and_beside_each_other():
    assert [tone for tone in TONES if contrast(tone, "#ffffff") < 3] == []
    assert [pair for pair in itertools.pairwise(TONES) if contrast(*pair) < 2.5] == []
