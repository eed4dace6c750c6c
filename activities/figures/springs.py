"""Where the nodes of a network stand: near those they are tied to, no label on another. Pure, and always the same.

Distances on the drawing follow distances in the network (stress majorization, Gansner, Koren and North 2005); boxes
that overlap are then pushed apart.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

Place = tuple[float, float]
ROUNDS = 120
PUSHES = 400
MARGIN = 6  # between two labels


def spread(count: int, links: Sequence[tuple[int, int]]) -> list[Place]:
    """A place for each of `count` nodes; one link is about one unit long."""
    if count == 1:
        return [(0.0, 0.0)]
    distances = hops(count, links)
    places = [
        (math.cos(2 * math.pi * index / count) * (1 + index / count), math.sin(2 * math.pi * index / count))
        for index in range(count)
    ]
    for _round in range(ROUNDS):
        places = [majorize(index, places, distances[index]) for index in range(count)]
    return places


def hops(count: int, links: Sequence[tuple[int, int]]) -> list[list[float]]:
    """The links between every two nodes; nodes that nothing ties stand one further apart than the furthest tied."""
    near: list[list[int]] = [[] for _ in range(count)]
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    table: list[list[float]] = []
    furthest = 1.0
    for start in range(count):
        row: list[float] = [0.0] * count
        seen, waiting = {start}, deque([start])
        while waiting:
            node = waiting.popleft()
            for other in near[node]:
                if other not in seen:
                    seen.add(other)
                    row[other] = row[node] + 1
                    waiting.append(other)
        furthest = max(furthest, *row)
        table.append(row)
    apart = min(furthest + 0.5, 3.0)
    return [
        [value or (0.0 if index == start else apart) for index, value in enumerate(row)]
        for start, row in enumerate(table)
    ]  # fmt: skip


def majorize(index: int, places: Sequence[Place], distances: Sequence[float]) -> Place:
    """Where a node would best stand as the others stand now."""
    x, y = places[index]
    sum_x = sum_y = total = 0.0
    for other, (other_x, other_y) in enumerate(places):
        if other == index:
            continue
        wanted = distances[other]
        weight = 1 / (wanted * wanted)
        is_at = math.hypot(x - other_x, y - other_y) or 1e-6
        sum_x += weight * (other_x + wanted * (x - other_x) / is_at)
        sum_y += weight * (other_y + wanted * (y - other_y) / is_at)
        total += weight
    return sum_x / total, sum_y / total


def fit(places: Sequence[Place], width: float, height: float) -> list[Place]:
    """The places stretched to a rectangle of this size, its left top at (0, 0); the longer side lies level."""
    if len(places) < 2:
        return [(width / 2, height / 2) for _ in places]
    xs, ys = [x for x, _y in places], [y for _x, y in places]
    if max(ys) - min(ys) > max(xs) - min(xs):
        xs, ys = ys, xs
    span_x, span_y = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    flat = span_y < 1e-6
    return [
        ((x - min(xs)) / span_x * width, height / 2 if flat else (y - min(ys)) / span_y * height)
        for x, y in zip(xs, ys, strict=True)
    ]


def part(places: Sequence[Place], sizes: Sequence[tuple[float, float]], width: float) -> list[Place]:
    """The places moved until no two boxes of these sizes, centred on them, overlap.

    Boxes stay within `width`, and stand as low as they have to.
    """
    moved = [list(place) for place in places]
    for _push in range(PUSHES):
        is_clear = True
        for one in range(len(moved)):
            for other in range(one + 1, len(moved)):
                is_clear &= not push(moved[one], moved[other], sizes[one], sizes[other])
        for place, (own, _height) in zip(moved, sizes, strict=True):
            place[0] = min(max(place[0], own / 2), max(width - own / 2, own / 2))
        if is_clear:
            break
    return settle(moved, sizes)


def push(one: list[float], other: list[float], size: tuple[float, float], other_size: tuple[float, float]) -> bool:
    """Moves two boxes that overlap apart, each half the way, along the shorter way. Whether they did."""
    need_x = (size[0] + other_size[0]) / 2 + MARGIN - abs(one[0] - other[0])
    need_y = (size[1] + other_size[1]) / 2 + MARGIN - abs(one[1] - other[1])
    if need_x <= 0.01 or need_y <= 0.01:
        return False
    axis, need = (0, need_x) if need_x < need_y else (1, need_y)
    sign = 1 if one[axis] <= other[axis] else -1
    one[axis] -= sign * need / 2
    other[axis] += sign * need / 2
    return True


def settle(places: Sequence[Sequence[float]], sizes: Sequence[tuple[float, float]]) -> list[Place]:
    """What still overlaps after pushing goes down until it is clear: an end that every crowd comes to."""
    done: list[int] = []
    result = [(place[0], place[1]) for place in places]
    for index in sorted(range(len(result)), key=lambda index: (result[index][1], result[index][0])):
        x, y = result[index]
        for other in sorted(done, key=lambda other: result[other][1]):
            near_x = abs(x - result[other][0]) < (sizes[index][0] + sizes[other][0]) / 2
            height = (sizes[index][1] + sizes[other][1]) / 2
            if near_x and abs(y - result[other][1]) < height:
                y = result[other][1] + height
        result[index] = (x, y)
        done.append(index)
    return result
