"""Which database answers what, where there is a replica."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from labsite import environment
from labsite.lib import reading
from labsite.replicas import ReplicaMiddleware, ReplicaRouter, reading_from_replica
from people.models import Person

PRIMARY = "postgresql://me@db.example.org/lab"
COPY = "postgresql://me@copy.example.org/lab"
router = ReplicaRouter()


def answer(request, after=lambda: None):
    """The database that a view reads from."""
    read = []

    def view(request):
        after()
        read.append(router.db_for_read(Person))
        return HttpResponse()

    ReplicaMiddleware(view)(request)
    return read[0]


@pytest.fixture(autouse=True)
def ended():
    """A thread is left as a server leaves it."""
    yield
    ReplicaMiddleware(lambda request: HttpResponse())(RequestFactory().post("/"))


def test_pages_of_visitors_are_read_from_the_replica():
    assert answer(RequestFactory().get("/publications/")) == "replica"
    assert answer(RequestFactory().head("/publications/")) == "replica"


def test_who_is_signed_in_reads_from_the_primary():
    request = RequestFactory().get("/publications/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "abc"
    assert answer(request) == "default"


def test_who_bears_a_key_reads_from_the_primary():
    assert answer(RequestFactory().get("/publications/", headers={"Authorization": "Basic YTpi"})) == "default"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_may_write_reads_from_the_primary(method):
    assert answer(getattr(RequestFactory(), method)("/admin/login/")) == "default"


def test_reads_after_a_write_go_to_the_primary():
    assert answer(RequestFactory().get("/"), after=lambda: router.db_for_write(Person)) == "default"


@pytest.mark.django_db
def test_reads_in_a_transaction_go_to_the_primary():
    with reading_from_replica(), transaction.atomic():
        assert router.db_for_read(Person) == "default"


def test_a_streamed_answer_is_read_from_the_replica_to_its_end():
    def view(request):
        return StreamingHttpResponse(router.db_for_read(Person) for _ in range(2))

    response = ReplicaMiddleware(view)(RequestFactory().get("/publications/export.bib"))
    assert [part.decode() for part in response.streaming_content] == ["replica", "replica"]


def test_nothing_of_a_request_is_left_for_the_next_work_of_its_thread():
    response = ReplicaMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert router.db_for_read(Person) == "replica"
    request_finished.disconnect(close_old_connections)  # there is none
    try:
        response.close()  # as the server does
    finally:
        request_finished.connect(close_old_connections)
    assert router.db_for_read(Person) == "default"


def test_sql_reads_where_queries_do(settings):
    settings.DATABASE_ROUTERS = ["labsite.replicas.ReplicaRouter"]
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "connections", Asked(asked))
        with reading_from_replica():
            reading.reading_connection()
        reading.reading_connection()
    assert asked == ["replica", "default"]


class Asked:
    """Connections that note which of them is wanted."""

    def __init__(self, names):
        self.names = names

    def __getitem__(self, name):
        self.names.append(name)


def test_everything_is_written_to_the_primary_and_the_replica_never_migrated():
    with reading_from_replica():
        assert router.db_for_write(Person) == "default"
    assert router.allow_migrate("replica", "people") is False
    assert router.allow_migrate("default", "people") is None
    assert router.allow_relation(Person(), Person())


def test_no_replica_without_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", PRIMARY)
    monkeypatch.delenv("DATABASE_REPLICA_URL", raising=False)
    assert list(environment.read_databases(tmp_path)) == ["default"]


def test_the_replica_of_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", PRIMARY)
    monkeypatch.setenv("DATABASE_REPLICA_URL", COPY)
    databases = environment.read_databases(tmp_path)
    assert (databases["default"]["HOST"], databases["replica"]["HOST"]) == ("db.example.org", "copy.example.org")
    assert databases["replica"]["TEST"] == {"MIRROR": "default"}


@pytest.mark.parametrize(
    ("primary", "replica", "told"),
    [
        ("", COPY, "DATABASE_REPLICA_URL is set, but DATABASE_URL names no PostgreSQL"),
        (PRIMARY, "sqlite:////srv/copy.sqlite3", "DATABASE_REPLICA_URL names no PostgreSQL"),
        (PRIMARY, "postgresql://copy.example.org", "DATABASE_REPLICA_URL names no database"),
        (PRIMARY, "postgresql://copy.example.org:port/lab", "DATABASE_REPLICA_URL cannot be read"),
    ],
)
def test_a_wrong_replica_is_refused(tmp_path, monkeypatch, primary, replica, told):
    monkeypatch.setenv("DATABASE_URL", primary)
    monkeypatch.setenv("DATABASE_REPLICA_URL", replica)
    with pytest.raises(ImproperlyConfigured, match=told):
        environment.read_databases(tmp_path)
