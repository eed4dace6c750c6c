"""The sheet that a figure is drawn on when it leaves the site: title, sentence, legend, picture, notes."""

from __future__ import annotations

from collections.abc import Sequence

from activities.figures.palette import STYLE, swatch
from labsite.lib.svg import Element, element, lettering, number, standalone, text_width, wrap

MARGIN = 28


class Page:
    """Grows downwards from `top`."""

    def __init__(self, title: str, description: str, width: float) -> None:
        self.title, self.width, self.top = title, width, 20.0
        self.content = element("g")
        self.write(title, 20, "figure-heading")
        self.write(description, 14, "figure-words")

    def write(self, text: str, size: float, kind: str) -> None:
        for line in wrap(text, size, self.width, 4):
            self.content.append(lettering(line, 0, self.top, class_=kind))
            self.top += size * 1.45

    def add(self, drawing: Element, height: float) -> None:
        self.content.append(drawing)
        self.top += height

    def add_legend(self, entries: Sequence[tuple[int, str]]) -> None:
        """Samples of the fills `fill-1` and on, with their names; nothing where there is one only."""
        if len(entries) < 2:
            return
        x, self.top = 0.0, self.top + 10
        for tone, label in entries:
            needed = 28 + text_width(label, 12) + 20
            if x and x + needed > self.width:
                x, self.top = 0.0, self.top + 22
            sample = swatch("fill", tone - 1)
            sample.set("x", number(x))
            sample.set("y", number(self.top - 11))
            self.content.append(sample)
            self.content.append(lettering(label, x + 28, self.top, class_="figure-text"))
            x += needed
        self.top += 10

    def finish(self, definitions: Element | None, notes: Sequence[str]) -> bytes:
        for note in notes:
            self.top += 4
            self.write(note, 12, "figure-text")
        width, height = self.width + 2 * MARGIN, self.top + 2 * MARGIN
        frame = {"x": -MARGIN, "y": -MARGIN, "width": width, "height": height}
        box = f"{-MARGIN} {-MARGIN} {number(width)} {number(height)}"
        attributes = {
            "width": width, "height": height, "viewBox": box, "direction": "ltr", "role": "img",
            "aria-labelledby": "title",
        }  # fmt: skip
        drawing = element("svg", attributes, element("title", {"id": "title"}, self.title))
        if definitions is not None:
            drawing.append(definitions)
        drawing.append(element("rect", {"class": "figure-paper", **frame}))
        drawing.append(self.content)
        return standalone(drawing, STYLE)
