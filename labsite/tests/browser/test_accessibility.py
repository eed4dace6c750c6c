"""axe-core on every kind of page, in light and dark, at three widths and with text of twice the size."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from labsite.tests.browser.axe import find_in_sizes, find_violations
from labsite.tests.browser.pages import MEMBERS, PUBLIC, admin_pages

pytestmark = pytest.mark.once

ENTRY = "@article{quiet, title={On Quiet Machines}, author={Y. Zhang and Bo Okafor}, year={2024}, journal={Hush}}"


def part(pages: dict[str, str], number: int, parts: int) -> dict[str, str]:
    """Every `parts`th page: several tests share the work of several cores."""
    return dict(list(pages.items())[number::parts])


def settle(page: Page) -> None:
    """Ends what is still moving, so that no colour is measured half-way."""
    page.evaluate("document.getAnimations().forEach(each => each.finish())")


def look(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    settle(page)


def audit(page: Page, kind: str, *, enhanced: bool) -> list[str]:
    """What is wrong with the open page, each with kind, scheme and width in front."""
    found: list[str] = []

    def note(place: str, problems: list[str]) -> None:
        found.extend(f"{kind} | {place} | {problem}" for problem in problems)

    # Colours go with the scheme and everything else with the width, so these two are all four together.
    for scheme, width in (("light", 1440), ("dark", 390)):
        look(page, width, scheme)
        note(f"{scheme} {width} px", find_violations(page, enhanced=enhanced))
    look(page, 320, "light")
    note("light 320 px", find_in_sizes(page))
    with_large_text(page)
    note("200 % text 390 px", find_in_sizes(page))
    return found


def with_large_text(page: Page) -> None:
    """Text of twice the size, as the browser's own setting makes it: 32 px where it was 16."""
    page.set_viewport_size({"width": 390, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def with_normal_text(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})


def audit_all(page: Page, pages: dict[str, str], *, enhanced: bool) -> list[str]:
    found = []
    for kind, path in pages.items():
        response = page.goto(path)
        if response.status != (404 if kind == "nowhere" else 200) or not page.url.endswith(path):
            found.append(f"{kind} | {path} answers {response.status} at {page.url}")
        found += audit(page, kind, enhanced=enhanced)
        with_normal_text(page)
    return found


def report(found: list[str]) -> str:
    return f"{len(found)} problems\n" + "\n".join(found)


@pytest.mark.parametrize("number", range(4))
def test_public_pages(page: Page, demo, number: int):
    found = audit_all(page, part(PUBLIC, number, 4), enhanced=True)
    assert not found, report(found)


def test_pages_of_members(signed_in_page: Page):
    found = audit_all(signed_in_page, MEMBERS, enhanced=True)
    assert not found, report(found)


@pytest.mark.parametrize("number", range(4))
def test_admin_pages(signed_in_page: Page, number: int):
    found = audit_all(signed_in_page, part(admin_pages(), number, 4), enhanced=False)
    assert not found, report(found)


def test_pages_of_an_import_and_of_the_review_queue(signed_in_page: Page, editor: Client):
    plan = editor.post(reverse("admin:publications_import_add"), {"text": ENTRY}).headers["Location"]
    pages = {"plan of an import": plan}
    queue = editor.get(reverse("admin:index")).content.decode()
    for kind in ("people", "papers", "authors", "lacks"):
        address = reverse("admin:review_kind", args=[kind])
        if address in queue:
            pages[f"review of {kind}"] = address
    found = audit_all(signed_in_page, pages, enhanced=False)
    signed_in_page.goto(plan)
    signed_in_page.locator("button[name=apply], input[name=apply]").first.click()
    found += audit(signed_in_page, "import applied", enhanced=False)
    assert not found, report(found)


def test_what_opens_in_the_admin(signed_in_page: Page):
    """Lists of an autocomplete, rows that were added, a form with mistakes, closed parts opened."""
    page = signed_in_page
    page.goto("/admin/publications/publication/add/")
    page.locator("#authorships-group .add-row a").click()
    page.locator("#authorships-group .add-row a").click()
    for summary in page.locator("fieldset.collapse summary").all():
        summary.click()
    found = audit(page, "rows added", enhanced=False)
    with_normal_text(page)
    assert page.get_by_role("textbox", name="Printed name, author 2").count() == 1
    page.locator("#authorships-1 .field-person .select2-selection").click()
    page.locator(".select2-search__field").last.fill("zhang")
    page.locator(".select2-results__option--highlighted").wait_for()
    found += audit(page, "list open", enhanced=False)
    with_normal_text(page)
    page.keyboard.press("Escape")
    page.locator("input[name=_save]").first.click()
    page.locator(".errornote").wait_for()
    found += audit(page, "mistakes", enhanced=False)
    assert not found, report(found)
