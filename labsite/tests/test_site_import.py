"""Bringing a site in: the plan, what it writes, the second time, and taking it back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import AwardReceipt, NewsItem, Project, Service, Talk
from labsite.models import Document, LabProfile, OldPath, Page, SiteImport, SiteOrigin
from labsite.privacy.erasing import erase
from labsite.privacy.retention import forget_contact
from labsite.site_import import runs
from labsite.site_import.records import LinkRecord, Media, NewsRecord, PersonRecord, Place, Unused
from labsite.site_import.runs import preview
from labsite.site_import.undoing import NotUndoable, undo_site
from labsite.tests.factories import make_member, make_person, make_publication
from labsite.tests.moving import bring_in, difference, make_content, make_people, make_site, tables
from people.models import Education, Group, Membership, OldAddress, Person, Position
from publications.digests import flush_changes
from publications.models import Link, Publication

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


@pytest.fixture
def site(tmp_path):
    return make_site(tmp_path)


def states(report):
    return dict(report.counts.items())


def test_preview_writes_nothing(site):
    before = tables()
    report = preview(site)
    assert difference(before, tables()) == {}
    assert (SiteImport.objects.count(), SiteOrigin.objects.count()) == (0, 0)
    assert states(report) == {
        "lab": {"new": 1}, "groups": {"new": 1}, "people": {"new": 2, "left-out": 1}, "publications": {"new": 2},
        "projects": {"new": 1}, "talks": {"new": 1}, "news": {"new": 2}, "pages": {"new": 1},
    }  # fmt: skip
    assert [each["reason"] for each in report.unused] == ["There is no topic “Noise” here: make it first."]
    assert report.problems == []


def test_lines_of_a_report_can_be_told_apart(tmp_path):
    content = make_content()
    project = replace(content.projects[0], topics=("Noise", "Hum"))
    page = Place("_data/cv.yml", 7)
    unused = (
        Unused(page, "talks[0]", "Hush", "the same talk stands in _talks/a.md"),
        Unused(page, "text", "div", "the text stays, the HTML around it does not"),
        Unused(page, "tags", "snow", "news has no tags here"), Unused(page, "tags", "ice", "news has no tags here"),
        Unused(page, "a", "1", "the same key stands again in line 9, which counts"),
    )  # fmt: skip
    lines = list(preview(make_site(tmp_path, replace(content, projects=(project,), unused=unused))).lines())
    assert [line for line in lines if "projects.topics" in line] == [
        f"_projects/hush.md projects.topics: left behind. There is no topic “{name}” here: make it first."
        for name in ("Noise", "Hum")
    ]
    assert [line for line in lines if line.startswith("_data/cv.yml:7")] == [
        "_data/cv.yml:7 talks[0]: kept once, as the same talk stands in _talks/a.md.",
        "_data/cv.yml:7 text: kept as text. the text stays, the HTML around it does not",
        "_data/cv.yml:7 tags “snow”: left behind. news has no tags here",
        "_data/cv.yml:7 tags “ice”: left behind. news has no tags here",
        "_data/cv.yml:7 a: left behind. the same key stands again in line 9, which counts",
    ]


def test_every_record_comes_in(site):
    batch, report = bring_in(site)
    assert report.problems == []
    ada = Person.objects.get(orcid="0000-0002-1825-0097")
    assert (ada.slug, ada.is_published, ada.email, ada.email_visibility) == (
        "ada-quint", True, "ada@example.org", "private",
    )  # fmt: skip
    assert (bool(ada.photo), ada.photo_consent, ada.photo_alt) == (True, False, "Ada at a desk")
    assert [str(each) for each in ada.memberships.all()] == ["Ada Quint, Principal investigator"]
    assert ada.memberships.get().group == Group.objects.get(slug="hush-group")
    assert sorted(ada.links.values_list("kind", flat=True)) == ["github", "website"]
    assert list(ada.names.values_list("name", flat=True)) == ["A. Quint"]
    assert [each.heading for each in ada.sections.all()] == ["Interests"]
    assert str(Position.objects.get().organization) == "Quiet Institute"
    assert [course.name for course in Education.objects.get().courses.all()] == ["Hush 1"]
    assert list(AwardReceipt.objects.get().people.all()) == [ada]
    assert Service.objects.get().where == "NQM 2021"
    assert Membership.objects.get(person__slug="bo-stillman").next_destination == "Scientist at Hush Ltd"
    assert not Person.objects.filter(name="Cy Third").exists()
    quiet, loud = Publication.objects.order_by("year")
    assert (quiet.summary, quiet.is_published, loud.is_published) == ("Machines can be quiet.", True, False)
    assert quiet.authorships.get(position=1).person == ada
    assert [link.address for link in quiet.links.all()] == [Document.objects.get(name="quiet.pdf").get_absolute_url()]
    item = NewsItem.objects.get(is_published=True)
    assert (list(item.people.all()), list(item.publications.all())) == ([ada], [quiet])
    talk = Talk.objects.get()
    assert (talk.publication, list(talk.speakers.all())) == (quiet, [ada])
    assert [bool(link.document_id) for link in talk.links.all()] == [False, True]
    project = Project.objects.get()
    assert sorted(each.title for each in project.publications.all()) == ["On Loud Machines", "On Quiet Machines"]
    assert project.roles.count() == 2
    assert Page.objects.get().slug == "join-us"
    lab = LabProfile.objects.get()
    assert (lab.name, bool(lab.logo), lab.picture_alt) == ("Quiet Lab", True, "The lab")
    assert OldAddress.objects.get().path == "/about/"
    assert sorted(OldPath.objects.values_list("path", flat=True)) == [
        "/files/quiet.pdf", "/files/slides.pdf", "/hush.html", "/join.html", "/news/1/", "/papers/quiet/",
        "/projects/hush/", "/talks/a",
    ]  # fmt: skip
    assert any("1 photo" in chore for chore in report.chores)
    assert (batch.state, batch.kind) == ("applied", "al-folio")


def test_a_second_time_changes_nothing(site):
    bring_in(site)
    before = tables()
    _, report = bring_in(site)
    assert difference(before, tables()) == {}
    assert not report.changes_something, [each for each in report.records if each["state"] in ("new", "update")]
    assert preview(site).counts == report.counts


def test_what_was_edited_here_stays_and_is_named(site):
    bring_in(site)
    Person.objects.filter(slug="ada-quint").update(headline="Even quieter machines", bio="")
    item = NewsItem.objects.get(is_published=True)
    NewsItem.objects.filter(pk=item.pk).update(body="Ada won **the** prize.")
    Position.objects.all().delete()
    Page.objects.all().delete()
    _, report = bring_in(site)
    ada = Person.objects.get(slug="ada-quint")
    assert (ada.headline, ada.bio) == ("Even quieter machines", "She listens.")
    assert NewsItem.objects.count() == 2
    assert Position.objects.count() == Page.objects.count() == 0
    kept = [change for each in report.records for change in each.get("changes", ()) if not change["take"]]
    assert [(change["field"], change["new"]) for change in kept] == [
        ("headline", "Quiet machines"), ("text", "Ada won a *prize*."),
    ]  # fmt: skip
    gone = [each.get("problem") for each in report.records if each["kind"] == "pages"]
    assert gone == ["It was deleted here since it was brought in."]


@pytest.fixture
def lab_of_others():
    """What is here before: somebody who is on the site, somebody who is not, a paper of the site."""
    ada = make_person("Ada B. Quint", orcid="0000-0002-1825-0097", headline="Here before")
    other = make_member("Dee Else")
    make_publication("On Quiet Machines", ["Ada Quint", "Cy Third"], year=2020)
    flush_changes()
    return ada, other


def test_taking_it_back_leaves_every_table_as_it_was(site, lab_of_others):
    before = tables()
    batch, _ = bring_in(site)
    assert difference(before, tables())
    result = undo_site(batch.pk)
    flush_changes()
    assert result["kept"] == []
    assert difference(before, tables()) == {}
    assert SiteOrigin.objects.count() == 0
    with pytest.raises(NotUndoable, match="taken back"):
        undo_site(batch.pk)


def test_it_can_come_again_after_it_was_taken_back(site):
    batch, first = bring_in(site)
    undo_site(batch.pk)
    _, second = bring_in(site)
    assert states(second) == states(first)


def test_taking_it_back_keeps_what_somebody_touched_and_names_it(site):
    batch, _ = bring_in(site)
    ada = Person.objects.get(slug="ada-quint")
    ada.headline = "Mine"
    ada.save()
    page = Page.objects.get()
    page.body = "Ours now."
    page.save()
    quiet = Publication.objects.get(year=2020)
    quiet.note = "An edit"
    quiet.save()
    result = undo_site(batch.pk)
    assert set(Person.objects.values_list("name", flat=True)) == {"Ada Quint"}
    assert (ada.memberships.count(), ada.links.count(), Position.objects.count()) == (1, 2, 1)
    assert list(Publication.objects.values_list("year", flat=True)) == [2020]
    assert (Link.objects.count(), Document.objects.count(), Publication.objects.get().summary) == (
        1, 1, "Machines can be quiet.",
    )  # fmt: skip
    assert (Page.objects.count(), NewsItem.objects.count(), Talk.objects.count(), Project.objects.count()) == (
        1,
        0,
        0,
        0,
    )
    told = " ".join(result["kept"])
    assert "Ada Quint" in told and "Join us" in told and "On Quiet Machines" in told


def test_a_fault_halfway_leaves_nothing(site, monkeypatch, settings):
    before = tables()
    files = stored(settings)

    def fail(*args, **kwargs):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(runs, "plan_extras", fail)
    monkeypatch.setattr(runs, "plan_of_files", lambda each: runs.plan_site(each.content, each.folder, each.options))
    batch = SiteImport.objects.create(name="former-site")
    with pytest.raises(RuntimeError):
        runs.apply(site, batch)
    assert difference(before, tables()) == {}
    assert stored(settings) == files


def stored(settings):
    return {str(path) for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def test_a_large_site_that_was_cut_off_is_completed_by_running_it_again(site, monkeypatch):
    monkeypatch.setattr(runs, "ONE_TRANSACTION", 0)
    batch = SiteImport.objects.create(name="former-site")
    runs.begin(site, batch)
    real = runs.Application.put_extras_on
    monkeypatch.setattr(runs.Application, "put_extras_on", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.apply(site, batch)
    assert (Person.objects.count(), Publication.objects.count()) == (2, 2)
    monkeypatch.setattr(runs.Application, "put_extras_on", real)
    runs.apply(site, batch)
    assert Publication.objects.get(year=2020).summary == "Machines can be quiet."
    batch.refresh_from_db()
    assert undo_site(batch.pk)["kept"] == []
    assert (Person.objects.count(), Publication.objects.count()) == (0, 0)


def test_files_of_a_part_that_is_in_stay_where_a_later_part_fails(site, monkeypatch, settings):
    monkeypatch.setattr(runs, "ONE_TRANSACTION", 0)
    batch = SiteImport.objects.create(name="former-site")
    runs.begin(site, batch)
    monkeypatch.setattr(runs.Application, "put_extras_on", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.apply(site, batch)
    lab, ada = LabProfile.objects.get(), Person.objects.get(slug="ada-quint")
    named = {each.path for each in (ada.photo, lab.logo, lab.picture, Document.objects.get().file)}
    assert stored(settings) == named


def test_a_picture_that_two_people_name_is_stored_for_each(tmp_path):
    ada, bo, *_ = make_people()
    placeholder = Media("img/ada.png")
    bring_in(
        make_site(
            tmp_path, content=make_content(people=(replace(ada, photo=placeholder), replace(bo, photo=placeholder)))
        )
    )
    photos = list(Person.objects.values_list("photo", flat=True))
    assert all(photos) and len(set(photos)) == 2


def test_drafts_only(tmp_path):
    bring_in(make_site(tmp_path, drafts=True))
    for model in (Person, Group, Publication, NewsItem, Talk, Project, Page):
        assert not model.objects.filter(is_published=True).exists(), model


def test_people_who_are_here_get_no_second_record(site, lab_of_others):
    ada, _ = lab_of_others
    _, report = bring_in(site)
    ada.refresh_from_db()
    assert Person.objects.filter(name__contains="Quint").count() == 1
    assert (ada.name, ada.headline, ada.bio) == ("Ada B. Quint", "Here before", "She listens.")
    own = next(each for each in report.records if each["key"] == "ada")
    assert {change["field"] for change in own["changes"] if not change["take"]} == {"full name", "headline"}


def test_somebody_of_the_same_name_is_a_question(tmp_path):
    make_person("Bo Stillman")
    content = make_content(people=make_people()[1:2], news=(), talks=(), projects=(), publications=())
    _, report = bring_in(make_site(tmp_path, content))
    own = next(each for each in report.records if each["key"] == "bo")
    assert (own["state"], [each["slug"] for each in own["candidates"]]) == ("question", ["bo-stillman"])
    assert Membership.objects.count() == 0
    bring_in(make_site(tmp_path, content, people={"bo": "bo-stillman"}))
    assert (Person.objects.count(), Membership.objects.get().person.slug) == (1, "bo-stillman")
    _, report = bring_in(make_site(tmp_path, content))
    assert [each["state"] for each in report.records if each["key"] == "bo"] == ["unchanged"]


def coauthor(key, name, url, **changes):
    links = (LinkRecord(url, "website"),)
    return PersonRecord(Place("_data/coauthors.yml", 4), key, name, is_known_only=True, links=links, **changes)


def test_links_of_coauthors_come_to_the_people_of_the_same_site(tmp_path):
    ada, bo, third = make_people()
    again = coauthor("again", "Ada Quint", "https://example.org/ada")  # she says so herself already
    known = coauthor("still", "B. Stillman", "https://bo.example/", other_names=("Bo Stillman",))
    site = make_site(tmp_path, make_content(people=(known, again, ada, bo, third)))
    _, report = bring_in(site)
    assert list(Person.objects.get(name="Bo Stillman").links.values_list("url", flat=True)) == ["https://bo.example/"]
    assert Person.objects.get(name="Ada Quint").links.count() == 2
    notes = {each["key"]: each["notes"] for each in report.records if each.get("notes") and each["kind"] == "people"}
    assert notes["still"] == ["They are Bo Stillman of the same site: the link comes to that page."]
    assert notes["third"] == ["A co-author with a link and no page: papers name them, nobody gets a page by it."]
    before = tables()
    _, report = bring_in(site)
    assert (difference(before, tables()), report.counts["people"]) == ({}, {"left-out": 3, "unchanged": 2})


def test_a_coauthor_who_is_here_as_somebody_of_the_site_is_no_question(tmp_path):
    ada, bo, _ = make_people()
    make_person(name="Ada Quint", orcid=ada.orcid)
    known = coauthor("other", "Ada M. Quint", "https://quint.example/", orcid=ada.orcid)
    _, report = bring_in(make_site(tmp_path, make_content(people=(known, ada, bo))))
    assert "https://quint.example/" in Person.objects.get(name="Ada Quint").links.values_list("url", flat=True)
    assert report.counts["people"].get("question") is None


def test_an_editor_may_say_that_it_is_somebody_else(tmp_path):
    make_person("Bo Stillman")
    content = make_content(people=make_people()[1:2], news=(), talks=(), projects=(), publications=())
    bring_in(make_site(tmp_path, content, people={"bo": "new"}))
    assert sorted(Person.objects.values_list("slug", flat=True)) == ["bo-stillman", "bo-stillman-2"]


def test_a_private_fact_stays_private_where_the_former_one_was_public(site, lab_of_others):
    ada, _ = lab_of_others
    Person.objects.filter(pk=ada.pk).update(email_visibility="public")
    bring_in(site)
    ada.refresh_from_db()
    assert (ada.email, ada.email_visibility) == ("ada@example.org", "private")


def test_values_that_no_column_holds_are_reported_with_their_place(tmp_path):
    ada, bo, known = make_people()
    bad = replace(ada, headline="long " * 100, email="not an address", start="2019-13", photo=Media("files/quiet.pdf"))
    report = preview(make_site(tmp_path, make_content(people=(bad, replace(bo, name=""), known))))
    assert {(each["place"], each["field"]) for each in report.unused} >= {
        ("_data/people.yml:3", "people.headline"), ("_data/people.yml:3", "people.email"),
        ("_data/people.yml:3", "memberships.start"),
    }  # fmt: skip
    told = {each["place"]: each["message"] for each in report.problems}
    assert "JPEG, PNG" in told["files/quiet.pdf"]
    assert "no full name" in told["_data/people.yml:20"]


def test_files_outside_the_site_are_not_read(tmp_path):
    (tmp_path / "secret.pdf").write_bytes(b"%PDF-1.7 secret")
    papers = make_content().publications
    paper = replace(papers[0], documents=(("pdf", Media("../secret.pdf")),))
    site = make_site(tmp_path / "site", make_content(publications=(paper, papers[1])))
    report = preview(site)
    assert [each["place"] for each in report.problems] == ["../secret.pdf"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("https://elsewhere.example.org/about/", "is not a path"),
        ("//elsewhere.example.org/", "is not a path"),
        ("/people/", "page of this site already"),
        ("javascript:alert(1)", "is not a path"),
        ("/about/", "the first one counts"),
        ("/" + "x" * 300, "longer than 200"),
    ],
)
def test_old_addresses_that_can_lead_nowhere_are_reported(tmp_path, path, word):
    page = replace(make_content().pages[0], old_paths=(path,))
    report = preview(make_site(tmp_path, make_content(pages=(page,))))
    assert [word in each["message"] for each in report.problems] == [True], report.problems
    assert report.problems[0]["place"] == "_pages/join.md"


def test_files_of_a_site_below_a_path_keep_their_address_there(tmp_path):
    bring_in(make_site(tmp_path, content=make_content(prefix="/quiet")))
    paths = set(OldPath.objects.filter(document__isnull=False).values_list("path", flat=True))
    assert paths == {"/quiet/files/quiet.pdf", "/quiet/files/slides.pdf"}


def test_people_who_come_into_news_that_is_here_are_told(tmp_path):
    ada, *_ = make_people()
    items = tuple(NewsRecord(Place(f"_news/{day}.md"), str(day), f"2021-05-0{day}", f"News {day}.", people=("ada",))
                  for day in range(1, 6))  # fmt: skip
    only = {"publications": (), "talks": (), "projects": (), "pages": (), "groups": (), "news": items}
    _, report = bring_in(make_site(tmp_path, make_content(people=(), **only)))
    [line] = [line for line in report.lines() if "not named in it" in line]
    assert line == "News, 5 of them: “ada” is not named in it: they are left out, or not on the site."
    _, report = bring_in(make_site(tmp_path, make_content(people=(replace(ada, groups=()),), **only)))
    assert report.counts["news"] == {"update": 5}
    assert [each["added"] for each in report.records if each["kind"] == "news"] == [["people: Ada Quint"]] * 5


def test_a_paper_that_the_site_says_twice_is_new_once(tmp_path):
    papers = make_content().publications
    twice = replace(papers[0], key="again", place=Place("papers.bib", 40), old_paths=(), documents=())
    site = make_site(tmp_path, make_content(publications=(*papers, twice)))
    assert preview(site).counts["publications"] == {"new": 2, "unchanged": 1}
    _, report = bring_in(site)
    assert report.counts["publications"] == {"new": 2, "unchanged": 1}


def test_links_to_what_did_not_come_along_are_reported(tmp_path):
    body = "[Here](/papers/quiet/), [us](/people/), [form](/files/form.doc), [elsewhere](https://example.org/x)."
    page = replace(make_content().pages[0], body=body)
    _, report = bring_in(make_site(tmp_path, make_content(pages=(page,))))
    [problem] = report.problems
    assert problem["message"] == "A link in its text leads to “/files/form.doc”, where nothing is here."
    assert preview(make_site(tmp_path, make_content(pages=(page,)))).problems == report.problems


def test_two_records_of_one_key_are_reported(tmp_path):
    pages = make_content().pages
    other = replace(pages[0], place=Place("_pages/other.md"), title="Other", old_paths=())
    report = preview(make_site(tmp_path, make_content(pages=(*pages, other))))
    assert [each["place"] for each in report.problems] == ["_pages/other.md"]


def test_who_is_erased_is_forgotten_by_imports_too(site, django_capture_on_commit_callbacks):
    batch, _ = bring_in(site)
    planned = SiteImport.objects.create(name="ada-quint.zip")
    runs.begin(site, planned)
    ada = Person.objects.get(slug="ada-quint")
    hers = SiteOrigin.objects.filter(model="people.person", record_id=ada.pk)
    assert hers.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(ada, withhold_name=True)
    flush_changes()
    for each in SiteImport.objects.all():
        text = json.dumps([each.name, each.site, each.report, each.effect, each.options], ensure_ascii=False)
        assert not [word for word in ("Ada Quint", "ada-quint", "ada@example.org", "She listens") if word in text]
    assert not hers.exists()
    planned.refresh_from_db()
    assert planned.state == "failed"
    undo_site(batch.pk)
    assert not Person.objects.filter(name="Bo Stillman").exists()


def test_reports_hold_no_private_facts(site, lab_of_others):
    batch, report = bring_in(site)
    assert "ada@example.org" not in json.dumps(report.as_json())
    forget_contact(Person.objects.get(orcid="0000-0002-1825-0097"))
    batch.refresh_from_db()
    assert "ada@example.org" not in json.dumps(batch.effect)


def test_old_paths_are_asked_about_together(tmp_path):
    """As many queries for a thousand paths as for one, also the second time; two more for each further 500."""

    def queries(number: int) -> int:
        paths = tuple(f"/old/{each}.html" for each in range(number))
        site = make_site(tmp_path, make_content(pages=(replace(make_content().pages[0], old_paths=paths),)))
        with CaptureQueriesContext(connection) as captured:
            preview(site)
        return len(captured)

    few = queries(1)
    assert queries(400) == few
    assert queries(1_400) == few + 4
    bring_in(make_site(tmp_path, make_content(pages=(
        replace(make_content().pages[0], old_paths=tuple(f"/old/{each}.html" for each in range(400))),
    ))))  # fmt: skip
    assert queries(400) == queries(1)
