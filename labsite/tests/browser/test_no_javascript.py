"""The same tasks without JavaScript: browsing, filtering, citing, searching, logging in, editing, importing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from people.models import Person
from publications.models import Publication

PASSWORD = "a long enough password"


@pytest.fixture
def plain_page(chromium: Browser, live_server, demo) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.set_default_timeout(15_000)
    yield page
    context.close()


def test_from_people_to_a_citation(plain_page: Page):
    page = plain_page
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="People").click()
    page.get_by_role("main").get_by_role("link", name="Yihua Zhang").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Yihua Zhang")
    page.get_by_role("link", name=re.compile("DeepZero")).first.click()
    expect(page).to_have_url(re.compile("/publications/deepzero/$"))
    expect(page.locator("main")).to_contain_text("@inproceedings{deepzero,")
    with page.expect_download() as download:
        page.locator("a[href$='cite.bib']").first.click()
    assert "@inproceedings{deepzero," in download.value.path().read_text(encoding="utf-8")


def test_filter_and_search(plain_page: Page):
    page = plain_page
    page.goto("/publications/")
    page.get_by_role("checkbox", name=re.compile("^NeurIPS")).check()
    page.get_by_role("button", name="Apply filters").first.click()
    page.get_by_role("link", name=re.compile("^2024:")).click()
    expect(page).to_have_url(re.compile(r"(?=.*venue=neurips)(?=.*year=2024)"))
    expect(page.locator(".publication-title")).to_have_count(4)
    page.get_by_role("searchbox", name=re.compile("Search")).first.fill("unlearning")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=unlearning"))
    expect(page.locator("mark").first).to_have_text(re.compile("unlearning", re.IGNORECASE))


def test_mentorship_figures_and_the_other_language(plain_page: Page):
    page = plain_page
    page.goto("/mentorship/")
    expect(page.locator("main")).to_contain_text("Yihua Zhang")
    expect(page.locator("main svg[role=img], main svg[aria-labelledby], main img").first).to_be_visible()
    page.goto("/figures/")
    expect(page.locator("main svg").first).to_be_visible()
    assert page.locator("main table").count() >= 3
    page.get_by_role("link", name="简体中文").click()
    expect(page).to_have_url(re.compile("/zh-hans/figures/"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"(?<!zh-hans)/figures/"))


def log_in(page: Page) -> None:
    get_user_model().objects.create_superuser("assistant", password=PASSWORD)
    page.goto("/admin/")
    page.get_by_label("Username").fill("assistant")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def save(page: Page) -> None:
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_person_and_a_paper_are_edited(plain_page: Page):
    page = plain_page
    log_in(page)
    page.goto("/admin/people/person/add/")
    page.get_by_role("link", name=re.compile("three empty rows")).click()
    page.get_by_label("Full name").fill("Ada Quint")
    page.get_by_label("Role, membership 1").select_option("phd")
    page.get_by_label("Start, membership 1").fill("2022")
    save(page)

    page.goto("/admin/publications/publication/add/?plain=2")
    page.locator("#id_title").fill("On Quiet Machines")
    page.locator("#id_year").fill("2024")
    page.get_by_label("Printed name, author 1").fill("B. First")
    page.get_by_label("Position, author 1").fill("1")
    page.get_by_label("Person, author 2").select_option(label="Ada Quint")
    page.get_by_label("Position, author 2").fill("2")
    save(page)

    page.goto("/people/")
    page.get_by_role("link", name="Ada Quint").click()
    page.get_by_role("link", name="On Quiet Machines").first.click()
    expect(page.locator(".paper-authors .author")).to_have_text(["B. First", "Ada Quint"])

    paper = Publication.objects.get(title="On Quiet Machines")
    page.goto(f"/admin/publications/publication/{paper.pk}/change/")
    page.get_by_label("Position, author 1").fill("2")
    page.get_by_label("Position, author 2").fill("1")
    page.get_by_label("Equal contribution, author 2").check()
    save(page)
    page.goto(paper.get_absolute_url())
    expect(page.locator(".paper-authors .author")).to_have_text(["Ada Quint", "B. First"])


ENTRY = "@article{hush, title={Hush}, author={Ada Quint and Bo Okafor}, year={2024}, journal={Hush Letters}}"


def test_papers_are_imported_and_taken_back(plain_page: Page):
    page = plain_page
    log_in(page)
    page.goto("/admin/publications/import/add/")
    page.get_by_label("Paste here").fill(ENTRY)
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_role("button", name="Apply the whole import").click()
    expect(page.locator(".import-lead")).to_contain_text("1 created")
    assert Publication.objects.filter(title="Hush").count() == 1
    page.get_by_role("button", name="Take the whole import back").click()
    expect(page.locator(".messagelist")).to_contain_text("Taken back")
    assert Publication.objects.filter(title="Hush").count() == 0


def test_a_long_list_of_choices_becomes_a_number(plain_page: Page, monkeypatch):
    monkeypatch.setattr("labsite.lib.plain.MOST_CHOICES", 5)
    page = plain_page
    log_in(page)
    page.goto("/admin/publications/publication/add/?plain=1")
    person = Person.objects.get(slug="kai-yi")
    page.locator("#id_title").fill("On Quiet Machines")
    page.get_by_label("Person, author 1").fill(str(person.pk))
    page.get_by_label("Position, author 1").fill("1")
    save(page)
    assert Publication.objects.get(title="On Quiet Machines").authorships.get().person == person
