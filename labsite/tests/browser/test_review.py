"""The review queue in a real browser, without scripts: look, mend, dismiss, take back, also on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from labsite.tests.factories import make_member, make_publication
from publications.models import Authorship

PASSWORD = "a long enough password"


@pytest.fixture
def plain_page(chromium: Browser, live_server, transactional_db) -> Iterator[Page]:
    """An assistant's page on a phone that runs no scripts."""
    get_user_model().objects.create_superuser("assistant", password=PASSWORD)
    context = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/admin/")
    page.get_by_label("Username").fill("assistant")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def test_assistant_works_through_the_queue(plain_page: Page):
    page = plain_page
    queue = page.get_by_role("region", name="To look at")
    expect(queue).to_contain_text("Nothing needs your attention.")

    ada = make_member("Adaline Quint", start="2020")
    lead = make_member("Bo Okafor", role="faculty", start="2015")
    for number in range(6):
        make_publication(f"Undated machines {number}", [lead], year=None, kind="thesis")
    make_publication("On Quiet Machines", [lead, "A. Quint"], kind="thesis")
    page.goto("/admin/")
    assert queue.get_by_role("heading", level=3).all_inner_texts() == [
        "1 author who looks like a member",
        "6 papers without a year",
        "2 members without a photo",
    ]
    narrow = page.locator("html").evaluate("(page) => page.scrollWidth <= page.clientWidth")
    assert narrow

    queue.get_by_role("button", name="Yes, it is Adaline Quint").click()
    expect(page.locator(".messagelist")).to_contain_text(
        "“A. Quint” on “On Quiet Machines” is linked to Adaline Quint."
    )
    assert Authorship.objects.get(printed_name="A. Quint").person == ada

    # A dismissal leads back to its group.
    expect(queue.get_by_role("heading", level=3)).to_have_count(2)
    queue.get_by_role("button", name="Not a problem – Undated machines 5").click()
    expect(page.locator(".messagelist")).to_contain_text("Not shown again: Undated machines 5.")
    expect(queue).to_contain_text("5 papers without a year")

    page.locator(".messagelist").get_by_role("link", name="Show it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not a problem")
    page.get_by_role("button", name="Show again").click()
    expect(page.locator("main")).to_contain_text("Nothing was called “not a problem” yet.")

    page.goto("/admin/")
    queue.get_by_role("link", name="All 6 papers without a year").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Papers without a year")
    page.get_by_role("link", name="Set the year – Undated machines 5").click()
    page.locator("#id_year").fill("2024")
    page.locator("input[name=_save]").first.click()
    page.goto("/admin/")
    expect(queue).to_contain_text("5 papers without a year")
