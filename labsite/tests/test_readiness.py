"""/readyz and /healthz: quick, never kept, telling strangers nothing."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from types import SimpleNamespace

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from labsite import operations_views
from labsite.operations import readiness as module
from labsite.operations.askers import is_operator
from labsite.operations.readiness import Readiness, Result, examine

TOKEN = "a-token-of-operations-that-is-long"
STRANGER = {"REMOTE_ADDR": "192.0.2.7"}
GOOD, BAD = Result("database", True, "fine"), Result("disk", False, "full of secrets")


def names_of_failures() -> dict[str, str]:
    return {each.name: each.message for each in examine() if not each.is_ok}


@pytest.mark.django_db
def test_a_site_that_is_well_is_ready():
    assert names_of_failures() == {}


@pytest.mark.django_db
def test_the_checks_ask_few_questions(django_assert_max_num_queries):
    examine()  # reads the migrations from disk once
    with django_assert_max_num_queries(8):
        examine()


@pytest.mark.django_db
def test_a_missing_migration(monkeypatch):
    MigrationRecorder.Migration.objects.filter(app="labsite", name="0007_content_version").delete()
    assert "run manage.py migrate" in names_of_failures()["migrations"]


@pytest.mark.django_db
def test_a_content_version_that_is_not_there(settings):
    settings.PAGE_CACHE_SIZE = 2**20
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM labsite_contentversion")
    assert "run manage.py migrate" in names_of_failures()["page cache"]


@pytest.mark.django_db
def test_too_little_room(settings):
    settings.DISK_RESERVE = 2**60
    assert "make room" in names_of_failures()["disk"]


@pytest.mark.django_db
def test_uploads_that_cannot_be_stored(monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", refuse)
    assert names_of_failures()["media"].startswith("PermissionError")


@pytest.mark.django_db
def test_an_object_store_that_does_not_answer(monkeypatch):
    asked = []

    def exists(name):
        asked.append(name)
        raise ConnectionError("postgresql://me:swordfish@store is gone")

    monkeypatch.setattr(module, "storages", {"default": SimpleNamespace(exists=exists)})
    module.ask_store.cache_clear()
    assert names_of_failures()["media"] == "ConnectionError: postgresql://…@store is gone"
    assert asked == ["readiness"]
    module.ask_store.cache_clear()
    assert storages["default"]


@pytest.mark.django_db
def test_a_cache_that_forgets(settings, monkeypatch):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert "CACHE_URL" in names_of_failures()["cache"]


@pytest.mark.once
def test_sqlite_that_cannot_be_written(tmp_path):
    """A missing file is not made anew by asking; whoever writes now proves that writing works."""
    path = tmp_path / "site.sqlite3"
    with pytest.raises(module.NotReady, match="gone from its folder"):
        module.check_sqlite(str(path))
    assert not path.exists()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE one (two)")
    assert module.check_sqlite(str(path)) == "SQLite reads and writes"
    writer.execute("BEGIN IMMEDIATE")
    assert module.check_sqlite(str(path)) == "SQLite reads, somebody is writing"
    writer.close()


# Asked again and again


@pytest.mark.once
def test_a_database_that_was_renamed_removed_or_swapped(tmp_path):
    path = tmp_path / "lab.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE a (b)")
    assert module.check_sqlite(str(path)) == "SQLite reads and writes"
    path.rename(tmp_path / "else")
    with pytest.raises(module.NotReady, match="lab.sqlite3 is gone"):
        module.check_sqlite(str(path))
    path.write_bytes(b"")  # another connection makes an empty one
    with pytest.raises(module.NotReady, match="restart the site"):
        module.check_sqlite(str(path))
    path.unlink()
    (tmp_path / "else").rename(path)
    assert module.check_sqlite(str(path)) == "SQLite reads and writes"


@pytest.mark.django_db
def test_a_table_that_is_missing(monkeypatch):
    assert module.check_tables() == "all there"
    there = connection.introspection.table_names()
    monkeypatch.setattr(
        connection.introspection, "table_names", lambda *given: [each for each in there if each != "people_person"]
    )
    with pytest.raises(module.NotReady, match="1 are missing, first people_person"):
        module.check_tables()


@pytest.mark.once
def test_whoever_asks_within_a_second_gets_the_same_answer():
    calls = []

    def count():
        calls.append(1)
        return [GOOD]

    now = SimpleNamespace(value=100.0)
    asked = Readiness(count, clock=lambda: now.value)
    assert [asked.ask() for _ in range(50)] == [[GOOD]] * 50
    assert len(calls) == 1
    now.value += 1
    asked.ask()
    assert len(calls) == 2


@pytest.mark.once
def test_a_database_that_hangs_ends_in_an_answer_and_in_one_thread():
    release, calls = threading.Event(), []

    def hang():
        calls.append(1)
        release.wait(10)
        return [GOOD]

    asked = Readiness(hang, limit=0.05)
    began = time.monotonic()
    for _ in range(3):
        (result,) = asked.ask()
        assert not result.is_ok
        assert "hang" in result.message
    assert time.monotonic() - began < 2
    assert len(calls) == 1
    release.set()
    assert Readiness(lambda: [GOOD]).ask() == [GOOD]


@pytest.mark.once
def test_checks_that_break_are_no_yes():
    def fail():
        raise RuntimeError("no")

    assert not Readiness(fail).ask()[0].is_ok


@pytest.mark.once
def test_the_log_hears_of_changes_alone(caplog):
    results = [[GOOD], [BAD], [BAD], [GOOD], [GOOD]]
    asked = Readiness(lambda: results.pop(0), kept=0)
    while results:
        asked.ask()
    assert [record.getMessage() for record in caplog.records] == ["Not ready: disk: full of secrets", "Ready again."]


# Answers


@pytest.fixture
def told(monkeypatch):
    """What the checks say, as the test wants it."""
    results = [GOOD]
    monkeypatch.setattr(operations_views, "readiness", SimpleNamespace(ask=lambda: results))
    return results


@pytest.mark.once
def test_operators_see_each_check(told):
    response = Client().get("/readyz")
    assert (response.status_code, response.content.decode()) == (200, "ok\nok   database: fine\n")
    told.append(BAD)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.content.decode().endswith("FAIL disk: full of secrets\n")
    assert response.headers["Retry-After"] == "5"


@pytest.mark.once
def test_strangers_see_one_word(told):
    told.append(BAD)
    response = Client(**STRANGER).get("/readyz")
    assert (response.status_code, response.content.decode()) == (503, "unavailable\n")
    assert Client(**STRANGER).get("/readyz?format=json").json() == {"status": "unavailable"}


@pytest.mark.once
def test_as_json(told):
    response = Client().get("/readyz", headers={"Accept": "application/json"})
    assert response.json() == {"status": "ok", "checks": {"database": {"ok": True, "message": "fine"}}}


@pytest.mark.once
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_never_kept_and_only_read(told, path):
    response = Client().get(path)
    assert "no-store" in response.headers["Cache-Control"]
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


@pytest.mark.once
def test_asked_without_tls(told, settings):
    """Balancers ask over plain http."""
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz"):
        assert Client().get(path).status_code == 200
    assert Client().get("/people/").status_code == 301


@pytest.mark.once
@pytest.mark.parametrize(
    ("environ", "may"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "192.0.2.7"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, False),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, True),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": f"bearer  {TOKEN}"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": "Bearer wrong"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Basic {TOKEN}"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": "Bearer \udcff"}, False),
    ],
)
def test_who_may_see_more(settings, environ, may):
    settings.OPERATIONS_TOKEN = TOKEN
    assert is_operator(environ) is may


@pytest.mark.once
def test_without_a_token_no_token_is_right(settings):
    settings.OPERATIONS_TOKEN = ""
    assert not is_operator({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "})
