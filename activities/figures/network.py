"""A network of people: dots with their names, lines as thick as there are joint papers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.figures.files import Page
from activities.figures.springs import fit, part, spread
from labsite.lib.svg import Element, bounds, element, lettering, number, shorten, text_width

NAME_SIZE = 11
NAME_WIDTH = 130
WIDTH = 1000
LEAST_HEIGHT, HEIGHT_PER_NODE = 120, 13
EDGE = 16

Box = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Node:
    name: str
    weight: int
    is_member: bool

    @property
    def radius(self) -> float:
        return min(4 + 1.6 * math.sqrt(self.weight), 17)

    @property
    def label(self) -> str:
        return shorten(self.name, NAME_SIZE, NAME_WIDTH)

    @property
    def size(self) -> tuple[float, float]:
        """Of the dot with the name below it."""
        return max(text_width(self.label, NAME_SIZE), 2 * self.radius), 2 * self.radius + NAME_SIZE + 4


@dataclass(frozen=True)
class Network:
    """`links` are two indexes of `nodes` and a count."""

    nodes: list[Node]
    links: list[tuple[int, int, int]]

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Left, top, width and height of each node with its name. No two overlap."""
        ties = tuple((one, other) for one, other, _count in self.links)
        return lay_out(tuple(node.size for node in self.nodes), ties)

    @property
    def extent(self) -> tuple[float, float]:
        _left, _top, right, bottom = bounds([(x, y, x + width, y + height) for x, y, width, height in self.boxes])
        return right, bottom

    def legend(self, name: str) -> list[tuple[Element, str]]:
        """A full dot for members, a ring for others."""
        return [(dot_sample(is_member=True), _("Member of the lab")), (dot_sample(is_member=False), _("Co-author"))]

    def draw(self, name: str, title: str, description: str) -> Element:
        width, height = (value + 2 * EDGE for value in self.extent)
        attributes = {
            "class": "figure-network", "role": "img", "direction": "ltr", "width": width, "height": height,
            "viewBox": f"{-EDGE} {-EDGE} {number(width)} {number(height)}",
            "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-text",
        }  # fmt: skip
        return element(
            "svg",
            attributes,
            element("title", {"id": f"{name}-title"}, title),
            element("desc", {"id": f"{name}-text"}, description),
            *self.marks(),
        )

    def draw_file(self, title: str, description: str, notes: Sequence[str]) -> bytes:
        width, height = self.extent
        page = Page(title, description, max(width, 520))
        x = 0.0
        page.top += 10
        for is_member, label in ((True, _("Member of the lab")), (False, _("Co-author"))):
            sample = dot_sample(is_member=is_member)
            sample.set("x", number(x))
            sample.set("y", number(page.top - 11))
            page.add(sample, 0)
            page.add(lettering(label, x + 22, page.top, class_="figure-text"), 0)
            x += 22 + text_width(label, 12) + 20
        page.top += 24
        shift = {"transform": f"translate({number(max(520 - width, 0) / 2)} {number(page.top)})"}
        page.add(element("g", shift, *self.marks()), height + 24)
        return page.finish(None, notes)

    def marks(self) -> list[Element]:
        """Lines below, dots above, names on top."""
        dots = [self.dot_place(index) for index in range(len(self.nodes))]
        most = max((count for _one, _other, count in self.links), default=1)
        marks = []
        for one, other, count in sorted(self.links, key=lambda link: link[2]):
            (x1, y1), (x2, y2) = dots[one], dots[other]
            line = {
                "class": "figure-link", "x1": x1, "y1": y1, "x2": x2, "y2": y2,
                "stroke-width": 1 + 5 * (count - 1) / max(most - 1, 1), "stroke-linecap": "round",
            }  # fmt: skip
            names = {"one": self.nodes[one].name, "other": self.nodes[other].name, "count": count}
            told = ngettext(
                "%(one)s and %(other)s: %(count)s joint paper", "%(one)s and %(other)s: %(count)s joint papers", count
            )
            marks.append(element("line", line, element("title", {}, told % names)))
        marks += [self.draw_node(index, dots[index]) for index in range(len(self.nodes))]
        return marks

    def dot_place(self, index: int) -> tuple[float, float]:
        x, y, width, _height = self.boxes[index]
        return x + width / 2, y + self.nodes[index].radius

    def draw_node(self, index: int, place: tuple[float, float]) -> Element:
        node, (x, y) = self.nodes[index], place
        group = element("g", {"class": "figure-node figure-member" if node.is_member else "figure-node"})
        group.append(element("title", {}, node.name))
        group.append(element("circle", {"class": "figure-dot", "cx": x, "cy": y, "r": node.radius}))
        name = lettering(node.label, x, y + node.radius + NAME_SIZE + 1, "middle", class_="figure-name")
        group.append(name)
        return group


@lru_cache(maxsize=64)
def lay_out(sizes: tuple[tuple[float, float], ...], ties: tuple[tuple[int, int], ...]) -> tuple[Box, ...]:
    """The boxes of nodes of these sizes, with their left top at (0, 0). Kept: 48 nodes take a fifth of a second."""
    count = len(sizes)
    width = min(WIDTH, 260 + 40 * count)
    places = fit(spread(count, ties), width - NAME_WIDTH, LEAST_HEIGHT + HEIGHT_PER_NODE * count)
    places = part([(x + NAME_WIDTH / 2, y) for x, y in places], sizes, width)
    left, top, _right, _bottom = bounds([
        (x - own[0] / 2, y - own[1] / 2, x, y) for (x, y), own in zip(places, sizes, strict=True)
    ])  # fmt: skip
    return tuple(
        (x - own[0] / 2 - left, y - own[1] / 2 - top, own[0], own[1]) for (x, y), own in zip(places, sizes, strict=True)
    )


def dot_sample(*, is_member: bool) -> Element:
    frame = {"class": "figure-swatch", "width": 14, "height": 14, "aria-hidden": "true", "focusable": "false"}
    dot = element("circle", {"class": "figure-dot", "cx": 7, "cy": 7, "r": 5.5})
    return element("svg", frame, element("g", {"class": "figure-member" if is_member else "figure-node"}, dot))
