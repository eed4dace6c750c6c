"""Where people and lines stand: no box on another, every line drawn, the same every time."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.lineage.layers import components, generations, kin, orient
from activities.lineage.layout import PITCH, WIDTH, Box, Layout, lay_out, settle
from labsite.lib.svg import text_width, wrap

LINKS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40).map(
    lambda links: [*dict.fromkeys(links)]
)


def layout_of(links, height=50.0) -> Layout:
    keys = list(dict.fromkeys(key for link in links for key in link))
    return lay_out(dict.fromkeys(keys, height), orient(keys, links))


def overlapping(boxes: list[Box]) -> list[tuple[Box, Box]]:
    """Pairs of boxes that share ground, found by a sweep from left to right."""
    found = []
    by_column = itertools.groupby(sorted(boxes, key=lambda box: (box.x, box.y)), key=lambda box: box.x)
    columns = [list(column) for _x, column in by_column]
    for column in columns:
        found += [pair for pair in itertools.pairwise(column) if pair[0].overlaps(pair[1])]
    for left, right in itertools.pairwise(columns):
        found += [(left[0], right[0])] if left[0].right > right[0].x else []
    return found


def crossed_boxes(layout: Layout) -> list[tuple]:
    """Boxes that the level part of a line of somebody else runs through."""
    found = []
    for link, route in layout.routes.items():
        for (x1, y1), (x2, y2) in itertools.pairwise(route.points):
            if y1 != y2:
                continue
            for key, box in layout.boxes.items():
                if key not in link and x1 < box.right and box.x < x2 and box.y < y1 < box.bottom:
                    found.append((link, key))
    return found


@given(LINKS)
def test_any_set_of_lines_is_drawn_without_overlap(links):
    layout = layout_of(links)
    assert overlapping(list(layout.boxes.values())) == []
    assert crossed_boxes(layout) == []
    own = {frozenset(link) for link in links if link[0] != link[1]}
    assert {frozenset(link) for link in layout.routes} == own
    for box in layout.boxes.values():
        assert box.x >= 0
        assert box.y >= -0.001
        assert box.right <= layout.width + 0.001
        assert box.bottom <= layout.height + 0.001


@given(LINKS)
def test_lines_end_at_the_boxes_they_tie(links):
    layout = layout_of(links)
    for (one, other), route in layout.routes.items():
        source, target = layout.boxes[one], layout.boxes[other]
        assert route.points[0] == (source.right, source.middle)
        x, y = route.points[-1]
        assert x == target.x
        assert target.y < y < target.bottom
        assert source.x < target.x


@given(LINKS)
def test_no_circle_is_left_and_nobody_is_lost(links):
    keys = list(range(15))
    oriented = orient(keys, links)
    ranks = generations(keys, oriented)
    assert set(ranks) == set(keys)
    assert [link for link in oriented if ranks[link[0]] >= ranks[link[1]]] == []


def test_layout_is_the_same_every_time():
    links = [(number % 7, number) for number in range(1, 60)]
    assert layout_of(links) == layout_of(links)


def test_nobody_one_pair_and_a_circle():
    assert lay_out({}, []) == Layout()
    assert layout_of([("ann", "ben")]).columns == 2
    assert layout_of([("ann", "ben"), ("ben", "ann")]).columns == 2
    assert layout_of([("ann", "ann")]).boxes == {"ann": Box(0, 0, WIDTH, 50)}


def test_diamond_has_three_generations():
    layout = layout_of([("ann", "ben"), ("ann", "cy"), ("ben", "dee"), ("cy", "dee")])
    columns = {key: box.x / PITCH for key, box in layout.boxes.items()}
    assert columns == {"ann": 0, "ben": 1, "cy": 1, "dee": 2}


def test_advisor_stands_just_before_whom_they_advised():
    layout = layout_of([("a", "b"), ("b", "c"), ("c", "d"), ("late", "d")])
    assert layout.boxes["late"].x == layout.boxes["c"].x


def test_lines_to_one_box_arrive_apart():
    layout = layout_of([(number, "one") for number in range(9)])
    ports = sorted(route.points[-1][1] for route in layout.routes.values())
    assert min(after - before for before, after in itertools.pairwise(ports)) >= 28


@pytest.mark.parametrize("count", [100, 1000])
def test_many_mentees_of_one(count):
    layout = layout_of([("mentor", number) for number in range(count)])
    assert overlapping(list(layout.boxes.values())) == []
    assert len(layout.routes) == count
    first = min(box.y for box in layout.boxes.values())
    assert layout.boxes["mentor"].y - first < 400, "the mentor is found without scrolling"


def test_a_thousand_people_in_a_tree_and_in_a_line():
    tree = layout_of([((number - 1) // 4, number) for number in range(1, 1000)])
    assert overlapping(list(tree.boxes.values())) == []
    assert len(tree.routes) == 999
    line = layout_of([(number, number + 1) for number in range(999)])
    assert (line.columns, len({box.y for box in line.boxes.values()})) == (1000, 1)


@given(st.lists(st.tuples(st.floats(-1000, 1000), st.floats(1, 100)), min_size=1, max_size=30))
def test_settling_keeps_order_and_distance(rows):
    packed = list(itertools.accumulate(height for _wish, height in rows))
    settled = settle([wish for wish, _height in rows], packed)
    for index in range(1, len(rows)):
        assert settled[index] - settled[index - 1] >= packed[index] - packed[index - 1] - 1e-6


def test_settling_leaves_what_fits():
    assert settle([10.0, 50.0, 90.0], [0.0, 20.0, 40.0]) == [10.0, 50.0, 90.0]


def test_components_and_kin():
    links = [("a", "b"), ("b", "c"), ("x", "y"), ("d", "c"), ("d", "e")]
    assert components(list("abcdexy"), links) == [["a", "b", "c", "d", "e"], ["x", "y"]]
    assert kin(links, "b") == {("a", "b"), ("b", "c")}
    assert kin([("a", "b"), ("b", "a")], "a") == {("a", "b"), ("b", "a")}


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quint",
        "A" * 300,
        "Wolfeschlegel " * 20,
        "张逸骅" * 40,
        "محمد بن عبد الله " * 12,
        "👩‍🔬" * 60,
        "e\u0301" * 200,
        " ",
    ],
)
def test_wrapped_names_fit(text):
    lines = wrap(text, 14, 158, 3)
    assert len(lines) <= 3
    assert all(text_width(line, 14) <= 158.01 for line in lines)
    assert bool(lines) == bool(text.strip())
