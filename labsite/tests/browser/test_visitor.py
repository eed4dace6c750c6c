"""A visitor in a real browser, on the demo data."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from labsite.tests.browser.visiting import SCENARIOS, Scenario, answer_by_keyboard

pytestmark = pytest.mark.usefixtures("demo")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_visitor_can(page: Page, scenario: Scenario):
    """The same scenarios as test_published.py has for the published copy."""
    scenario(page)


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
    expect(page).to_have_url(re.compile("#content$"))


@pytest.fixture
def plain_page(chromium, live_server):
    """A browser without JavaScript."""
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    yield page
    context.close()


def test_the_same_without_javascript(plain_page: Page):
    assert re.findall(r"@\w+\{(.*),", answer_by_keyboard(plain_page)) == ["pv-tuning"]


def test_filters_without_javascript(plain_page: Page):
    page = plain_page
    page.goto("/publications/")
    page.get_by_role("checkbox", name=re.compile("^NeurIPS")).check()
    page.get_by_role("button", name="Apply filters").first.click()
    expect(page.locator(".results-count")).to_have_text(re.compile("10 publications"))
    page.get_by_role("link", name=re.compile("^2024:")).click()
    expect(page.locator(".results-count")).to_have_text(re.compile("4 publications"))
    page.get_by_label("since").fill("2023")
    page.get_by_role("button", name="Apply filters").first.click()
    expect(page).to_have_url(re.compile("since=2023"))
    page.go_back()
    expect(page.locator(".results-count")).to_have_text(re.compile("4 publications"))


def test_search_knows_what_is_meant(page: Page):
    page.goto("/search/?q=zhnag")
    page.locator(".hint a").first.click()
    expect(page.locator(".person-card-name", has_text="Yihua Zhang").first).to_be_visible()


def slow_down(page: Page, seconds: float) -> None:
    """Answers to the list's own requests take this long; pages come at once."""

    def wait(route: Route) -> None:
        if "hx-request" in route.request.headers:
            time.sleep(seconds)
        route.continue_()

    page.route("**/publications/**", wait)


def test_quick_choices_add_up(page: Page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/publications/")
    slow_down(page, 0.4)
    for name in ("ICLR", "ICML", "CVPR"):
        page.locator(f"#filter-venue-{name.lower()}").check()
    expect(page).to_have_url(re.compile("venue=.*venue=.*venue="))
    for name in ("iclr", "icml", "cvpr"):
        expect(page.locator(f"#filter-venue-{name}")).to_be_checked()


def test_a_request_that_fails_says_so(page: Page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/publications/")
    page.route("**/publications/**", lambda route: route.abort())
    page.locator("#filter-venue-iclr").check()
    expect(page.locator("#announcement")).to_contain_text("could not be loaded")
    expect(page.locator("#announcement")).to_be_visible()
