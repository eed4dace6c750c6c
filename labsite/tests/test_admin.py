"""The admin as a whole: every list and form opens, no list takes more queries as rows grow, history can be undone."""

from __future__ import annotations

import datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from activities.models import Award
from labsite.models import LabProfile
from labsite.tests.factories import make_award_receipt, make_member, make_person, make_publication
from labsite.tests.forms import form_values, form_values_of_history
from labsite.tests.world import make_world
from people.models import Person
from publications.models import Publication, Topic

pytestmark = pytest.mark.django_db

MODELS_WITH_HISTORY = [model for model in apps.get_models() if hasattr(getattr(model, "history", None), "as_of")]
OURS = ("labsite", "people", "publications", "activities")
MODELS = sorted(
    # imports are no records that anybody edits: publications/tests/test_import_pages.py holds their pages
    (model for model in admin.site._registry if model._meta.app_label in OURS and model in MODELS_WITH_HISTORY),
    key=lambda model: model._meta.label,
)
# session, user, two counts, the rows; then what a list's columns and filters load beside them
LIST_QUERIES = {
    "activities.Award": 5,
    "activities.Grant": 5,
    "activities.Mentorship": 5,
    "activities.Metric": 6,
    "activities.NewsItem": 5,
    "activities.Project": 5,
    "activities.Service": 6,
    "activities.Talk": 5,
    "labsite.Page": 5,
    "people.Education": 5,
    "people.Group": 5,
    "people.Membership": 6,
    "people.Organization": 6,
    "people.Person": 7,
    "people.Position": 5,
    "publications.Authorship": 5,
    "publications.Publication": 8,
    "publications.Topic": 5,
    "publications.Venue": 5,
}
# session, user, the record, its content type; then the rows inside the page and what the chosen values are called
CHANGE_QUERIES = {
    "activities.Award": 8,
    "activities.Grant": 8,
    "activities.Mentorship": 13,
    "activities.Metric": 7,
    "activities.NewsItem": 12,
    "activities.Project": 16,
    "activities.Service": 10,
    "activities.Talk": 11,
    "labsite.Page": 6,
    "people.Education": 14,
    "people.Group": 9,
    "people.Membership": 8,
    "people.Organization": 6,
    "people.Person": 14,
    "people.Position": 11,
    "publications.Authorship": 8,
    "publications.Publication": 15,
    "publications.Topic": 6,
    "publications.Venue": 6,
}


def address(model, name: str, *arguments) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def every(models):
    return pytest.mark.parametrize("model", models, ids=lambda model: model._meta.label)


class TestQueries:
    @every([model for model in MODELS if model is not LabProfile])
    def test_list_queries_do_not_grow(self, admin_client, world, django_assert_num_queries, model):
        with django_assert_num_queries(LIST_QUERIES[model._meta.label]):
            response = admin_client.get(address(model, "changelist"))
        assert response.status_code == 200
        assert len(response.context["cl"].result_list) >= world

    @every([model for model in MODELS if model is not LabProfile])
    def test_change_page_queries_do_not_grow(self, admin_client, world, django_assert_num_queries, model):
        instance = model.objects.first()
        ContentType.objects.clear_cache()
        with django_assert_num_queries(CHANGE_QUERIES[model._meta.label]):
            assert admin_client.get(address(model, "change", instance.pk)).status_code == 200


@pytest.mark.parametrize("key", ["99999999999999999999999", "9223372036854775808", "-1", "abc", "%00"])
def test_a_number_that_no_record_has_is_no_error(admin_client, key):
    page = address(Person, "change", 1).replace("/1/", f"/{key}/")
    assert {admin_client.get(page).status_code, admin_client.post(page, {"name": "Ada"}).status_code} <= {302, 404}


class TestForms:
    @every(MODELS)
    def test_forms_open_save_and_show_history(self, admin_client, world_with_versions, model):
        instance = model.objects.last()
        assert admin_client.get(address(model, "change", instance.pk)).status_code == 200
        history = address(model, "history", instance.pk)
        assert admin_client.get(history).status_code == 200
        earlier = instance.history.last()
        assert admin_client.get(f"{history}{earlier.pk}/").status_code == 200
        if model not in (LabProfile, *without_add()):
            assert admin_client.get(address(model, "add")).status_code == 200
        assert admin_client.get(address(model, "changelist"), {"q": "quint (\x00 '\"%"}).status_code in (200, 302)


def without_add():
    return [model for model in MODELS if model._meta.label == "publications.Authorship"]


def test_a_pasted_page_is_looked_for_by_its_first_words(admin_client):
    """A thousand words would be a thousand questions within one: more than a database takes."""
    page = " ".join(f"word{number}" for number in range(1000))
    for model in MODELS:
        if model is not LabProfile:
            shown = admin_client.get(address(model, "changelist"), {"q": page})
            assertContains(shown, "Only the first 20 words were looked for.")
    query = {"app_label": "publications", "model_name": "authorship", "field_name": "person", "term": page}
    assert admin_client.get(reverse("admin:autocomplete"), query).status_code == 200
    assert admin_client.get(address(Person, "changelist"), {"q": f'"{page}"'}).status_code == 200


@every([Person, Publication])
def test_saving_without_a_change_changes_nothing(admin_client, model):
    make_world(3)
    instance = model.objects.first()
    page = admin_client.get(address(model, "change", instance.pk))
    response = admin_client.post(address(model, "change", instance.pk), form_values(page))
    assert response.status_code == 302, response.context["errors"]
    assert model.objects.values().get(pk=instance.pk) == {
        field.attname: getattr(instance, field.attname) for field in model._meta.concrete_fields
    }


def test_an_edit_can_be_taken_back(admin_client):
    person = make_member("Ada Quint", headline="Before")
    first = person.history.first()
    person.headline = "After"
    person.save()
    page = address(Person, "history", person.pk) + f"{first.pk}/"
    shown = admin_client.get(page)
    assertContains(shown, "Before")
    response = admin_client.post(page, form_values_of_history(shown))
    assert response.status_code == 302, response.context["errors"]
    person.refresh_from_db()
    assert person.headline == "Before"
    assert person.history.count() == 3


def test_topics_and_dates_of_a_paper_can_be_taken_back(admin_client):
    paper = make_publication("Before", date="2024-05", other_titles=["Elsewhere"])
    paper.topics.add(Topic.objects.create(slug="silence", name="Silence"))
    earlier = paper.history.first()
    paper.title, paper.date, paper.other_titles = "After", None, []
    paper.save()
    paper.topics.clear()
    page = address(Publication, "history", paper.pk) + f"{earlier.pk}/"
    response = admin_client.post(page, form_values_of_history(admin_client.get(page)))
    assert response.status_code == 302, response.context["errors"]
    paper.refresh_from_db()
    assert (paper.title, str(paper.date), paper.other_titles) == ("Before", "2024-05", ["Elsewhere"])
    assert [topic.slug for topic in paper.topics.all()] == ["silence"]


def test_going_back_brings_back_the_rows_inside_the_page(admin_client):
    first, second, third = make_person("Ada First"), make_person("Bo Second"), make_person("Cy Third")
    paper = make_publication("Before", [first, second, third])
    paper.links.create(kind="code", url="https://example.org/code")
    set_back_history(hours=2)
    version = paper.history.first()
    paper.title = "After"
    paper.save()
    rows = list(paper.authorships.order_by("position"))
    rows[0].position, rows[1].position = 2, 1
    for row in rows[:2]:
        row.save()
    rows[2].delete()
    paper.authorships.create(position=3, printed_name="D. Intruder")
    paper.links.all().delete()
    page = address(Publication, "history", paper.pk) + f"{version.pk}/"
    response = admin_client.post(page, form_values_of_history(admin_client.get(page)))
    assert response.status_code == 302, response.context["errors"]
    names = paper.authorships.order_by("position").values_list("position", "printed_name", "person__slug")
    assert list(names) == [(1, "Ada First", "ada-first"), (2, "Bo Second", "bo-second"), (3, "Cy Third", "cy-third")]
    assert [link.url for link in paper.links.all()] == ["https://example.org/code"]
    paper.refresh_from_db()
    assert paper.title == "Before"


def test_going_back_brings_back_receipts_with_their_people(admin_client):
    ada, bo = make_person("Ada First"), make_person("Bo Second")
    receipt = make_award_receipt("Quiet Prize", ada, bo)
    award = receipt.award
    set_back_history(hours=2)
    version = award.history.first()
    award.save()
    receipt.delete()
    bo.delete()
    page = address(Award, "history", award.pk) + f"{version.pk}/"
    response = admin_client.post(page, form_values_of_history(admin_client.get(page)))
    assert response.status_code == 302
    (back,) = award.receipts.all()
    assert (back.pk, str(back.year)) == (receipt.pk or back.pk, "2024")
    assert list(back.people.all()) == [ada]


def set_back_history(hours: int) -> None:
    """As if everything so far had been written some hours ago."""
    step = datetime.timedelta(hours=hours)
    for model in MODELS_WITH_HISTORY:
        model.history.update(history_date=F("history_date") - step)


def test_publish_and_unpublish_many_with_history(admin_client):
    papers = [make_publication(f"Paper {number}") for number in range(5)]
    chosen = {"action": "unpublish", "_selected_action": [paper.pk for paper in papers]}
    response = admin_client.post(address(Publication, "changelist"), chosen, follow=True)
    assertContains(response, "5 made drafts")
    assert Publication.objects.filter(is_published=False).count() == 5
    assert papers[0].history.first().history_user.username == "admin"
    admin_client.post(address(Publication, "changelist"), {**chosen, "action": "publish"})
    assert Publication.objects.published().count() == 5


def test_search_folds_accents(admin_client):
    make_person("Peter Richtárik")
    assertContains(admin_client.get(address(Person, "changelist"), {"q": "richtarik"}), "Peter Richtárik")


def test_lab_profile_is_one_row(admin_client):
    admin_client.post(address(LabProfile, "add"), {"name": "Quiet Lab", "accent": "#1a4a9c"})
    profile = LabProfile.objects.get()
    assert profile.pk == 1
    assert admin_client.get(address(LabProfile, "changelist")).status_code == 302
    assert admin_client.get(address(LabProfile, "add")).status_code == 403
    assert admin_client.get(address(LabProfile, "delete", 1)).status_code == 403


def account(group: str, name: str = "ada"):
    user = get_user_model().objects.create_user(name, password="correct horse battery", is_staff=True)
    user.groups.add(AccountGroup.objects.get(name=group))
    return user


@every(MODELS)
def test_editors_reach_all_content(client, model):
    make_world(1)
    LabProfile.objects.create(id=1, name="Quiet Lab")
    client.force_login(account("Editors"))
    assert client.get(address(model, "change", model.objects.first().pk)).status_code == 200


def test_editors_reach_no_accounts(client):
    client.force_login(account("Editors"))
    assert client.get("/admin/auth/user/").status_code == 403
    assert client.get("/admin/auth/group/").status_code == 403


@pytest.fixture
def member_client(client):
    """A signed-in member with a profile of their own, beside somebody else's with private data."""
    user = account("Members")
    world = make_world(1)
    world.identity_note = "A note among editors"
    world.user = user
    world.save()
    make_person("Someone Else", email="else@example.org", identity_note="Another note", slug="someone-else")
    client.force_login(user)
    return client


@every([model for model in MODELS if model is not Person])
def test_members_reach_nothing_but_people(member_client, model):
    LabProfile.objects.get_or_create(id=1, defaults={"name": "Quiet Lab"})
    pk = model.objects.first().pk
    for name, arguments in (("changelist", []), ("change", [pk]), ("delete", [pk]), ("history", [pk]), ("add", [])):
        assert member_client.get(address(model, name, *arguments)).status_code == 403, name


def test_members_see_only_themselves(member_client):
    response = member_client.get(address(Person, "changelist"))
    assertContains(response, "Ada Quint")
    assertNotContains(response, "Someone Else")
    assertNotContains(response, "Bo Quint")
    assertNotContains(member_client.get(address(Person, "changelist"), {"q": "someone"}), "else@example.org")


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_members_do_not_reach_others(member_client, verb, name):
    other = Person.objects.get(slug="someone-else")
    response = getattr(member_client, verb)(address(Person, name, other.pk), {"name": "Hacked"})
    assert response.status_code in (302, 403)
    assert b"else@example.org" not in response.content
    other.refresh_from_db()
    assert other.name == "Someone Else"


def test_members_do_not_complete_other_people(member_client):
    asked = {"app_label": "people", "model_name": "membership", "field_name": "person", "term": "someone"}
    response = member_client.get(reverse("admin:autocomplete"), asked)
    assert response.status_code == 403 or response.json()["results"] == []


def test_members_do_not_read_their_own_history(member_client):
    own = Person.objects.get(slug="ada-quint")
    version = own.history.first()
    assert version.identity_note == "A note among editors"
    assert member_client.get(address(Person, "history", own.pk)).status_code == 403
    assert member_client.get(address(Person, "history", own.pk) + f"{version.pk}/").status_code == 403


def test_members_do_not_add_or_act(member_client):
    own = Person.objects.get(slug="ada-quint")
    assert member_client.get(address(Person, "add")).status_code == 403
    member_client.post(address(Person, "changelist"), {"action": "unpublish", "_selected_action": [own.pk]})
    assert not Person.objects.filter(is_published=False).exists()


def test_members_change_their_profile_but_not_what_editors_decide(member_client):
    person = Person.objects.get(slug="ada-quint")
    page = member_client.get(address(Person, "change", person.pk))
    assertNotContains(page, "A note among editors")
    values = form_values(page) | {
        "headline": "Changed by herself",
        "name": "Hacked Name",
        "family_name": "Hacked",
        "slug": "hacked",
        "is_published": "",
        "user": "",
        "identity_note": "Hacked",
    }
    response = member_client.post(address(Person, "change", person.pk), values)
    assert response.status_code == 302, response.context["errors"]
    person.refresh_from_db()
    assert person.headline == "Changed by herself"
    assert (person.slug, person.is_published, person.identity_note) == ("ada-quint", True, "A note among editors")
    assert (person.user.username, person.name) == ("ada", "Ada Quint")
    assert "Hacked" not in person.family_name


def test_members_cannot_take_over_foreign_rows(member_client):
    person, other = Person.objects.get(slug="ada-quint"), Person.objects.get(slug="someone-else")
    foreign = other.links.create(kind="blog", url="https://example.org/foreign")
    values = form_values(member_client.get(address(Person, "change", person.pk)))
    values["links-0-id"] = str(foreign.pk)
    values["links-0-url"] = "https://example.org/hacked"
    member_client.post(address(Person, "change", person.pk), values)
    assert list(person.links.values_list("url", flat=True)) == ["https://example.org/"]
    foreign.refresh_from_db()
    assert (foreign.person, foreign.url) == (other, "https://example.org/foreign")


def test_disabled_account_reaches_nothing(client):
    user = account("Editors")
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/admin/people/person/").status_code == 302


def test_anonymous_is_sent_to_the_login(client):
    person = make_person()
    for path in (address(Person, "changelist"), address(Person, "change", person.pk), reverse("admin:autocomplete")):
        assert client.get(path).status_code == 302


def test_reading_a_record_again_costs_the_same_however_many_rows_it_has(rf, admin_user):
    """What a form was made from is compared with the record before it is written."""
    counts = []
    for rows in (2, 8):
        paper = make_publication(f"Paper {rows}", [make_person(f"Ada {rows} {number}") for number in range(rows)])
        request = rf.post("/")
        request.user = admin_user
        with CaptureQueriesContext(connection) as queries:
            found = admin.site.get_model_admin(Publication).today(request, paper).snapshot
        assert len(found.rows["authorships"]) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16, counts
