"""Bounds on the work of strangers: who has used up theirs is told when to come again, everybody else goes on."""

from __future__ import annotations

import errno
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from labsite.bounds import work
from labsite.bounds.queries import bounded_queries
from labsite.bounds.usage import SIZE, Allowance, Usage
from labsite.operations.failures import Trouble, trouble_of
from labsite.operations.metering import Counts
from labsite.operations.metrics import counted
from labsite.page_cache.layer import PageCache
from labsite.tests.factories import make_publication
from labsite.tests.members import make_account
from labsite.tests.serving import Told, ask

HOUSE, OTHER = "192.0.2.7", "192.0.2.8"
OF_NETWORK, OF_ALL = Allowance.of_minutes(20, 5), Allowance.of_minutes(60, 2)
DEAR = (
    "/search/?q=quiet", "/publications/?year=2020", "/publications/export.bib", "/publications/references.txt",
    "/api/v1/publications/", "/oai?verb=Identify", "/cards/site.png",
)  # fmt: skip
PLAIN = ("/", "/people/", "/publications/", "/robots.txt")


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def no_time_passes(monkeypatch) -> None:
    """On a busy machine time gives back what was used before the test can look."""
    monkeypatch.setattr(Usage.__init__, "__defaults__", (lambda: 1_000_000.0,))


@pytest.fixture
def usage(tmp_path, settings) -> Usage:
    """What the site of a test reads, seen from outside."""
    settings.DATA_DIR = tmp_path
    settings.WORK_OF_A_NETWORK, settings.WORK_OF_STRANGERS = 20, 60
    return Usage(tmp_path / "allowances", settings.SECRET_KEY)


def visitor(address: str = HOUSE) -> Client:
    return Client(REMOTE_ADDR=address)


# The usage


@pytest.mark.once
def test_levels_rise_with_work_and_sink_with_time(tmp_path, clock):
    usage = Usage(tmp_path / "allowances", "key", clock)
    assert usage.level("a", OF_NETWORK) == 0
    assert usage.use("a", 12, OF_NETWORK) == 12
    assert usage.level("b", OF_NETWORK) == 0
    clock.now += 30
    assert usage.level("a", OF_NETWORK) == pytest.approx(2)
    clock.now += 30
    assert usage.level("a", OF_NETWORK) == 0
    clock.now -= 86_400  # a clock that is put right
    assert usage.level("a", OF_NETWORK) == 0
    assert OF_NETWORK.seconds_until(101, 100) == 3


@pytest.mark.once
def test_the_memory_is_bounded_whoever_asks(tmp_path, clock):
    usage = Usage(tmp_path / "allowances", "key", clock)
    for number in range(20_000):
        usage.use(f"2001:db8:{number:x}::/64", 1, OF_NETWORK)
    assert (tmp_path / "allowances").stat().st_size == SIZE
    heard = sum(usage.level(f"198.51.100.{number}/32", OF_NETWORK) > 0 for number in range(200))
    assert heard < 120, "two tables: who meets a stranger in one seldom meets one in the other"


@pytest.mark.once
def test_all_processes_count_together(tmp_path):
    told = f"""
from pathlib import Path
from labsite.bounds.usage import Allowance, Usage
usage = Usage(Path({str(tmp_path / "allowances")!r}), "key")
for _ in range(2000):
    usage.use("a", 1, Allowance(1e-9, 1))
"""
    root = Path(__file__).resolve().parent.parent.parent
    running = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", told], cwd=root
        )
        for _ in range(2)
    ]
    assert [each.wait(60) for each in running] == [0, 0]
    assert Usage(tmp_path / "allowances", "key").level("a", Allowance(1e-9, 1)) == pytest.approx(4000)


@pytest.mark.once
def test_a_disk_that_takes_nothing_leaves_each_process_its_own(tmp_path):
    usage = Usage(tmp_path / "gone" / "allowances", "key")
    usage.use("a", 5, OF_NETWORK)
    assert usage.level("a", OF_NETWORK) == pytest.approx(5, abs=0.1)


@pytest.mark.once
def test_h6_the_file_has_its_room_from_the_start(tmp_path, monkeypatch):
    """A page of it without a block on a full disk would end the process, and nothing can catch that."""
    with open(tmp_path / "allowances", "wb") as sparse:
        sparse.truncate(SIZE)
    assert Usage(tmp_path / "allowances", "key").file >= 0
    assert (tmp_path / "allowances").stat().st_blocks * 512 >= SIZE

    def refuse(*args):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    usage = Usage(tmp_path / "others", "key")
    usage.use("a", 5, OF_NETWORK)
    assert usage.file == -1 and usage.level("a", OF_NETWORK) == pytest.approx(5, abs=0.1)


@pytest.mark.once
def test_a_file_that_is_damaged_harms_nobody(tmp_path):
    (tmp_path / "allowances").write_bytes(b"\xff" * SIZE)  # not a number, in each slot
    usage = Usage(tmp_path / "allowances", "key")
    assert usage.level("a", OF_NETWORK) == 0
    assert usage.use("a", 1, OF_NETWORK) == pytest.approx(1, abs=0.1)


# Visitors


@pytest.mark.django_db
def test_k10_what_is_dear_is_refused_to_a_network_that_used_up_its_own(usage, caplog):
    visits, others = visitor(), visitor(OTHER)
    usage.use(f"{HOUSE}/32", OF_NETWORK.store + 20, OF_NETWORK)
    for path in DEAR:
        with caplog.at_level(logging.WARNING, "labsite.bounds"):
            answer = visits.get(path)
        assert answer.status_code == 429, path
        assert 40 <= int(answer["Retry-After"]) <= 61
        assert others.get(path).status_code == 200, path
    assert [visits.get(path).status_code for path in PLAIN] == [200] * len(PLAIN)
    (line,) = [each for each in caplog.records if each.name == "labsite.bounds"]
    assert line.client == "192.0.2.0/24", "one line a minute, whatever is asked"


@pytest.mark.django_db
def test_k10_the_refusal_says_what_to_do_in_words_or_as_json(usage):
    visits = visitor()
    usage.use(f"{HOUSE}/32", OF_NETWORK.store + 20, OF_NETWORK)
    page = visits.get("/zh-hans/search/?q=a")
    assert page["Content-Language"] == "zh-hans"
    assertContains(visits.get("/search/?q=a"), "Come again in", status_code=429)
    for answer in (visits.get("/api/v1/venues"), visits.get("/search/?q=a", headers={"accept": "application/json"})):
        assert answer["Content-Type"] == "application/problem+json"
        told = json.loads(answer.content)
        assert (told["status"], told["title"], told["type"]) == (429, "Too Many Requests", "about:blank")
        assert "Come again in" in told["detail"]
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_k10_plain_pages_are_refused_at_twice_the_allowance_and_doors_never(usage):
    visits = visitor()
    usage.use(f"{HOUSE}/32", 2 * OF_NETWORK.store + 20, OF_NETWORK)
    assert visits.get("/").status_code == 429
    for path in ("/login/", "/robots.txt", "/healthz", "/theme.css"):
        assert visits.get(path).status_code == 200, path
    assert visits.get("/admin/").status_code == 302


@pytest.mark.django_db
def test_k10_whoever_is_signed_in_has_an_allowance_of_their_own(usage):
    account = make_account("ada")
    own, cheat = visitor(), visitor()
    own.force_login(account)
    cheat.cookies["sessionid"] = "invented"
    usage.use(f"{HOUSE}/32", 10 * OF_NETWORK.store, OF_NETWORK)
    assert own.get("/search/?q=a").status_code == 200
    assert cheat.get("/search/?q=a").status_code == 429
    assert usage.level(f"account {account.pk}", OF_NETWORK) > 0
    usage.use(f"account {account.pk}", 10 * OF_NETWORK.store, OF_NETWORK)
    assert own.get("/search/?q=a").status_code == 429


@pytest.mark.django_db
def test_k10_all_strangers_together_leave_room_for_who_is_signed_in(usage):
    own = visitor()
    own.force_login(make_account("ada"))
    usage.use(work.ALL, OF_ALL.store + 5, OF_ALL)
    answer = visitor().get("/search/?q=a")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assertContains(answer, "more to do than it can", status_code=503)
    assert visitor().get("/people/").status_code == 200
    assert own.get("/search/?q=a").status_code == 200


@pytest.mark.django_db
def test_k10_every_answer_counts_for_its_network_streamed_ones_too(no_time_passes, usage, settings):
    make_publication(listing="always")
    household = "2001:db8:1:2::/64"
    assert visitor("2001:db8:1:2::99").get("/nothing/here/").status_code == 404
    first = usage.level(household, OF_NETWORK)
    answer = visitor("2001:db8:1:2:ffff::1").get("/publications/export.bib")
    begun = usage.level(household, Allowance(1e-9, 1))
    assert b"@" in b"".join(answer.streaming_content)
    assert 0 < first < begun < usage.level(household, Allowance(1e-9, 1))
    assert usage.level(work.ALL, Allowance(1e-9, 1)) > 0
    settings.BEHIND_PROXY = True
    forwarded = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.0.0.1, {OTHER}")
    forwarded.get("/people/")
    assert usage.level(f"{OTHER}/32", Allowance(1e-9, 1)) > 0


@pytest.mark.django_db
def test_without_bounds_or_from_the_machine_itself_nothing_is_refused(usage, settings):
    usage.use(work.ALL, 9_999, OF_ALL)
    assert visitor("127.0.0.1").get("/search/?q=a").status_code == 200
    assert visitor("").get("/search/?q=a").status_code == 503, "an unknown address counts for all together"
    settings.WORK_OF_A_NETWORK = settings.WORK_OF_STRANGERS = 0
    assert visitor().get("/search/?q=a").status_code == 200


@pytest.mark.once
def test_k10_the_page_cache_says_whose_page_it_asks_for():
    asked = []

    def site(environ, start_response):
        asked.append(environ.get("HTTP_X_FORWARDED_FOR"))
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b""]

    ask(PageCache(site, limit=1000, source=Told()), "/", HTTP_X_FORWARDED_FOR=HOUSE)
    assert asked == [HOUSE]


@pytest.mark.once
def test_refusals_are_figures():
    counts = Counts()
    counts.merge({"refusals": {"network": 2}})
    counts.merge(counts.as_json())
    assert 'labsite_refusals_total{bound="network"} 4\n' in counted(counts, {})


# Queries

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000) SELECT count(*) FROM n"


@pytest.fixture
def free_afterwards() -> Iterator[None]:
    yield
    with bounded_queries(0):
        pass


@pytest.mark.usefixtures("free_afterwards")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_k10_a_query_of_a_visitor_ends_in_time_and_an_editor_s_does_not():
    with bounded_queries(0.1), connection.cursor() as cursor, pytest.raises(OperationalError) as caught:
        cursor.execute(ENDLESS)
    assert trouble_of(caught.value) is Trouble.SLOW
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    if connection.vendor == "postgresql":
        for seconds, told in ((7, "7s"), (0, "0"), (7, "7s")):
            with bounded_queries(seconds), connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                assert cursor.fetchone() == (told,)


@pytest.mark.once
def test_what_watches_the_site_is_told_nothing_of_databases(monkeypatch):
    monkeypatch.setattr("labsite.bounds.work.bounded_queries", lambda seconds: pytest.fail("a database was told"))
    assert visitor().get("/healthz").status_code == 200


@pytest.mark.usefixtures("free_afterwards")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection that breaks")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_connection_that_broke_while_idle_is_opened_anew():
    with bounded_queries(0), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [number] = cursor.fetchone()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])
    with bounded_queries(7), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)


@pytest.mark.usefixtures("free_afterwards")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_k10_a_question_that_takes_too_long_is_a_page_with_words(monkeypatch, caplog):
    def ask_forever(request):
        with bounded_queries(0.05), connection.cursor() as cursor:
            cursor.execute(ENDLESS)

    monkeypatch.setattr("publications.views.pages.read_selection", lambda values: ask_forever(values))
    with caplog.at_level(logging.WARNING, "labsite.bounds"):
        answer = visitor().get(reverse("publications:publications"))
    assertContains(answer, "takes the site longer than it may", status_code=503)
    assert answer["Retry-After"] == "60"
    assert any(each.name == "labsite.bounds" for each in caplog.records)
