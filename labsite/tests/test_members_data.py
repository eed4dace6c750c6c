"""The download of one's data: complete, only one's own, the same in every language."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client

from labsite.members.export import FORMAT
from labsite.tests.factories import make_group, make_member, make_publication
from labsite.tests.members import client_of, give_photo, make_account, make_own
from labsite.tests.world import make_world
from people.models import Person, PersonName, ProfileChange, RemovalRequest
from publications.digests import flush_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def download(client: Client, path: str = "/my/data/") -> tuple[dict, dict[str, bytes]]:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files["data.json"]), files


def own_world(count: int) -> Person:
    person = make_world(count, with_versions=True)
    person.user = make_account("ada", "Members", email="ada@example.org", last_name="Quint")
    person.email, person.phone, person.identity_note = "private@example.org", "01 23", "Zyxwv: inferred by an editor"
    person.save()
    PersonName.objects.create(person=person, name="Ada Formerly", kind="former", is_public=False)
    ProfileChange.objects.create(
        person=person, values={"bio": {"from": "", "to": "New"}}, status="refused", answer="No"
    )
    RemovalRequest.objects.create(person=person, message="My old talks")
    return person


def test_everything_is_in_it():
    person = own_world(2)
    data, files = download(client_of(person))
    assert data["format"] == FORMAT == "labsite-member/1"
    lengths = {name: len(value) for name, value in data.items() if isinstance(value, list)}
    assert lengths == {
        "names": 3, "links": 2, "sections": 2, "old_addresses": 2, "memberships": 3, "positions": 2, "education": 2,
        "awards": 3, "mentorships": 2, "grants": 2, "services": 2, "talks": 2, "news": 2, "projects": 2, "figures": 2,
        "publications": 4, "not_theirs": 0, "history": 2,
    }  # fmt: skip
    profile = data["profile"]
    assert (profile["email"], profile["phone"], profile["name"]) == ("private@example.org", "01 23", "Ada Quint")
    assert "Ada Formerly" in [name["name"] for name in data["names"]]
    assert data["requests"]["changes"][0]["answer"] == "No"
    assert data["requests"]["removals"][0]["message"] == "My old talks"
    assert (data["account"]["username"], data["account"]["groups"]) == ("ada", ["Members"])
    assert [event["what"] for event in data["account"]["signing_in"]["log"]] == ["signed in"]
    assert len(data["account"]["signing_in"]["sessions"]) == 1
    assert data["history"][0]["profile"]["email"] == "private@example.org"
    assert set(files) == {"data.json"}


def test_neither_password_nor_notes_of_editors_are_in_it():
    person = own_world(1)
    text = download(client_of(person))[1]["data.json"].decode()
    assert person.user.password not in text and "password" not in text
    assert "Zyxwv" not in text and "identity_note" not in text


def test_photos_are_in_it():
    person = make_own("Ada Quint")
    give_photo(person)
    with person.photo.open("rb") as file:
        content = file.read()
    files = download(client_of(person))[1]
    assert (set(files), files["photo.jpg"]) == ({"data.json", "photo.jpg"}, content)
    person.photo.storage.delete(person.photo.name)
    assert set(download(client_of(person))[1]) == {"data.json"}


def test_nobody_elses_data_are_in_it():
    """Drafts and people without a page stay out of everybody's download."""
    ada = own_world(1)
    hidden = make_member("Zyxwv Hidden", is_published=False, email="zyxwv@example.org")
    make_own("Bo Zyxwv", email="bo@example.org", bio="Zyxwv secret")
    draft = make_publication("Zyxwv draft", [ada], is_published=False)
    ada.positions.first().position_people.create(person=hidden, role="mentor")
    ada.education.first().advisors.add(hidden)
    ada.mentorships_given.create(mentee=hidden)
    ada.memberships.create(role="phd", group=make_group("Zyxwv group", is_published=False))
    ada.award_receipts.update(publication=draft)
    ada.talks.update(is_published=False, title="Zyxwv talk")
    ada.news.update(is_published=False, body="Zyxwv news")
    ada.projects.update(is_published=False, name="Zyxwv project")
    text = download(client_of(ada))[1]["data.json"].decode()
    assert "Zyxwv" not in text and "zyxwv" not in text


def test_it_is_the_same_in_every_language():
    client = client_of(own_world(1))
    plain, chinese = download(client)[0], download(client, "/zh-hans/my/data/")[0]
    for data in (plain, chinese):
        del data["made_at"]
    assert plain == chinese


@pytest.mark.parametrize("count", [1, 4])
def test_it_costs_the_same_whatever_there_is(django_assert_num_queries, count):
    client = client_of(own_world(count))
    flush_changes()
    # session, account (twice), person, groups; app, passkeys, links, sessions, log; 20 kinds of facts, what they name
    with django_assert_num_queries(DATA_QUERIES):
        client.get("/my/data/")


DATA_QUERIES = 35
