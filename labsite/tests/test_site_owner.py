"""A site about one person: which authors of its papers are linked to them, and which stay a question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsite.site_import.records import Place, PublicationRecord, SectionRecord
from labsite.site_import.written_addresses import without_addresses
from labsite.tests.factories import make_member
from labsite.tests.moving import bring_in, make_content, make_people, make_site
from people.models import Person, PersonName
from publications.models import Authorship, Publication, Rejection
from publications.tests.importing import entry, record

pytestmark = pytest.mark.django_db
Status = Authorship.LinkStatus


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


def site_of(folder, *authors, owner="ada"):
    """A site of Ada Quint with one paper by `authors`."""
    ada = replace(make_people()[0], other_names=("A. Quint",))
    paper = entry(record("On Silence", *authors, key="quint", year=2020))
    papers = (PublicationRecord(Place("papers.bib", 1), "quint", paper),)
    content = make_content(
        owner=owner, people=(ada,), publications=papers, news=(), talks=(), projects=(), pages=(), groups=()
    )
    return make_site(folder, content)


def rows():
    return {row.printed_name: row for row in Authorship.objects.select_related("person")}


@pytest.mark.parametrize("printed", ["Ada Quint", "A. Quint", "A.Quint"])
def test_the_owner_is_linked_where_a_paper_prints_a_name_that_the_site_gives_as_theirs(tmp_path, printed):
    _, report = bring_in(site_of(tmp_path, printed, "Cy Third"))
    row = next(each for each in rows().values() if "Quint" in each.printed_name)
    assert (row.person.name, row.link_status, row.link_basis) == ("Ada Quint", Status.CONFIRMED, "explicit")
    assert row.link_note == "the former site is theirs, and gives this name as theirs"
    assert not any("confirms" in chore for chore in report.chores)


def test_a_lab_without_an_owner_links_nobody_by_a_name_alone_and_says_so(tmp_path):
    _, report = bring_in(site_of(tmp_path, "A. Quint", "Cy Third", owner=""))
    assert rows()["A. Quint"].link_status == Status.PROPOSED
    assert [chore for chore in report.chores if chore.startswith("1 author of its papers may be people here")]


def test_a_namesake_here_makes_it_a_question(tmp_path):
    anna = make_member("Anna Quint")
    anna.names.create(name="A. Quint", kind=PersonName.Kind.PUBLISHED)
    _, report = bring_in(site_of(tmp_path, "A. Quint", "Cy Third"))
    assert rows()["A. Quint"].person is None
    notes = [note for each in report.records for note in each.get("notes", ())]
    assert "Ada Quint is not linked to it: “A. Quint” can be Anna Quint too." in notes


def test_two_authors_of_the_owners_name_are_a_question(tmp_path):
    _, report = bring_in(site_of(tmp_path, "A. Quint", "Ada Quint"))
    notes = [note for each in report.records for note in each.get("notes", ())]
    assert "Ada Quint is not linked to it: 2 of its authors can be them." in notes


def test_what_an_editor_refused_stays_refused(tmp_path):
    site = site_of(tmp_path, "A. Quint", "Cy Third")
    bring_in(site)
    ada, paper = Person.objects.get(name="Ada Quint"), Publication.objects.get()
    row = rows()["A. Quint"]
    row.person, row.link_status, row.link_basis = None, Status.CONFIRMED, ""
    row.save()
    Rejection.objects.create(person=ada, match_key=paper.match_key, printed_name="a. quint")
    bring_in(site)
    assert rows()["A. Quint"].person is None


@pytest.mark.parametrize(
    ("text", "clean", "address"),
    [
        ("Write to ada@example.org.", "Write to (e-mail address).", "ada@example.org"),
        ("I listen.\n\nE-mail: ada (at) example (dot) org", "I listen.", "ada@example.org"),
        ("Reach me: ada.quint [at] cs.example.org, or not.", "Reach me: (e-mail address), or not.",
         "ada.quint@cs.example.org"),
        ("ada AT cs DOT example DOT org", "", "ada@cs.example.org"),
        ("[Write](mailto:ada@example.org?subject=Hi) to me", "Write (e-mail address) to me", "ada@example.org"),
        ("<ada@example.org> is best", "(e-mail address) is best", "ada@example.org"),
        ("She works at example.org, and at Example University.", None, ""),
        ("On Mastodon as @ada@server.example; see https://example.org/@ada", None, ""),
        ("`git clone git@example.org:ada/quiet`", None, ""),
    ],
)  # fmt: skip
def test_addresses_within_texts_are_found_also_those_written_for_people(text, clean, address):
    found = without_addresses(text)
    assert found.text == (text if clean is None else clean)
    assert found.addresses == ((address,) if address else ())


def test_an_address_in_a_biography_is_not_shown_and_the_report_does_not_repeat_it(tmp_path):
    site = site_of(tmp_path, "Ada Quint")
    ada = replace(
        site.content.people[0], email="", bio="I listen. Write to ada at example dot org.",
        sections=(SectionRecord(Place("_pages/about.md", 9), "Contact", "Or to quint@example.org."),),
    )  # fmt: skip
    site.content = replace(site.content, people=(ada,))
    _, report = bring_in(site)
    stored = Person.objects.get(name="Ada Quint")
    assert stored.bio == "I listen. Write to (e-mail address)."
    assert (stored.email, stored.email_visibility) == ("ada@example.org", "private")
    assert stored.sections.get().body == "Or to (e-mail address)."
    assert {"bio", "Contact"} <= {each["field"] for each in report.unused}
    told = str(report.as_json())
    assert "quint@example" not in told and "dot org" not in told
    _, again = bring_in(site)
    assert not again.changes_something
