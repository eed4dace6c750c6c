"""Two editors at once: the second reads words, and nothing is lost or comes back from the dead.

On PostgreSQL, where two writers can meet; SQLite lets one transaction write at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from labsite.merging import MergeRefused, merge, undo
from labsite.merging.acts import lock_pair
from labsite.models import Merge
from labsite.tests.factories import make_person, make_publication, make_venue
from labsite.tests.forms import form_values
from people.models import Person
from publications.models import Publication, Venue

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time"),
]


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gives, or the refusal it raises, when all of them begin at once."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait(10)
        try:
            results[place] = act()
        except MergeRefused as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def pair() -> tuple[Person, Person]:
    kept, merged = make_person("Ada Quint"), make_person("A. Quint")
    make_publication("Paper", [merged])
    return kept, merged


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("editor"))
    return client


@pytest.mark.parametrize("is_opposite", [False, True])
def test_two_who_merge_one_pair_make_one_merge(pair, is_opposite):
    kept, merged = pair
    first = (Person.objects.get(pk=kept.pk), Person.objects.get(pk=merged.pk))
    second = first[::-1] if is_opposite else pair
    results = together(lambda: merge(*first), lambda: merge(*second))
    assert sorted(type(result).__name__ for result in results) == ["Merge", "MergeRefused"]
    refusal = next(result for result in results if isinstance(result, MergeRefused))
    assert "is not there any more: somebody merged or deleted it. It is part of" in str(refusal)
    assert (Merge.objects.count(), Person.objects.count()) == (1, 1)
    assert Publication.objects.get().authorships.get().person == Person.objects.get()


def test_two_who_take_one_merge_back_do_it_once(pair):
    record = merge(*pair)
    results = together(lambda: undo(record), lambda: undo(record))
    assert sorted(str(result) for result in results) == [
        "The merge of “A. Quint” into “Ada Quint” was taken back already.", "[]",
    ]  # fmt: skip
    assert Person.objects.count() == 2


def held_while(record, act: Callable[[], object]) -> list[object]:
    """What `act` gives, begun while a transaction holds both records, and which merges them before it ends."""
    kept, merged = record
    results: list[object] = []

    def run() -> None:
        try:
            results.append(act())
        except MergeRefused as refusal:
            results.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        lock_pair(kept, merged)
        thread.start()
        thread.join(1)
        assert results == []  # it waits
        merge(kept, merged)
    thread.join(30)
    return results


def test_an_edit_during_a_merge_is_told_that_the_record_is_gone(pair, editor):
    address = reverse("admin:people_person_change", args=[pair[1].pk])
    values = {**form_values(editor.get(address)), "headline": "New"}
    (response,) = held_while(pair, lambda: editor.post(address, values, follow=True))
    assert (response.status_code, Person.objects.count()) == (409, 1)
    assert ("Headline", "New") in response.context["typed"]


def test_a_paper_saved_with_a_venue_that_is_being_merged_is_told(editor):
    kept, merged = make_venue("Kept"), make_venue("Merged")
    paper = make_publication("Paper")
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    values = {**form_values(editor.get(address)), "venue": merged.pk}
    (response,) = held_while((kept, merged), lambda: editor.post(address, values, follow=True))
    paper.refresh_from_db()
    assert (response.status_code, paper.venue, Venue.objects.count()) == (200, None, 1)
    assert "Nothing was saved: a record that this page names was deleted, merged" in response.content.decode()


def test_rows_added_before_a_merge_begins_move_with_it(pair):
    """Somebody's addition is committed while the merge waits for the records."""
    kept, merged = pair
    begun, results = threading.Event(), []

    def merge_later() -> None:
        begun.set()
        results.append(merge(kept, merged))
        connection.close()

    thread = threading.Thread(target=merge_later)
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(pk=merged.pk))
        thread.start()
        assert begun.wait(10)
        merged.memberships.create(role="phd")
    thread.join(30)
    assert len(results) == 1
    assert kept.memberships.count() == 1
