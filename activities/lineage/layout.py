"""Where people and lines stand on a drawing: generations in columns from left to right. Pure: heights and links in.

Lines over several generations get a place of their own in every column between, so no line runs through a box.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from activities.lineage.layers import Key, Link, generations

WIDTH = 184  # of a box, in units of the drawing (CSS pixels)
BEND, STUB = 44, 72  # between two columns: where lines swing, and where they run level and bear their dates
PITCH = WIDTH + BEND + STUB
GAP = 14  # between two boxes of a column
PORT = 32  # between two lines that arrive at one box
PASSING = 8  # the height of a line that passes a column
SWEEPS = 8
LEAST_HEIGHT = 48
DROOP = 150  # how far below their first mentee a mentor stands at most: a long column is read from its top

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True)
class Route:
    """A line from left to right: it swings from point to point and is level across each column it passes."""

    points: tuple[Point, ...]


@dataclass
class Layout:
    boxes: dict[Key, Box] = field(default_factory=dict)
    routes: dict[Link, Route] = field(default_factory=dict)
    width: float = 0
    height: float = 0
    columns: int = 0


@dataclass(frozen=True)
class Passage:
    """The place of a line in a column that it passes."""

    link: Link
    column: int


def lay_out(heights: Mapping[Key, float], links: Sequence[Link]) -> Layout:
    """Boxes of width `WIDTH`, at least as high as asked for, and a route for each link. `links` has no circle."""
    if not heights:
        return Layout()
    ranks = generations(list(heights), links)
    first = min(ranks.values())
    ranks = {key: rank - first for key, rank in ranks.items()}
    columns, pieces = make_columns(ranks, links)
    columns = order(columns, pieces)
    arriving: dict[Key, list[Link]] = {}
    for link in links:
        arriving.setdefault(link[1], []).append(link)
    tall = {key: max(heights[key], LEAST_HEIGHT, len(arriving.get(key, ())) * PORT) for key in heights}
    middles = place(columns, pieces, tall)
    boxes = {
        key: Box(ranks[key] * PITCH, middles[key] - tall[key] / 2, WIDTH, tall[key]) for key in heights
    }  # fmt: skip
    routes = make_routes(links, ranks, boxes, middles, arriving)
    bottom = max([*(box.bottom for box in boxes.values()), *(middles[each] for col in columns for each in col)])
    return Layout(boxes, routes, max(ranks.values()) * PITCH + WIDTH, bottom, max(ranks.values()) + 1)


def make_columns(ranks: Mapping[Key, int], links: Sequence[Link]) -> tuple[list[list[Key]], list[Link]]:
    """Keys and passages by column, and every link cut into pieces from one column to the next."""
    columns: list[list[Key]] = [[] for _ in range(max(ranks.values()) + 1)]
    for key, rank in ranks.items():
        columns[rank].append(key)
    pieces = []
    for link in links:
        chain: list[Key] = [link[0]]
        for column in range(ranks[link[0]] + 1, ranks[link[1]]):
            chain.append(Passage(link, column))
            columns[column].append(chain[-1])
        chain.append(link[1])
        pieces += list(zip(chain, chain[1:], strict=False))
    return columns, pieces


def neighbours_of(pieces: Sequence[Link]) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    """For each key those in the column to the left, and those in the column to the right."""
    left: dict[Key, list[Key]] = {}
    right: dict[Key, list[Key]] = {}
    for one, other in pieces:
        right.setdefault(one, []).append(other)
        left.setdefault(other, []).append(one)
    return left, right


def order(columns: list[list[Key]], pieces: Sequence[Link]) -> list[list[Key]]:
    """Each column in the order of barycentres, swept to and fro; the order with the fewest crossings is kept."""
    left, right = neighbours_of(pieces)
    best, fewest = [list(column) for column in columns], crossings(columns, right)
    now = [list(column) for column in columns]
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        near = left if forward else right
        numbers = range(1, len(now)) if forward else range(len(now) - 2, -1, -1)
        for number in numbers:
            places = {key: index for index, key in enumerate(now[number - 1 if forward else number + 1])}
            own = {key: index for index, key in enumerate(now[number])}
            weights = {
                key: sum(places[other] for other in near[key]) / len(near[key]) if near.get(key) else float(own[key])
                for key in now[number]
            }
            now[number].sort(key=lambda key, weights=weights, own=own: (weights[key], own[key]))
        count = crossings(now, right)
        if count < fewest:
            best, fewest = [list(column) for column in now], count
    return best


def crossings(columns: Sequence[Sequence[Key]], right: Mapping[Key, list[Key]]) -> int:
    """How many pairs of pieces cross."""
    total = 0
    for column, following in zip(columns, columns[1:], strict=False):
        places = {key: index for index, key in enumerate(following)}
        ends: list[int] = []
        for key in column:
            own = sorted(places[other] for other in right.get(key, ()))
            total += sum(len(ends) - bisect_right(ends, end) for end in own)
            for end in own:
                insort(ends, end)
    return total


def place(columns: list[list[Key]], pieces: Sequence[Link], tall: Mapping[Key, float]) -> dict[Key, float]:
    """The middle of every key and passage, as near to its neighbours' as the order and the heights allow."""
    left, right = neighbours_of(pieces)
    spans = [separations(column, tall) for column in columns]
    middles: dict[Key, float] = {}
    for column, span in zip(columns, spans, strict=True):
        middles.update(zip(column, span, strict=True))
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        for number in numbers:
            near = left if forward else right
            wishes = [wish(key, near.get(key, ()), middles, forward) for key in columns[number]]
            middles.update(zip(columns[number], settle(wishes, spans[number]), strict=True))
    top = min(middles[key] - tall.get(key, PASSING) / 2 for key in middles)
    return {key: middle - top for key, middle in middles.items()}


def wish(key: Key, near: Sequence[Key], middles: Mapping[Key, float], forward: bool) -> float:
    """Where a key would stand if it were alone: amid those it is tied to."""
    if not near:
        return middles[key]
    own = [middles[other] for other in near]
    mean = sum(own) / len(own)
    return mean if forward or isinstance(key, Passage) else min(mean, min(own) + DROOP)


def separations(column: Sequence[Key], tall: Mapping[Key, float]) -> list[float]:
    """The middles of the column when it is packed as closely as may be."""
    middles, bottom = [], 0.0
    for key in column:
        height = tall.get(key, PASSING)
        middles.append(bottom + height / 2)
        bottom += height + GAP
    return middles


def settle(wishes: Sequence[float], packed: Sequence[float]) -> list[float]:
    """The places nearest to the wishes (least squares) that keep the order and the distances of `packed`.

    Isotonic regression by pooling adjacent violators (Barlow et al. 1972).
    """
    pools: list[list[float]] = []  # each the sum and the number of the wishes that are settled together
    for wished, least in zip(wishes, packed, strict=True):
        pools.append([wished - least, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] >= pools[-1][0] * pools[-2][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    shifts = [total / count for total, count in pools for _ in range(int(count))]
    return [least + shift for least, shift in zip(packed, shifts, strict=True)]


def make_routes(
    links: Sequence[Link],
    ranks: Mapping[Key, int],
    boxes: Mapping[Key, Box],
    middles: Mapping[Key, float],
    arriving: Mapping[Key, list[Link]],
) -> dict[Link, Route]:
    """From the middle of a box's right side to a port of its own on the left side of the other."""
    routes = {}
    for key, own in arriving.items():

        def comes_from(link: Link, column: int = ranks[key] - 1) -> float:
            return middles[link[0]] if ranks[link[0]] == column else middles[Passage(link, column)]

        ports = sorted(own, key=comes_from)
        for index, link in enumerate(ports):
            source, target = boxes[link[0]], boxes[link[1]]
            points = [(source.right, source.middle)]
            for column in range(ranks[link[0]] + 1, ranks[link[1]]):
                middle = middles[Passage(link, column)]
                points += [(column * PITCH - STUB, middle), (column * PITCH + WIDTH, middle)]
            port = target.middle + (index - (len(ports) - 1) / 2) * PORT
            points += [(target.x - STUB, port), (target.x, port)]
            routes[link] = Route(tuple(points))
    return routes
