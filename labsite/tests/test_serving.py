"""The server that production runs: reloads without a gap, slow visitors, figures of all its processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from http.client import HTTPConnection

import pytest

from labsite.tests.serving import granian

pytestmark = pytest.mark.once

SLOW = int(os.environ.get("SLOW_SOCKETS", "100"))
PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two workers with their own data; it answers what needs no database."""
    folder = tmp_path_factory.mktemp("serving")
    with granian(
        2, LABSITE_DATA_DIR=str(folder), DATABASE_URL="", METRICS="on", ACCESS_LOG="off", DEBUG="on", PAGE_CACHE_MB="0"
    ) as (port, process):
        yield port, process


def ask(port: int, path: str = "/healthz") -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nuser",
    ],
    ids=["headers", "body"],
)
def test_k6_slow_visitors_do_not_keep_others_waiting(site, beginning):
    """A hundred connections that send a byte now and then hold no thread: granian reads a request before it begins."""
    port, _ = site
    slow = []
    try:
        for _ in range(SLOW):
            opened = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            opened.sendall(beginning)
            slow.append(opened)
        began = time.monotonic()
        for number in range(10):
            assert ask(port)[0] == 200
            slow[number].sendall(b"x")
        assert time.monotonic() - began < PATIENCE / 2
    finally:
        for opened in slow:
            opened.close()


def test_a_reload_leaves_no_gap(site):
    """SIGHUP: new workers start before the old ones end. Every request is answered by one or the other."""
    port, process = site
    before = {child.pid for child in process.children(recursive=True)}
    failures, answers, stop = [], [], threading.Event()

    def visit() -> None:
        while not stop.is_set():
            try:
                answers.append(ask(port)[0])
            except OSError as error:
                failures.append(error)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        process.send_signal(signal.SIGHUP)
        limit = time.monotonic() + 3 * PATIENCE
        while before & {child.pid for child in process.children(recursive=True)}:
            assert time.monotonic() < limit, "The old workers did not end."
            time.sleep(0.1)
        time.sleep(0.3)
    finally:
        stop.set()
        visitor.join()
    assert failures == []
    assert set(answers) == {200}


def test_metrics_of_all_workers(site, tmp_path_factory):
    """Whichever worker is asked, it tells what all of them counted; those that a reload ended too."""
    port, process = site
    for _ in range(20):
        ask(port)
    told = {}
    limit = time.monotonic() + PATIENCE
    folder = next(path for path in tmp_path_factory.getbasetemp().glob("serving*/metrics"))
    while time.monotonic() < limit:
        counts = [json.loads(path.read_text()) for path in folder.glob("*.json")]
        told = sum(each["requests"].get("healthz 200", 0) for each in counts)
        if told >= 20:
            break
        time.sleep(0.2)
    assert told >= 20
    assert len(list(folder.glob("*-*.lock"))) >= 2
    assert process.is_running()
