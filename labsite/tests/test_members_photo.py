"""A member's photo: uploaded, described, agreed to, hidden, removed; refused in words."""

from __future__ import annotations

import io
from functools import cache

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django.asserts import assertContains, assertRedirects

from labsite.tests.members import (
    client_of,
    form_of,
    give_photo,
    make_own,
    make_picture,
    need_approval,
    save_photo,
    upload,
    waiting,
)
from people.models import Person, ProfileChange

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ada():
    return make_own("Ada Quint")


@pytest.fixture
def client(ada) -> Client:
    return client_of(ada)


def today(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def files(tmp_path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*.jpg") if "renditions" not in path.parts)


def test_photo_is_stored_anew_and_shown_once_agreed(ada, client):
    exif = Image.Exif()
    exif[0x010E] = "Secret place"
    content = make_picture(format="JPEG", exif=exif.tobytes(), comment=b"Secret words")
    response = save_photo(client, content, photo_focus_x="70", photo_focus_y="20", photo_consent=None)
    assertRedirects(response, "/my/photo/")
    own = today(ada)
    assert (own.photo_alt, own.photo_focus_x, own.photo_focus_y, own.photo_consent) == ("Ada smiling", 70, 20, False)
    assert own.photo.name.startswith("photos/") and "me" not in own.photo.name
    with own.photo.open("rb") as file:
        stored = file.read()
    assert b"Secret" not in stored and Image.open(io.BytesIO(stored)).format == "JPEG"
    assert Client().get(own.photo.url).status_code == 404
    assert client.get(own.photo.url).status_code == 200
    assertContains(client.get("/my/photo/"), own.photo.url)
    save_photo(client)
    assert today(ada).photo_consent is True
    assertContains(Client().get("/people/ada-quint/"), "Ada smiling")


@cache
def bomb() -> bytes:
    """600 megapixels in a small file."""
    target = io.BytesIO()
    Image.new("1", (60_000, 10_000)).save(target, "PNG", compress_level=1)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a JPEG, PNG, WebP or AVIF"),
        (b"<html><script>alert(1)</script></html>", "not a JPEG, PNG, WebP or AVIF"),
        (b"GIF89a;alert(1)", "not a JPEG, PNG, WebP or AVIF"),
        (b"%PDF-1.7", "not a JPEG, PNG, WebP or AVIF"),
        (make_picture()[:60], "damaged"),
        (bomb, "40 megapixels are the most"),
    ],
    ids=["empty", "svg", "html", "gif", "pdf", "cut off", "bomb"],
)
def test_pictures_that_are_none_are_refused_in_words(ada, client, tmp_path, content, words):
    response = save_photo(client, content() if callable(content) else content)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors["photo"])
    assertContains(response, 'value="Ada smiling"', status_code=422)
    assertContains(response, 'id="id_photo_error"', status_code=422)
    assert not today(ada).photo
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["../../x.png", "a\x00.png", "x" * 300 + ".png", "con.png", "\u202egnp.exe", "😀.png"])
def test_names_of_files_mean_nothing(ada, client, name):
    data = {**form_of(client, "/my/photo/"), "photo_alt": "Ada", "photo": upload(name=name, type="text/html")}
    assert client.post("/my/photo/", data).status_code == 302
    assert today(ada).photo.name.startswith("photos/")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"photo_alt": ""}, "photo_alt"),
        ({"photo_alt": "  "}, "photo_alt"),
        ({"photo_alt": "x" * 201}, "photo_alt"),
        ({"photo_focus_x": "101"}, "photo_focus_x"),
        ({"photo_focus_y": "-1"}, "photo_focus_y"),
        ({"photo_focus_y": "middle"}, "photo_focus_y"),
        ({"photo_focus_x": ""}, "photo_focus_x"),
    ],
)
def test_what_belongs_to_the_photo_is_checked(ada, client, tmp_path, values, field):
    response = save_photo(client, make_picture(), **values)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert files(tmp_path) == []


def test_description_without_a_picture_is_refused(ada, client):
    response = save_photo(client)
    assertContains(response, "Choose a picture.", status_code=422)
    assert today(ada).photo_alt == ""


def test_photo_is_removed(ada, client):
    give_photo(ada)
    response = client.post("/my/photo/", {"remove": "yes"}, follow=True)
    own = today(ada)
    assert (own.photo.name, own.photo_alt, own.photo_consent) == ("", "", False)
    assert [str(each) for each in response.context["messages"]] == ["The photo is removed."]
    assertContains(response, "There is no photo yet.")
    assertContains(client.post("/my/photo/", {"remove": "yes"}, follow=True), "Nothing was different")


def test_new_photo_takes_the_place_of_the_old(ada, client, tmp_path, django_capture_on_commit_callbacks):
    old = give_photo(ada)
    with django_capture_on_commit_callbacks(execute=True):
        save_photo(client, make_picture())
    new = today(ada).photo.name
    assert new != old
    assert files(tmp_path) == [new.removeprefix("photos/")]


# Where an editor has to agree


def test_waiting_photo_is_seen_by_its_member_and_editors_alone(ada, client, admin_client, tmp_path):
    need_approval()
    assertContains(save_photo(client, make_picture()), "", status_code=302)
    assert not today(ada).photo
    change = waiting(ada)
    assert change.photo and change.values["photo"] == {"from": "", "to": "uploaded"}
    own = client.get("/my/photo/waiting.jpg")
    assert (own.status_code, own["Content-Type"], own["Cache-Control"]) == (200, "image/jpeg", "private, no-store")
    assertContains(client.get("/my/photo/"), "/my/photo/waiting.jpg")
    address = f"/admin/requests/change/{change.pk}/photo.jpg"
    assert admin_client.get(address).status_code == 200
    other = client_of(make_own("Bo Okafor"))
    assert other.get("/my/photo/waiting.jpg").status_code == 404
    for visitor in (Client(), other, client):
        assert visitor.get(address).status_code == 302  # to the sign-in of the admin
        assert visitor.get(f"/media/{change.photo.name}").status_code == 404


def test_second_photo_replaces_the_one_that_waits(ada, client, tmp_path, django_capture_on_commit_callbacks):
    need_approval()
    save_photo(client, make_picture())
    first = waiting(ada).photo.name
    with django_capture_on_commit_callbacks(execute=True):
        save_photo(client, make_picture((50, 50)))
    assert waiting(ada).photo.name != first
    assert len(files(tmp_path)) == 1


def test_waiting_photo_that_is_taken_back_goes(ada, client, tmp_path, django_capture_on_commit_callbacks):
    need_approval()
    give_photo(ada)
    old = today(ada).photo.name
    save_photo(client, make_picture())
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/my/profile/", {"withdraw": "yes"})
    assert ProfileChange.objects.get().status == "withdrawn"
    assert files(tmp_path) == [old.removeprefix("photos/")]
    assert today(ada).photo.name == old


def test_removing_the_photo_does_not_wait(ada, client, django_capture_on_commit_callbacks):
    need_approval()
    old = give_photo(ada)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/my/photo/", {"remove": "yes"})
    own = today(ada)
    assert (own.photo.name, own.photo_alt, own.photo_consent) == ("", "", False)
    assert not ProfileChange.objects.exists()
    assert not default_storage.exists(old)


def words_after(client: Client, response) -> list[str]:
    assert response.status_code == 302
    return [str(each) for each in client.get("/my/photo/").context["messages"]]


def test_words_say_what_happened_to_the_photo(ada, client):
    withdrawn = "Saved. Your consent is taken back, and the photo is deleted from this site."
    hidden = "Saved. The photo is hidden: nobody but editors and you sees it."
    assert words_after(client, save_photo(client, make_picture())) == ["Saved. This is how the photo looks."]
    assert words_after(client, save_photo(client, photo_focus_x="70")) == ["Saved. Visitors see it now."]
    assert words_after(client, save_photo(client, photo_consent=None)) == [withdrawn]
    save_photo(client, make_picture(), photo_consent=None)
    client.get("/my/photo/")
    assert words_after(client, save_photo(client, photo_alt="Ada", photo_consent=None)) == [hidden]
