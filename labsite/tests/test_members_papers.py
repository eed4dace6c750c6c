"""“Is this paper yours?”: answers hold against imports, can be taken back, and reach nobody else's papers."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.members.record import PAPERS
from labsite.members.wording import in_words
from labsite.review.answers import confirm, refuse
from labsite.tests.factories import make_member, make_publication
from labsite.tests.members import client_of, make_account, make_own, need_approval, sign_in, waiting
from people.models import Person, ProfileChange
from publications.digests import flush_changes
from publications.evidence import rejected_people
from publications.models import Authorship, Publication, Rejection

pytestmark = pytest.mark.django_db
PAGE = "/my/publications/"


@pytest.fixture
def ada():
    return make_own("Ada Quint")


@pytest.fixture
def client(ada) -> Client:
    return client_of(ada)


def propose(person: Person, title: str = "On Quiet Machines", link_status: str = "proposed", **values) -> Authorship:
    row = {"printed_name": "A. Quint", "person": person, "link_status": link_status, "link_basis": "inferred"}
    paper = make_publication(title, [row, "B. Okafor"], match_key=title.lower().replace(" ", ""), **values)
    return paper.authorships.get(position=1)


def state(row: Authorship) -> tuple[str, int | None, str]:
    own = Authorship.objects.get(pk=row.pk)
    return own.link_status, own.person_id, own.link_basis


def test_yes_links_the_paper_and_shows_it(ada, client):
    row = propose(ada)
    assertContains(client.get(PAGE), "Yes, mine")
    assertNotContains(Client().get("/people/ada-quint/"), "On Quiet Machines")
    response = client.post(PAGE, {"yes": row.pk})
    assertRedirects(response, f"{PAGE}#answered", fetch_redirect_response=False)
    assert state(row) == ("confirmed", ada.pk, "editor")
    flush_changes()
    assertContains(Client().get("/people/ada-quint/"), "On Quiet Machines")
    latest = row.history.first()
    assert (latest.history_user, latest.history_change_reason) == (ada.user, "Own page: it is Ada Quint")
    assertContains(client.get(PAGE), f'name="undo" value="{row.pk}"')
    assertNotContains(client.get(PAGE), f'name="undo" value="{row.pk}"')  # once


def test_no_is_kept_for_every_later_import(ada, client):
    row = propose(ada)
    client.post(PAGE, {"no": row.pk})
    assert state(row) == ("rejected", ada.pk, "editor")
    key = row.publication.match_key
    row.publication.delete()
    assert rejected_people([key]) == {(key, "a. quint"): frozenset({ada.pk})}


def test_answers_are_taken_back(ada, client):
    row = propose(ada)
    for answer in ("yes", "no"):
        client.post(PAGE, {answer: row.pk})
        response = client.post(PAGE, {"undo": row.pk}, follow=True)
        assertContains(response, "is as it was before")
        assert state(row) == ("proposed", ada.pk, "inferred")
        assert not Rejection.objects.exists()


def test_confirmed_paper_is_denied_and_taken_back(ada, client):
    row = propose(ada, link_status="confirmed")
    assertContains(client.get(PAGE), "This is not mine")
    client.post(PAGE, {"disown": row.pk})
    assert state(row) == ("rejected", ada.pk, "editor")
    flush_changes()
    assertNotContains(Client().get("/people/ada-quint/"), "On Quiet Machines")
    client.post(PAGE, {"undo": row.pk})
    assert state(row) == ("confirmed", ada.pk, "inferred")
    assert not Rejection.objects.exists()


def test_what_editors_decided_is_not_taken_back(ada, client):
    confirmed, rejected, changed = (propose(ada, f"Paper {number}") for number in range(3))
    confirm(confirmed.pk, ada)
    refuse(rejected.pk, [ada])
    client.post(PAGE, {"no": changed.pk})
    own = Authorship.objects.get(pk=changed.pk)
    own.link_note = "An editor looked at it"
    own._history_user = make_account("editor", "Editors")
    own.save()
    for row, status in ((confirmed, "confirmed"), (rejected, "rejected"), (changed, "rejected")):
        assertContains(client.post(PAGE, {"undo": row.pk}, follow=True), "Ask an editor.")
        assert state(row)[0] == status


@pytest.mark.parametrize("act", ["yes", "no", "disown", "undo", "keep"])
@pytest.mark.parametrize("status", ["proposed", "confirmed", "rejected", "nobody"])
def test_papers_of_others_are_out_of_reach(client, act, status):
    other = make_member("Bo Okafor")
    row = propose(other, link_status="confirmed" if status == "nobody" else status)
    if status == "nobody":
        Authorship.objects.filter(pk=row.pk).update(person=None)
    before = Authorship.objects.values().get(pk=row.pk)
    response = client.post(PAGE, {act: row.pk}, follow=True)
    assert response.status_code == 200
    assertContains(response, "banner-warning")
    assertNotContains(response, "Quiet Machines")
    assert Authorship.objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize("act", ["yes", "no"])
def test_drafts_are_neither_shown_nor_answered(ada, client, act):
    row = propose(ada, "Secret draft", is_published=False)
    assertNotContains(client.get(PAGE), "Secret draft")
    client.post(PAGE, {act: row.pk})
    assert state(row)[0] == "proposed"


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30, "\x00", "1.5", "٣"])
@pytest.mark.parametrize("act", ["yes", "disown", "undo", "keep", "other"])
def test_odd_keys_are_told(client, act, key):
    assertContains(client.post(PAGE, {act: key}, follow=True), "banner-warning")


def test_a_person_is_not_two_authors_of_one_paper(ada, client):
    row = propose(ada)
    row.publication.authorships.filter(position=2).update(person=ada, link_status="confirmed")
    assertContains(client.post(PAGE, {"yes": row.pk}, follow=True), "already")
    assert state(row)[0] == "proposed"


def test_answered_by_an_editor_meanwhile(ada, client):
    row = propose(ada)
    refuse(row.pk, [ada])
    assertContains(client.post(PAGE, {"yes": row.pk}, follow=True), "does not wait for your answer any more")
    assert state(row)[0] == "rejected"


def test_who_may_import_is_led_there(ada, client):
    assertContains(client.get(PAGE), "Send its DOI")
    editor = make_own("Ed Itor", user=make_account("ed", "Editors", is_staff=True))
    assertContains(sign_in(editor.user).get(PAGE), 'href="/admin/publications/import/add/"')


# Where an editor has to agree


def test_denying_a_shown_paper_waits(ada, client):
    need_approval()
    row, other = propose(ada, link_status="confirmed"), propose(ada, "Another", link_status="confirmed")
    client.post(PAGE, {"disown": row.pk})
    client.post(PAGE, {"disown": other.pk})
    client.post(PAGE, {"disown": other.pk})
    assert (state(row)[0], state(other)[0]) == ("confirmed", "confirmed")
    assert waiting(ada).values == {"papers": {"from": [], "to": sorted([row.pk, other.pk])}}
    assertContains(client.get(PAGE), "It is mine after all")
    client.post(PAGE, {"keep": row.pk})
    assert waiting(ada).values == {"papers": {"from": [], "to": [other.pk]}}
    client.post(PAGE, {"keep": other.pk})
    assert ProfileChange.objects.get().status == "withdrawn"


def test_answers_to_proposals_need_no_approval(ada, client):
    need_approval()
    row = propose(ada)
    client.post(PAGE, {"yes": row.pk})
    assert state(row)[0] == "confirmed"
    assert not ProfileChange.objects.exists()


def mark_retracted() -> None:
    flush_changes()  # which would find no notice of it, and unmark them
    Publication.objects.update(is_retracted=True)


def test_retracted_papers_are_marked_in_every_place(ada, client):
    need_approval()
    rows = {each: propose(ada, f"Paper {each}", each) for each in ("proposed", "rejected")}
    shown, denied = (propose(ada, f"Paper {each}", "confirmed") for each in ("shown", "denied"))
    mark_retracted()
    client.post(PAGE, {"disown": denied.pk})
    page = client.get(PAGE)
    for name in ("proposed", "rejected", "shown", "denied"):
        # the title, and the words of each of its buttons
        assertContains(page, f"[Retracted] Paper {name}", count=3 if name == "proposed" else 2)
        assertContains(page, f"Paper {name}", count=3 if name == "proposed" else 2)
    client.post(PAGE, {"yes": rows["proposed"].pk})
    mark_retracted()
    assertContains(client.get(PAGE), "“[Retracted] Paper proposed” is yours.")
    response = client.post(PAGE, {"undo": rows["proposed"].pk}, follow=True)
    assertContains(response, "Taken back: “[Retracted] Paper proposed” is as it was before.")
    assert in_words(PAPERS, [shown.pk]) == "[Retracted] Paper shown\n"


@pytest.mark.parametrize("count", [1, 4])
def test_list_costs_the_same_whatever_there_is(ada, client, django_assert_num_queries, count):
    for number in range(count):
        for status in ("proposed", "confirmed", "rejected"):
            propose(ada, f"{status} {number}", link_status=status)
    flush_changes()
    # session, account, person; request that waits; three lists; lab profile (twice); permissions of the account (2)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(PAGE)


LIST_QUERIES = 11
