"""Two saves at the same moment: whoever comes second waits for the first, reads what it wrote and loses nothing.

SQLite has one writer at a time, and its tests have one connection: these are about PostgreSQL's locks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labsite.tests.factories import make_person, make_publication
from labsite.tests.test_conflicts import open_form, page_of, save
from people.admin import PersonAdmin
from people.models import Education, Group, Membership, Organization

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
HELD = 1.0  # seconds for which the first one's transaction stays open


@pytest.fixture(autouse=True)
def _two_writers(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def held_open(work: Callable[[], None]) -> threading.Thread:
    """Does `work` and commits it `HELD` seconds later."""
    done = threading.Event()

    def run() -> None:
        with transaction.atomic():
            work()
            done.set()
            time.sleep(HELD)

    thread = in_a_thread(run)
    assert done.wait(10)
    return thread


def test_people_of_a_row_that_somebody_else_is_saving(admin_client):
    pat, ann, bea = (make_person(name) for name in ("Pat One", "Ann Two", "Bea Three"))
    row = Education.objects.create(person=pat, degree="PhD", organization=Organization.objects.create(name="Uni"))
    row.advisors.add(ann)
    form = open_form(admin_client, pat)

    def add_an_advisor() -> None:
        own = Education.objects.select_for_update().get(pk=row.pk)
        own.save()
        own.advisors.add(bea)

    first = held_open(add_an_advisor)
    response = save(admin_client, pat, form, headline="Mine")
    first.join()
    assert response.status_code == 409
    assert set(row.advisors.all()) == {ann, bea}


def test_groups_of_an_account_that_somebody_else_is_saving(admin_client):
    cy, group = get_user_model().objects.create_user("cy"), AccountGroup.objects.create(name="Guests")
    form = open_form(admin_client, cy)

    def add_a_group() -> None:
        own = get_user_model().objects.get(pk=cy.pk)
        own.save()
        own.groups.add(group)

    first = held_open(add_a_group)
    response = save(admin_client, cy, form, first_name="Mine")
    first.join()
    assert response.status_code == 409
    assert list(cy.groups.all()) == [group]


def test_a_password_that_is_set_at_the_same_moment_stays(admin_client):
    cy = get_user_model().objects.create_user("cy", password="old old old old")
    form = open_form(admin_client, cy)

    def set_password() -> None:
        own = get_user_model().objects.get(pk=cy.pk)
        own.set_password("new new new new")
        own.save()

    first = held_open(set_password)
    assert save(admin_client, cy, form, first_name="Mine").status_code == 302
    first.join()
    cy.refresh_from_db()
    assert (cy.first_name, cy.check_password("new new new new")) == ("Mine", True)


def test_a_person_and_their_group_are_saved_without_a_deadlock(admin_client, monkeypatch):
    """Each holds what the other's new rows point at: pointing at a record waits for nobody who only edits it."""
    pat, group = make_person("Pat One"), Group.objects.create(name="Lab", slug="lab")
    role = Membership.Role.choices[0][0]
    Membership.objects.create(person=pat, group=group, role=role)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(get_user_model().objects.get(username="admin"))
    of_person, of_group = open_form(clients[0], pat), open_form(clients[1], group)
    row = {"role": role, "group": str(group.pk), "start_0": "", "id": "", "person": str(pat.pk), "title": "Again"}
    of_person |= {"memberships-TOTAL_FORMS": "2", **{f"memberships-1-{name}": value for name, value in row.items()}}
    is_held, go_on = threading.Event(), threading.Event()
    usual = PersonAdmin.save_model

    def slow(self, *args, **kwargs):
        is_held.set()
        go_on.wait(10)
        return usual(self, *args, **kwargs)

    monkeypatch.setattr(PersonAdmin, "save_model", slow)
    answers: list[int] = []
    first = in_a_thread(lambda: answers.append(save(clients[0], pat, of_person).status_code))
    assert is_held.wait(10)
    second = in_a_thread(lambda: answers.append(save(clients[1], group, of_group, short_name="L").status_code))
    time.sleep(HELD)
    go_on.set()
    first.join(20)
    second.join(20)
    assert answers == [302, 409]  # the group has a member whom its form did not show
    assert pat.memberships.count() == 2


def test_looking_at_an_earlier_version_keeps_nobody_waiting(admin_client):
    paper = make_publication(title="Silence")
    version = paper.history.first()
    address = page_of(paper).replace("/change/", f"/history/{version.pk}/")
    with CaptureQueriesContext(connection) as asked:
        assert admin_client.get(address).status_code == 200
    assert not [each for each in asked if "UPDATE" in (each["sql"] or "")]
