"""Pages of trouble: what happened, what became of what was sent, ways on; without the database where that failed."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import Error, OperationalError, connection
from django.test import Client, RequestFactory
from simple_history.models import HistoricalRecords

from labsite import error_views, views
from labsite.lib import renditions
from labsite.models import Page
from labsite.operations.failures import Trouble, trouble_of
from labsite.operations.request_ids import NAME
from labsite.tests.factories import make_group, make_member
from labsite.tests.forms import form_values
from labsite.tests.members import make_account, sign_in
from people.models import Group

WAYS_ON = ['role="search"', 'href="/"', 'href="/people/"', 'href="/publications/"']


def caused(error: Exception) -> Error:
    """As Django raises what a driver raised."""
    try:
        raise OperationalError(*error.args) from error
    except OperationalError as made:
        return made


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("trouble")
    error.sqlite_errorcode = code
    return error


def fail_with(monkeypatch, error: Exception) -> Client:
    """A site whose home page raises `error`."""

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(views, "home_context", fail)
    return Client(raise_request_exception=False)


@pytest.mark.once
@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (caused(sqlite_error(sqlite3.SQLITE_FULL)), Trouble.FULL),
        (caused(sqlite_error(sqlite3.SQLITE_READONLY)), Trouble.READ_ONLY),
        (caused(sqlite_error(sqlite3.SQLITE_READONLY | 5 << 8)), Trouble.READ_ONLY),
        (caused(sqlite_error(sqlite3.SQLITE_IOERR_FSYNC)), Trouble.BROKEN),
        (caused(sqlite_error(sqlite3.SQLITE_CORRUPT)), Trouble.BROKEN),
        (caused(sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT)), Trouble.BUSY),
        (caused(sqlite_error(sqlite3.SQLITE_CANTOPEN)), Trouble.AWAY),
        (caused(sqlite_error(sqlite3.SQLITE_INTERRUPT)), Trouble.SLOW),
        (caused(psycopg.errors.QueryCanceled()), Trouble.SLOW),
        (caused(sqlite_error(sqlite3.SQLITE_CONSTRAINT)), None),
        (caused(psycopg.errors.DiskFull()), Trouble.FULL),
        (caused(psycopg.errors.ReadOnlySqlTransaction()), Trouble.READ_ONLY),
        (caused(psycopg.errors.DeadlockDetected()), Trouble.BUSY),
        (caused(psycopg.errors.SerializationFailure()), Trouble.BUSY),
        (caused(psycopg.errors.AdminShutdown()), Trouble.AWAY),
        (caused(psycopg.errors.TooManyConnections()), Trouble.AWAY),
        (caused(psycopg.OperationalError("connection refused")), Trouble.AWAY),
        (caused(psycopg.errors.UniqueViolation()), None),
        (caused(psycopg.ProgrammingError("no such thing")), None),
        (OSError(errno.ENOSPC, "No space left on device"), Trouble.FULL),
        (OSError(errno.EDQUOT, "Quota"), Trouble.FULL),
        (OSError(errno.EROFS, "Read-only"), Trouble.READ_ONLY),
        (OSError(errno.EIO, "Input/output error"), Trouble.BROKEN),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (OperationalError("said by nobody"), None),
        (ValueError("a fault of ours"), None),
        (None, None),
    ],
)
def test_h6_h7_what_an_error_tells_of(error, trouble):
    assert trouble_of(error) is trouble


@pytest.mark.once
def test_errors_that_cause_each_other_end():
    one, two = ValueError(1), ValueError(2)
    one.__cause__, two.__cause__ = two, one
    assert trouble_of(one) is None


@pytest.mark.once  # asks no database: it has none
@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("path", ["/people/", "/zh-hans/people/"])
def test_503_needs_nothing_that_may_have_failed(trouble, path):
    for method in ("get", "post"):
        request = getattr(RequestFactory(), method)(path, headers={"X-Request-ID": "edge.01-abcdef"})
        request.META[NAME] = "edge.01-abcdef"
        response = error_views.unavailable(request, trouble)
        html = response.content.decode()
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) == trouble.seconds > 0
        assert "edge.01-abcdef" in html
        assert all(way in html for way in WAYS_ON)
        assert ("Your browser still has what you typed" in html) is (method == "post")
        assert ("cannot be saved" in html) is (method == "post" and trouble.stops_writing)


@pytest.mark.django_db
@pytest.mark.once
def test_the_error_page_names_the_request_and_ways_on(monkeypatch, settings):
    settings.DEFAULT_FROM_EMAIL = "office@lab.example.org"
    client = fail_with(monkeypatch, RuntimeError("a secret of ours"))
    response = client.get("/", headers={"X-Request-ID": "edge.01-abcdef"})
    html = response.content.decode()
    assert response.status_code == 500
    assert "edge.01-abcdef" in html
    assert "office@lab.example.org" in html
    assert "secret" not in html
    assert all(way in html for way in WAYS_ON)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.once
def test_a_database_that_is_away_is_no_fault_of_the_visitor(monkeypatch):
    client = fail_with(monkeypatch, caused(psycopg.OperationalError("refused")))
    response = client.get("/")
    assert response.status_code == 503
    assert "does not answer" in response.content.decode()
    assert "refused" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.once
def test_error_pages_speak_the_language_of_the_address(monkeypatch):
    client = fail_with(monkeypatch, RuntimeError())
    html = client.get("/zh-hans/").content.decode()
    assert '<html lang="zh-hans">' in html
    assert 'href="/zh-hans/people/"' in html


@pytest.mark.django_db
@pytest.mark.once
def test_400_stands_alone(settings, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example.org"})
    assert response.status_code == 400
    html = response.content.decode()
    assert "evil" not in html
    assert all(way in html for way in WAYS_ON)


@pytest.mark.django_db
@pytest.mark.once
def test_404_403_and_413_lead_on(settings):
    html = Client().get("/no/such/page/").content.decode()
    assert all(way in html for way in WAYS_ON)
    request = RequestFactory().get("/people/")
    request.user = AnonymousUser()
    response = error_views.forbidden(request, PermissionDenied())
    assert response.status_code == 403
    assert all(way in response.content.decode() for way in [*WAYS_ON, "/login/"])
    settings.LARGEST_UPLOAD = 10
    response = Client().post("/login/", {"username": "x" * 50})
    assert response.status_code == 413
    assert all(way in response.content.decode() for way in WAYS_ON)


@pytest.mark.django_db
@pytest.mark.once
def test_a_form_that_is_too_old_says_so():
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "ada"})
    assert response.status_code == 403
    html = response.content.decode()
    assert "load the page anew" in html
    assert "CSRF" not in html


# A disk that is full


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_h6_an_editor_sees_that_the_disk_is_full_and_nothing_is_half_saved(monkeypatch):
    """The second of several writes fails, as the database fails it: what came before is taken back."""
    client = sign_in(make_account("editor", is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    group = make_group("Quiet Machines Group")
    make_member("Ada Quint", group=group)
    history = Group.history.count()

    def refuse(*args, **kwargs):
        raise caused(sqlite_error(sqlite3.SQLITE_FULL))

    monkeypatch.setattr(HistoricalRecords, "create_historical_record", refuse)
    address = f"/admin/people/group/{group.pk}/change/"
    values = form_values(client.get(address))
    response = client.post(address, {**values, "name": "Loud Machines Group"})
    assert response.status_code == 503
    assert "disk of this site is full" in response.content.decode()
    assert Group.objects.get(pk=group.pk).name == "Quiet Machines Group"
    assert Group.history.count() == history


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_h6_sqlite_that_is_really_full(monkeypatch):
    """No page more may be used: the save of an editor fails, reading goes on, and with room again it succeeds."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's own disk cannot be filled from here; its error is tested above.")
    make_member("Ada Quint")
    client = sign_in(make_account("editor", is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    long = "words " * 20_000
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # earlier tests left free pages, which would do
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        response = client.post("/admin/labsite/page/add/", {"title": "Joining", "slug": "joining", "body": long})
        assert response.status_code == 503
        assert "disk of this site is full" in response.content.decode()
        assert client.get("/people/").status_code == 200
        assert not Page.objects.filter(slug="joining").exists()
        assert not Page.history.filter(slug="joining").exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    client.post("/admin/labsite/page/add/", {"title": "Joining", "slug": "joining", "body": long})
    assert Page.objects.get(slug="joining").body == long.strip()


@pytest.mark.once
def test_h6_visitors_see_pictures_that_cannot_be_kept(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(renditions, "write_whole", refuse)
    path = tmp_path / "derived" / "x.jpg"
    assert renditions.kept(path, lambda: b"picture", lambda: True) == b"picture"
    monkeypatch.setattr(renditions, "held", refuse)
    assert renditions.kept(path, lambda: b"picture", lambda: True) == b"picture"

    def gone():
        raise FileNotFoundError(errno.ENOENT, "gone")

    with pytest.raises(FileNotFoundError):
        renditions.kept(path, gone, lambda: True)
    assert not path.exists()


@pytest.mark.django_db
def test_the_foot_of_a_refusal_does_not_ask_who_is_signed_in_to_sign_in(rf):
    request = rf.get("/admin/")
    request.user = make_account("ada")
    page = error_views.forbidden(request, PermissionDenied()).content.decode()
    assert '<a href="/my/" rel="nofollow">Overview</a>' in page
    assert ">Sign in</a>" not in page
    request.user = AnonymousUser()
    assert ">Sign in</a>" in error_views.forbidden(request, PermissionDenied()).content.decode()
