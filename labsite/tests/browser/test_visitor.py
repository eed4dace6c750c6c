"""A visitor in a real browser, on the demo data."""

from __future__ import annotations

import re
import time

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, Route, expect


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
    expect(page).to_have_url(re.compile("#content$"))


def test_old_address_leads_to_the_person(page: Page):
    page.goto("/about.html")
    expect(page).to_have_url(re.compile("/people/kai-yi/$"))


QUESTION = "Oral papers at NeurIPS or ICML since 2021 with code"


def answer_by_keyboard(page: Page) -> str:
    """The question asked and answered in three actions without a mouse; gives the downloaded file's text."""
    page.goto("/publications/")
    words = page.get_by_label("Words", exact=True)
    words.focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")  # one: ask
    hint = page.locator(".hint a")
    expect(hint).to_have_text("Oral · NeurIPS · ICML · since 2021 · with code")
    hint.focus()
    page.keyboard.press("Enter")  # two: take the filters that are offered
    expect(page).to_have_url(re.compile(r"venue=neurips&venue=icml&award=oral&since=2021&code=yes"))
    link = page.locator(".export-links a", has_text="BibTeX")
    link.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")  # three: take them along
    return download.value.path().read_text(encoding="utf-8")


def test_a_hard_question_takes_three_actions_without_a_mouse(page: Page):
    text = answer_by_keyboard(page)
    assert re.findall(r"@\w+\{(.*),", text) == ["pv-tuning"]


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


def test_filters_change_the_list_without_a_reload_and_say_so(page: Page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/publications/")
    page.evaluate("window.stillHere = true")
    box = page.get_by_role("checkbox", name=re.compile("^ICLR "))
    box.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("venue=iclr"))
    expect(page.locator("#announcement")).to_have_text(re.compile(r"\d+ publications"))
    expect(page.locator(":focus")).to_have_attribute("id", "filter-venue-iclr")
    page.locator(".histogram a", has_text="2024").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("year=2024"))
    expect(page.locator(".histogram a[aria-current]")).to_have_attribute("aria-label", re.compile("^2024: .* chosen$"))
    page.get_by_role("link", name="By title").click()
    expect(page).to_have_url(re.compile("sort=title"))
    assert page.evaluate("window.stillHere") is True
    page.get_by_role("link", name="Clear all").first.click()
    expect(page).to_have_url(re.compile(r"/publications/$"))


def test_search_marks_what_it_found(page: Page):
    page.goto("/")
    page.get_by_label("Search people, publications and news").fill("r2mu")
    page.keyboard.press("Enter")
    expect(page.locator(".publication-title mark, .publication-title").first).to_be_visible()
    page.goto("/search/?q=unlearning")
    expect(page.locator("mark").first).to_have_text(re.compile("^Unlearning$", re.IGNORECASE))
    page.goto("/search/?q=zhnag")
    page.locator(".hint a").first.click()
    expect(page.locator(".person-card-name", has_text="Yihua Zhang").first).to_be_visible()


def test_copy_buttons_work_by_keyboard_and_say_so(page: Page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/publications/deepzero/")
    button = page.get_by_role("button", name="Copy the BibTeX entry")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".copy-status", has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@inproceedings{deepzero,")
    page.get_by_role("button", name="Copy the APA reference").press("Space")
    expect(page.locator(".copy-status", has_text="Copied").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Chen, A., Zhang, Y.,")


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


def test_focus_stays_at_the_list(page: Page):
    page.goto("/publications/?venue=iclr&q=learning")
    page.locator(".chosen-filters a").first.focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("venue="))
    expect(page.locator("#results-count")).to_be_focused()
