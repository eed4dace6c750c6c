"""The page cache and real server processes, as tests ask them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from labsite.page_cache.layer import PageCache
from labsite.page_cache.versions import Version

ROOT = Path(__file__).resolve().parent.parent.parent
START = 60  # seconds that servers may take to start


@dataclass
class Told:
    """A source of versions that says what a test wants."""

    version: Version | None = 1

    def read(self) -> Version | None:
        return self.version


@dataclass
class Clock:
    now: float = 1_780_000_000.5  # 28 May 2026, 20:26:40 UTC, and a half

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def timing(self) -> str:
        """“hit” or “miss”; empty where the page is not kept."""
        return self.headers.get("Server-Timing", "").removeprefix("cache;desc=")


def ask(cache: PageCache, address: str, method: str = "GET", **environ: Any) -> Answer:
    """What the cache answers; headers in WSGI's form, `HTTP_ACCEPT="*/*"`."""
    path, _, query = address.partition("?")
    request = RequestFactory().generic(method, path, **environ).environ
    request.pop("HTTP_COOKIE", None) if "HTTP_COOKIE" not in environ else None
    request["PATH_INFO"] = request["PATH_INFO"].encode().decode("latin-1")  # as a server gives it; Django has read it
    request["QUERY_STRING"] = environ.get("QUERY_STRING", query)
    request.setdefault("HTTP_HOST", "testserver")
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = [status, headers]

    with open_connections():
        answer = cache(request, start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
    status, pairs = started
    return Answer(int(status.split()[0]), dict(pairs), body, pairs)


@contextmanager
def open_connections() -> Iterator[None]:
    """Within, the site does not close a connection that is in a transaction when it has answered: a test's is."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


@contextmanager
def granian(workers: int, **environment: str) -> Iterator[tuple[int, psutil.Process]]:
    """The site in `workers` processes behind one port: the port, and the process above them."""
    port = free_port()
    program = shutil.which("granian", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    command = [
        program, "--interface", "wsgi", "--port", str(port), "--workers", str(workers), "--blocking-threads", "2",
        "--backpressure", "64", "--log-level", "error", "--workers-kill-timeout", "2", "labsite.wsgi:application",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as server:  # noqa: S603 - our own
        try:
            wait_for(port, server)
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                for process in [*psutil.Process(server.pid).children(recursive=True), server]:
                    process.kill()


def wait_for(port: int, server: subprocess.Popen) -> None:
    limit = time.monotonic() + START
    while time.monotonic() < limit and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=START)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().read():
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("The server did not start.")


def one_connection_each(port: int, server: psutil.Process, workers: int) -> dict[int, HTTPConnection]:
    """A connection that stays open to each of the worker processes, by their numbers."""
    found: dict[int, HTTPConnection] = {}
    spare = []
    limit = time.monotonic() + START
    while len(found) < workers:
        assert time.monotonic() < limit, f"Only {len(found)} of {workers} workers took a connection."
        connection = HTTPConnection("127.0.0.1", port, timeout=START)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        process = owner(server, connection.sock.getsockname()[1])
        if process is None or process in found:
            spare.append(connection)  # closed only later, so that the others get the next one
        else:
            found[process] = connection
    for connection in spare:
        connection.close()
    return found


def owner(server: psutil.Process, port: int) -> int | None:
    """The worker that holds the other end of the connection from `port`."""
    for process in server.children(recursive=True):
        if any(each.raddr and each.raddr.port == port for each in process.net_connections("tcp")):
            return process.pid
    return None
