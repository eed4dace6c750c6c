"""The keyboard alone: every stop is seen, uncovered, in order and left again; what opens closes with Escape."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from labsite.tests.browser.pages import MEMBERS, PUBLIC, admin_pages

pytestmark = pytest.mark.once

# Every stop is judged at the next press of a key, when the page has scrolled to it.
WATCH = r"""() => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const parts = colour => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const luminance = colour => {
    const [r, g, b] = parts(colour).slice(0, 3).map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const groundOf = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (parts(colour)[3] > 200) return colour;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes("dark")
      && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff";
  };
  const named = element => {
    const words = [element.getAttribute("aria-label"), element.innerText, element.textContent, element.id];
    const label = words.find(Boolean) || "";
    return `<${element.tagName.toLowerCase()}> ${label.trim().slice(0, 60)}`;
  };
  const places = "a[href], button, input, select, textarea, summary, [tabindex], iframe";
  const looks = element => {
    const shape = element instanceof SVGElement ? getComputedStyle(element.querySelector("rect, circle, path")) : null;
    return shape ? [shape.stroke, shape.strokeWidth].join(" ") : getComputedStyle(element).boxShadow;
  };
  const before = new Map([...document.querySelectorAll(places)].map(each => [each, looks(each)]));
  const indicator = element => {
    const style = getComputedStyle(element);
    if (style.outlineStyle === "auto") return "";
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5) {
      const inside = parseFloat(style.outlineOffset) < 0;
      const ground = groundOf(inside ? element : element.parentElement);
      const ratio = contrast(style.outlineColor, ground);
      return ratio >= 3 ? "" : `its outline ${style.outlineColor} has ${ratio.toFixed(2)}:1 on ${ground}`;
    }
    const shape = element instanceof SVGElement && element.querySelector("rect, circle, path");
    if (shape && contrast(getComputedStyle(shape).stroke, groundOf(element)) < 3) return "its edge can hardly be seen";
    return before.get(element) !== looks(element) ? "" : "nothing shows that it is focused";
  };
  const covered = element => {
    const boxes = [...element.getClientRects()].filter(each => each.width && each.height);
    const seen = boxes.filter(each =>
      each.bottom > 0 && each.right > 0 && each.top < innerHeight && each.left < innerWidth);
    if (!seen.length) return boxes.length ? "it is outside of the window" : "it has no size";
    const hits = seen.map(each => {
      const x = (Math.max(each.left, 0) + Math.min(each.right, innerWidth)) / 2;
      const y = (Math.max(each.top, 0) + Math.min(each.bottom, innerHeight)) / 2;
      return document.elementFromPoint(x, y);
    });
    const own = hit => hit && (element.contains(hit) || [...(element.labels || [])].some(each => each.contains(hit))
      || (hit.contains(element) && hit !== document.body && hit !== document.documentElement));
    return hits.some(own) ? "" : `it is covered by ${named(hits[0] || document.body)}`;
  };
  const stops = window.keyboardStops = {seen: [], problems: [], done: false};
  let last = null;
  document.addEventListener("keydown", event => {
    const element = document.activeElement;
    if (event.key !== "Tab" || stops.done || !element || (element === document.body && !last)) return;
    if (element === document.body || element === document.documentElement || stops.seen.includes(element)) {
      stops.done = true;
      return;
    }
    stops.seen.push(element);
    const isAfter = !last || last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
    const problems = [indicator(element), covered(element),
      isAfter ? "" : `it comes after ${named(last)} but stands before it`];
    stops.problems.push(...problems.filter(Boolean).map(each => `${named(element)}: ${each}`));
    last = element;
  }, true);
}"""
MOST_STOPS = 900

WALKED = [
    "home", "people", "person", "CV", "group", "publications, filtered", "publications, none found", "publication",
    "venues", "venue", "topic", "awards", "mentorship", "figures", "news", "project", "search", "own page", "login",
    "nowhere",
]  # fmt: skip
WALKED_ADMIN = [
    "index", "people found", "person", "publication", "add publications", "merge", "lab profile", "import of people",
]  # fmt: skip


def walk(page: Page, kind: str, path: str) -> list[str]:
    """What is wrong with the stops of a page, each with the page's kind in front."""
    page.goto(path)
    page.evaluate(WATCH)
    for _ in range(MOST_STOPS // 20):
        for _ in range(20):
            page.keyboard.press("Tab")
        if page.evaluate("keyboardStops.done"):
            break
    done, count, problems = page.evaluate("[keyboardStops.done, keyboardStops.seen.length, keyboardStops.problems]")
    if not done:
        problems.append(f"after {count} stops the page was not left")
    if count < 3:
        problems.append(f"only {count} places can be reached")
    return [f"{kind} | {problem}" for problem in problems]


def walk_all(page: Page, pages: dict[str, str]) -> list[str]:
    page.emulate_media(reduced_motion="reduce")
    return [problem for kind, path in pages.items() for problem in walk(page, kind, path)]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_every_stop_of_public_pages(page: Page, demo, scheme: str, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found = walk_all(page, {kind: PUBLIC[kind] for kind in WALKED})
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_every_stop_of_the_pages_of_members_and_editors(signed_in_page: Page, scheme: str, width: int):
    page = signed_in_page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found = walk_all(page, {**MEMBERS, **admin_pages(WALKED_ADMIN)})
    assert not found, "\n".join(found)


def focused_in(page: Page, selector: str) -> bool:
    return page.evaluate("selector => Boolean(document.activeElement.closest(selector))", selector)


@pytest.mark.parametrize("path", ["/", "/publications/deepzero/", "/nowhere/"])
def test_the_skip_link_comes_first_and_skips(page: Page, demo, path: str):
    page.goto(path)
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    expect(link).to_have_attribute("href", "#content")
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused_in(page, "#content")


def test_the_skip_link_of_the_admin(signed_in_page: Page):
    page = signed_in_page
    page.goto("/admin/people/person/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#content-start")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused_in(page, "#content")


def test_parts_open_and_close_by_keyboard(page: Page, demo):
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", "/publications/", "/people/yihua-zhang/", "/publications/deepzero/"):
        page.goto(path)
        for summary in page.locator("summary:visible").all()[:6]:
            details = summary.locator("xpath=..")
            before = details.get_attribute("open")
            summary.focus()
            page.keyboard.press("Enter")
            assert details.get_attribute("open") != before, (path, summary.inner_text())
            page.keyboard.press("Space")
            assert details.get_attribute("open") == before, (path, summary.inner_text())


def test_a_list_that_opened_closes_with_escape(signed_in_page: Page):
    page = signed_in_page
    page.goto("/admin/publications/publication/add/")
    box = page.locator(".field-venue .select2-selection")
    box.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".select2-results__options")).to_be_visible()
    page.keyboard.type("neurips")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text(re.compile("NeurIPS"))
    page.keyboard.press("Escape")
    expect(page.locator(".select2-results__options")).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("neurips")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text(re.compile("NeurIPS"))
    page.keyboard.press("Enter")
    expect(box).to_have_text(re.compile("NeurIPS"))


def test_authors_are_reordered_without_a_mouse(signed_in_page: Page):
    page = signed_in_page
    page.goto(admin_pages(["publication"])["publication"])
    names = page.locator("#authorships-group tr.form-row:not(.empty-form) input[name$='-printed_name']")
    before = [each.input_value() for each in names.all()]
    up = page.locator("#authorships-1").get_by_role("button", name="Move up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    after = [each.input_value() for each in names.all()]
    assert after == [before[1], before[0], *before[2:]]
    expect(page.locator("#authorships-group [role=status]")).to_have_text(f"{before[1]} is now number 1.")
    page.locator("input[name=_continue]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist .success")).to_be_visible()
    address = reverse("publications:publication", args=["unlearners-can-lie"])
    page.goto(address)
    assert page.locator(".paper-authors .author").first.inner_text() == before[1]


def test_publications_are_filtered_by_keyboard_alone(page: Page, demo):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/publications/")
    page.locator("summary", has_text="Filters").first.focus()
    page.keyboard.press("Enter")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "filter-venue-iclr":
            break
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("venue=iclr"))
    expect(page.locator("#announcement")).to_have_text(re.compile(r"\d+ publications"))
    expect(page.locator("#filter-venue-iclr")).to_be_focused()
