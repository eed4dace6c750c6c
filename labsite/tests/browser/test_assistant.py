"""An assistant in the admin, in a real browser: what is entered there is what a visitor sees."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Locator, Page, expect

from labsite.tests.factories import make_publication

PASSWORD = "a long enough password"


@pytest.fixture
def signed_in(page: Page, transactional_db) -> Page:
    get_user_model().objects.create_superuser("assistant", password=PASSWORD)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto("/admin/")
    page.get_by_label("Username").fill("assistant")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def save(page: Page) -> None:
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def choose(page: Page, field: Locator, term: str) -> None:
    """Picks the first match in an autocomplete."""
    field.click()
    page.locator(".select2-search__field").last.fill(term)
    page.locator(".select2-results__option--highlighted", has_text=term).click()


def add_author(page: Page, index: int, name: str = "", person: str = "") -> None:
    page.locator("#authorships-group .add-row a").click()
    row = page.locator(f"#authorships-{index}")
    if person:
        choose(page, row.locator(".field-person .select2-selection"), person)
    if name:
        row.locator("input[name$='-printed_name']").fill(name)


def test_member_paper_swap_and_award(signed_in: Page):
    page = signed_in

    page.goto("/admin/people/person/add/")
    page.get_by_label("Full name").fill("Ada Quint")
    page.locator("#memberships-group .add-row a").click()
    page.locator("select[name=memberships-0-role]").select_option("phd")
    page.locator("input[name=memberships-0-start]").fill("2022")
    save(page)

    page.goto("/admin/publications/publication/add/")
    page.locator("#id_title").fill("On Quiet Machines")
    page.locator("#id_year").fill("2024")
    add_author(page, 0, name="B. First")
    add_author(page, 1, person="Ada Quint")
    add_author(page, 2, name="C. Last")
    page.locator("#authorships-1 input[name$='-is_equal']").check()
    save(page)

    page.goto("/publications/")
    page.get_by_role("link", name="On Quiet Machines").click()
    expect(page.locator(".paper-authors .author")).to_have_text(["B. First", "Ada Quint", "C. Last"])
    paper = page.url

    page.goto("/admin/publications/publication/")
    page.get_by_role("link", name="On Quiet Machines").click()
    page.locator("#authorships-1").get_by_role("button", name="Move up").click()
    expect(page.locator("#authorships-group [role=status]")).to_have_text("Ada Quint is now number 1.")
    save(page)

    page.goto(paper)
    expect(page.locator(".paper-authors .author")).to_have_text(["Ada Quint", "B. First", "C. Last"])
    expect(page.locator(".paper-authors")).to_contain_text("* equal contribution")

    page.goto("/admin/activities/award/add/")
    page.locator("#id_title").fill("Quiet Prize")
    page.locator("#receipts-group .add-row a").click()
    page.locator("input[name=receipts-0-year]").fill("2024")
    choose(page, page.locator("#receipts-0 .field-people .select2-selection"), "Ada")
    save(page)

    page.goto("/people/")
    page.get_by_role("link", name="Ada Quint").click()
    expect(page.locator("#awards")).to_contain_text("Quiet Prize")
    expect(page.locator("#publications .list-heading").first).to_contain_text("First-authored")
    page.goto("/awards/")
    expect(page.locator("main")).to_contain_text("Quiet Prize")
    page.goto("/publications/?author=ada-quint&year=2024")
    expect(page.locator(".publication-title")).to_have_text(["On Quiet Machines"])


def test_author_place_can_be_unknown_and_rows_removed(signed_in: Page):
    page = signed_in
    page.goto("/admin/publications/publication/add/")
    page.locator("#id_title").fill("On Quiet Machines")
    for index, name in enumerate(("A. One", "B. Two", "C. Three")):
        add_author(page, index, name=name)
    page.locator("#authorships-0").get_by_role("button", name="Place in the list unknown").click()
    expect(page.locator("#authorships-0 output")).to_have_text("?")
    expect(page.locator("#authorships-2 output")).to_have_text("2")
    page.locator("#authorships-1 .inline-deletelink").click()
    save(page)
    page.goto("/admin/publications/publication/")
    page.get_by_role("link", name="On Quiet Machines").click()
    names = page.locator("#authorships-group tr.form-row:not(.empty-form) input[name$='-printed_name']")
    expect(names).to_have_count(2)
    assert [names.nth(index).input_value() for index in range(names.count())] == ["C. Three", "A. One"]


def test_gaps_in_a_long_author_list_are_kept(signed_in: Page):
    page = signed_in
    names = {1: "A. One", 2: "B. Two", 7: "C. Seven"}
    paper = make_publication("On Quiet Machines", [{"position": key, "printed_name": names[key]} for key in names])
    page.goto(f"/admin/publications/publication/{paper.pk}/change/")
    page.locator("#id_title").fill("On Silent Machines")
    save(page)
    assert dict(paper.authorships.values_list("position", "printed_name")) == names
    page.goto(f"/admin/publications/publication/{paper.pk}/change/")
    page.locator("#authorships-2").get_by_role("button", name="Move up").click()
    add_author(page, 3, name="D. Eight")
    save(page)
    moved = {1: "A. One", 2: "C. Seven", 7: "B. Two", 8: "D. Eight"}
    assert dict(paper.authorships.values_list("position", "printed_name")) == moved


def test_mistake_is_told_at_the_field_and_nothing_is_lost(signed_in: Page):
    page = signed_in
    page.goto("/admin/people/person/add/")
    page.get_by_label("Full name").fill("Ada Quint")
    page.get_by_label("ORCID iD").fill("0000-0002-1825-0098")
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".field-orcid .errorlist")).to_contain_text("is not an ORCID iD")
    expect(page.get_by_label("Full name")).to_have_value("Ada Quint")
    page.get_by_label("ORCID iD").fill("https://orcid.org/0000-0002-1825-0097")
    save(page)
    expect(page.locator("#result_list")).to_contain_text(re.compile("0000-0002-1825-0097"))
