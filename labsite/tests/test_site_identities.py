"""Who somebody of a site is, where sites and texts mislead: nobody becomes somebody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from activities.models import AwardReceipt
from labsite.models import Document, Page, SiteImport, SiteOrigin
from labsite.site_import import runs
from labsite.site_import.reading import read_site
from labsite.site_import.records import (
    LinkRecord,
    Media,
    NewsRecord,
    PageRecord,
    PersonRecord,
    Place,
    PublicationRecord,
    SectionRecord,
    SiteContent,
)
from labsite.site_import.runs import SourceSite, preview
from labsite.site_import.survey import site_of
from labsite.site_import.undoing import undo_site
from labsite.tests.factories import make_person
from labsite.tests.moving import bring_in, difference, make_content, make_site, tables
from people.models import Education, Person, Position, ProfileLink
from publications.importing import runs as publication_runs
from publications.models import Import, Publication
from publications.tests.importing import entry, record

pytestmark = pytest.mark.django_db
ADA = PersonRecord(Place("_config.yml", 3), "author", "Ada Quint", headline="Quiet machines", old_paths=("/cv/",))
BOB = PersonRecord(Place("_config.yml", 3), "author", "Bob Stillman", headline="Loud ones", old_paths=("/cv/",))


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


def homepage(owner, url="", **changes):
    return SiteContent("academicpages", url, owner=owner.key, people=(owner,), **changes)


def people():
    return sorted(Person.objects.values_list("name", "headline"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"url": "https://ada.github.io"}, {"url": "https://bob.github.io"}),
        ({"url": "https://dept.github.io", "prefix": "/ada"}, {"url": "https://dept.github.io", "prefix": "/bob"}),
        ({"url": "https://dept.github.io/~q"}, {"url": "https://dept.github.io/~q"}),  # the next one in that office
        ({}, {}),
        ({"url": "https://example.com"}, {"url": "https://example.com"}),  # as the template came
    ],
)
def test_two_homepages_are_two_people(tmp_path, first, second):
    bring_in(make_site(tmp_path, homepage(ADA, **first)))
    _, report = bring_in(make_site(tmp_path, homepage(BOB, **second)))
    if first == second and "dept" in first.get("url", ""):
        assert [each["state"] for each in report.records] == ["question"]
        site = make_site(tmp_path, homepage(BOB, **second), people={"author": "new"})
        assert bring_in(site)[1].counts["people"] == {"new": 1}
    assert people() == [("Ada Quint", "Quiet machines"), ("Bob Stillman", "Loud ones")]


def test_items_of_two_sites_without_an_address_of_their_own_are_two(tmp_path):
    for owner in (ADA, BOB):
        news = (NewsRecord(Place("content/post/first/index.md"), "first", "2024-01-01", f"News of {owner.name}."),)
        _, report = bring_in(make_site(tmp_path, homepage(owner, "https://example.com/", news=news)))
        assert report.counts["news"] == {"new": 1}


def test_pages_of_one_title_of_two_sites_are_two(tmp_path):
    for owner, text in ((ADA, "Hush 1."), (BOB, "Noise 1.")):
        pages = (PageRecord(Place("_pages/teaching.md"), "teaching", "Teaching", text, old_paths=("/teaching/",)),)
        _, report = bring_in(make_site(tmp_path, homepage(owner, f"https://{owner.name[:3]}.test", pages=pages)))
        assert report.counts["pages"] == {"new": 1}
    assert sorted(Page.objects.values_list("slug", "body")) == [("teaching", "Hush 1."), ("teaching-2", "Noise 1.")]


def test_what_tells_sites_apart():
    assert site_of(homepage(ADA, "https://dept.github.io", prefix="/ada")) == "https://dept.github.io/ada"
    assert site_of(homepage(ADA, "https://dept.github.io/ada", prefix="/ada")) == "https://dept.github.io/ada"
    assert site_of(homepage(ADA, "https://academicpages.github.io")) == "academicpages: Ada Quint"
    assert site_of(homepage(ADA)) == "academicpages: Ada Quint"
    assert site_of(SiteContent("greenelab")) == "greenelab: without an address"


def test_who_has_another_name_by_now_is_still_the_same(tmp_path):
    site = make_site(tmp_path, homepage(ADA, "https://ada.github.io"))
    bring_in(site)
    person = Person.objects.get()
    person.name = "Ada Hush"
    person.given_name, person.family_name = "Ada", "Hush"
    person.save()
    report = preview(site)
    assert [each["slug"] for each in report.records] == [person.slug]


def test_an_address_in_a_text_makes_nobody_somebody_else(tmp_path):
    make_person("Ada Quint", email="ada@uni.test", headline="")
    student = replace(BOB, bio="I am Bob. My advisor is [Ada](mailto:ada@uni.test).")
    bring_in(make_site(tmp_path, homepage(student, "https://bob.github.io")))
    assert people() == [("Ada Quint", ""), ("Bob Stillman", "Loud ones")]
    assert Person.objects.get(name="Bob Stillman").email == ""


def test_an_address_that_two_people_of_a_site_write_is_neithers(tmp_path):
    texts = "Ask our office: office@uni.test."
    two = (replace(ADA, bio=texts), replace(BOB, key="bob", sections=(SectionRecord(Place("b.md"), "News", texts),)))
    bring_in(make_site(tmp_path, SiteContent("greenelab", "https://lab.test", people=two)))
    assert set(Person.objects.values_list("email", flat=True)) == {""}


def test_an_address_in_a_text_is_kept_where_it_can_be_theirs(tmp_path):
    bring_in(make_site(tmp_path, homepage(replace(ADA, bio="Write to ada@uni.test."), "https://ada.github.io")))
    assert Person.objects.get().email == "ada@uni.test"


@pytest.mark.parametrize("shared", ["email", "profile"])
def test_what_two_names_share_is_a_question(tmp_path, shared):
    ada = make_person("Ada Quint", email="lab@uni.test" if shared == "email" else "")
    address = "https://github.com/quiet-lab"
    if shared == "profile":
        ProfileLink.objects.create(person=ada, kind="github", url=address)
    theirs = {"email": "lab@uni.test"} if shared == "email" else {"links": (LinkRecord(address, "github"),)}
    _, report = bring_in(make_site(tmp_path, homepage(replace(BOB, **theirs), "https://bob.github.io")))
    (own,) = report.records
    assert (own["state"], [each["slug"] for each in own["candidates"]]) == ("question", ["ada-quint"])
    assert "another name" in own["problem"]


# Drafts, crashes


def test_drafts_are_never_public_not_even_for_a_moment(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "ONE_TRANSACTION", 0)
    monkeypatch.setattr(runs.Application, "put_extras_on", fail)
    with pytest.raises(RuntimeError):
        bring_in(make_site(tmp_path, drafts=True))
    assert sorted(Publication.objects.values_list("is_published", flat=True)) == [False, False]


def test_a_draft_of_the_site_is_a_draft_here_from_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "ONE_TRANSACTION", 0)
    monkeypatch.setattr(runs.Application, "put_extras_on", fail)
    with pytest.raises(RuntimeError):
        bring_in(make_site(tmp_path))
    shown = dict(Publication.objects.values_list("title", "is_published"))
    assert shown == {"On Quiet Machines": True, "On Loud Machines": False}


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_site_that_was_cut_off_and_taken_back_stays_away(tmp_path, monkeypatch, where):
    """Cut off before its publications were begun, or after they were marked to be applied."""
    monkeypatch.setattr(runs, "ONE_TRANSACTION", 0)
    target = (runs.Application, "apply_publications") if where == "before" else (runs, "apply_decided")
    monkeypatch.setattr(*target, fail)
    with pytest.raises(RuntimeError):
        bring_in(make_site(tmp_path, make_content()))
    monkeypatch.undo()
    batch = SiteImport.objects.get()
    SiteImport.objects.update(state=SiteImport.State.FAILED)
    undo_site(batch.pk)
    for each in Import.objects.all():
        Import.objects.filter(pk=each.pk).update(working_until=None)
        publication_runs.work(each.pk)
    assert not Publication.objects.exists()
    assert not Import.objects.filter(state__in=[Import.State.PLANNED, Import.State.APPLYING]).exists()


def test_a_document_of_two_sites_goes_with_the_last_of_them(tmp_path):
    batches = []
    for name in ("One", "Two"):
        paper = entry(record(f"On {name}", "Ada Quint", key=name, year=2020))
        named = (("pdf", Media("files/quiet.pdf")),)
        papers = (PublicationRecord(Place("papers.bib", 1), name, paper, documents=named),)
        content = SiteContent("al-folio", f"https://{name}.test", publications=papers)
        batches.append(bring_in(make_site(tmp_path, content))[0])
    assert Document.objects.count() == 1
    undo_site(batches[0].pk)
    assert (Document.objects.count(), Publication.objects.count()) == (1, 1)
    undo_site(batches[1].pk)
    assert (Document.objects.count(), Publication.objects.count()) == (0, 0)
    assert not SiteOrigin.objects.exists()


# What stands in two files, and what is read again

CV = """- title: Experience
  type: time_table
  contents:
    - {title: Professor, institution: Princeton University, year: 1933 - 1955}
    - {title: Scientist, institution: Quiet Institute, year: 2010 - 2014}
    - {title: Scientist, institution: Quiet Institute, year: 2016 - 2020}
- title: Education
  type: time_table
  contents:
    - {title: PhD in Physics, institution: University of Zurich, year: 2005}
- title: Honors and Awards
  type: time_table
  contents:
    - {year: 1921, items: [Nobel Prize in Physics]}
"""
RESUME = {
    "basics": {"name": "Ada Quint"},
    "work": [
        {"name": "Princeton University", "position": "Professor", "endDate": "1955-04-18"},
        {"name": "Quiet Institute", "position": "Scientist", "startDate": "2010-01-01", "endDate": "2014-01-31"},
        {"name": "Quiet Institute", "position": "Scientist", "startDate": "2021-05-01", "summary": "Again."},
    ],
    "education": [
        {"institution": "University of Zurich", "area": "Physics", "studyType": "PhD", "startDate": "2001",
         "endDate": "2005-06"}
    ],
    "awards": [{"title": "Nobel Prize in Physics", "date": "1921-11-01", "awarder": "Quiet Society"}],
    "publications": [{"name": "Only in CV", "publisher": "A Journal", "releaseDate": "2014"}],
}  # fmt: skip


@pytest.fixture
def two_files(tmp_path):
    """A site of al-folio whose two files of its CV tell of the same in other words."""
    files = {
        "_config.yml": "title: blank\nfirst_name: Ada\nlast_name: Quint\nurl: https://ada.test\n",
        "_pages/about.md": "---\nlayout: about\npermalink: /\n---\n", "_data/cv.yml": CV,
        "assets/json/resume.json": json.dumps(RESUME), "_bibliography/papers.bib": "",
    }  # fmt: skip
    for name, text in files.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return SourceSite(read_site(tmp_path / "site", "al-folio"), tmp_path / "site")


def test_what_two_files_say_of_one_post_is_one(two_files):
    bring_in(two_files)
    stays = Position.objects.order_by("start").values_list("title", "start", "end")
    assert [(title, str(start), str(end or "")) for title, start, end in stays] == [
        ("Professor", "1933", "1955-04-18"), ("Scientist", "2010-01-01", "2014-01-31"), ("Scientist", "2016", "2020"),
        ("Scientist", "2021-05-01", ""),
    ]  # fmt: skip
    degree = Education.objects.get()
    assert (degree.degree, degree.field, str(degree.start), str(degree.end)) == ("PhD", "Physics", "2001", "2005-06")
    award = AwardReceipt.objects.get()
    assert (award.award.organization.name, str(award.year)) == ("Quiet Society", "1921-11-01")


def test_read_again_it_changes_nothing(two_files):
    bring_in(two_files)
    before = tables()
    _, report = bring_in(two_files)
    assert difference(before, tables()) == {}
    assert report.counts["people"] == {"unchanged": 1}
    assert report.counts["publications"] == {"unchanged": 1}  # of no author and a short title, and still the same


def fail(*_arguments, **_options):
    raise RuntimeError("cut off")
