"""Cards as PNG, 1,200 × 630 pixels: paper ground, a bar in the lab's accent, the title large, the rest calm."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from unicodedata import category

from anyascii import anyascii
from PIL import Image, ImageDraw, ImageFont

from labsite.cards.facts import Card
from labsite.lib.images import crop_to, encode
from labsite.lib.typesetting import cjk_folder
from labsite.theme import make_palette

WIDTH, HEIGHT = 1200, 630
PAPER, INK, SOFT, RULE = "#fcfdfe", "#151a28", "#42495c", "#dce0e8"
BAR, MARGIN, GAP = 20, 72, 48
PORTRAIT = (300, 375)
# Size and line height in pixels, most lines, how much bolder; a title takes the first size in which it fits.
TITLES = ((72, 86, 2, 1.1), (60, 73, 3, 0.9), (48, 60, 4, 0.7), (40, 51, 5, 0.6))
KIND_SIZE, LINE_SIZE, LINE_HEIGHT, LAB_SIZE = 28, 32, 44, 28
ELLIPSIS = "…"


def draw_card(card: Card, portrait: Any = None) -> bytes:
    """The card as PNG. `portrait`: the open file of the person's stored photo."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    accent = make_palette(card.accent.lower())["light"]["accent"]
    draw.rectangle((0, 0, BAR, HEIGHT), fill=accent)
    width = WIDTH - BAR - 2 * MARGIN
    if portrait:
        width -= PORTRAIT[0] + GAP
        paste_portrait(image, portrait, card.focus)
    left, top = BAR + MARGIN, MARGIN - 8
    if card.kind:
        draw_line(draw, (left, top), cut(card.kind, KIND_SIZE, width), KIND_SIZE, accent, bold=0.6)
    top += 62
    top = draw_title(draw, (left, top), card.title, width) + 22
    draw_lines(draw, (left, top), card.lines, width)
    draw_foot(draw, left, card)
    return encode(image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256) if not portrait else image, "PNG")


def draw_title(draw: ImageDraw.ImageDraw, place: tuple[int, int], title: str, width: int) -> int:
    """Draws it; gives where it ends."""
    text = drawable(title) or ELLIPSIS
    wrapped = [wrap(text, size, width) for size, *_ in TITLES]
    fits = (number for number, lines in enumerate(wrapped) if len(lines) <= TITLES[number][2])
    chosen = next(fits, len(TITLES) - 1)
    lines, (size, height, most, bold) = wrapped[chosen], TITLES[chosen]
    shown = lines[:most]
    if len(lines) > most:
        shown[-1] = cut(f"{shown[-1]} {lines[most]}", size, width, always=True)
    for number, line in enumerate(shown):
        draw_line(draw, (place[0], place[1] + number * height), line, size, INK, bold=bold)
    return place[1] + len(shown) * height


def draw_lines(draw: ImageDraw.ImageDraw, place: tuple[int, int], texts: tuple[str, ...], width: int) -> None:
    """As many lines as there is room for above the foot; the last one says that there is more."""
    room = (HEIGHT - 120 - place[1]) // LINE_HEIGHT
    lines = [line for text in texts for line in wrap(drawable(text), LINE_SIZE, width)]
    if len(lines) > room > 0:
        lines[room - 1] = cut(f"{lines[room - 1]} {lines[room]}", LINE_SIZE, width, always=True)
    for number, line in enumerate(lines[: max(room, 0)]):
        draw_line(draw, (place[0], place[1] + number * LINE_HEIGHT), line, LINE_SIZE, SOFT)


def draw_foot(draw: ImageDraw.ImageDraw, left: int, card: Card) -> None:
    top = HEIGHT - 104
    draw.line((left, top, WIDTH - MARGIN, top), fill=RULE, width=2)
    names = [name for name in (card.lab, card.organization) if name]
    width = WIDTH - MARGIN - left
    if names:
        draw_line(draw, (left, top + 24), cut(" · ".join(names), LAB_SIZE, width), LAB_SIZE, INK, bold=0.4)


def paste_portrait(image: Image.Image, file: Any, focus: tuple[int, int]) -> None:
    """At the end of the card, with round corners."""
    with Image.open(file, formats=("JPEG",)) as stored:
        face = crop_to(stored.convert("RGB"), *PORTRAIT, focus)
    face = face.resize(PORTRAIT)
    mask = Image.new("L", (PORTRAIT[0] * 2, PORTRAIT[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), radius=32, fill=255)
    image.paste(face, (WIDTH - MARGIN - PORTRAIT[0], MARGIN), mask.resize(PORTRAIT))


# Letters


def draw_line(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, colour: str, bold: float = 0
) -> None:
    draw.text(place, text, font=font(size), fill=colour, stroke_width=bold, stroke_fill=colour)


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font for Chinese, Japanese and Korean, which has Latin too; without it, Pillow's own, Latin alone."""
    folder = cjk_folder()
    found = sorted(folder.glob("*Regular.*")) if folder else []
    return ImageFont.truetype(str(found[0]), size) if found else ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def has_glyph(sign: str) -> bool:
    """Whether the font has the sign: what it lacks is drawn like a sign that is none."""
    own, none = font(32).getmask(sign), font(32).getmask("\U0010fffd")
    return sign.isspace() or own.size != none.size or bytes(own) != bytes(none)


def drawable(text: str) -> str:
    """`text` without boxes: letters that the font lacks are written in Latin ones, pictures are left out.

    A text of pictures alone is named: “owl”.
    """
    shown = "".join(sign if has_glyph(sign) else latin(sign) for sign in text if sign.isprintable())
    return " ".join(shown.split()) or " ".join(anyascii(text).replace(":", " ").split())


def latin(sign: str) -> str:
    return "" if category(sign) in ("So", "Sk") else anyascii(sign)


def width_of(text: str, size: int) -> float:
    return font(size).getlength(text)


def wrap(text: str, size: int, width: int) -> list[str]:
    """The text in lines that fit; words break where they are longer than a line, Chinese between any two signs."""
    lines, line = [], ""
    for piece in pieces_of(text):
        if width_of((line + piece).rstrip(), size) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while width_of(line.rstrip(), size) > width:
            end = fitting(line, size, width)
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line.rstrip()] if line.strip() else lines


def pieces_of(text: str) -> list[str]:
    """Words with the blank behind them; signs of two columns one by one."""
    pieces, word = [], ""
    for sign in text:
        if sign >= "\u2e80":
            pieces += [word, sign] if word else [sign]
            word = ""
            continue
        word += sign
        if sign == " ":
            pieces.append(word)
            word = ""
    return [*pieces, word] if word else pieces


def fitting(text: str, size: int, width: int) -> int:
    """How many signs of `text` fit, at least one. Asks for the width of a few beginnings only."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], size) <= width else (low, middle - 1)
    return low


def cut(text: str, size: int, width: int, *, always: bool = False) -> str:
    """The text on one line, ending in “…” where it is cut, or `always`."""
    text = drawable(text)
    if not always and width_of(text, size) <= width:
        return text
    end = fitting(text, size, width - int(width_of(ELLIPSIS, size)))
    return text[:end].rstrip(" ,.;:") + ELLIPSIS
