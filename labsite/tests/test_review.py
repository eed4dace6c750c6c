"""The review queue: its pages, what is remembered, who sees what, what it costs."""

from __future__ import annotations

import datetime

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.models import Dismissal, LinkCheck
from labsite.review.queue import KINDS, describe
from labsite.review.rows import LONGEST_KEY, make_key, make_pair_key, references, words_of_key
from labsite.tests.conftest import never_committed
from labsite.tests.factories import (
    make_member,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.review import dismiss, find, groups, make_open_paper, titles
from people.models import Membership, Person, ProfileChange, RemovalRequest
from publications.digests import flush_changes
from publications.models import Authorship, Import, ImportEntry, Venue

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


def account(name: str, role: str = "") -> Client:
    """Somebody with an account: of the role, or without any permission."""
    user = get_user_model().objects.create_user(name, is_staff=True)
    if role:
        user.groups.add(AccountGroup.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


# The front page


def test_clean_state_says_so(admin_client):
    response = admin_client.get(INDEX)
    assertContains(response, "Nothing needs your attention.")
    assert groups(response) == {}


def test_groups_show_five_rows_and_lead_to_all(admin_client):
    for number in range(7):
        make_member(f"Ada {'abcdefg'[number]}. Quint{number}", start="2024")
    response = admin_client.get(INDEX)
    assert groups(response) == {"photos": "7 members without a photo"}
    [group] = response.context["review"]["groups"]
    assert len(group.rows) == 5
    assertContains(response, f'href="{reverse("admin:review_kind", args=["photos"])}"')
    assert len(admin_client.get(reverse("admin:review_kind", args=["photos"])).context["page"]) == 7


def test_counts_end_at_a_hundred_and_pages_go_on(admin_client):
    for number in range(103):
        make_person(f"Ada Quint{number}", slug=f"q-{number}")
    Membership.objects.bulk_create(Membership(person=person, role="staff") for person in Person.objects.all())
    assert groups(admin_client.get(INDEX)) == {"photos": "100+ members without a photo"}
    address = reverse("admin:review_kind", args=["photos"])
    last = admin_client.get(address, {"page": "5"})
    assert (len(last.context["page"]), last.context["page"].paginator.count) == (3, 103)
    assertContains(last, "Page 5 of 5")
    for odd in ("abc", "-1", "999", "\x00"):
        assert admin_client.get(address, {"page": odd}).status_code == 200


def make_everything(count: int) -> None:
    """`count` rows of every kind, and what is no row."""
    lead = make_member("Lead Okafor", role="faculty", start="2015")
    for number in range(count):
        word = ("alphabetical", "bicycle", "gammaray", "deltoid")[number]
        make_member(f"{word}line Vantage{number}", start="2010")
        make_publication(f"The {word} machine that learns {word} slowly", [lead, f"{word[0]}. Vantage{number}"])
        make_publication(f"The {word} machine that learned {word} slowly", [lead], year=None)
        make_person(f"Twin Person{number}"), make_person(f"Twin Person{number}")
        make_venue(f"{word}conf", name=f"{word} one"), make_venue(f"{word}conf", name=f"{word} two")
        make_organization(f"{word} institute"), make_organization(f"The {word} Institute")
        waiting = Import.objects.create(name=word, state=Import.State.PLANNED)
        ImportEntry.objects.create(batch=waiting, number=1, state="new")
        lead.links.create(url=f"https://example.org/{word}")
        day = timezone.now() - datetime.timedelta(days=9)
        LinkCheck.objects.create(url=f"https://example.org/{word}", problem="Gone.", failing_since=day)
        Dismissal.objects.create(kind="photos", key=f"person:{10**6 + number} no-photo")
        asking = Person.objects.get(slug=f"twin-person{number}")
        ProfileChange.objects.create(person=asking, values={"headline": {"from": "", "to": word}})
        RemovalRequest.objects.create(person=asking, message=f"Take {word} off.")
    flush_changes()


# session, user, dismissals 3; requests of members 2; imports 1; authors: directory 8, names 1, papers 2, decisions 2,
# company 1; papers: titles 2, to compare them 7; people 3; venues 1; organizations 1; dead links 13; papers that lack
# something 3; stays 1; photos 1; lab profile 2, recent actions 1
FRONT_PAGE_QUERIES = 55


@pytest.mark.parametrize("count", [1, 4])
def test_front_page_queries_do_not_grow(admin_client, django_assert_num_queries, count):
    make_everything(count)
    with django_assert_num_queries(FRONT_PAGE_QUERIES):
        response = admin_client.get(INDEX)
    assert response.status_code == 200
    counted = {group.kind.name: group.count for group in response.context["review"]["groups"]}
    assert set(counted) == set(KINDS)
    assert counted["authors"] == counted["similar-people"] == counted["similar-papers"] == counted["imports"] == count


@pytest.fixture(scope="class")
def everything(django_db_setup, django_db_blocker):
    """Two rows of every kind, made once for the tests of a class."""
    with never_committed(django_db_blocker):
        make_everything(2)
        yield


class TestEveryKind:
    @pytest.mark.parametrize("name", sorted(KINDS))
    def test_every_kind_has_a_page_and_its_mends_open(self, admin_client, everything, name):
        response = admin_client.get(reverse("admin:review_kind", args=[name]))
        rows = list(response.context["page"])
        assert rows != []
        assert response.content.count(b"Not a problem") == (0 if KINDS[name].must_be_answered else len(rows))
        for row in rows:
            for place in (*row.about, *row.mends):
                assert admin_client.get(place.url).status_code == 200, place

    @pytest.mark.parametrize("name", sorted(name for name, kind in KINDS.items() if not kind.must_be_answered))
    def test_not_a_problem_is_remembered_and_can_be_taken_back(self, admin_client, everything, name):
        before = [row.key for row in find(name, on=datetime.date.today())]
        response = dismiss(admin_client, name, before[0], back=f"{INDEX}#review-{name}")
        assertRedirects(response, f"{INDEX}#review-{name}", fetch_redirect_response=False)
        assert [row.key for row in find(name, on=datetime.date.today())] == before[1:]
        assert before[0] not in {
            row.key for row in admin_client.get(reverse("admin:review_kind", args=[name])).context["page"]
        }
        kept = Dismissal.objects.get(kind=name, key=before[0])
        assert kept.created_by.username == "admin"
        assertContains(admin_client.get(reverse("admin:review_dismissed")), KINDS[name].one[1:])
        admin_client.post(reverse("admin:review_show_again"), {"dismissal": kept.pk})
        assert [row.key for row in find(name, on=datetime.date.today())] == before


# Not a problem


def test_dismissing_twice_is_told_and_kept_once(admin_client):
    make_publication("Undated", [make_member("Ada Quint")], year=None)
    key = find("no-year")[0].key
    dismiss(admin_client, "no-year", key)
    response = admin_client.post(reverse("admin:review_dismiss", args=["no-year"]), {"key": key}, follow=True)
    assertContains(response, "not in the queue any more")
    assert Dismissal.objects.count() == 1
    kept = Dismissal.objects.get()
    for _ in range(2):
        response = admin_client.post(reverse("admin:review_show_again"), {"dismissal": kept.pk}, follow=True)
    assertContains(response, "This was taken back already.")


@pytest.mark.parametrize("key", ["", "person:1", "x" * 5000, "\x00", "publication:99999999999999999999", "’\u202e💥"])
def test_only_what_stands_in_the_queue_can_be_dismissed(admin_client, key):
    make_publication("Undated", [make_member("Ada Quint")], year=None)
    response = admin_client.post(reverse("admin:review_dismiss", args=["no-year"]), {"key": key}, follow=True)
    assertContains(response, "not in the queue any more")
    assert not Dismissal.objects.exists()


@pytest.mark.parametrize("dismissal", ["", "x", "0", "9" * 40, "\x00"])
def test_odd_dismissals_are_not_taken_back(admin_client, dismissal):
    response = admin_client.post(reverse("admin:review_show_again"), {"dismissal": dismissal}, follow=True)
    assertContains(response, "This was taken back already.")


def test_dismissal_survives_unrelated_edits_and_ends_with_the_matter(admin_client):
    ada = make_member("Ada Quint", start="2010")
    dismiss(admin_client, "stays", find("stays")[0].key)
    dismiss(admin_client, "photos", find("photos")[0].key)
    ada.headline = "Quiet machines"
    ada.save()
    assert titles("stays") == titles("photos") == []
    ada.memberships.update(next_destination="Postdoc at Example University")
    ada.photo = "photos/a.jpg"
    ada.save()
    assert len(find("stays")) == len(find("photos")) == 1


def test_new_candidate_brings_an_author_back(admin_client):
    make_member("Adaline Quint", start="2019")
    make_open_paper()
    dismiss(admin_client, "authors", find("authors")[0].key)
    assert titles("authors") == []
    make_member("Anton Quint", start="2019")
    assert len(find("authors")) == 1


def test_dismissed_rows_do_not_crowd_out_the_next(admin_client):
    ada = make_member("Ada Quint", start="2024")
    for number in range(6):
        make_publication(f"Undated {number}", [ada], year=None)
    for row in find("no-year", limit=3):
        dismiss(admin_client, "no-year", row.key)
    assert titles("no-year", limit=2) == ["Undated 2", "Undated 1"]
    for row in find("photos", limit=1):
        dismiss(admin_client, "photos", row.key)
    make_member("Bo Quint", start="2024")
    assert titles("photos", limit=1) == ["Bo Quint"]


def test_dismissed_page_names_what_is_gone_and_pages(admin_client, django_assert_num_queries):
    ada = make_member("Ada Quint")
    Dismissal.objects.create(kind="photos", key=f"person:{ada.pk} no-photo")
    Dismissal.objects.create(kind="photos", key="person:999999999 no-photo")
    Dismissal.objects.create(kind="stays", key="")
    Dismissal.objects.create(kind="of another version", key="person:999999999")
    shown = describe(Dismissal.objects.all())
    assert [[place.label for place in each.about] for each in shown] == [[], [], [], ["Ada Quint"]]
    page = admin_client.get(reverse("admin:review_dismissed"))
    assertContains(page, "no-photo", count=2)
    assertContains(page, "A record that is gone", count=1)
    assertNotContains(page, "of another version")
    Dismissal.objects.bulk_create(Dismissal(kind="photos", key=f"person:{ada.pk} {n}") for n in range(60))
    with django_assert_num_queries(6):  # session, user, lab profile, count, page, people
        assertContains(admin_client.get(reverse("admin:review_dismissed"), {"page": 2}), "Page 2 of 3")


# Who sees what


PAGES = [("review_dismissed", []), *(("review_kind", [name]) for name in sorted(KINDS))]
BUTTONS = [("review_show_again", []), ("review_answer", []), *(("review_dismiss", [name]) for name in sorted(KINDS))]


@pytest.mark.parametrize(("name", "arguments"), PAGES + BUTTONS)
def test_strangers_are_asked_to_sign_in(client, name, arguments):
    address = reverse(f"admin:{name}", args=arguments)
    assertRedirects(client.post(address), f"/admin/login/?next={address}", fetch_redirect_response=False)


@pytest.mark.parametrize("role", ["Members", ""])
def test_members_see_nothing_of_the_queue(role):
    make_everything(1)
    client = account("member", role)
    assertNotContains(client.get(INDEX), "review")
    for name, arguments in PAGES:
        assert client.get(reverse(f"admin:{name}", args=arguments)).status_code == 403
    row = Authorship.objects.filter(person=None).first()
    data = {"authorship": row.pk, "people": [Person.objects.first().pk], "answer": "yes"}
    assert client.post(reverse("admin:review_answer"), data).status_code == 403
    for name in KINDS:
        assert dismiss(client, name, find(name, on=datetime.date.today())[0].key).status_code == 403
    kept = Dismissal.objects.first()
    assert client.post(reverse("admin:review_show_again"), {"dismissal": kept.pk}).status_code == 403
    assert Dismissal.objects.filter(kind="photos").count() == Dismissal.objects.count() == 1
    row.refresh_from_db()
    assert row.person is None


def test_editors_see_the_whole_queue_and_use_it():
    make_everything(1)
    client = account("editor", "Editors")
    assert set(groups(client.get(INDEX))) == set(KINDS)
    asked = {name for name, kind in KINDS.items() if kind.must_be_answered}
    for name in KINDS:
        status = dismiss(client, name, find(name, on=datetime.date.today())[0].key).status_code
        assert status == (404 if name in asked else 302), name
    # those with two rows each, and what members ask for, which is answered
    assert set(groups(client.get(INDEX))) == {"no-venue", "no-identifier", "photos"} | asked


def test_kind_is_shown_to_who_may_mend_it_only():
    make_everything(1)
    client = account("venue-keeper")
    user = get_user_model().objects.get(username="venue-keeper")
    user.user_permissions.set(permissions("change_venue", "delete_venue"))
    assert set(groups(client.get(INDEX))) == {"similar-venues"}
    Dismissal.objects.create(kind="similar-venues", key="venue:1 venue:2")
    assert [each.dismissal.kind for each in client.get(reverse("admin:review_dismissed")).context["rows"]] == [
        "similar-venues"
    ]


def permissions(*names: str):
    return AccountGroup.objects.get(name="Editors").permissions.filter(codename__in=names)


def test_record_that_may_not_be_changed_is_not_shown(monkeypatch):
    """Permission is asked of the record, as its admin page does."""
    make_everything(2)
    hidden = Venue.objects.order_by("pk").first()
    client = account("editor", "Editors")
    before = groups(client.get(INDEX))["similar-venues"]
    key = next(row.key for row in find("similar-venues") if hidden in row.subjects)
    venue_admin = type(admin_of(Venue))
    monkeypatch.setattr(venue_admin, "has_change_permission", lambda self, request, obj=None: obj != hidden)
    after = groups(client.get(INDEX))["similar-venues"]
    assert (before, after) == ("2 possible duplicates among venues", "1 possible duplicate among venues")
    assertContains(
        client.post(reverse("admin:review_dismiss", args=["similar-venues"]), {"key": key}, follow=True),
        "not in the queue any more",
    )
    assert not Dismissal.objects.filter(kind="similar-venues").exists()


def admin_of(model):
    return admin.site.get_model_admin(model)


def test_buttons_need_a_token_and_a_post(admin_client):
    admin_client.handler.enforce_csrf_checks = True
    make_publication("Undated", [make_member("Ada Quint")], year=None)
    assert dismiss(admin_client, "no-year", find("no-year")[0].key).status_code == 403
    for name, arguments in BUTTONS:
        assert admin_client.get(reverse(f"admin:{name}", args=arguments)).status_code == 405
    assert not Dismissal.objects.exists()


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org/admin/", "/people/", "", "javascript:alert(1)"]
)
def test_buttons_lead_back_to_the_admin_only(admin_client, back):
    make_publication("Undated", [make_member("Ada Quint")], year=None)
    response = dismiss(admin_client, "no-year", find("no-year")[0].key, back=back)
    assertRedirects(response, INDEX, fetch_redirect_response=False)


def test_unknown_kind_is_not_found(admin_client):
    assert admin_client.get(reverse("admin:review_kind", args=["nothing"])).status_code == 404
    assert dismiss(admin_client, "nothing", "x").status_code == 404


def test_titles_are_escaped(admin_client):
    make_publication("<script>alert(1)</script>", [make_member("Ada <b>Quint")], year=None)
    response = admin_client.get(INDEX)
    assertNotContains(response, "<script>alert(1)")
    assertNotContains(response, "<b>Quint")
    dismiss(admin_client, "no-year", find("no-year")[0].key)
    assertNotContains(admin_client.get(INDEX), "<script>alert(1)")
    assertNotContains(admin_client.get(reverse("admin:review_dismissed")), "<script>alert(1)")


# Keys


def test_keys_name_their_records_and_stay_short():
    ada, bo = make_person("Ada"), make_person("Bo")
    assert make_pair_key(bo, ada) == make_pair_key(ada, bo) == f"person:{ada.pk} person:{bo.pk}"
    key = make_key(ada, "person:5 said", "so\x00")
    assert references(key) == [(Person, ada.pk), (Person, 5)]
    assert words_of_key(key) == "said so"
    long = make_key(ada, "x" * 300)
    assert len(long) == LONGEST_KEY
    assert long != make_key(ada, "x" * 301)
    assert references("") == references("nothing:1") == references("person:x") == []
