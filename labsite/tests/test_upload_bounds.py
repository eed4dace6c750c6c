"""How much may be uploaded: too many files and too many bytes are refused in words, and nothing is stored."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from labsite.bounds import uploads
from labsite.bounds.usage import Usage
from labsite.tests.members import client_of, make_account, make_own, make_picture, save_photo, save_profile, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def usage(tmp_path, settings) -> Usage:
    settings.DATA_DIR = tmp_path
    return Usage(tmp_path / "allowances-of-uploads", settings.SECRET_KEY)


def test_a11_twenty_files_a_minute_and_no_more(usage):
    ada = make_own()
    client = client_of(ada)
    assert save_photo(client, make_picture()).status_code == 302
    usage.use(f"{uploads.name_of(ada.user)} files", 18, uploads.OF_MEMBER[0])
    assert save_photo(client, make_picture((61, 40))).status_code == 302
    usage.use(f"{uploads.name_of(ada.user)} files", 1, uploads.OF_MEMBER[0])
    ada.refresh_from_db()
    before = ada.photo.name
    answer = save_photo(client, make_picture((62, 40)))
    assertContains(answer, "20 files in a minute and 200 MB in a day", status_code=429)
    assert 0 < int(answer["Retry-After"]) < 10
    ada.refresh_from_db()
    assert ada.photo.name == before
    assert save_photo(client_of(make_own("Bo Okafor")), make_picture()).status_code == 302


def test_a11_two_hundred_megabytes_a_day_and_no_more(usage):
    ada = make_own()
    usage.use(f"{uploads.name_of(ada.user)} bytes", 199.9999, uploads.OF_MEMBER[1])
    client = client_of(ada)
    assertContains(save_photo(client, make_picture()), "Come again in", status_code=429)
    ada.user.is_staff = True
    ada.user.save()
    assert save_photo(client, make_picture()).status_code == 302, "whoever imports for the lab may send more"


def test_a11_forms_without_files_count_for_nothing(usage):
    ada = make_own()
    for _ in range(3):
        assert save_profile(client_of(ada), office="B 12").status_code in (200, 302)
    assert usage.level(f"{uploads.name_of(ada.user)} files", uploads.OF_MEMBER[0]) == 0


def test_a11_strangers_send_no_files(usage, monkeypatch):
    monkeypatch.setattr(uploads, "OF_STRANGER", 10_000)
    make_account("ada")

    def big() -> dict:
        return {"username": "ada", "password": "x", "photo": upload(b"x" * 20_000)}

    assertContains(Client().post("/login/", big()), "Sign in first", status_code=429)
    invented = Client()
    invented.cookies["sessionid"] = "invented"
    assert invented.post("/login/", big()).status_code == 429
    assert Client().post("/login/", {"username": "ada", "password": "x"}).status_code == 200
