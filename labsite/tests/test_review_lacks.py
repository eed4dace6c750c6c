"""What the review queue finds lacking: venue, year, identifier, end, photo, link, decision."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from pytest_django.asserts import assertContains

from labsite.models import LinkCheck
from labsite.review.stays import years_before
from labsite.tests.factories import (
    make_group,
    make_member,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.review import dismiss, find, reasons, titles
from people.models import Membership, Person
from publications.models import Import, ImportEntry, Publication

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


# Papers without venue, year or identifier


def test_paper_without_a_venue_is_listed_with_the_way_to_mend_it():
    ada = make_member("Ada Quint")
    paper = make_publication("On Quiet Machines", [ada], venue_text="Proc. of Quiet Things")
    [row] = find("no-venue")
    assert (
        row.reason == "Printed as “Proc. of Quiet Things”, but no venue is chosen: the venue filter does not find it."
    )
    assert [place.url for place in row.mends] == [f"/admin/publications/publication/{paper.pk}/change/#id_venue"]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "preprint", "status": "preprint"},
        {"kind": "conference-paper", "status": "preprint"},
        {"kind": "conference-paper", "status": "submitted"},
        {"kind": "thesis"},
        {"kind": "software"},
        {"is_published": False},
        {"listing": "never"},
    ],
    ids=str,
)
def test_paper_that_needs_no_venue_is_not_listed(values):
    paper = make_publication("On Quiet Machines", [make_member("Ada Quint")], **values)
    paper.identifiers.create(scheme="arxiv", value="2401.00001")
    make_publication("With a venue", [Person.objects.get()], venue=make_venue())
    make_publication("By nobody of the lab", ["B. Else"])
    assert titles("no-venue") == []
    Publication.objects.filter(pk=paper.pk).update(
        kind="conference-paper", status="published", is_published=True, listing="always"
    )
    assert titles("no-venue") == ["On Quiet Machines"]


def test_paper_without_a_year_is_listed_unless_it_is_only_submitted():
    ada = make_member("Ada Quint")
    make_publication("Undated", [ada], year=None)
    make_publication("Submitted", [ada], year=None, status="submitted")
    make_publication("Draft", [ada], year=None, is_published=False)
    make_publication("Dated", [ada], year=2020)
    [row] = find("no-year")
    assert (row.title, row.mends[0].url.partition("#")[2]) == ("Undated", "id_year")


def test_paper_without_an_identifier_is_listed():
    ada = make_member("Ada Quint")
    make_publication("Bare", [ada])
    make_publication("With a DOI", [ada]).identifiers.create(scheme="doi", value="10.1000/1")
    make_publication("At its publisher", [ada]).links.create(kind="publisher", url="https://example.org/paper")
    make_publication("Code only", [ada]).links.create(kind="code", url="https://example.org/code")
    make_publication("Thesis", [ada], kind="thesis")
    make_publication("Accepted", [ada], status="accepted")
    make_publication("Draft", [ada], is_published=False)
    assert titles("no-identifier") == ["Code only", "Bare"]
    assert find("no-identifier")[0].mends[0].url.endswith("/change/#identifiers-group")


def test_papers_are_mended_on_the_page_the_row_leads_to(admin_client):
    paper = make_publication("On Quiet Machines", [make_member("Ada Quint")], year=None)
    assertContains(admin_client.get(find("no-year")[0].mends[0].url.partition("#")[0]), 'id="id_year"')
    assertContains(admin_client.get(find("no-venue")[0].mends[0].url.partition("#")[0]), 'id="id_venue"')
    assertContains(admin_client.get(find("no-identifier")[0].mends[0].url.partition("#")[0]), 'id="identifiers-group"')
    paper.year = 2024
    paper.save()
    assert titles("no-year") == []


# Alumni without an end date


@pytest.mark.parametrize(
    ("role", "start", "listed"),
    [
        ("phd", "2017", True),  # over eight years ago, by the latest reading
        ("phd", "2018", False),
        ("postdoc", "2018", True),
        ("master", "2021", True),
        ("master", "2023", False),
        ("undergraduate", "2020", True),
        ("visitor", "2022-12", True),
        ("visitor", "2024", False),
        ("intern", "2022", True),
        ("principal-investigator", "1990", False),
        ("faculty", "1990", False),
        ("staff", "1990", False),
    ],
)
def test_stay_that_lasts_unusually_long_is_asked_about(role, start, listed):
    make_member("Ada Quint", role=role, start=start)
    assert len(find("stays")) == listed


def test_stay_is_asked_about_for_what_speaks_for_its_end():
    make_member("Ada Quint", start="2024", next_destination="Postdoc at Example University")
    Membership.objects.create(person=make_person("Bo Quint"), role="phd", start="2023", end_is_unknown=True)
    both = make_member("Cy Quint", start="2022")
    Membership.objects.create(person=both, role="postdoc", start="2025")
    elsewhere = make_member("Dee Quint", start="2022")
    elsewhere.positions.create(title="Engineer", start="2025", organization=make_organization("Example Corp"))
    assert reasons("stays") == [
        "Is here as Postdoc since; has the earlier stay ended?",
        "Has a later position, “Engineer”, but the stay has no end: they show as current.",
        "The stay is over, but nobody noted when it ended.",
        "Went on to “Postdoc at Example University”, but the stay has no end: they show as current.",
    ]


def test_stay_that_is_plausible_is_not_asked_about():
    make_member("Ended", start="2010", end="2015", next_destination="Somewhere")
    here = make_organization("Example University")
    ada = make_member("Ada Quint", start="2022", group=make_group(organization=here))
    ada.positions.create(title="Research assistant", start="2023", organization=here)
    ada.positions.create(title="Tutor", start="2024", mode="part-time")
    ada.positions.create(title="Intern", start="2024", kind="internship")
    ada.positions.create(title="Over", start="2023", end="2024")
    ada.positions.create(title="Before", start="2019")
    ada.positions.create(title="To come", start="2027")
    Membership.objects.create(person=ada, role="postdoc", start="2027")
    lead = make_member("Lead Quint", role="faculty", start="2010")
    lead.positions.create(title="Chief scientist", start="2020")
    assert titles("stays") == []


def test_end_of_a_stay_is_one_click_away(admin_client):
    ada = make_member("Ada Quint", start="2010")
    stay = ada.memberships.get()
    [row] = find("stays")
    assert row.mends[0].url == f"/admin/people/membership/{stay.pk}/change/#id_end"
    assertContains(admin_client.get(row.mends[0].url.partition("#")[0]), 'id="id_end"')
    stay.end = "2015"
    stay.save()
    assert titles("stays") == []


def test_leap_day_has_a_day_some_years_before():
    assert years_before(datetime.date(2024, 2, 29), 3) == datetime.date(2021, 2, 28)


# Photos


def test_current_members_without_a_photo_that_shows_are_listed(admin_client):
    make_member("No Photo")
    make_member("No Consent", photo="photos/a.jpg", photo_alt="A face")
    make_member("No Words", photo="photos/b.jpg", photo_consent=True)
    make_member("Complete", photo="photos/c.jpg", photo_alt="A face", photo_consent=True)
    make_member("Left", start="2010", end="2012")
    make_member("To come", start="2027")
    make_member("Draft", is_published=False)
    make_person("Collaborator")
    rows = {row.title: row.mends[0].url.partition("#")[2] for row in find("photos")}
    assert rows == {"No Photo": "id_photo", "No Consent": "id_photo_consent", "No Words": "id_photo_alt"}
    page = admin_client.get(find("photos")[0].mends[0].url.partition("#")[0])
    for field in rows.values():
        assertContains(page, f'id="{field}"')


# Imports


def test_import_that_waits_is_listed_until_it_is_decided():
    user = get_user_model().objects.create_user("assistant")
    waiting = Import.objects.create(name="refs.bib", state=Import.State.PLANNED, created_by=user)
    for number in range(3):
        ImportEntry.objects.create(batch=waiting, number=number, state="new", has_question=bool(number))
    for state in set(Import.State) - {Import.State.PLANNED}:
        Import.objects.create(name=state, state=state)
    [row] = find("imports")
    assert row.title == "refs.bib"
    assert row.reason.startswith("3 entries, read on ")
    assert row.reason.endswith(" by assistant; 2 to decide. Nothing of it is on the site yet.")
    waiting.state = Import.State.APPLIED
    waiting.save()
    assert titles("imports") == []


# Dead links


def make_check(url: str, days: int = 9, **values) -> LinkCheck:
    since = timezone.now() - datetime.timedelta(days=days)
    return LinkCheck.objects.create(url=url, problem="There is no page.", failing_since=since, **values)


def test_dead_link_is_listed_with_the_records_that_name_it(admin_client):
    ada = make_member("Ada Quint")
    paper = make_publication("On Quiet Machines", [ada])
    for record in (ada, paper):
        record.links.create(url="https://example.org/gone")
    make_check("https://example.org/gone")
    [row] = find("dead-links")
    assert [place.label for place in row.about] == ["Person: Ada Quint", "Publication: On Quiet Machines"]
    assert row.subjects == (ada, paper)
    assert row.reason.startswith("https://example.org/gone does not answer since ")
    for place in (*row.about, *row.mends):
        assert admin_client.get(place.url).status_code == 200
    ada.links.all().delete()
    paper.links.update(url="https://example.org/moved")
    assert titles("dead-links") == []


def test_link_that_answers_or_just_failed_is_not_listed():
    ada = make_member("Ada Quint")
    for name in ("answers", "just-failed"):
        ada.links.create(url=f"https://example.org/{name}")
    LinkCheck.objects.create(url="https://example.org/answers")
    make_check("https://example.org/just-failed", days=0, checked_at=timezone.now() - datetime.timedelta(days=1))
    make_check("https://example.org/nobody-names-it")
    assert titles("dead-links") == []
    LinkCheck.objects.update(checked_at=timezone.now() + datetime.timedelta(days=1))
    assert titles("dead-links") == ["Person: Ada Quint"]


def test_dismissed_address_of_any_length_is_not_listed(admin_client):
    ada = make_member("Ada Quint")
    for end in "ab":
        url = f"https://example.org/{'x' * 400}{end}"
        ada.links.create(url=url)
        make_check(url)
    dismiss(admin_client, "dead-links", find("dead-links")[0].key)
    [row] = find("dead-links")
    assert row.reason.startswith(f"https://example.org/{'x' * 400}b ")
