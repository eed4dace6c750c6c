"""A visitor in a real browser, on the demo data."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect


@pytest.fixture(autouse=True)
def demo(transactional_db):
    call_command("loaddata", "demo", verbosity=0)


def test_filter_by_venue_and_year_and_go_back(page: Page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/publications/")
    everything = page.locator(".results-count").inner_text()
    page.get_by_role("checkbox", name=re.compile("^NeurIPS")).check()
    expect(page).to_have_url(re.compile(r"venue=neurips"))
    expect(page.locator(".results-count")).to_have_text(re.compile("10 publications"))
    page.get_by_role("link", name=re.compile("^2024:")).click()
    expect(page).to_have_url(re.compile(r"year=2024"))
    expect(page.locator(".results-count")).to_have_text(re.compile("4 publications"))
    expect(page.locator(".publication-title")).to_have_text(
        [re.compile(start) for start in ("Defensive Unlearning", "PV-Tuning", "UnlearnCanvas", "WAGLE")]
    )
    page.get_by_role("link", name=re.compile("Venue: NeurIPS")).click()
    expect(page).not_to_have_url(re.compile("venue="))
    expect(page.locator(".chip", has_text="2024")).to_be_visible()
    page.go_back()
    expect(page.locator(".results-count")).to_have_text(re.compile("4 publications"))
    page.go_back()
    expect(page.locator(".results-count")).to_have_text(re.compile("10 publications"))
    page.go_back()
    expect(page.locator(".results-count")).to_have_text(everything)
    expect(page.get_by_role("checkbox", name=re.compile("^NeurIPS"))).not_to_be_checked()


def test_filters_open_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/publications/")
    box = page.get_by_role("checkbox", name=re.compile("^ICML Workshop"))
    expect(box).not_to_be_visible()
    page.get_by_text("Filters", exact=True).click()
    box.check()
    expect(page.locator(".publication-title")).to_have_text([re.compile("ReasonRec")])
    expect(box).to_be_visible()


def test_author_lines_link_the_right_zhang(page: Page):
    page.goto("/publications/deepzero/")
    links = page.locator(".paper-authors a[href='/people/yihua-zhang/']")
    expect(links).to_have_count(1)
    names = page.locator(".paper-authors .author").all_inner_texts()
    assert names.index("Y. Zhang") == 1
    assert page.locator(".paper-authors .author").nth(6).get_attribute("href") == "/people/yihua-zhang/"


def test_namesake_is_apart(page: Page):
    page.goto("/people/yihua-zhang/")
    expect(page.get_by_text("Secure Multi-Party Compiler")).to_have_count(0)
    page.goto("/people/yihua-zhang-2/")
    expect(page.get_by_role("link", name=re.compile("Secure Multi-Party Compiler")).first).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_scrolls_sideways(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "/", "/people/", "/people/yihua-zhang/", "/people/yihua-zhang/cv/", "/people/kai-yi/", "/publications/",
        "/publications/phd-proposal-kai-yi/", "/venues/", "/venues/neurips/", "/awards/", "/mentorship/", "/news/",
        "/research/", "/research/federated-learning/", "/groups/optml/", "/search/?q=zhang", "/nowhere/",
    ):  # fmt: skip
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_keyboard_reaches_the_content(page: Page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


def test_old_address_leads_to_the_person(page: Page):
    page.goto("/about.html")
    expect(page).to_have_url(re.compile("/people/kai-yi/$"))
