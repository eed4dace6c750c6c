"""G1, G4 to G8, H2: many writers at once, through the real admin, in four server processes on one database.

`TORTURE_WRITERS` (32) together read a number and save one more `TORTURE_WRITES` (800) times.
"""

from __future__ import annotations

import os
import threading
from http.client import HTTPException

import psutil
import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from labsite.models import Page
from labsite.tests.browsing import Browser, all_at_once
from labsite.tests.factories import make_person, make_publication, make_venue
from labsite.tests.serving import granian
from labsite.tests.test_page_cache_workers import shared_database  # noqa: F401 - a fixture
from people.models import Person
from publications.models import Publication, Venue

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WORKERS = 4
WRITERS = int(os.environ.get("TORTURE_WRITERS", "32"))
WRITES = int(os.environ.get("TORTURE_WRITES", "800"))
PAGES = max(1, WRITERS // 2)  # each is counted up by two
TITLES = [
    "Silence in the library", "Machines that whisper", "A theory of soft steps", "Counting snowflakes at night",
    "Owls and their engineers", "What the deep sea does not say",
]  # fmt: skip
ENTRY = "@article{%s, title={%s}, author={Quint, Ada}, journal={%s}, year={2024}}\n"


def environment(database: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "IMPORT_WORKER": "inline", "HTTPS": "off", "PAGE_CACHE_MB": "0"}


def editors(port: int, count: int) -> list[Browser]:
    accounts = get_user_model().objects
    return [Browser(port, accounts.create_superuser(f"editor{number}")) for number in range(count)]


def test_no_write_is_lost_or_doubled(shared_database):  # noqa: F811
    """One after the other on the same servers, whose start takes longest."""
    pages = [Page.objects.create(slug=f"number-{place}", title="0", body="Counts.") for place in range(PAGES)]
    paper = make_publication("Order", ["A. One", "B. Two", "C. Three"])
    people = make_person("Ada Quint", slug="ada"), make_person("A. Quint", slug="a-quint")
    venues = (
        make_venue("Kept Journal", kind="journal", slug="kept"),
        make_venue("Old Journal", kind="journal", slug="old"),
    )
    with granian(WORKERS, **environment(shared_database)) as (port, process):
        writers = editors(port, WRITERS)
        count_up(writers, pages)
        press_often(writers[0], port)
        first, second, *_others = writers
        reorder_while_another_adds(first, second, paper)
        merge_while_a_third_edits(first, second, people)
        import_one_file_twice(first, second)
        merge_a_venue_that_an_import_uses(first, second, venues)
        kill_the_workers_while_they_save(writers[: WORKERS * 4], process)
        for each in writers:
            each.close()


def count_up(writers: list[Browser], pages: list[Page]) -> None:
    """G1: who was late reads a conflict and tries again, until all numbers are saved."""
    left = iter(range(WRITES))  # a number for each save that is still to come
    conflicts = []

    def count(writer: Browser, page: Page) -> list[int]:
        address, found = reverse("admin:labsite_page_change", args=[page.pk]), []
        for number in left:
            while True:
                values = writer.open(address)
                before = int(dict(values)["title"])
                # What two writers change alike is no conflict: so each says who it is.
                status = writer.send(address, values, title=before + 1, body=f"Number {number} of all").status
                assert status in (302, 409), writer.text
                if status == 302:
                    found.append(before + 1)
                    break
                conflicts.append(number)
        return found

    owners = [pages[place % len(pages)] for place in range(len(writers))]
    acts = (lambda writer=writer, page=page: count(writer, page) for writer, page in zip(writers, owners, strict=True))
    results = all_at_once(*acts)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert conflicts, "no two writers met"
    for page in pages:
        saved = sorted(
            number for own, numbers in zip(owners, results, strict=True) if own == page for number in numbers
        )
        page.refresh_from_db()
        assert saved == list(range(1, int(page.title) + 1))  # each number once: none is lost, none is doubled
        assert page.history.count() == 1 + int(page.title)
    assert sum(map(len, results)) == WRITES


def press_often(writer: Browser, port: int) -> None:
    """G5: however often, and in however many processes, one form is saved once."""
    add = reverse("admin:labsite_page_add")
    form = [*writer.open(add), ("title", "Pressed"), ("body", "Often.")]
    clerks = [Browser(port, get_user_model().objects.get(username="editor0")) for _each in range(WRITERS)]
    pressed = all_at_once(*(lambda clerk=clerk: clerk.send(add, form).status for clerk in clerks))
    assert set(pressed) == {302}
    assert Page.objects.filter(title="Pressed").count() == 1
    for each in clerks:
        each.close()


def reorder_while_another_adds(first: Browser, second: Browser, paper: Publication) -> None:
    """G6: no hole, no double, nobody missing; the later one agrees to both."""
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    order = {"authorships-0-position": 3, "authorships-2-position": 1}
    row = {
        "authorships-TOTAL_FORMS": 4, "authorships-3-position": 4, "authorships-3-printed_name": "D. Four",
        "authorships-3-link_status": "confirmed",
    }  # fmt: skip
    forms = first.open(address), second.open(address)
    statuses = all_at_once(
        lambda: first.send(address, forms[0], **order).status, lambda: second.send(address, forms[1], **row).status
    )
    assert sorted(statuses) == [302, 409]
    late = first if statuses[0] == 409 else second
    assert late.send(address, late.form()).status == 302
    rows = list(paper.authorships.order_by("position").values_list("position", "printed_name"))
    assert rows == [(1, "C. Three"), (2, "B. Two"), (3, "A. One"), (4, "D. Four")]


def merge_while_a_third_edits(first: Browser, second: Browser, people: tuple[Person, Person]) -> None:
    """G7: either the edit was first and the merge asks again, or the merge was and the editor keeps what they typed."""
    kept, merged = people
    page = f"{reverse('admin:merge', args=['people.person'])}?kept={kept.pk}&merged={merged.pk}"
    address = reverse("admin:people_person_change", args=[merged.pk])
    plan, form = [*first.open(page), ("names", "published")], second.open(address)
    merging, editing = all_at_once(
        lambda: first.send(page, plan).status, lambda: second.send(address, form, headline="Typed").status
    )
    assert (merging, editing) in {(302, 409), (409, 302)}
    if merging == 302:
        assert "Typed" in second.text
        assert not Person.objects.filter(pk=merged.pk).exists()
    else:
        assert Person.objects.get(pk=merged.pk).headline == "Typed"
        assert first.send(page, [*first.form(), ("names", "published")]).status == 302
        assert Person.objects.get(pk=kept.pk).headline == "Typed"


def plan_import(browser: Browser, text: str) -> str:
    """The address of the plan of a pasted import."""
    add = reverse("admin:publications_import_add")
    browser.send(add, browser.open(add), text=text)
    assert browser.status == 302, browser.text
    return browser.location


def import_one_file_twice(first: Browser, second: Browser) -> None:
    """G4: two imports of one file at once make one set of publications."""
    text = "".join(ENTRY % (f"k{number}", title, "Acta Quieta") for number, title in enumerate(TITLES))
    plans = all_at_once(lambda: plan_import(first, text), lambda: plan_import(second, text))
    assert all(isinstance(each, str) for each in plans), plans
    forms = first.open(plans[0]), second.open(plans[1])
    decide = [each.replace("change/", "decide/") for each in plans]
    statuses = all_at_once(
        lambda: first.send(decide[0], forms[0], apply=1).status,
        lambda: second.send(decide[1], forms[1], apply=1).status,
    )
    assert statuses == [302, 302]
    assert Publication.objects.filter(title__in=TITLES).count() == len(TITLES)
    assert Venue.objects.filter(name="Acta Quieta").count() == 1


def merge_a_venue_that_an_import_uses(first: Browser, second: Browser, venues: tuple[Venue, Venue]) -> None:
    """G8: the paper has the venue that stayed, or none was lost because the merge asked again."""
    kept, merged = venues
    page = f"{reverse('admin:merge', args=['publications.venue'])}?kept={kept.pk}&merged={merged.pk}"
    plan = plan_import(first, ENTRY % ("v1", "A paper of the old journal", "Old Journal"))
    form, merge = first.open(plan), second.open(page)
    statuses = all_at_once(
        lambda: first.send(plan.replace("change/", "decide/"), form, apply=1).status,
        lambda: second.send(page, merge).status,
    )
    assert (statuses[0], statuses[1] in (302, 409)) == (302, True)
    if statuses[1] == 409:
        assert second.send(page, second.form()).status == 302
    paper = Publication.objects.get(title="A paper of the old journal")
    assert not Venue.objects.filter(pk=merged.pk).exists()
    assert paper.venue_id in {kept.pk, *Venue.objects.filter(name="Old Journal").values_list("pk", flat=True)}


def kill_the_workers_while_they_save(writers: list[Browser], process: psutil.Process) -> None:
    """H2: what was acknowledged is there, of the rest all or nothing: a page and its history."""
    pages = [Page.objects.create(slug=f"killed-{name}", title="0", body="Counts.") for name in range(len(writers))]
    stored = dict.fromkeys(range(len(writers)), 0)
    begun = threading.Semaphore(0)

    def save(name: int) -> None:
        address = reverse("admin:labsite_page_change", args=[pages[name].pk])
        try:
            while True:
                values = writers[name].open(address)
                assert writers[name].send(address, values, title=stored[name] + 1).status == 302
                stored[name] += 1
                begun.release()
        except (OSError, HTTPException):
            return  # its worker is gone

    def kill() -> None:
        for _ in range(len(writers)):
            begun.acquire(timeout=60)
        for worker in process.children(recursive=True):
            worker.kill()

    results = all_at_once(kill, *(lambda name=name: save(name) for name in range(len(writers))))
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sum(stored.values()) >= len(writers)
    for name, page in enumerate(pages):
        page.refresh_from_db()
        assert int(page.title) in (stored[name], stored[name] + 1)  # the last one was perhaps not told any more
        assert page.history.count() == 1 + int(page.title)
        assert page.history.order_by("history_id").last().title == page.title
