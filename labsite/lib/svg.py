"""Drawings as SVG (W3C, SVG 2), made of elements that escape what they hold. Pure.

A drawing is made once and goes two ways: into a page, where the style sheets of the site colour its classes, or into a
file of its own, which brings the few rules it needs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from django.utils.safestring import SafeString, mark_safe

from labsite.lib.tables.cells import CONTROL

Element = ElementTree.Element
Value = str | int | float
NAMESPACE = "http://www.w3.org/2000/svg"
ROOM = 1.08  # fonts differ: what is measured here is a little wider than in most
NARROW, WIDE = "iljtfrI.,:;'’|!()[]- ", "mwMW@%—"
RIGHT_TO_LEFT = ("R", "AL")


def number(value: float) -> str:
    """With at most two decimals, the same text for the same value on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def clean(text: str) -> str:
    """`text` without signs that no XML document can hold."""
    return CONTROL.sub("", text)


def element(tag: str, attributes: Mapping[str, Value] | None = None, *children: Element | str) -> Element:
    """An element. Numbers are written by `number`; a text among the children has to come first."""
    made = ElementTree.Element(tag)
    for name, value in (attributes or {}).items():
        made.set(name, clean(value) if isinstance(value, str) else number(value))
    for child in children:
        if isinstance(child, str):
            made.text = (made.text or "") + clean(child)
        else:
            made.append(child)
    return made


def inline(drawing: Element) -> SafeString:
    """The drawing as part of an HTML page."""
    text = ElementTree.tostring(drawing, encoding="unicode")
    return mark_safe(text)  # noqa: S308 - ElementTree has escaped every text and attribute


def standalone(drawing: Element, style: str) -> bytes:
    """The drawing as a file: an XML document with rules of its own. Changes `drawing`."""
    drawing.set("xmlns", NAMESPACE)
    drawing.insert(0, element("style", {}, style))
    return ElementTree.tostring(drawing, encoding="utf-8", xml_declaration=True)


# Letters. A server has no fonts: widths are those of a common sans serif, generously.


def letter_width(letter: str) -> float:
    """In units of the font size."""
    category = unicodedata.category(letter)
    if category in ("Mn", "Me", "Cf", "Cc"):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.3 if category == "So" else 1.0
    if letter in NARROW:
        return 0.34
    if letter in WIDE:
        return 0.92
    return 0.7 if letter.isupper() else 0.56 if letter.isascii() else 0.62


def text_width(text: str, size: float) -> float:
    """How wide a line of text is at most, in units of `size`."""
    return sum(map(letter_width, text)) * size * ROOM


def wrap(text: str, size: float, width: float, most: int) -> list[str]:
    """At most `most` lines of `text`, none wider than `width`; what does not fit ends in “…”."""
    lines: list[str] = []
    rest = " ".join(clean(text).split())
    while rest and len(lines) < most:
        line = fitting(rest, size, width)
        rest = rest[len(line) :].strip()
        lines.append(line.strip())
    if rest:
        lines[-1] = shorten(f"{lines[-1]} {rest}", size, width)
    return lines


def fitting(text: str, size: float, width: float) -> str:
    """The beginning of `text` that fits, cut between words where that is possible; never nothing."""
    used, blank = 0.0, 0
    for index, letter in enumerate(text):
        used += letter_width(letter) * size * ROOM
        if letter == " ":
            blank = index
        elif used > width and index:
            return text[: blank or index]
    return text


def shorten(text: str, size: float, width: float) -> str:
    """`text` on one line, cut off with “…” where it is too wide."""
    if text_width(text, size) <= width:
        return text
    return fitting_letters(text, size, width - text_width("…", size)).rstrip() + "…"


def fitting_letters(text: str, size: float, width: float) -> str:
    used = 0.0
    for index, letter in enumerate(text):
        used += letter_width(letter) * size * ROOM
        if used > width and index:
            return text[:index]
    return text


def is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction."""
    found = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind in RIGHT_TO_LEFT for kind in found if kind in ("L", *RIGHT_TO_LEFT)), False)


def lettering(text: str, x: float, y: float, anchor: str = "start", **attributes: Value) -> Element:
    """One line of text in a drawing that runs from left to right, whatever the direction of the text itself.

    `anchor` says on which side of `x` it stands: `start` to the right of it, `end` to the left, `middle`.
    """
    values: dict[str, Value] = {"x": x, "y": y}
    values.update({name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    if is_right_to_left(text):
        values["direction"] = "rtl"
        anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
    if anchor != "start":
        values["text-anchor"] = anchor
    return element("text", values, text)


def bounds(rows: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    """The least box (left, top, right, bottom) around boxes; zeros around none."""
    if not rows:
        return (0.0, 0.0, 0.0, 0.0)
    lefts, tops, rights, bottoms = zip(*rows, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
