"""Pages in Chinese, and in a language written from right to left, in a real browser, on the demo data."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.usefixtures("demo")

PAGES = [
    "/", "/people/", "/people/yihua-zhang/", "/publications/", "/publications/deepzero/", "/awards/", "/news/",
    "/mentorship/",
]  # fmt: skip
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def arabic(settings) -> None:
    """The site's first language is Arabic. Its words may stay English: what counts is the direction."""
    settings.LANGUAGES = [("ar", "العربية"), ("en", "English")]
    settings.LANGUAGE_CODE = "ar"


def middle(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize("address", PAGES)
def test_right_to_left_pages_do_not_scroll_sideways(page: Page, arabic, address):
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(address)
        root = page.locator("html")
        assert (root.get_attribute("dir"), root.get_attribute("lang")) == ("rtl", "ar")
        assert page.evaluate(SIDEWAYS) == 0, size
        assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == "rtl"


def test_the_layout_is_mirrored(page: Page, arabic, settings):
    page.set_viewport_size(WIDE)
    places = {}
    for language, direction in (("ar", "rtl"), ("en", "ltr")):
        settings.LANGUAGE_CODE = language
        page.goto("/publications/")
        assert page.evaluate("getComputedStyle(document.body).direction") == direction
        page.locator("#filters").evaluate("details => { details.open = true }")
        places[direction] = {
            "name": middle(page, ".site-name"),
            "search": middle(page, ".site-search"),
            "filters": middle(page, "#filters"),
            "list": middle(page, "#results-count"),
        }
    left, right = places["ltr"], places["rtl"]
    assert left["name"] < left["search"]
    assert right["name"] > right["search"]
    assert left["filters"] < left["list"]
    assert right["filters"] > right["list"]
    assert right["name"] == pytest.approx(WIDE["width"] - left["name"], abs=40)


def test_names_and_titles_are_isolated_from_the_direction_around_them(page: Page, arabic):
    page.set_viewport_size(WIDE)
    page.goto("/publications/")
    loose = (
        "all => all.filter(each => !each.matches('bdi') && !each.querySelector('bdi')).map(each => each.textContent)"
    )
    for selector in (".publication-title", ".author"):
        assert page.locator(selector).count() > 20
        assert page.locator(selector).evaluate_all(loose) == []
    page.goto("/people/")
    names = page.locator(".person-card-name, main tbody th")
    assert names.count() == 3
    assert names.evaluate_all(loose) == []
    title = page.locator("h1 bdi")
    page.goto("/people/yihua-zhang/")
    expect(title.first).to_have_text(re.compile("Zhang"))


@pytest.mark.parametrize("address", PAGES)
def test_chinese_pages_fit_and_stay_chinese(page: Page, address):
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(f"/zh-hans{address}")
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        assert page.evaluate(SIDEWAYS) == 0, size
    inside = "all => all.map(each => each.getAttribute('href')).filter(each => each.startsWith('/'))"
    links = page.locator("main a[href]:not([download])").evaluate_all(inside)
    files = re.compile(r"/(static|media|api)/|/feeds/|\.(bib|ris|json|jsonld|svg|csv|pdf|atom|txt)(\?|$)|/cv\.pdf")
    assert [link for link in links if not link.startswith("/zh-hans/") and not files.search(link)] == []


def test_switching_the_language_keeps_what_was_chosen(page: Page):
    page.set_viewport_size(WIDE)
    page.goto("/publications/?venue=neurips&year=2024")
    chosen = page.locator(".publication-title").all_inner_texts()
    page.get_by_role("link", name="简体中文").click()
    expect(page).to_have_url(re.compile(r"/zh-hans/publications/\?venue=neurips&year=2024$"))
    expect(page.locator(".publication-title")).to_have_text(chosen)
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"[^s]/publications/\?venue=neurips&year=2024$"))


def test_the_list_follows_its_filters_in_chinese(page: Page):
    page.set_viewport_size(WIDE)
    page.goto("/zh-hans/publications/")
    page.get_by_role("checkbox", name=re.compile("^NeurIPS")).check()
    expect(page).to_have_url(re.compile(r"/zh-hans/publications/\?venue=neurips"))
    expect(page.locator("#results-count")).to_have_text(re.compile(r"\d+ 篇论文"))


def test_what_is_copied_is_said_in_chinese(page: Page):
    page.goto("/zh-hans/publications/deepzero/")
    button = page.get_by_role("button", name="复制 BibTeX 条目")
    expect(button).to_have_text("复制")
    button.click()
    expect(page.get_by_text(re.compile("^(已复制|已选中：请按 Ctrl\\+C)$"))).to_be_visible()
