"""“Recent changes”: who changed what, when, over all records; bounded, paged by key, and private where it has to be."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from labsite.audit import entries
from labsite.audit.entries import Place
from labsite.audit.kinds import audit_kinds
from labsite.merging import merge
from labsite.tests.factories import make_member, make_organization, make_person, make_publication, make_venue
from labsite.tests.forms import form_values
from labsite.tests.test_admin import MODELS_WITH_HISTORY, account, address
from labsite.tests.test_conflicts import author
from labsite.tests.world import make_world
from people.models import Education, Person
from publications.models import Publication, Topic

pytestmark = pytest.mark.django_db
PAGE = "/admin/changes/"


def edits(client, **asked):
    response = client.get(PAGE, asked)
    assert response.status_code == 200
    return response.context["edits"]


def test_every_kind_with_history_is_listed(admin_client):
    assert {kind.model for kind in audit_kinds()} == set(MODELS_WITH_HISTORY)
    make_world(2, with_versions=True)
    shown = admin_client.get(PAGE, {"kind": "people.person"})
    assertContains(shown, "Ada Quint")
    for kind in audit_kinds():
        assert admin_client.get(PAGE, {"kind": kind.label}).status_code == 200, kind
    assert len(edits(admin_client)) > 5


def test_one_click_is_one_edit_with_its_fields_and_rows(admin_client):
    paper = make_publication("Before", ["A. One"], venue=make_venue("ICXM"))
    topic = Topic.objects.create(slug="silence", name="Silence")
    Publication.history.all().delete()
    paper.save()
    page = address(Publication, "change", paper.pk)
    values = author(form_values(admin_client.get(page)), "B. Two", 2)
    admin_client.post(page, {**values, "title": "After", "topics": [topic.pk], "authorships-0-is_equal": "on"})
    edit = edits(admin_client)[0]
    assert (edit.record, edit.kind, edit.who) == ("After", "Publication", "admin")
    assert edit.address == address(Publication, "history", paper.pk)
    said = {(part.kind, part.name, part.act, part.fields) for part in edit.parts}
    assert ("Authorship", "B. Two", "added", ()) in {(kind, name, act, ()) for kind, name, act, _fields in said}
    assert any(set(fields) >= {"Title"} for *_rest, fields in said)
    assert any("Topics" in fields for *_rest, fields in said)


def test_who_did_it_without_an_account_and_why(admin_client):
    kept, merged = make_person("Ada Quint"), make_person("A. Quint")
    make_publication("Paper", [merged])
    merge(kept, merged)
    found = edits(admin_client, reason="merged")
    assert {edit.reason for edit in found} == {"Merged “A. Quint” into “Ada Quint”"}
    assert "A. Quint" in {edit.record for edit in found}  # it is gone, and still has its name
    assert edits(admin_client, user="nobody", reason="Merged")
    assert edits(admin_client, user=str(get_user_model().objects.get(username="admin").pk), reason="Merged") == []


def test_filters_by_account_kind_and_day(admin_client):
    topic, paper = Topic.objects.create(slug="silence", name="Silence"), make_publication("Paper")
    user = account("Editors", "bo")
    topic._history_user = user
    topic.save()
    old = timezone.now() - datetime.timedelta(days=400)
    Publication.history.update(history_date=old)
    assert [edit.record for edit in edits(admin_client, user=str(user.pk))] == ["Silence"]
    assert [edit.kind for edit in edits(admin_client, kind="publications.publication")] == ["Publication"]
    day = timezone.localtime(old).date()
    assert [edit.record for edit in edits(admin_client, until=day.isoformat())] == [str(paper)]
    assert str(paper) not in {
        edit.record for edit in edits(admin_client, since="2000-01-01", kind="publications.topic")
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "no.such"}, {"user": "x"}, {"user": "99999999"}, {"since": "31 May"}, {"until": "0000-00-00"},
        {"reason": "\x00"}, {"before": "x"}, {"before": "2024-01-01~1~1"}, {"before": "9999-12-31T23:59:59+00:00~1~1"},
        {"before": f"2024-01-01T00:00:00+00:00~{'9' * 30}~1"}, {"since": "9999-12-31"}, {"until": "9999-12-31"},
        {"since": "0001-01-01"}, {"since": "1970-01-02", "until": "2999-12-31"}, {"reason": "%_'\""},
    ],
)  # fmt: skip
def test_no_question_breaks_it(admin_client, asked):
    make_person()
    assert admin_client.get(PAGE, asked).status_code == 200


def test_pages_go_on_by_key_and_show_each_version_once(admin_client, monkeypatch):
    monkeypatch.setattr(entries, "PER_PAGE", 7)
    make_world(2, with_versions=True)
    moment = timezone.now()
    Publication.history.update(history_date=moment)  # many at one moment, over several kinds
    Person.history.update(history_date=moment)
    seen, asked, rounds = [], {}, 0
    while True:
        response = admin_client.get(PAGE, asked)
        seen += [(edit.version.kind.number, part) for edit in response.context["edits"] for part in edit.parts]
        if not response.context["next_page"]:
            break
        asked = dict(pair.split("=") for pair in response.context["next_page"].split("&"))
        asked["before"] = asked["before"].replace("%3A", ":").replace("%2B", "+")
        rounds += 1
    assert len(seen) == sum(kind.history.objects.count() for kind in audit_kinds())
    assert rounds == (len(seen) - 1) // 7


@pytest.mark.parametrize("count", [1, 4])
def test_queries_do_not_grow(admin_client, django_assert_max_num_queries, count):
    make_world(count, with_versions=True)
    ContentType.objects.clear_cache()
    asked = len(audit_kinds())
    with django_assert_max_num_queries(5 + 4 * asked):
        assert admin_client.get(PAGE).status_code == 200


def test_queries_are_the_same_for_many_versions_of_a_kind(admin_client, django_assert_num_queries):
    topics = [Topic.objects.create(slug=f"t{number}", name=f"Topic {number}") for number in range(20)]
    for topic in topics:
        topic.save()
    with django_assert_num_queries(8):  # session, user, accounts, places, versions, those before, names
        assert len(edits(admin_client, kind="publications.topic")) == 40


def test_members_read_nothing_of_it(client):
    user = account("Members")
    make_person(user=user)
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    assert client.get(reverse("admin:index")).status_code == 200


def test_editors_read_it_without_values(client):
    """J12: names of fields, never what they held."""
    person = make_member("Ada Quint", email="secret@example.org", identity_note="A secret note")
    person.names.create(name="Former Name", kind="former", is_public=False)
    person.email = "other@example.org"
    person.save()
    client.force_login(account("Editors"))
    response = client.get(PAGE)
    assertContains(response, "E-mail")
    for secret in ("secret@", "other@", "secret note", "Former Name"):
        assertNotContains(response, secret)


def test_a_place_reads_what_it_wrote():
    place = Place(timezone.now(), 3, 12)
    assert Place.read(str(place)) == place


# J12: what private fields said before


@pytest.fixture
def person() -> Person:
    found = make_member("Ada Quint", email="first@example.org", identity_note="First note", headline="First")
    found.email, found.identity_note, found.headline = "second@example.org", "Second note", "Second"
    found.save()
    return found


def data_manager():
    user = account("Editors", "manager")
    user.groups.add(AccountGroup.objects.get(name="Data managers"))
    return user


def test_editors_do_not_read_what_private_fields_said_before(client, person):
    client.force_login(account("Editors"))
    history = address(Person, "history", person.pk)
    version = person.history.last()
    for page in (history, f"{history}{version.pk}/"):
        response = client.get(page)
        assertContains(response, "First")
        assertNotContains(response, "first@example.org")
        assertNotContains(response, "First note")
    assertContains(client.get(history), "E-mail:")


def test_going_back_leaves_private_fields_as_they_are(client, person):
    client.force_login(account("Editors"))
    page = address(Person, "history", person.pk) + f"{person.history.last().pk}/"
    shown = client.get(page)
    assert "email" not in shown.context["adminform"].form.fields
    values = {"name": "Ada Quint", "slug": person.slug, "headline": "First", "email": "hacked@example.org"}
    values |= {name: field.initial for name, field in shown.context["adminform"].form.fields.items() if field.initial}
    values |= {"email_visibility": "private", "phone_visibility": "private", "office_visibility": "private"}
    values |= {"photo_focus_x": 50, "photo_focus_y": 50, "seen": shown.context["seen"]}
    response = client.post(page, values)
    assert response.status_code == 302, response.context["errors"]
    person.refresh_from_db()
    assert (person.headline, person.email, person.identity_note) == ("First", "second@example.org", "Second note")


def test_data_managers_and_superusers_read_it(client, admin_client, person):
    client.force_login(data_manager())
    history = address(Person, "history", person.pk)
    version = person.history.last()
    for reader in (client, admin_client):
        assertContains(reader.get(history), "first@example.org")
        assertContains(reader.get(f"{history}{version.pk}/"), "First note")


def test_grades_are_private_history_too(client):
    values = {"organization": make_organization(), "degree": "Ph.D.", "grade": "1.7 secret"}
    degree = Education.objects.create(person=make_person(), **values)
    degree.grade = "1.0"
    degree.save()
    client.force_login(account("Editors"))
    assertNotContains(client.get(address(Education, "history", degree.pk)), "1.7 secret")


def test_no_group_but_data_managers_has_the_permission():
    for name, expected in (("Editors", False), ("Members", False), ("Data managers", True)):
        own = AccountGroup.objects.get(name=name).permissions.filter(codename="read_private_history")
        assert own.exists() is expected, name
