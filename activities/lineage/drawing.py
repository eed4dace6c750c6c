"""Trees as SVG: on a page, coloured by its style sheets, or in a file of their own.

People are links in a list; each says of whom it is and by whom they were guided. Lines say the same on a pointer, and
are left out of what is read aloud: it would hear everything twice. The page has it all as nested lists besides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.lineage.edges import CLOSENESS, Edge
from activities.lineage.layers import Key
from activities.lineage.layout import STUB, Box, Route
from activities.lineage.trees import (
    NAME_LEADING,
    NAME_SIZE,
    NOTE_LEADING,
    NOTE_SIZE,
    PADDING,
    Again,
    Card,
    Sheet,
    Tree,
)
from labsite.lib.svg import Element, element, lettering, number, shorten, standalone, text_width
from people.models import Person

MARGIN = 3
ARROW = 7
LABEL_SIZE = 11
MOST_PAPERS = 5  # that a line names
SAMPLE = 44  # the length of a line in the legend
INK, SOFT, PAPER, ACCENT, WASH, RULE = "#15181f", "#434b5c", "#ffffff", "#1a4a9c", "#eef3fc", "#7a8191"
STYLE = f"""
svg {{ font-family: Arial, "Liberation Sans", Helvetica, "Noto Sans", sans-serif; fill: {INK}; }}
.tree-paper {{ fill: {PAPER}; }}
.tree-heading {{ font-size: 20px; font-weight: 600; }}
.tree-line {{ fill: none; stroke: {SOFT}; stroke-width: 1.6; }}
.tree-arrow {{ fill: {SOFT}; }}
.tree-advisor .tree-line {{ stroke: {ACCENT}; stroke-width: 2.4; }}
.tree-advisor .tree-arrow {{ fill: {ACCENT}; }}
.tree-co-advisor .tree-line {{ stroke: {ACCENT}; stroke-width: 2; stroke-dasharray: 11 4; }}
.tree-co-advisor .tree-arrow {{ fill: {ACCENT}; }}
.tree-mentor .tree-line {{ stroke-dasharray: 5 3.5; }}
.tree-committee .tree-line {{ stroke-width: 2; stroke-dasharray: 0.1 5; stroke-linecap: round; }}
.tree-box {{ fill: {PAPER}; stroke: {RULE}; stroke-width: 1; }}
.tree-member .tree-box {{ fill: {WASH}; stroke: {ACCENT}; stroke-width: 1.5; }}
.tree-own .tree-box {{ stroke-width: 2.5; }}
.tree-bar {{ fill: {ACCENT}; }}
.tree-again .tree-box {{ stroke-dasharray: 3 3; }}
.tree-name {{ font-size: {NAME_SIZE}px; fill: {INK}; }}
.tree-member .tree-name, .tree-own .tree-name {{ font-weight: 600; }}
.tree-note {{ font-size: {NOTE_SIZE}px; fill: {SOFT}; }}
.tree-label {{ font-size: {LABEL_SIZE}px; fill: {SOFT}; }}
.tree-legend {{ font-size: {NOTE_SIZE}px; fill: {INK}; }}
"""


def draw_sheet(
    sheet: Sheet, name: str, title: str, description: str, address: Callable[[Person], str], own: Person | None = None
) -> Element:
    """One sheet as an `svg` element of its natural size. `name` begins its ids, `own` is whom the page is about."""
    width, height = sheet.layout.width + 2 * MARGIN, sheet.layout.height + 2 * MARGIN
    attributes = {
        "class": "tree", "width": width, "height": height, "viewBox": f"0 0 {number(width)} {number(height)}",
        "direction": "ltr", "role": "group", "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-text",
    }  # fmt: skip
    return element(
        "svg",
        attributes,
        element("title", {"id": f"{name}-title"}, title),
        element("desc", {"id": f"{name}-text"}, description),
        draw_content(sheet, address, own),
    )


def draw_content(
    sheet: Sheet, address: Callable[[Person], str], own: Person | None = None, *, x: float = 0, y: float = 0
) -> Element:
    """Lines and people of a sheet, moved by (`x`, `y`)."""
    shift = {"transform": f"translate({number(x + MARGIN)} {number(y + MARGIN)})"}
    lines = element("g", {"aria-hidden": "true"})
    for link, edges in sheet.lines.items():
        lines.append(draw_line(sheet.layout.routes[link], edges))
    people = element("g", {"role": "list", "aria-label": _("People")})
    guided = guided_by(sheet)
    for key in sorted(sheet.cards, key=lambda key: reading_order(key, sheet)):
        people.append(draw_card(sheet.cards[key], sheet.layout.boxes[key], key, guided.get(key, []), address, own))
    return element("g", shift, lines, people)


def reading_order(key: Key, sheet: Sheet) -> tuple[float, float]:
    """Generation by generation, from the top."""
    box = sheet.layout.boxes[key]
    return box.x, box.y


def guided_by(sheet: Sheet) -> dict[Key, list[Edge]]:
    """The edges of a sheet by whom they guide."""
    found: dict[Key, list[Edge]] = {}
    for (one, other), edges in sheet.lines.items():
        for edge, is_back in edges:
            found.setdefault(one if is_back else other, []).append(edge)
    return found


# Lines


def draw_line(route: Route, edges: Sequence[tuple[Edge, bool]]) -> Element:
    """One route with its arrow, or two arrows where two people guided each other."""
    codes = sorted({edge.code for edge, _is_back in edges}, key=CLOSENESS.index)
    group = element("g", {"class": f"tree-edge tree-{codes[0]}"})
    group.append(element("title", {}, "\n".join(describe(edge) for edge, _is_back in edges)))
    group.append(element("path", {"class": "tree-line", "d": path_of(route)}))
    for _edge, is_back in edges:
        tip = route.points[0] if is_back else route.points[-1]
        group.append(arrow(tip, to_left=is_back))
    (x, y), edge = route.points[-1], edges[0][0]
    middle = x - ARROW - (STUB - ARROW) / 2
    if edge.years:
        group.append(lettering(edge.years, middle, y - 5, "middle", class_="tree-label"))
    papers = count_papers(edge)
    if papers:
        group.append(lettering(shorten(papers, LABEL_SIZE, STUB), middle, y + 13, "middle", class_="tree-label"))
    return group


def path_of(route: Route) -> str:
    """Level where the points are level, else an S-shaped swing."""
    points = [(number(x), number(y), x, y) for x, y in route.points]
    steps = [f"M{points[0][0]} {points[0][1]}"]
    for (_x, first_text, left, first), (x_text, y_text, right, second) in zip(points, points[1:], strict=False):
        if first == second:
            steps.append(f"H{x_text}")
        else:
            middle = number((left + right) / 2)
            steps.append(f"C{middle} {first_text} {middle} {y_text} {x_text} {y_text}")
    return "".join(steps)


def arrow(tip: tuple[float, float], *, to_left: bool) -> Element:
    x, y = tip
    back = x + ARROW if to_left else x - ARROW
    points = f"{number(x)},{number(y)} {number(back)},{number(y - 4)} {number(back)},{number(y + 4)}"
    return element("polygon", {"class": "tree-arrow", "points": points})


def count_papers(edge: Edge) -> str:
    count = len(edge.publications)
    return ngettext("%(count)s paper", "%(count)s papers", count) % {"count": count} if count else ""


def how(edge: Edge) -> str:
    """As what and when: “Advisor, 2020 – 2024; Mentor, 2018”."""
    parts = [
        _("%(kind)s, %(period)s") % {"kind": strand.kind, "period": strand.period} if strand.period else strand.kind
        for strand in edge.strands
    ]
    return _("; ").join(parts)


def describe(edge: Edge) -> str:
    """An edge in words: who, whom, as what, when, and the papers."""
    names = {"mentor": edge.mentor, "mentee": edge.mentee, "how": how(edge)}
    text = _("%(mentor)s → %(mentee)s. %(how)s.") % names
    papers = edge.publications
    if not papers:
        return text
    titles = [paper.badge_text for paper in papers[:MOST_PAPERS]]
    if len(papers) > MOST_PAPERS:
        rest = len(papers) - MOST_PAPERS
        titles.append(ngettext("%(count)s more", "%(count)s more", rest) % {"count": rest})
    return f"{text} " + _("Papers: %(titles)s.") % {"titles": _("; ").join(titles)}


# People


def draw_card(
    card: Card, box: Box, key: Key, edges: Sequence[Edge], address: Callable[[Person], str], own: Person | None
) -> Element:
    kinds = ["tree-node"]
    kinds += ["tree-member"] if card.is_member else []
    kinds += ["tree-own"] if card.person == own else []
    kinds += ["tree-again"] if isinstance(key, Again) else []
    frame = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    link = element("a", {"class": " ".join(kinds), "href": address(card.person)})
    link.append(element("title", {}, introduce(card, edges)))
    link.append(element("rect", {"class": "tree-box", "rx": 6, **frame}))
    if card.is_member:
        link.append(element("rect", {"class": "tree-bar", **frame, "width": 5, "rx": 2.5}))
    x, used = box.x + PADDING, card.height - 2 * PADDING + 6
    y = box.middle - used / 2 + NAME_SIZE - 1
    for line in card.name_lines:
        link.append(lettering(line, x, y, class_="tree-name"))
        y += NAME_LEADING
    for line in card.note_lines:
        link.append(lettering(line, x, y - NAME_LEADING + NOTE_LEADING, class_="tree-note"))
        y += NOTE_LEADING
    return element("g", {"role": "listitem"}, link)


def introduce(card: Card, edges: Sequence[Edge]) -> str:
    """A person in words: name, role, and by whom they were guided."""
    parts = [", ".join(part for part in (card.person.name, card.note) if part)]
    for edge in edges:
        papers = count_papers(edge)
        values = {"mentor": edge.mentor, "how": how(edge), "papers": papers}
        parts.append((_("%(mentor)s: %(how)s, %(papers)s") if papers else _("%(mentor)s: %(how)s")) % values)
    return ". ".join(parts)


# Files


def draw_file(
    trees: Sequence[Tree], title: str, kinds: Sequence[tuple[str, str]], address: Callable[[Person], str]
) -> bytes:
    """All the trees one below the other, with a legend of `kinds` (code and label): a drawing that stands alone."""
    drawing = element("svg", {})
    top: float = 28
    content = element("g", {}, lettering(title, MARGIN, top, class_="tree-heading"))
    top += 30
    legend, legend_width = draw_legend(kinds, top)
    content.append(legend)
    top += 28
    width = max(legend_width, text_width(title, 20))
    for tree in trees:
        for sheet in tree.sheets:
            content.append(draw_content(sheet, address, y=top))
            top += sheet.layout.height + 40
            width = max(width, sheet.layout.width)
    for name, value in {
        "width": width + 2 * 24, "height": top + 24, "viewBox": f"-24 -12 {number(width + 48)} {number(top + 24)}",
        "direction": "ltr", "role": "group", "aria-labelledby": "title",
    }.items():  # fmt: skip
        drawing.set(name, value if isinstance(value, str) else number(value))
    drawing.append(element("title", {"id": "title"}, title))
    paper = {"class": "tree-paper", "x": -24, "y": -12, "width": width + 48, "height": top + 24}
    drawing.append(element("rect", paper))
    drawing.append(content)
    return standalone(drawing, STYLE)


def draw_legend(kinds: Sequence[tuple[str, str]], y: float) -> tuple[Element, float]:
    """The lines that occur, each with its name, and the mark of members; with its width."""
    legend, x = element("g", {}), float(MARGIN)
    for code, label in kinds:
        legend.append(sample(code, x, y))
        legend.append(lettering(label, x + SAMPLE + 8, y + 4, class_="tree-legend"))
        x += SAMPLE + 8 + text_width(label, NOTE_SIZE) + 24
    box = {"x": x, "y": y - 9, "height": 18, "rx": 3}
    legend.append(
        element(
            "g",
            {"class": "tree-member"},
            element("rect", {"class": "tree-box", **box, "width": 28}),
            element("rect", {"class": "tree-bar", **box, "width": 5}),
        )
    )
    label = _("Member of the lab")
    legend.append(lettering(label, x + 36, y + 4, class_="tree-legend"))
    return legend, x + 36 + text_width(label, NOTE_SIZE)


def sample(code: str, x: float, y: float) -> Element:
    """A short line as the drawing has it."""
    line = {"class": "tree-line", "d": f"M{number(x)} {number(y)}H{number(x + SAMPLE)}"}
    tip = arrow((x + SAMPLE, y), to_left=False)
    return element("g", {"class": f"tree-edge tree-{code}"}, element("path", line), tip)


def kinds_of(edges: Sequence[Edge]) -> list[tuple[str, str]]:
    """The kinds of lines that a drawing of these edges has, closest first: code and label."""
    labels = {strand.code: strand.kind for edge in edges for strand in edge.strands}
    found = {edge.code for edge in edges}
    return [(str(code), labels.get(code, str(code.label))) for code in CLOSENESS if code in found]
