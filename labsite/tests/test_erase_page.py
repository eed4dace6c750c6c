"""The page that has a person forgotten: for data managers, after their name was typed, with what went."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group as AccountGroup
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from activities.models import Mentorship
from labsite.models import Erasure
from labsite.privacy.traces import find_mentions
from labsite.tests.factories import make_group, make_member, make_news, make_organization, make_publication
from labsite.tests.members import make_account, sign_in
from people.models import Person

pytestmark = pytest.mark.django_db
NAME = "Ada Quint"


@pytest.fixture
def person() -> Person:
    found = make_member(NAME)
    make_publication("On Quiet Machines", [found])
    make_news(f"A prize for {NAME}.")
    return found


@pytest.fixture
def manager() -> Client:
    account = make_account("mona", role="Editors", is_staff=True)
    account.groups.add(AccountGroup.objects.get(name="Data managers"))
    return sign_in(account)


def page_of(person: Person) -> str:
    return reverse("admin:erase_person", args=[person.pk])


def post(client: Client, person: Person, name: str = NAME, seen: str | None = None, **more: str):
    seen = client.get(page_of(person)).context["seen"] if seen is None else seen
    return client.post(page_of(person), {"name": name, "seen": seen, **more})


def test_what_would_go_is_shown_and_nothing_is_changed(manager, person):
    answer = manager.get(page_of(person))
    assertContains(answer, "1 paper, as the work")
    assertContains(answer, "A prize for Ada Quint.")
    assertContains(answer, person.slug)
    assert Person.objects.filter(pk=person.pk).exists()
    assertContains(manager.get(reverse("admin:people_person_change", args=[person.pk])), page_of(person))


def test_a_wrong_name_erases_nobody(manager, person):
    for name in ("", "ada quint", "Ada", "Ada  Quint!"):
        answer = post(manager, person, name)
        assert answer.status_code == 422
        # on top, where the page opens, and at the field
        assertContains(answer, "othing was erased", 2, status_code=422)
    assert Person.objects.filter(pk=person.pk).exists()
    assert not Erasure.objects.exists()


def test_the_name_typed_erases_and_the_report_is_shown(manager, person):
    make_member("Bo Okafor")
    answer = post(manager, person, "  Ada  Quint ", withhold_name="on")
    assertContains(answer, "deleted, with")
    assertContains(answer, "1 paper stays. They print “Name withheld”.")
    assert [each.name for each in Person.objects.all()] == ["Bo Okafor"]
    erasure = Erasure.objects.get()
    assert erasure.created_by.username == "mona"
    assert manager.get(page_of(person)).status_code == 404
    assert post(manager, person, seen="").status_code == 404
    assertNotContains(manager.get(reverse("admin:people_person_changelist")), NAME)
    assertContains(manager.get(page_of(Person.objects.get())), "mona")


def test_what_changed_meanwhile_is_looked_at_again(manager, person):
    seen = manager.get(page_of(person)).context["seen"]
    make_publication("On Louder Machines", [person])
    answer = post(manager, person, seen=seen)
    assertContains(answer, "has changed since you opened", status_code=409)
    assertContains(answer, "2 papers", status_code=409)
    assert post(manager, person, seen=answer.context["seen"]).status_code == 200


def test_an_account_of_the_admin_is_seen_to_first(manager, person):
    person.user = make_account("ada", is_staff=True)
    person.save()
    answer = manager.get(page_of(person))
    assertContains(answer, "See to this first")
    assertNotContains(answer, "Forget this person for good")
    assert post(manager, person).status_code == 409
    assert Person.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("groups", [[], ["Editors"], ["Data managers"]])
def test_nobody_else_may(person, groups):
    account = make_account("eve", is_staff=True)
    account.groups.set(AccountGroup.objects.filter(name__in=groups))
    client = sign_in(account)
    assert client.get(page_of(person)).status_code == 403
    assert client.post(page_of(person), {"name": NAME}).status_code == 403
    assert Client().get(page_of(person)).status_code == 302


@pytest.mark.parametrize("count", [1, 4])
def test_it_costs_the_same_for_one_and_for_many(manager, person, django_assert_num_queries, count):
    """Every table with texts is read once, every one that points to people once; then how many rows of each kind."""
    group, organization = make_group(), make_organization()
    for number in range(count):
        make_publication(f"Paper {number}", [person])
        make_news(f"News {number} of {NAME}.")
        person.links.create(kind="website", url=f"https://example.org/{number}")
        friend = make_member(f"Bo Quint {number}")
        friend.memberships.create(group=group, role="postdoc", title=f"With {NAME}")
        friend.positions.create(organization=organization, title=f"Assistant of {NAME}")
        Mentorship.objects.create(mentor=person, mentee=friend, outcome=f"Left with {NAME}")
    manager.get(page_of(person))
    with django_assert_num_queries(60):
        answer = manager.get(page_of(person))
    assert len(answer.context["mentions"]) == 1 + 3 * count


def test_texts_are_found_by_however_many_names(person):
    """SQLite takes a thousand conditions in a row."""
    names = [f"Name {number} of hers" for number in range(100)]
    paper = make_publication("Paper", [person], editor_note=f"Thanks to {names[99]}", summary=f"By {names[3]}.")
    assert find_mentions(names) == [(paper, "summary"), (paper, "editor_note")]
