"""What no rule of axe-core sees: sideways scrolling, clipped text, motion, forced colours, shifts, weight."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Page, Response

from labsite.tests.browser.pages import MEMBERS, PUBLIC, admin_pages

pytestmark = pytest.mark.once

# 320 px is also what a window of 1,280 px shows at 400 % zoom (WCAG 1.4.10).
WIDTHS = [320, 390, 768, 1440, 2560]

# Where the page scrolls sideways: how wide it is, and what sticks out farthest.
SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return "";
  const isScroller = each => getComputedStyle(each).overflowX !== "visible";
  const isInside = each => each !== document.body && (isScroller(each) || isInside(each.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(each => !isInside(each.parentElement))
    .map(each => [each.getBoundingClientRect().right, each]).sort((a, b) => b[0] - a[0])[0];
  return `${document.documentElement.scrollWidth} px wide in ${room}: ${wide[1].outerHTML.slice(0, 120)}`;
}"""

# The text spacing of WCAG 1.4.12, which a visitor's own style sheet may ask for.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""

CLIPPED = """() => [...document.body.querySelectorAll("*")].filter(each => {
  const style = getComputedStyle(each);
  if (style.clipPath !== "none" || style.clip !== "auto" || each.clientWidth <= 2 || each.closest("svg")) return false;
  if (!each.innerText || !each.innerText.trim()) return false;
  const hides = value => value === "hidden" || value === "clip";
  return hides(style.overflowY) && each.scrollHeight > each.clientHeight + 1
    || hides(style.overflowX) && each.scrollWidth > each.clientWidth + 1;
}).map(each => `clipped: ${each.outerHTML.slice(0, 120)}`)"""

MOVING = """() => document.getAnimations().map(each =>
  `${each.constructor.name} ${each.transitionProperty || each.animationName || ""} of ${
    each.effect.target.outerHTML.slice(0, 80)}`)"""

# Controls of which nothing but a ground made the shape; browsers draw their own boxes and dots.
SHAPELESS = """() => [...document.querySelectorAll("button, input, select, textarea, .button")].filter(each => {
  const style = getComputedStyle(each);
  if (!each.checkVisibility({visibilityProperty: true}) || ["checkbox", "radio", "range", "hidden"].includes(each.type)
    || each.clientWidth <= 2) return false;
  const edges = ["Top", "Right", "Bottom", "Left"].filter(edge =>
    style[`border${edge}Style`] !== "none" && parseFloat(style[`border${edge}Width`]) > 0);
  return !edges.length && style.outlineStyle === "none";
}).map(each => `without a border: ${each.outerHTML.slice(0, 100)}`)"""

SHIFTS = """() => new Promise(done => {
  const shifts = [];
  new PerformanceObserver(list => shifts.push(...list.getEntries().map(each => each.value)))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(shifts.reduce((sum, each) => sum + each, 0)), 300);
})"""


def layout_problems(page: Page, kind: str, path: str) -> list[str]:
    """Each with the page's kind and the width in front."""
    found: list[str] = []
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wide := page.evaluate(SIDEWAYS):
            found.append(f"{kind} | {width} px | {wide}")
    page.evaluate(SPACING)
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 900})
        problems = [page.evaluate(SIDEWAYS), *page.evaluate(CLIPPED)]
        found += [f"{kind} | text spacing, {width} px | {each}" for each in problems if each]
    return found


@pytest.mark.parametrize("number", range(2))
def test_nothing_scrolls_sideways_or_is_clipped(page: Page, demo, number: int):
    chosen = list(PUBLIC.items())[number::2]
    found = [problem for kind, path in chosen for problem in layout_problems(page, kind, path)]
    assert not found, "\n".join(found)


def test_the_same_for_pages_of_members(signed_in_page: Page):
    found = [problem for kind, path in MEMBERS.items() for problem in layout_problems(signed_in_page, kind, path)]
    assert not found, "\n".join(found)


# What of the title's text lies under a button: both as rows of the page, in px.
COVERED = """() => {
  const boxes = [...document.querySelectorAll("#content > h1, #content > h2")].map(each => {
    const text = document.createRange();
    text.selectNodeContents(each);
    return text.getBoundingClientRect();
  });
  return [...document.querySelectorAll(".object-tools a")].filter(each => {
    const own = each.getBoundingClientRect();
    const meets = box => own.left < box.right && own.right > box.left && own.top < box.bottom && own.bottom > box.top;
    return boxes.some(meets);
  }).map(each => each.innerText);
}"""


@pytest.mark.parametrize("width", [390, 768, 1023, 1440])
def test_buttons_of_an_admin_page_do_not_lie_on_its_title(signed_in_page: Page, width: int):
    page = signed_in_page
    page.set_viewport_size({"width": width, "height": 900})
    for kind in ("publications", "publication", "person"):
        page.goto(admin_pages()[kind])
        assert page.locator(".object-tools a").count() >= 2, kind
        assert page.evaluate(COVERED) == [], kind
        if width < 1024:
            room = page.locator("#content").bounding_box()["width"]
            assert room > 0.9 * width, kind


@pytest.mark.parametrize("path", ["/", "/people/", "/people/yihua-zhang/", "/publications/", "/publications/deepzero/"])
def test_nothing_moves_for_who_asked_for_less_motion(page: Page, demo, path: str):
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)
    found = page.evaluate(MOVING)
    for control in page.locator("main a:visible, main button:visible").all()[:5]:
        control.hover()
        control.focus()
        found += page.evaluate(MOVING)
    assert found == []


def test_controls_keep_their_shape_in_forced_colours(page: Page, demo):
    page.emulate_media(forced_colors="active")
    found = []
    for kind in ("home", "people", "publications", "publication", "search", "login", "CV"):
        page.goto(PUBLIC[kind])
        found += [f"{kind} | {problem}" for problem in page.evaluate(SHAPELESS)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/", "/people/", "/publications/"])
def test_nothing_shifts_and_pages_are_light(page: Page, demo, path: str, width: int):
    """60 KB as they travel, compressed, without photos."""
    page.set_viewport_size({"width": width, "height": 900})
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.ok and "/media/" not in response.url:
            weights[response.url] = len(gzip.compress(response.body(), 6))

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) == 0
    assert sum(weights.values()) < 60_000, weights
