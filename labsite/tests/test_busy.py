"""A database that is busy: 503 with words and a way to send the same again, never a fault."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from labsite import busy
from labsite.error_views import server_error
from labsite.models import Page
from labsite.posted_inputs import inputs_to_send_again, kept_inputs
from labsite.tests.forms import form_values

pytestmark = pytest.mark.django_db


def locked(*args: object, **kwargs: object) -> None:
    raise refused("database is locked", sqlite3.SQLITE_BUSY)


def refused(message: str, code: int) -> OperationalError:
    """As Django raises it where SQLite refuses."""
    cause = sqlite3.OperationalError(message)
    cause.sqlite_errorcode = code
    error = OperationalError(message)
    error.__cause__ = cause
    return error


class Deadlock(Exception):
    sqlstate = "40P01"


class Gone(Exception):
    sqlstate = "57P01"


def caused(cause: Exception) -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = cause
    return error


@pytest.mark.once
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused("database is locked", sqlite3.SQLITE_BUSY), True),
        (refused("database table is locked: people_person", sqlite3.SQLITE_LOCKED_SHAREDCACHE), True),
        (caused(Deadlock()), True),
        (caused(Gone()), False),
        (refused("disk I/O error", sqlite3.SQLITE_IOERR), False),
        (OperationalError("database is locked"), True),
        (ValueError("database is locked"), False),
        (None, False),
    ],
)
def test_what_counts_as_busy(error, expected):
    assert busy.is_busy(error) is expected


def test_what_was_typed_is_sent_again_from_the_page(admin_client, monkeypatch):
    page = Page.objects.create(slug="join", title="Join", body="Come.")
    address = reverse("admin:labsite_page_change", args=[page.pk])
    values = form_values(admin_client.get(address)) | {"body": 'Typed & "kept"\nfor long', "title": "Later"}
    with monkeypatch.context() as patch:
        patch.setattr(Page, "save", locked)
        response = admin_client.post(address, values)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "no-store" in response.headers["Cache-Control"]
    assertContains(response, "Typed &amp; &quot;kept&quot;", status_code=503)
    page.refresh_from_db()
    assert page.title == "Join"
    again = dict(response.context["kept"])
    assert admin_client.post(response.context["address"], again).status_code == 302
    page.refresh_from_db()
    assert (page.title, page.body.splitlines()) == ("Later", ['Typed & "kept"', "for long"])


def test_a_page_that_is_looked_at_says_try_again(client, monkeypatch):
    monkeypatch.setattr("labsite.views.read_selection", locked, raising=False)
    monkeypatch.setattr("labsite.views.load_together", locked)
    response = client.get("/search/", {"q": "quiet"})
    assertContains(response, "Try again", status_code=503)


def test_no_password_is_written_into_a_page(client, monkeypatch):
    monkeypatch.setattr("django.contrib.auth.forms.AuthenticationForm.is_valid", locked)
    response = Client().post("/login/", {"username": "ada", "password": "correct horse"})
    assertNotContains(response, "correct horse", status_code=503)
    assertContains(response, "go back, and send it again", status_code=503)


def test_no_secret_is_written_into_a_page_whatever_it_is_called(rf):
    secrets = {"code": "123456", "credential": "{key}", "reset_token": "abc", "old_password": "x"}
    for name, value in secrets.items():
        kept, is_whole = kept_inputs(rf.post("/", {name: value, "country_code": "NL", "csrfmiddlewaretoken": "t"}))
        assert (kept, is_whole) == ([("country_code", "NL")], False), name
    assert kept_inputs(rf.post("/", {"title": "T", "csrfmiddlewaretoken": "t"})) == ([("title", "T")], True)


def test_a_form_of_another_site_is_not_offered_to_be_sent(rf):
    request = rf.post("/", {"title": "T"})
    assert inputs_to_send_again(request) == []
    request.csrf_processing_done = True
    assert inputs_to_send_again(request) == [("title", "T")]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY])
def test_on_a_full_disk_what_was_typed_is_kept_too(admin_client, monkeypatch, code):
    admin_client.raise_request_exception = False
    page = Page.objects.create(slug="join", title="Join", body="Come.")
    address = reverse("admin:labsite_page_change", args=[page.pk])
    values = form_values(admin_client.get(address)) | {"body": 'Typed & "kept"'}

    def refuse(*args: object, **kwargs: object) -> None:
        raise refused("no", code)

    with monkeypatch.context() as patch:
        patch.setattr(Page, "save", refuse)
        response = admin_client.post(address, values)
    assertContains(response, "Typed &amp; &quot;kept&quot;", status_code=503)
    assert admin_client.post(response.context["address"], dict(response.context["kept"])).status_code == 302
    page.refresh_from_db()
    assert page.body == 'Typed & "kept"'


def test_outside_of_a_view_it_is_no_fault_either(rf):
    try:
        locked()
    except OperationalError:
        assert server_error(rf.get("/")).status_code == 503
    try:
        raise ValueError
    except ValueError:
        assert server_error(rf.get("/")).status_code == 500
