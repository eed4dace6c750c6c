"""Nine tones, each with a pattern of its own, so that nobody needs to tell colours apart; and the rules of files.

On a page the tones are the tokens `--figure-1` to `--figure-9`.
"""

from __future__ import annotations

from labsite.lib.svg import Element, element

TONES = ("#0e3a60", "#2a9d94", "#6f1049", "#e8622a", "#333333", "#9b7bd0", "#14502b", "#b8860b", "#5c2a0a")
INK, SOFT, PAPER, RULE, ACCENT = "#15181f", "#434b5c", "#ffffff", "#d9dde5", "#1a4a9c"
TILE = 8
# The signs that are laid over a tone, as paths on a tile of `TILE` by `TILE`.
SIGNS = (
    "",
    "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "M2 2h0.1M6 6h0.1",
    "M0 2H8M0 6H8",
    "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "M0 4H8M4 0V8",
    "M2 0V8M6 0V8",
    "M4 4h0.1",
    "M0 2L4 6L8 2",
)
STYLE = "\n".join(
    [
        f'svg {{ font-family: Arial, "Liberation Sans", Helvetica, "Noto Sans", sans-serif; fill: {INK}; }}',
        *(f".figure-fill-{index} {{ fill: {tone}; }}" for index, tone in enumerate(TONES, start=1)),
        f".figure-sign {{ fill: none; stroke: {PAPER}; stroke-width: 1.25; stroke-linecap: round; opacity: 0.5; }}",
        f".figure-paper {{ fill: {PAPER}; }}",
        f".figure-segment {{ stroke: {PAPER}; stroke-width: 1; }}",
        f".figure-grid {{ stroke: {RULE}; }}",
        f".figure-base {{ stroke: {INK}; }}",
        f".figure-text {{ font-size: 12px; fill: {SOFT}; }}",
        f".figure-total {{ font-size: 12px; font-weight: 600; fill: {INK}; }}",
        ".figure-heading { font-size: 20px; font-weight: 600; }",
        f".figure-words {{ font-size: 14px; fill: {SOFT}; }}",
        f".figure-link {{ stroke: {SOFT}; opacity: 0.45; }}",
        f".figure-dot {{ fill: {PAPER}; stroke: {SOFT}; stroke-width: 1.5; }}",
        f".figure-member .figure-dot {{ fill: {ACCENT}; stroke: {ACCENT}; }}",
        f".figure-name {{ font-size: 11px; fill: {INK}; stroke: {PAPER}; stroke-width: 3; paint-order: stroke; }}",
        ".figure-member .figure-name { font-weight: 600; }",
    ]
)


def tone_of(index: int) -> int:
    """The number of the tone of the series `index`, from 1."""
    return index % len(TONES) + 1


def patterns(name: str, count: int) -> Element:
    """The fills of `count` series: `url(#name-1)` and on."""
    definitions = element("defs")
    for index in range(count):
        tone = tone_of(index)
        tile = {"id": f"{name}-{tone}", "width": TILE, "height": TILE, "patternUnits": "userSpaceOnUse"}
        pattern = element("pattern", tile)
        pattern.append(element("rect", {"class": f"figure-fill-{tone}", "width": TILE, "height": TILE}))
        if SIGNS[tone - 1]:
            pattern.append(element("path", {"class": "figure-sign", "d": SIGNS[tone - 1]}))
        if index < len(TONES):
            definitions.append(pattern)
    return definitions


def swatch(name: str, index: int) -> Element:
    """A sample of a fill that is defined on the same page."""
    frame = {"class": "figure-swatch", "width": 20, "height": 14, "aria-hidden": "true", "focusable": "false"}
    box = {"width": 20, "height": 14, "rx": 2, "fill": f"url(#{name}-{tone_of(index)})"}
    return element("svg", frame, element("rect", box))
