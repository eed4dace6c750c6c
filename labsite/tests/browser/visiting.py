"""What a visitor does, in a browser: on the site itself and on its published copy, which pass the same scenarios."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Scenario = Callable[[Page], None]


def filter_by_venue_and_year_and_go_back(page: Page) -> None:
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


def search_a_list_and_go_back_once(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/publications/")
    everything = page.locator(".results-count").inner_text()
    words = page.get_by_label("Words", exact=True)
    words.fill("pruning")
    words.press("Enter")
    expect(page).to_have_url(re.compile("q=pruning"))
    expect(page.locator(".results-count")).not_to_have_text(everything)
    page.go_back()
    expect(page).not_to_have_url(re.compile("q="))
    expect(page.locator(".results-count")).to_have_text(everything)


def open_filters_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/publications/")
    box = page.get_by_role("checkbox", name=re.compile("^ICML Workshop"))
    expect(box).not_to_be_visible()
    page.get_by_text("Filters", exact=True).click()
    box.check()
    expect(page.locator(".publication-title")).to_have_text([re.compile("ReasonRec")])
    expect(box).to_be_visible()


def find_the_right_zhang(page: Page) -> None:
    page.goto("/publications/deepzero/")
    links = page.locator(".paper-authors a[href='/people/yihua-zhang/']")
    expect(links).to_have_count(1)
    names = page.locator(".paper-authors .author").all_inner_texts()
    assert names.index("Y. Zhang") == 1
    assert page.locator(".paper-authors .author").nth(6).get_attribute("href") == "/people/yihua-zhang/"


def follow_an_old_address(page: Page) -> None:
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


def ask_a_hard_question_without_a_mouse(page: Page) -> None:
    assert re.findall(r"@\w+\{(.*),", answer_by_keyboard(page)) == ["pv-tuning"]


def see_the_list_follow_and_hear_of_it(page: Page) -> None:
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


def search_and_see_what_was_found(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Search people, publications and news").fill("r2mu")
    page.keyboard.press("Enter")
    expect(page.locator(".publication-title mark, .publication-title").first).to_be_visible()
    page.goto("/search/?q=unlearning")
    expect(page.locator("mark").first).to_have_text(re.compile("^Unlearning$", re.IGNORECASE))


def copy_a_citation_by_keyboard(page: Page) -> None:
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


def keep_the_focus_at_the_list(page: Page) -> None:
    page.goto("/publications/?venue=iclr&q=learning")
    page.locator(".chosen-filters a").first.focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("venue="))
    expect(page.locator("#results-count")).to_be_focused()


SCENARIOS: list[Scenario] = [
    filter_by_venue_and_year_and_go_back,
    search_a_list_and_go_back_once,
    open_filters_on_a_phone,
    find_the_right_zhang,
    follow_an_old_address,
    ask_a_hard_question_without_a_mouse,
    see_the_list_follow_and_hear_of_it,
    search_and_see_what_was_found,
    copy_a_citation_by_keyboard,
    keep_the_focus_at_the_list,
]
