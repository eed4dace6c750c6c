"""What was told a moment ago holds for that moment, and whoever commits to PostgreSQL waits it out."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import connection, transaction

from labsite.lib import leases
from labsite.lib.bulk import insert_rows
from labsite.lib.leases import LEASE, Lease
from labsite.lib.statements import may_write
from labsite.models import Page
from labsite.page_cache.versions import make_source
from labsite.tests.factories import make_member, make_publication
from labsite.tests.serving import Clock


@pytest.mark.once
class TestLease:
    def test_one_question_for_all_who_ask_meanwhile(self):
        clock, asked = Clock(), []
        lease = Lease(clock)
        first, second = (lease.over(lambda: asked.append(1) or len(asked)) for _ in range(2))
        assert [first(), second(), first()] == [1, 1, 1]
        clock.now += LEASE * 0.9
        assert second() == 1
        clock.now += LEASE * 0.2
        assert [second(), first()] == [2, 2]

    def test_it_begins_with_the_question_and_not_with_the_answer(self):
        clock, told = Clock(), iter("ab")

        def ask() -> str:
            clock.now += LEASE  # an answer that took as long as a lease is old when it comes
            return next(told)

        read = Lease(clock).over(ask)
        assert [read(), read()] == ["a", "b"]

    def test_who_is_not_told_asks_again(self):
        lease, answers = Lease(Clock()), iter([OSError("gone"), "told"])

        def ask() -> str:
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        read = lease.over(ask)
        with pytest.raises(OSError, match="gone"):
            read()
        assert read() == "told"


@pytest.mark.once
@pytest.mark.parametrize(
    ("statement", "writes"),
    [
        ("SELECT 1", False),
        ("  \n(SELECT 1) UNION (SELECT 2)", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        ('SAVEPOINT "s1"', False),
        ('RELEASE SAVEPOINT "s1"', False),
        ("UPDATE labsite_page SET title = ''", True),
        ("\n  insert into labsite_page VALUES (1)", True),
        ("DELETE FROM labsite_page", True),
        ("TRUNCATE labsite_page", True),
        ("DO $$ BEGIN END $$", True),
        ("COMMIT", True),
        ("WITH changed AS (UPDATE labsite_page SET title = '' RETURNING 1) SELECT count(*) FROM changed", True),
        ("with gone as (delete\n from labsite_page returning 1) select 1", True),
        ("SELECT 1; UPDATE labsite_page SET title = ''", True),
        ("SET statement_timeout = 0; UPDATE labsite_page SET title = ''", True),
        ("EXPLAIN ANALYZE UPDATE labsite_page SET title = ''", True),
        ("SELECT 1;\n", False),
        ("\n" + " " * 60 + "SELECT 1", False),
        ("SELECT 1 WHERE facet > 'all;' AND facet < 'b'", False),
        (b"SELECT 1", True),
    ],
)
def test_what_may_have_written(statement, writes):
    assert may_write(statement) is writes


def update(title: str = "Other") -> None:
    Page.objects.update(title=title)


def read() -> None:
    list(Page.objects.all())
    with transaction.atomic(), transaction.atomic():
        Page.objects.count()


def save() -> None:  # its version in the history is a commit of its own
    Page.objects.get().save()


def in_steps() -> None:
    with transaction.atomic():
        update()
        with transaction.atomic():
            save()
        update()


def taken_back() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        update()
        raise ZeroDivisionError


def half_taken_back() -> None:
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            update()
            raise ZeroDivisionError
        update()


def beside_a_hook_that_fails() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        transaction.on_commit(lambda: 1 / 0)
        update()


def copied() -> None:
    with transaction.atomic():
        insert_rows([Page(slug="copied", title="Copied")])


@pytest.fixture
def page(db):
    Page.objects.create(slug="some", title="Some")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("work", "waits"),
    [
        (update, 1),
        (save, 2),
        (in_steps, 1),
        (half_taken_back, 1),
        (copied, 1),
        (beside_a_hook_that_fails, 1),
        (read, 0),
        (taken_back, 0),
    ],  # fmt: skip
)
def test_a_commit_on_postgresql_is_waited_for_once(work, waits, page, monkeypatch):
    waited = []
    monkeypatch.setattr(leases, "wait_out", lambda: waited.append(connection.in_atomic_block))
    work()
    is_needed = connection.vendor == "postgresql"  # SQLite's readers notice a commit at once
    assert waited == [False] * (waits if is_needed else 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_connection_waits_whatever_else_is_called_around_its_statements(page, monkeypatch):
    waited = []
    monkeypatch.setattr(leases, "wait_out", lambda: waited.append(True))

    def work() -> None:
        try:
            with connection.execute_wrapper(lambda execute, *arguments: execute(*arguments)):
                Page.objects.count()  # opens this thread's connection
            update()
        finally:
            connection.close()

    if connection.vendor == "postgresql":
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert waited == [True]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_threads_that_ask_all_the_time_see_each_commit_when_it_returns(page):
    if connection.vendor != "postgresql":
        pytest.skip("a test database of SQLite is in memory, which one connection sees")
    source, ending = make_source("default"), threading.Event()

    def ask() -> None:
        while not ending.is_set():
            source.read()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    seen = [source.read()]
    for number in range(60):
        (update if number % 2 else in_steps)()
        seen.append(source.read())
    ending.set()
    for thread in threads:
        thread.join(10)
    assert None not in seen
    assert len(set(seen)) == 61


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/people/",
        "/people/ada-quint/",
        "/publications/?type=preprint&year=2024",
        "/publications/?q=quiet",
        "/search/?q=quiet",
    ],
)
def test_who_reads_waits_for_nothing(client, monkeypatch, path):
    make_publication("On Quiet Machines", authors=[make_member("Ada Quint")])
    waited = []
    monkeypatch.setattr(leases, "wait_out", lambda: waited.append(True))
    assert client.get(path).status_code == 200
    assert waited == []
