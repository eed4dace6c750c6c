"""A member edits their own profile: what is saved, what is refused, what nobody can reach through the form."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.members.changes import compare, save_values
from labsite.members.record import digest_of, digests_of, read_values
from labsite.tests.factories import make_member, make_person
from labsite.tests.forms import form_values_of_history
from labsite.tests.members import client_of, form_of, give_photo, make_account, make_own, save_profile, sign_in
from people.models import Person, ProfileLink

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def ada():
    return make_own("Ada Quint")


@pytest.fixture
def client(ada) -> Client:
    return client_of(ada)


def today(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def test_profile_is_saved_and_shown_at_once(ada, client):
    response = save_profile(
        client, headline="Quiet machines", bio="**Softly**.\r\nEvery day.", pronouns="she/her", orcid="https://orcid.org/0000-0002-1825-0097",
        status_text="Hiring", status_is_shown="on", email="ada@example.org", email_visibility="public",
        cv_style="short", cv_hidden=["talks", "skills"], show_news=None,
    )  # fmt: skip
    assertRedirects(response, "/my/profile/", fetch_redirect_response=False)
    own = today(ada)
    assert (own.headline, own.bio, own.pronouns) == ("Quiet machines", "**Softly**.\nEvery day.", "she/her")
    assert (own.orcid, own.status_is_shown, own.show_news) == ("0000-0002-1825-0097", True, False)
    assert (own.cv_style, own.cv_hidden) == ("short", ["talks", "skills"])
    page = Client().get("/people/ada-quint/")
    assertContains(page, "<strong>Softly</strong>")
    assertContains(client.get("/my/profile/"), "Saved. Visitors see it now.")


def test_history_names_the_member_and_an_editor_can_go_back(ada, client, admin_client):
    save_profile(client, headline="First")
    save_profile(client, headline="Second")
    latest, before = ada.history.all()[:2]
    assert (latest.history_user, latest.history_change_reason) == (ada.user, "By the member")
    assert (latest.headline, before.headline) == ("Second", "First")
    address = f"/admin/people/person/{ada.pk}/history/{before.history_id}/"
    admin_client.post(address, form_values_of_history(admin_client.get(address)))
    assert today(ada).headline == "First"


def test_saving_what_is_the_same_writes_nothing(ada, client):
    Person.objects.update(bio=" Two\r\nlines \n", cv_hidden=["talks"])
    ada.links.create(kind="website", url="https://example.org/", order=7)
    ada.sections.create(heading="Skills", body="Sewing\r\n", kind="skills")
    count = ada.history.count()
    assertContains(save_profile(client, bio="Two\r\nlines"), "", status_code=302)
    assertContains(client.get("/my/profile/"), "Nothing was different")
    assert ada.history.count() == count
    assert ProfileLink.history.count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("slug", "taken-over"), ("is_published", ""), ("name", "Somebody Else"), ("identity_note", "x"), ("user", ""),
        ("photo_path", "x"), ("photo", "photos/" + "0" * 32 + ".jpg"), ("photo_consent", "on"), ("photo_alt", "x"),
        ("honorific", "Dr."), ("given_name", "x"), ("family_name", "x"), ("id", "99"), ("pk", "99"), ("sort_key", "x"),
        ("search_text", "x"), ("papers", "1"),
    ],
)  # fmt: skip
def test_fields_that_are_not_theirs_are_ignored(ada, client, name, value):
    before = Person.objects.values().get(pk=ada.pk)
    assert save_profile(client, headline="New", **{name: value}).status_code == 302
    after = Person.objects.values().get(pk=ada.pk)
    assert {key for key in after if after[key] != before[key]} == {"headline"}


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"orcid": "0000-0002-1825-0098"}, "orcid", "is not an ORCID iD"),
        ({"orcid": "0000-0001-5109-3700"}, "orcid", "Another person has this ORCID iD."),
        ({"phone_visibility": "public"}, "phone_visibility", "Select a valid choice"),
        ({"email_visibility": "nobody"}, "email_visibility", "Select a valid choice"),
        ({"email": "not an address"}, "email", "Enter a valid email address."),
        ({"headline": "x" * 201}, "headline", "at most 200 characters"),
        ({"headline": "x\x00y"}, "headline", "Null characters are not allowed."),
        ({"bio": "x" * 50_001}, "bio", "50,001 letters: 50,000 are the most"),
        ({"cv_style": "gold"}, "cv_style", "Select a valid choice"),
        ({"cv_hidden": ["everything"]}, "cv_hidden", "Select a valid choice"),
        ({"native_language": "xx"}, "native_language", "Select a valid choice"),
    ],
)
def test_mistakes_are_named_and_nothing_is_half_saved(ada, client, values, field, words):
    make_person("Bo Okafor", orcid="0000-0001-5109-3700")
    before = Person.objects.values().get(pk=ada.pk)
    response = save_profile(client, pronouns="they/them", **values)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assertContains(response, 'role="alert"', status_code=422)
    assertContains(response, 'value="they/them"', status_code=422)
    if field not in ("cv_hidden",):
        assertContains(response, f'id="id_{field}_error"', status_code=422)
    assert Person.objects.values().get(pk=ada.pk) == before


def test_text_that_was_typed_stays_escaped(client):
    response = save_profile(client, headline="<script>alert(1)</script>", orcid="wrong")
    assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;", status_code=422)
    assertNotContains(response, "<script>alert", status_code=422)


def test_signs_that_cannot_be_seen_go(ada, client):
    save_profile(client, headline="A\u202eB  C", pronouns="she\u2066/her")
    own = today(ada)
    assert (own.headline, own.pronouns) == ("AB C", "she/her")


def test_phone_never_shows_and_contact_shows_to_whom_they_chose(ada, client):
    save_profile(
        client, email="ada@example.org", email_visibility="members", phone="01 23", phone_visibility="members",
        office="Room 1\r\nOld Hall", office_visibility="public",
    )  # fmt: skip
    own, other = today(ada), make_account("other")
    assert [own.shows(name, AnonymousUser()) for name in ("email", "phone", "office")] == [False, False, True]
    assert [own.shows(name, other) for name in ("email", "phone", "office")] == [True, True, True]
    assertNotContains(Client().get("/people/ada-quint/"), "01 23")


def test_a_photo_without_a_description_does_not_stop_the_profile(ada, client):
    """Such records come from imports; the photo has a page of its own."""
    give_photo(ada)
    Person.objects.update(photo_alt="")
    assert save_profile(client, headline="New").status_code == 302
    assert today(ada).headline == "New"


# Links and sections


def rows(person: Person, name: str, *fields: str) -> list[tuple]:
    return list(getattr(person, name).values_list(*fields))


def test_links_are_added_changed_and_removed(ada, client):
    first = ada.links.create(kind="website", url="https://example.org/1", order=1)
    ada.links.create(kind="github", url="https://example.org/2", order=2)
    response = save_profile(
        client, **{"links-0-url": "https://example.org/new", "links-1-DELETE": "on", "links-2-url": "example.org/3",
                  "links-2-kind": "blog", "links-3-label": "WeChat: ada"}
    )  # fmt: skip
    assert response.status_code == 302
    assert rows(ada, "links", "kind", "url", "label") == [
        ("website", "https://example.org/new", ""), ("blog", "https://example.org/3", ""),
        ("website", "", "WeChat: ada"),
    ]  # fmt: skip
    assert ada.links.first().pk == first.pk
    assert first.history.count() == 2


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "no address"])
def test_links_lead_to_the_web_only(ada, client, address):
    response = save_profile(client, headline="New", **{"links-0-url": address})
    assert response.status_code == 422
    assert today(ada).headline == ""
    assert not ada.links.exists()


def test_rows_of_others_are_out_of_reach(ada, client):
    """No row is named by a number: whatever is posted is about the member's own rows."""
    other = make_member("Bo Okafor").links.create(kind="website", url="https://example.org/bo")
    extra = {
        "links-0-url": "https://example.org/ada",
        "links-0-id": str(other.pk),
        "links-0-person": str(other.person_id),
    }
    save_profile(client, **extra)
    assert ProfileLink.objects.get(pk=other.pk).url == "https://example.org/bo"
    assert rows(ada, "links", "url") == [("https://example.org/ada",)]


def test_sections_keep_their_identity(ada, client):
    first = ada.sections.create(kind="skills", heading="Skills", body="Sewing", order=1)
    second = ada.sections.create(kind="other", heading="Notes", body="Hm", order=2, is_published=False)
    save_profile(
        client,
        **{
            "sections-0-DELETE": "on",
            "sections-1-body": "Aha",
            "sections-2-heading": "More",
            "sections-2-body": "*Text*",
        },
    )
    assert rows(ada, "sections", "heading", "body", "is_published") == [
        ("Notes", "Aha", False),
        ("More", "*Text*", True),
    ]
    assert ada.sections.first().pk == second.pk
    assert not ada.sections.filter(pk=first.pk).exists()


@pytest.mark.parametrize("missing", ["heading", "body"])
def test_a_section_needs_a_heading_and_a_text(ada, client, missing):
    given = "body" if missing == "heading" else "heading"
    response = save_profile(client, **{f"sections-0-{given}": "Something"})
    assert response.status_code == 422
    assertContains(response, f'id="id_sections-0-{missing}_error"', status_code=422)
    assert not ada.sections.exists()


@pytest.mark.parametrize("total", ["", "-1", "x", "999999999", "31"])
def test_odd_numbers_of_rows_are_told(ada, client, total):
    response = save_profile(client, headline="New", **{"links-TOTAL_FORMS": total})
    assert response.status_code in (302, 422)
    assert ada.links.count() == 0


# Two at once


def test_what_an_editor_changed_meanwhile_stays(ada, client):
    data = form_of(client)
    Person.objects.update(bio="By an editor")
    assert client.post("/my/profile/", {**data, "headline": "New"}).status_code == 302
    own = today(ada)
    assert (own.headline, own.bio) == ("New", "By an editor")


def test_both_changed_one_field(ada, client):
    data = form_of(client)
    Person.objects.update(bio="By an editor")
    response = client.post("/my/profile/", {**data, "headline": "New", "bio": "By Ada"})
    assert response.status_code == 422
    assertContains(response, "It says now: “By an editor”.", status_code=422)
    assertContains(response, "By Ada</textarea>", status_code=422)
    assert today(ada).headline == ""
    again = client.post("/my/profile/", {**data, "seen": response.context["form"]["seen"].value(), "bio": "By Ada"})
    assert again.status_code == 302
    assert today(ada).bio == "By Ada"


def test_a_member_reads_who_changed_a_field_and_when(ada, client):
    data = form_of(client)
    editor = get_user_model().objects.create_user("the-editor")
    own = today(ada)
    own.bio, own._history_user = "By an editor", editor
    own.save()
    response = client.post("/my/profile/", {**data, "bio": "By Ada"})
    assertContains(response, "this was changed by the-editor, at ", status_code=422)


def test_both_changed_the_links(ada, client):
    data = form_of(client)
    ada.links.create(kind="website", url="https://example.org/editor")
    response = client.post("/my/profile/", {**data, "links-0-url": "https://example.org/ada"})
    assert response.status_code == 422
    assertContains(response, "https://example.org/editor", status_code=422)
    assert rows(ada, "links", "url") == [("https://example.org/editor",)]


@pytest.mark.parametrize("seen", ["", "{", "[]", "3", "null", '{"bio": 3}', "[" * 5000])
def test_odd_digests_are_none(ada, client, seen):
    assert save_profile(client, headline="New", seen=seen).status_code == 302
    assert today(ada).headline == "New"


def test_comparing_two_versions():
    seen = digests_of({"a": 1, "b": 1, "c": 1, "d": 1})
    assert compare({"a": 1, "b": 2, "c": 1, "d": 3}, {"a": 1, "b": 1, "c": 2, "d": 2}, seen) == ({"b": 2}, {"d": 2})
    assert compare({"a": 2}, {"a": 1}, {}) == ({"a": 2}, {})
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 1})


def test_values_are_plain(ada):
    assert json.loads(json.dumps(read_values(ada))) == read_values(ada)


def test_an_orcid_id_given_to_somebody_else_at_the_same_moment(ada, monkeypatch):
    """The check passed, then the other was saved: the constraint of the database answers in words."""
    make_person("Bo Okafor", orcid="0000-0002-1825-0097")
    monkeypatch.setattr(Person, "validate_constraints", lambda self, exclude=None: None)
    with pytest.raises(ValidationError, match="Another person has this ORCID iD"):
        save_values(ada, ada.user, {"orcid": "0000-0002-1825-0097", "headline": "New"}, {})
    assert today(ada).headline == ""


# Preview


def test_preview_shows_what_visitors_would_see_and_saves_nothing(ada, client):
    data = form_of(client) | {
        "preview": "yes", "bio": "**Softly** <script>alert(1)</script>", "email": "ada@example.org",
        "email_visibility": "members", "office": "Room 1", "office_visibility": "public", "headline": "New",
        "links-0-url": "https://example.org/x", "links-0-label": "Mine", "sections-0-heading": "Hidden",
        "sections-0-body": "Not shown", "sections-1-heading": "Shown", "sections-1-body": "Text",
    }  # fmt: skip
    data["sections-0-is_published"] = ""
    before = Person.objects.values().get(pk=ada.pk)
    response = client.post("/my/profile/", data)
    assert response.status_code == 200
    preview = response.content.decode().partition("data-preview-body>")[2]
    assert "<strong>Softly</strong>" in preview and "<script>alert" not in preview
    assert "Room 1" in preview and "ada@example.org" not in preview and "ada@" not in preview
    assert "Mine" in preview and "Shown" in preview and "Not shown" not in preview
    assertContains(response, "**Softly**")
    assert Person.objects.values().get(pk=ada.pk) == before
    part = client.post("/my/profile/", data, headers={"X-Part": "preview"})
    assertNotContains(part, "<html")
    assertContains(part, "<strong>Softly</strong>")


def test_preview_of_a_form_with_a_mistake_shows_the_rest(client):
    data = form_of(client) | {"preview": "yes", "bio": "Fine", "orcid": "wrong"}
    response = client.post("/my/profile/", data)
    assertContains(response, "The preview shows the rest.")
    assert "Fine" in response.content.decode().partition("data-preview-body>")[2]


def test_member_whose_page_is_a_draft_edits_it_all_the_same():
    person = make_own("Cy Draft", is_published=False)
    client = sign_in(person.user)
    assert save_profile(client, headline="New").status_code == 302
    own = today(person)
    assert (own.headline, own.is_published) == ("New", False)
    assert Client().get("/people/cy-draft/").status_code == 404
