"""The colours of tokens.css as they are used: text has 7:1 on every ground it stands on, borders of controls 3:1."""

from __future__ import annotations

import colorsys
import re

import pytest
from django.conf import settings

from labsite.models.site import DEFAULT_ACCENT
from labsite.theme import contrast, make_palette, write_colour

CSS = settings.BASE_DIR / "labsite" / "static" / "labsite" / "css"
GROUNDS = ("paper", "surface", "surface-sunk")
ON_ANY_GROUND = ("ink", "ink-soft", "accent", "accent-strong")
PAIRS = (
    ("accent-strong", "accent-wash"), ("ink", "accent-wash"), ("accent", "accent-wash"), ("on-accent", "accent"),
    ("on-accent", "accent-strong"), ("gold-ink", "gold-wash"), ("green-ink", "green-wash"), ("red-ink", "red-wash"),
    ("ink", "gold-wash"), ("ink", "red-wash"), ("ink-soft", "accent-wash"),
)  # fmt: skip


def read_tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme by name, as six digits each. The dark scheme changes only some of the light one's."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    tokens = {}
    for block in (light, dark) if scheme == "dark" else (light,):
        for name, value in re.findall(r"--([a-z0-9-]+): (hsl\([^/()]*\)|#[0-9a-f]{6});", block):
            tokens[name] = read_hsl(value)
    return tokens


def read_hsl(value: str) -> str:
    if value.startswith("#"):
        return value
    hue, saturation, lightness = (float(part) for part in re.findall(r"[0-9.]+", value))
    return write_colour(colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme):
    tokens = read_tokens(scheme)
    pairs = [(text, ground) for text in ON_ANY_GROUND for ground in GROUNDS] + list(PAIRS)
    poor = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 7} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_controls_can_be_seen(scheme):
    tokens = read_tokens(scheme)
    ratios = {ground: round(contrast(tokens["rule-strong"], tokens[ground]), 2) for ground in GROUNDS}
    assert {ground: ratio for ground, ratio in ratios.items() if ratio < 3} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_default_accent_is_the_one_of_the_theme(scheme):
    """A lab that chose no colour gets no theme.css: both must say the same."""
    tokens = read_tokens(scheme)
    palette = make_palette(DEFAULT_ACCENT)[scheme]
    assert {name: tokens[name] for name in palette} == palette


def test_colours_stand_in_tokens_alone():
    """Every other style sheet names tokens, so that light, dark and print follow."""
    literal = re.compile(r"(?<![\w-])(#[0-9a-fA-F]{3,8}\b|rgba?\((?!var)|hsla?\((?!var)|oklch\((?!var))")
    found = {}
    for name in ("base", "layout", "components"):
        lines = (CSS / f"{name}.css").read_text(encoding="utf-8").splitlines()
        found |= {f"{name}.css:{number}": line.strip() for number, line in enumerate(lines, 1) if literal.search(line)}
    assert found == {}


def test_there_are_five_style_sheets():
    names = {"tokens", "base", "layout", "components", "print"}
    assert {path.stem for path in CSS.glob("*.css")} == names
