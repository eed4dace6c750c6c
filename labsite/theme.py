"""Colours made from the lab's accent, readable whatever colour is chosen. Pure, but that it reads tokens.css once.

Contrast is the ratio of WCAG 2.2 (relative luminance of sRGB). Text in the accent has at least 7:1 against every
ground it stands on, in light and in dark; what stands on an accent ground has 7:1 too.
"""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

from django.conf import settings

Colour = tuple[float, float, float]  # red, green and blue, each from 0 to 1

TOKENS = settings.BASE_DIR / "labsite" / "static" / "labsite" / "css" / "tokens.css"
LIGHT_GROUNDS = ("#ffffff", "#f2f4f8")
DARK_GROUNDS = ("#11141d", "#1f2430")
ENOUGH = 7.0
STEP = 0.005  # of lightness


def read_colour(text: str) -> Colour:
    """The colour of “#1a4a9c”."""
    return tuple(int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))


def write_colour(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted(luminance(read_colour(each)) for each in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def with_lightness(colour: Colour, lightness: float, saturation: float | None = None) -> str:
    hue, _, own = colorsys.rgb_to_hls(*colour)
    return write_colour(colorsys.hls_to_rgb(hue, lightness, own if saturation is None else min(own, saturation)))


def lightness_of(colour: Colour) -> float:
    return colorsys.rgb_to_hls(*colour)[1]


def readable(accent: str, grounds: tuple[str, ...], *, enough: float = ENOUGH, darker: bool) -> str:
    """The accent itself if it can be read on all `grounds`; else the nearest darker (or lighter) shade that can."""
    colour = read_colour(accent)
    lightness = lightness_of(colour)
    shade = accent
    while min(contrast(shade, ground) for ground in grounds) < enough and lightness != (0 if darker else 1):
        lightness = max(lightness - STEP, 0) if darker else min(lightness + STEP, 1)
        shade = with_lightness(colour, lightness)
    return shade


@lru_cache(maxsize=64)
def make_palette(accent: str) -> dict[str, dict[str, str]]:
    """The accent's shades for `light` and `dark`, by the names of tokens.css without their dashes."""
    colour = read_colour(accent)
    light_wash = with_lightness(colour, 0.96, 0.7)
    light = readable(accent, (*LIGHT_GROUNDS, light_wash), darker=True)
    dark_wash = with_lightness(colour, 0.17, 0.45)
    dark = readable(accent, (*DARK_GROUNDS, dark_wash), darker=False)
    return {
        "light": {
            "accent": light,
            "accent-strong": with_lightness(read_colour(light), max(lightness_of(read_colour(light)) - 0.1, 0)),
            "accent-wash": light_wash,
            "on-accent": "#ffffff",
        },
        "dark": {
            "accent": dark,
            "accent-strong": with_lightness(read_colour(dark), min(lightness_of(read_colour(dark)) + 0.1, 1)),
            "accent-wash": dark_wash,
            "on-accent": "#0b0e14",
        },
    }


def theme_css(accent: str) -> str:
    """The style sheet that gives the tokens of the accent their values."""
    palette = make_palette(accent)
    light, dark = (
        "".join(f"--{name}:{value};" for name, value in palette[scheme].items()) for scheme in ("light", "dark")
    )
    return f"@layer tokens{{:root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n"


def fixed_theme_css(accent: str, scheme: str) -> str:
    """The style sheet that gives every token its value of one scheme, “light” or “dark”, whatever the reader prefers.

    What it says stands in the layer of tokens.css and after it, so that it also holds against its dark part.
    """
    tokens = {**read_tokens("light"), **(read_tokens("dark") if scheme == "dark" else {})}
    tokens |= make_palette(accent)[scheme]
    rules = "".join(f"--{name}:{value};" for name, value in tokens.items())
    return f"@layer tokens{{@media screen{{:root{{color-scheme:{scheme};{rules}}}}}}}\n"


@lru_cache(maxsize=2)
def read_tokens(scheme: str) -> dict[str, str]:
    """The tokens that tokens.css sets for a scheme, by name; the dark one changes only some of the light one's."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    found = re.findall(r"--([a-z0-9-]+):([^;]+);", dark if scheme == "dark" else light)
    return {name: " ".join(value.split()) for name, value in found}
