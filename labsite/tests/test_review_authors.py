"""Names on papers that may be members, in the review queue, and the answers to them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from labsite.review.answers import DecidedMeanwhile, confirm, refuse
from labsite.tests.factories import (
    make_member,
    make_person,
    make_publication,
)
from labsite.tests.review import find, groups, make_open_paper, titles
from people.models import Person
from publications.models import Authorship, Rejection

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


# Authors who look like members


def test_author_who_looks_like_a_member_is_listed_with_the_reason():
    ada = make_member("Adaline Quint", start="2019")
    row = make_open_paper()
    make_open_paper("By nobody here", "C. Third")
    [found] = find("authors")
    assert found.key == f"publication:{row.publication_id} person:{ada.pk} a. quint"
    assert found.title == "“A. Quint” on On Quiet Machines (Conference paper 2024)"
    assert found.reason == "The initials of Adaline Quint; Bo Okafor is of the lab too."
    assert [answer.label for answer in found.answers] == ["Yes, it is Adaline Quint", "No, somebody else"]


def test_authors_who_are_settled_or_nobody_here_are_not_listed():
    ada = make_member("Adaline Quint", start="2019")
    make_publication("Linked", [{"printed_name": "A. Quint", "person": ada}])
    make_open_paper("Refused", person=ada, link_status="rejected")
    taken = make_publication("Two of that name", [ada, "A. Quint"])
    make_person("Zoe Third")  # a page, but no member
    make_publication("By a collaborator", ["Z. Third", "Zoe Third"])
    assert titles("authors") == []
    taken.authorships.filter(position=1).delete()
    assert len(find("authors")) == 1


def test_proposed_author_is_listed_even_if_the_name_says_nothing():
    ada = make_person("Ada Quint")
    row = make_open_paper(name="Miller", person=ada, link_status="proposed", link_note="named on the poster")
    [found] = find("authors")
    assert found.reason == "Named on the poster."
    assert found.answers[0].people == (ada.pk,)
    assert found.subjects == (row,)


def test_two_candidates_are_a_choice():
    make_member("Adaline Quint", start="2019")
    make_member("Anton Quint", start="2019")
    row = make_open_paper()
    [found] = find("authors")
    assert [answer.label for answer in found.answers] == [
        "Yes, it is Adaline Quint",
        "Yes, it is Anton Quint",
        "None of them",
    ]
    refuse(row.pk, list(Person.objects.filter(name__endswith="Quint")))
    assert titles("authors") == []
    assert Rejection.objects.count() == 2


def test_refusing_one_candidate_leaves_the_other():
    ada, anton = make_member("Adaline Quint", start="2019"), make_member("Anton Quint", start="2019")
    row = make_open_paper()
    refuse(row.pk, [ada])
    [found] = find("authors")
    assert [answer.people for answer in found.answers] == [(anton.pk,), (anton.pk,)]


def test_more_candidates_than_buttons_are_chosen_from_on_the_page():
    for name in ("Adaline", "Anton", "Agnes", "Arthur"):
        make_member(f"{name} Quint", start="2019")
    row = make_open_paper()
    [found] = find("authors")
    assert [answer.label for answer in found.answers] == ["None of them"]
    assert found.mends[0].url == f"/admin/publications/authorship/{row.pk}/change/#id_person"


def press(client: Client, row: Authorship, *people: Person, answer: str = "yes", **values):
    data = {"authorship": row.pk, "people": [person.pk for person in people], "answer": answer, **values}
    return client.post(reverse("admin:review_answer"), data, follow=True)


def test_yes_links_the_author_with_history_and_everywhere(admin_client, client):
    ada = make_member("Adaline Quint", start="2019")
    row = make_open_paper()
    response = press(admin_client, row, ada)
    assertContains(response, "“A. Quint” on “On Quiet Machines” is linked to Adaline Quint.")
    row.refresh_from_db()
    assert (row.person, row.link_status, row.link_basis) == (ada, "confirmed", "editor")
    latest = row.history.first()
    assert (latest.history_user.username, latest.history_change_reason) == (
        "admin",
        "Review queue: it is Adaline Quint",
    )
    assertContains(client.get("/publications/?author=adaline-quint"), "On Quiet Machines")
    assert "authors" not in groups(admin_client.get(INDEX))


def test_no_is_kept_and_outlives_the_row(admin_client):
    ada = make_member("Adaline Quint", start="2019")
    row = make_open_paper()
    response = press(admin_client, row, ada, answer="no")
    assertContains(response, "“A. Quint” on “On Quiet Machines” is not Adaline Quint.")
    row.refresh_from_db()
    assert (row.person, row.link_status, row.link_basis) == (ada, "rejected", "editor")
    assert titles("authors") == []
    row.publication.delete()
    make_open_paper()
    assert titles("authors") == []


def test_a_later_yes_ends_the_no(admin_client):
    ada = make_member("Adaline Quint", start="2019")
    row = make_open_paper()
    press(admin_client, row, ada, answer="no")
    press(admin_client, row, ada)
    row.refresh_from_db()
    assert row.link_status == "confirmed"
    assert not Rejection.objects.exists()


def test_answer_that_comes_too_late_changes_nothing(admin_client):
    ada, anton = make_member("Adaline Quint", start="2019"), make_member("Anton Quint", start="2019")
    row = make_open_paper()
    confirm(row.pk, anton)
    for answer in ("yes", "no"):
        assertContains(press(admin_client, row, ada, answer=answer), "was linked to Anton Quint meanwhile.")
    row.refresh_from_db()
    assert (row.person, row.link_status) == (anton, "confirmed")
    assert not Rejection.objects.exists()


def test_person_cannot_be_two_authors_of_one_paper(admin_client):
    ada = make_member("Adaline Quint", start="2019")
    paper = make_publication("On Quiet Machines", [ada, "A. Quint"])
    row = paper.authorships.get(position=2)
    assertContains(press(admin_client, row, ada), "Adaline Quint is an author of “On Quiet Machines” already.")
    row.refresh_from_db()
    assert row.person is None
    row.delete()
    with pytest.raises(DecidedMeanwhile, match="not in the list any more"):
        confirm(row.pk or 0, ada)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"authorship": "0", "people": "0", "answer": "yes"},
        {"authorship": "x\x00", "people": "y", "answer": "no"},
        {"authorship": "9" * 30, "people": "9" * 30, "answer": "yes"},
        {"authorship": "1", "people": "1", "answer": "perhaps"},
    ],
    ids=str,
)
def test_odd_answers_are_refused_in_words(admin_client, values):
    response = admin_client.post(reverse("admin:review_answer"), values, follow=True)
    assertContains(response, "nothing was changed")


def test_yes_to_two_people_is_refused(admin_client):
    row = make_open_paper()
    response = press(admin_client, row, make_person("Ada Quint"), make_person("Anton Quint"))
    assertContains(response, "nothing was changed")
    row.refresh_from_db()
    assert row.person is None
