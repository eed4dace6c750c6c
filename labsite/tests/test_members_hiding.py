"""Where members' changes need approval: what only hides something is done at once, and the rest waits."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from labsite.members.changes import save_values
from labsite.tests.factories import make_person, make_publication
from labsite.tests.members import (
    client_of,
    give_photo,
    make_own,
    make_picture,
    need_approval,
    save_photo,
    save_profile,
    waiting,
)
from people.models import Person, ProfileChange

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"
OPEN = {
    "email": "ada@example.org", "email_visibility": "public", "phone": "01 23", "phone_visibility": "members",
    "office": "Room 1", "office_visibility": "public", "status_text": "Looking for a job", "status_is_shown": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ada():
    need_approval()
    return make_own("Ada Quint", bio="Old words", **OPEN)


@pytest.fixture
def client(ada) -> Client:
    return client_of(ada)


def today(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


@pytest.mark.parametrize(
    ("name", "posted", "stored"),
    [
        ("email", "", ""),
        ("phone", "", ""),
        ("office", "", ""),
        ("email_visibility", "private", "private"),
        ("email_visibility", "members", "members"),
        ("phone_visibility", "private", "private"),
        ("office_visibility", "members", "members"),
        ("status_is_shown", None, False),
        ("show_profile_card", None, False),
        ("show_links", None, False),
        ("show_news", None, False),
        ("show_selected", None, False),
    ],
)
def test_what_only_hides_is_written_at_once(ada, client, name, posted, stored):
    save_profile(client, **{name: posted})
    assert getattr(today(ada), name) == stored
    assert not ProfileChange.objects.exists()
    assertContains(client.get("/my/profile/"), "Saved. What you hid is not shown any more.")
    assert ada.history.first().history_change_reason == "By the member"


@pytest.mark.parametrize(
    ("name", "before", "posted"),
    [
        ("email_visibility", "private", "members"),
        ("email_visibility", "members", "public"),
        ("phone_visibility", "private", "members"),
        ("office_visibility", "private", "public"),
        ("status_is_shown", False, "on"),
        ("show_links", False, "on"),
        ("email", "ada@example.org", "quint@example.org"),
        ("orcid", ORCID, ""),
        ("bio", "Old words", ""),
        ("status_text", "Looking for a job", ""),
    ],
)
def test_what_shows_more_or_something_else_waits(ada, client, name, before, posted):
    Person.objects.filter(pk=ada.pk).update(**{name: before})
    save_profile(client, **{name: posted})
    assert getattr(today(ada), name) == before
    assert list(waiting(ada).values) == [name]


def test_the_rest_of_the_same_form_waits(ada, client):
    response = save_profile(client, bio="New words", email_visibility="private", office="")
    assert response.status_code == 302
    own = today(ada)
    assert (own.bio, own.email_visibility, own.office) == ("Old words", "private", "")
    assert waiting(ada).values == {"bio": {"from": "Old words", "to": "New words"}}
    page = client.get("/my/profile/")
    assertContains(page, "What only hides something is saved. The rest waits for an editor.")
    assertContains(page, "What only hides something is done at once")
    assertNotContains(Client().get("/people/ada-quint/"), "Room 1")


def test_hiding_ends_the_wish_to_show_more(ada, client):
    save_profile(client, phone_visibility="members", email="quint@example.org")
    Person.objects.update(office_visibility="members")
    save_profile(client, office_visibility="public")
    save_profile(client, office_visibility="private", email="")
    own = today(ada)
    assert (own.office_visibility, own.email) == ("private", "")
    assert ProfileChange.objects.get().status == "withdrawn"


def test_what_is_taken_back_is_not_said_to_wait(ada, client):
    save_profile(client, bio="New words")
    save_profile(client, bio="Old words")
    assertContains(client.get("/my/profile/"), "Taken back. Your page stays as it is.")


def test_consent_is_taken_back_at_once(ada, client, django_capture_on_commit_callbacks):
    """The file goes with it: what may not be shown is not kept. A photo that waits for its consent is."""
    name = give_photo(ada)
    address = today(ada).photo.url
    assert Client().get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        response = save_photo(client, photo_alt="Ada", photo_consent=None)
    assert response.status_code == 302
    own = today(ada)
    assert (own.photo.name, own.photo_alt, own.photo_consent) == ("", "", False)
    assert not default_storage.exists(name)
    assert not ProfileChange.objects.exists()
    assert Client().get(address).status_code == 404
    assertContains(client.get("/my/photo/"), "Your consent is taken back, and the photo is deleted from this site.")


def test_consent_that_is_given_waits(ada, client):
    give_photo(ada)
    Person.objects.update(photo_consent=False)
    save_photo(client, photo_alt="Ada")
    assert today(ada).photo_consent is False
    assert list(waiting(ada).values) == ["photo_consent"]


def test_removing_takes_the_photo_of_today_and_the_one_that_waits(ada, client):
    give_photo(ada)
    save_photo(client, make_picture())
    assert waiting(ada).photo
    client.get("/my/photo/")  # reads what saving said
    response = client.post("/my/photo/", {"remove": "yes"}, follow=True)
    own, change = today(ada), ProfileChange.objects.get()
    assert (own.photo.name, own.photo_alt, own.photo_consent) == ("", "", False)
    assert (change.status, change.values, change.photo.name) == ("withdrawn", {}, "")
    assert [str(each) for each in response.context["messages"]] == ["The photo is removed."]


def test_removing_the_photo_that_waits_is_said_so(ada, client):
    save_photo(client, make_picture())
    client.get("/my/photo/")  # reads what saving said
    response = client.post("/my/photo/", {"remove": "yes"}, follow=True)
    assert [str(each) for each in response.context["messages"]] == ["Taken back. Your page stays as it is."]
    assert ProfileChange.objects.get().status == "withdrawn"


def test_a_mistake_beside_it_saves_nothing_and_says_so(ada, client):
    make_person("Bo Okafor", orcid=ORCID)
    assert save_profile(client, email="", orcid=ORCID).status_code == 422
    assert today(ada).email == "ada@example.org"


# What waits already and is not right any more


@pytest.fixture
def taken(ada, client) -> None:
    """The member asked for an ORCID iD that another person was given since."""
    save_profile(client, orcid=ORCID)
    make_person("Bo Okafor", orcid=ORCID)


def test_paper_is_denied_beside_a_request_that_is_not_right_any_more(ada, client, taken):
    row = make_publication("On Quiet Machines", [ada]).authorships.get()
    response = client.post("/my/publications/", {"disown": row.pk}, follow=True)
    assertContains(response, "It waits for an editor")
    assert {name: each["to"] for name, each in waiting(ada).values.items()} == {"orcid": ORCID, "papers": [row.pk]}


def test_photo_is_sent_and_removed_beside_it(ada, client, taken):
    assert save_photo(client, make_picture()).status_code == 302
    assert waiting(ada).photo
    assert save_photo(client, photo_focus_x="10").status_code == 302
    assert waiting(ada).values["photo_focus_x"]["to"] == 10
    give_photo(today(ada))
    assert client.post("/my/photo/", {"remove": "yes"}).status_code == 302
    assert today(ada).photo.name == ""
    assert waiting(ada).values["orcid"]["to"] == ORCID


def test_removal_that_the_record_does_not_take_is_told(ada, client, monkeypatch):
    def refuse(*args: object) -> None:
        raise ValidationError({"name": "Give a name that can be read."})

    monkeypatch.setattr("labsite.members.views.photo.save_values", refuse)
    assertContains(client.post("/my/photo/", {"remove": "yes"}, follow=True), "Give a name that can be read.")


def test_only_the_photo_is_checked_with_its_description(ada):
    with pytest.raises(ValidationError) as caught:
        save_values(ada, ada.user, {"photo_alt": "", "photo_focus_x": 101}, {})
    assert list(caught.value.message_dict) == ["photo_focus_x"]
