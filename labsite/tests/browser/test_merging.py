"""An assistant merges two records of one person in a real browser, looks at the result, and takes it back."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from labsite.tests.factories import make_award_receipt, make_member, make_person, make_publication

PASSWORD = "a long enough password"


@pytest.fixture
def signed_in(page: Page, transactional_db) -> Page:
    get_user_model().objects.create_superuser("assistant", password=PASSWORD)
    page.goto("/admin/")
    page.get_by_label("Username").fill("assistant")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_merge_from_a_page_choose_look_and_take_back(signed_in: Page):
    page = signed_in
    make_member("Ada Quint", headline="Quiet machines")
    double = make_person("A. Quint", headline="Soft machines", bio="Softly.")
    make_publication("Paper of the double", [double])
    make_award_receipt("Quiet Prize", double)

    page.goto(f"/admin/people/person/{double.pk}/change/")
    page.get_by_role("link", name="Merge into another…").click()
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").last.fill("Ada")
    page.locator(".select2-results__option--highlighted", has_text="Ada Quint").click()
    page.get_by_role("button", name="Compare the two").click()

    expect(page.locator(".merge-summary")).to_contain_text("This will move 1 award and 1 publication to Ada Quint.")
    page.get_by_role("link", name="Swap").click()
    expect(page.locator(".merge-stays")).to_contain_text("A. Quint")
    page.get_by_role("link", name="Swap").click()
    expect(page.locator(".merge-stays")).to_contain_text("Ada Quint")

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("group", name="Headline").get_by_label("Soft machines").check()
    page.get_by_role("button", name="Merge the two").click()
    expect(page.locator(".messagelist .success")).to_contain_text("“A. Quint” is part of “Ada Quint” now")

    page.goto("/people/a-quint/")
    expect(page).to_have_url("/people/ada-quint/")
    expect(page.locator("h1")).to_contain_text("Ada Quint")
    expect(page.get_by_role("link", name="Paper of the double")).to_have_count(1)
    expect(page.get_by_text("Soft machines").first).to_be_visible()

    page.goto("/admin/merges/")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".messagelist .success")).to_contain_text("“A. Quint” is back")
    page.goto("/people/a-quint/")
    expect(page.locator("h1")).to_contain_text("A. Quint")
    expect(page.get_by_role("link", name="Paper of the double")).to_have_count(1)
