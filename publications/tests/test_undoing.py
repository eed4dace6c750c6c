"""Taking an import back: what nobody touched goes, what somebody touched stays and is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import connection

from activities.models import Mentorship, NewsItem
from labsite.tests.factories import make_member, make_publication
from publications.importing.runs import begin_import, plan_entries
from publications.importing.undoing import AlreadyUndone, undo_import
from publications.models import Authorship, Import, ImportEntry, Link, Publication, Venue
from publications.tests.importing import counts, entry, import_all, record
from publications.tests.test_importing import WHOLE

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[dict]]:
    """Every row of every table of ours but histories, the imports themselves and what counts changes."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    kept = [model for model in models if not model.__name__.startswith(("Historical", "Import", "ContentVersion"))]
    rows = {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept}
    totals = rows["publications.FacetTotal"]
    return rows | {"publications.FacetTotal": [row for row in totals if row["number"]]}


OURS = ("labsite", "people", "publications", "activities")
CHANGING = ("changed_at", "record_hash", "raw_record")


def without(rows: dict[str, list[dict]], *names: str) -> dict[str, list[dict]]:
    return {label: [{k: v for k, v in row.items() if k not in names} for row in own] for label, own in rows.items()}


def test_new_publications_go_with_everything():
    make_publication("An old paper", [make_member("Bo Okafor")])
    before = everything()
    report = import_all(WHOLE, record("Another quiet paper", "Cy Weiss", container="Hush Letters", key="b"))
    assert Publication.objects.count() == 3
    done = undo_import(report.key)
    assert (done.deleted, done.restored, done.conflicts) == (2, 0, 0)
    assert everything() == before
    assert Import.objects.get(pk=report.key).state == "undone"


def test_updates_are_changed_back_field_by_field():
    ada = make_member("Ada Quint")
    paper = make_publication(
        "On Quiet Machines", [ada], kind="conference-paper", author_list_complete=False, note="Ours."
    )
    before = everything()
    report = import_all(replace(WHOLE, key="", note="Theirs."))
    assert counts(report) == {"updated": 1}
    assert everything() != before
    done = undo_import(report.key)
    assert (done.deleted, done.restored, done.conflicts) == (0, 1, 0)
    assert without(everything(), *CHANGING) == without(before, *CHANGING)
    paper.refresh_from_db()
    assert paper.raw_record.get("read") == {}
    assert counts(import_all(replace(WHOLE, key="", note="Theirs."))) == {"updated": 1}  # and it can come again


def test_what_was_edited_since_stays_and_is_named():
    report = import_all(WHOLE, record("Another quiet paper", "Cy Weiss", key="b"))
    edited = Publication.objects.get(bibtex_key="quint2024")
    edited.note = "Read this first."
    edited.save()
    done = undo_import(report.key)
    assert (done.deleted, done.conflicts) == (1, 1)
    assert [paper.bibtex_key for paper in Publication.objects.all()] == ["quint2024"]
    kept = ImportEntry.objects.get(batch=report.key, number=1).effect["undone"]
    assert len(kept) == 1
    assert kept[0].startswith("“On Quiet Machines” was kept: edited on ")


@pytest.mark.parametrize("row", ["authorships", "links"])
def test_an_edited_row_keeps_its_publication(row):
    report = import_all(WHOLE)
    getattr(Publication.objects.get(), row).first().save()
    assert undo_import(report.key).conflicts == 1
    assert Publication.objects.count() == 1


def test_a_publication_that_others_refer_to_stays():
    report = import_all(WHOLE, record("Another quiet paper", "Cy Weiss", key="b"))
    first, second = Publication.objects.order_by("pk")
    NewsItem.objects.create(date="2024", body="New!").publications.add(first)
    mentorship = Mentorship.objects.create(mentor=make_member("Ada Quint"), mentee=make_member("Bo Okafor"))
    mentorship.publications.add(second)
    done = undo_import(report.key)
    assert (done.deleted, done.conflicts) == (0, 2)
    reasons = [entry.effect["undone"][0] for entry in ImportEntry.objects.filter(batch=report.key)]
    assert [reason.rpartition(": ")[2] for reason in reasons] == [
        "a news item refers to it.", "a mentorship refers to it.",
    ]  # fmt: skip


def test_fields_that_were_edited_since_are_kept_and_the_others_restored():
    paper = make_publication("On Quiet Machines", ["Ada Quint", "Bo Okafor"], kind="conference-paper")
    report = import_all(replace(WHOLE, key=""))
    paper.refresh_from_db()
    paper.abstract = "Our own words."
    paper.save()
    link = Link.objects.get()
    link.label = "Read it"
    link.save()
    done = undo_import(report.key)
    paper.refresh_from_db()
    assert (paper.abstract, paper.pages, paper.venue) == ("Our own words.", "", None)
    assert Link.objects.get().label == "Read it"
    assert done.conflicts == 2
    assert ImportEntry.objects.get(batch=report.key).effect["undone"] == [
        "Link “Read it” of “On Quiet Machines” was edited since and is kept.",
        "Abstract of “On Quiet Machines” was edited since and is kept.",
    ]


def test_links_to_people_are_taken_back():
    ada = make_member("Ada Quint")
    make_publication("A paper that was here", ["A. Quint", "Cy Weiss"])
    report = import_all(record("A paper that was here", "Ada Quint", "Cy Weiss"), person=ada)
    assert Authorship.objects.filter(person=ada).count() == 1
    assert undo_import(report.key).conflicts == 0
    assert Authorship.objects.filter(person__isnull=False).count() == 0


def test_a_venue_that_is_used_by_now_stays():
    report = import_all(WHOLE)
    make_publication("Later", venue=Venue.objects.get())
    undo_import(report.key)
    assert [venue.name for venue in Venue.objects.all()] == ["ICXM"]


def test_an_import_is_taken_back_once():
    report = import_all(WHOLE)
    undo_import(report.key)
    with pytest.raises(AlreadyUndone, match="cannot be taken back: it is “taken back” on"):
        undo_import(report.key)


def test_taking_back_twice_imported_papers_goes_from_the_last():
    first = import_all(WHOLE)
    second = import_all(replace(WHOLE, pages="100-109"))
    assert undo_import(first.key).conflicts == 1
    assert undo_import(second.key).conflicts == 0
    assert Publication.objects.get().pages == "1-9"


def test_a_publication_deleted_since_is_named():
    report = import_all(WHOLE)
    Publication.objects.get().delete()
    done = undo_import(report.key)
    assert (done.deleted, done.conflicts) == (0, 1)
    assert "deleted, or merged with another" in ImportEntry.objects.get().effect["undone"][0]


def test_papers_of_a_later_import_that_was_taken_back_can_go():
    first = import_all(WHOLE)
    second = import_all(replace(WHOLE, pages="100-109"))
    undo_import(second.key)
    done = undo_import(first.key)
    assert (done.deleted, done.conflicts, Publication.objects.count()) == (1, 0, 0)


def test_a_plan_that_was_not_applied_cannot_be_taken_back():
    batch = begin_import(Import.Origin.PASTED, "x", "")
    plan_entries(batch, [entry(WHOLE)])
    with pytest.raises(AlreadyUndone, match="waiting for your decision"):
        undo_import(batch.pk)
    assert batch.entries.count() == 1


TITLES = ["A paper about hush and quiet", "Loud engines of the far north", "Seven ways to say nothing at all"]


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_kept_costs_the_same_queries_however_much_it_is(django_assert_num_queries, count):
    report = import_all(*(record(title, "Ada Quint", key=title[:4]) for title in TITLES[:count]))
    for paper in Publication.objects.all():
        paper.save()
    with django_assert_num_queries(32 + 2 * (connection.vendor == "postgresql")):  # which has locks to take
        assert undo_import(report.key).conflicts == count
