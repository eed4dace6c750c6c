"""/metrics: what all worker processes counted, in a form that Prometheus reads, for operators alone."""

from __future__ import annotations

import json
import os
import re
from types import SimpleNamespace

import pytest
from django.test import Client

from labsite.operations import metering
from labsite.operations import metrics as module
from labsite.operations.metering import BOUNDS, FORGOTTEN, Counts, Meter
from labsite.operations.metrics import counted, escape, stored_figures
from labsite.operations.observing import Observed, find_route, observe
from labsite.page_cache.layer import PageCache
from labsite.tests.factories import make_member, make_publication

TOKEN = "a-token-of-operations-that-is-long"
LINE = re.compile(r'[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? -?[0-9.e+-]+')


def parse(text: str) -> dict[str, float]:
    """Every sample by its name with labels. Fails on what is no line of Prometheus' text format."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            assert LINE.fullmatch(line), line
            name, _, value = line.rpartition(" ")
            assert name not in found
            found[name] = float(value)
    return found


@pytest.fixture
def fresh(monkeypatch):
    """Nothing is remembered from another test."""
    monkeypatch.setattr(module, "stored", module.StoredFigures())


@pytest.mark.django_db
def test_what_the_database_tells(fresh, django_assert_max_num_queries, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path
    make_publication("One", [make_member()])
    with django_assert_max_num_queries(18):
        found = parse(stored_figures())
    assert found['labsite_records{kind="publication"}'] == 1
    assert found['labsite_records{kind="person"}'] == 1
    assert found['labsite_waiting{kind="imports at work"}'] == 0
    assert found["labsite_database_bytes"] > 10_000
    assert "labsite_backup_bytes" not in found
    (tmp_path / "labsite-20261121T023000Z.labsite.zip").write_bytes(b"12345")
    (tmp_path / ".labsite-20261122T023000Z.labsite.zip.part").write_bytes(b"1234567")
    (tmp_path / "labsite-20261123T023000Z.labsite.zip.copy").write_bytes(b"1234567")
    found = parse(stored_figures())
    assert found["labsite_backup_bytes"] == 5
    assert found["labsite_backup_timestamp_seconds"] == 1_795_228_200


@pytest.mark.django_db
def test_the_database_is_asked_once_a_minute(fresh, django_assert_num_queries):
    first = module.stored.read()
    with django_assert_num_queries(0):
        assert module.stored.read() is first


@pytest.mark.django_db
def test_only_operators_and_only_where_it_is_wanted(fresh, settings):
    settings.OPERATIONS_TOKEN = TOKEN
    assert Client().get("/metrics").status_code == 404
    settings.METRICS = True
    assert Client().get("/metrics").status_code == 200
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    assert stranger.get("/metrics").status_code == 403
    response = stranger.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in response.headers["Cache-Control"]


pytest_once = pytest.mark.once


@pytest_once
def test_times_are_a_histogram():
    counts = Counts()
    for seconds in (0.001, 0.005, 0.02, 99.0):
        counts.add("people:people", 200, seconds, "live")
    counts.add('odd "route"', 404, 0.1, "hit")
    found = parse(counted(counts, {"processes": 2.0, "page_cache_bytes": 77.0}))
    assert found['labsite_requests_total{route="people:people",status="200"}'] == 4
    assert found['labsite_request_seconds_bucket{route="people:people",le="0.005"}'] == 2
    assert found['labsite_request_seconds_bucket{route="people:people",le="10"}'] == 3
    assert found['labsite_request_seconds_bucket{route="people:people",le="+Inf"}'] == 4
    assert found['labsite_request_seconds_sum{route="people:people"}'] == pytest.approx(99.026)
    assert found['labsite_requests_total{route="odd \\"route\\"",status="404"}'] == 1
    assert (found["labsite_processes"], found["labsite_page_cache_bytes"]) == (2, 77)
    assert found['labsite_answers_total{from="hit"}'] == 1
    assert escape('a"\n\\') == 'a\\"\\n\\\\'


@pytest_once
def test_all_processes_are_added_up_and_the_dead_are_not_forgotten(tmp_path):
    """A process lives while it holds its lock; what an ended one counted stays, whoever is asked, however often."""
    one, other = Meter(tmp_path, lambda: {"page_cache_bytes": 5.0}), Meter(tmp_path, lambda: {"page_cache_bytes": 7.0})
    one.add("home", 200, 0.001, "hit")
    other.add("home", 200, 0.001, "miss")
    other.add("home", 500, 0.001, "live")
    one.write()
    other.write()
    total, gauges = one.total()
    assert total.requests == {"home 200": 2, "home 500": 1}
    assert total.times["home"][-2] == 3
    assert gauges == {"processes": 2, "page_cache_bytes": 12}
    other.end()
    for asked in (one, one, Meter(tmp_path)):
        total, gauges = asked.total()
        assert total.requests == {"home 200": 2, "home 500": 1}
    assert gauges == {"processes": 2, "page_cache_bytes": 5}
    assert not (tmp_path / f"{other.name}.json").exists()


@pytest_once
def test_counts_are_written_again_only_when_there_are_more(tmp_path):
    meter = Meter(tmp_path)
    meter.write()
    path = tmp_path / f"{meter.name}.json"
    path.unlink()
    meter.write()
    assert not path.exists()
    meter.add("home", 200, 0.5, "hit")
    meter.write()
    assert json.loads(path.read_text())["requests"] == {"home 200": 1}


@pytest_once
def test_a_full_disk_loses_no_counts(tmp_path, monkeypatch):
    meter = Meter(tmp_path)
    meter.add("home", 200, 0.5, "hit")

    def refuse(path, content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(metering, "write_whole", refuse)
        meter.write_quietly()
    assert meter.total()[0].requests == {"home 200": 1}


@pytest_once
def test_files_of_other_machines_count_elsewhere_and_go_after_a_week(tmp_path, monkeypatch):
    old, young = tmp_path / "other.1-a.json", tmp_path / "another.1-a.json"
    for path in (old, young):
        path.write_text(json.dumps({"requests": {"home 200": 9}}))
    os.utime(old, (1, 1))
    meter, ended = Meter(tmp_path), Meter(tmp_path)
    ended.write()
    ended.end()
    assert meter.total()[0].requests == {}
    assert not old.exists()
    assert young.exists()
    assert FORGOTTEN > 86_400


@pytest_once
@pytest.mark.parametrize("content", ["", "{", "[]", '{"times": {"home": [1]}}'])
def test_a_file_that_is_none_counts_nothing(tmp_path, content):
    meter = Meter(tmp_path)
    (tmp_path / f"{meter.machine}.ended.json").write_text(content)
    assert meter.total()[0].requests == {}


@pytest_once
@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/people/ada/", "people:person"), ("/zh-hans/people/ada/", "people:person"), ("/", "home"),
        ("/no/such/thing", "none"), ("/static/labsite/x.css", "static"), ("/\xff\xfe", "none"), ("", "none"),
        ("/metrics", "metrics"),
    ],
)  # fmt: skip
def test_routes_have_names_that_strangers_cannot_invent(path, route):
    assert find_route(path)[0] == route


@pytest_once
def test_nothing_is_in_between_unless_somebody_wants_to_know(settings, tmp_path):
    site = PageCache(lambda environ, start_response: [], limit=0)
    settings.METRICS = settings.ACCESS_LOG = False
    assert observe(site) is site
    settings.ACCESS_LOG = True
    made = observe(site)
    assert isinstance(made, Observed)
    assert made.meter is None


@pytest_once
def test_an_answer_that_is_streamed_is_over_when_it_is_closed():
    told, closed = [], []

    class Stream:
        def __iter__(self):
            yield b"one"

        def close(self):
            closed.append(1)

    def site(environ, start_response):
        start_response("200 OK", [])
        return Stream()

    meter = SimpleNamespace(add=lambda *values: told.append(values))
    answer = Observed(site, meter=meter, access=False)({"PATH_INFO": "/"}, lambda status, headers: None)
    assert list(answer) == [b"one"]
    assert told == []
    answer.close()
    answer.close()
    assert [each[:2] for each in told] == [("home", 200)]
    assert closed
    assert len(BOUNDS) == 10
