"""The one way out: every request that this site makes to others goes through `Web`."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPException
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.encoding import iri_to_uri
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError
from urllib3.response import BaseHTTPResponse

from labsite.lib.deadlines import Deadline, cut_off
from labsite.lib.destinations import Destination, WebError, is_public, parse_destination, read_address

VERSION = "0.1.0"
ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
SECONDS = 10.0
CONNECT_SECONDS = 4.0
MIB = 1024 * 1024
BODY_LIMIT = 2 * MIB
LIST_LIMIT = 20 * MIB
CHUNK = 64 * 1024
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({429, 500, 502, 503, 504})  # statuses that another try may mend
PAUSES = (0.5, 1.5)  # seconds before the second and the third try
LONGEST_WAIT = 5.0  # of what a `Retry-After` may ask for

Resolve = Callable[[str, int], list[tuple[str, int]]]


@dataclass(frozen=True)
class Question:
    """What is asked: `hosts` None means any public host; `limit` 0 leaves the body unread."""

    url: str
    name: str  # of who is asked, for people
    hosts: Collection[str] | None
    schemes: tuple[str, ...] = ("https",)
    method: str = "GET"
    accept: str = "*/*"
    limit: int = BODY_LIMIT


@dataclass(frozen=True)
class Answer:
    """What came back in the end: redirects are followed, the body is decompressed."""

    url: str
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    name: str

    def json(self) -> Any:
        """The body as JSON, without NUL and half characters, which no database takes.

        Raises `WebError` for anything else, such as a page in HTML.
        """
        try:
            data = json.loads(self.body)
            if b"\\u" not in self.body:
                return data
            text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
            return json.loads(ESCAPED_NUL.sub(r"\1", text))
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "").partition(";")[0].strip() or "something"
            raise WebError(f"{self.name} answers {kind} that is not JSON: try again later.") from error


class Pinned:
    """A connection over a socket that is connected already, whatever its host's name resolves to by now."""

    pinned: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.pinned


class PinnedHTTP(Pinned, HTTPConnection):
    """Without encryption."""


class PinnedHTTPS(Pinned, HTTPSConnection):
    """With TLS, verified against the host's name."""


@cache
def system_tls() -> ssl.SSLContext:
    """Trusts whom this machine trusts."""
    return ssl.create_default_context()


def system_resolve(host: str, port: int) -> list[tuple[str, int]]:
    """Every address of the host with the port to connect to. Raises `OSError` where there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(info[4][0]), port) for info in found))


def require_online() -> None:
    """Raises `WebError` on an installation that asks nobody."""
    if not settings.ONLINE_SOURCES:
        raise WebError("This site asks no others: ONLINE_SOURCES is off. Set it to 'on' to allow it.")


class Web:
    """A client that asks public hosts only, within fixed time and memory. Safe to share between threads.

    A name is resolved once a hop, every one of its addresses must be public, and the connection goes to an address
    that was checked. `resolve`, `allow_private` and `tls` are for tests that serve from their own machine.
    """

    def __init__(
        self,
        resolve: Resolve = system_resolve,
        allow_private: bool = False,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._resolve, self._allow_private, self._tls = resolve, allow_private, tls
        self._seconds, self._sleep = seconds, sleep
        self._turns: dict[str, float] = {}
        self._lock = threading.Lock()

    def get(self, url: str, name: str, hosts: Collection[str], **options: Any) -> Answer:
        """The answer of `url`, whose status is 2xx; everything else raises `WebError`. Options are of `Question`."""
        answer = self.ask(Question(url, name, hosts, **options))
        if answer.status // 100 == 2:
            return answer
        if answer.status == 404:
            raise WebError(f"{name} does not know it: check it for slips.", status=404)
        mend = "try again later" if answer.status in PASSING else "check what you asked for"
        raise WebError(f"{name} answers with error {answer.status}: {mend}.", status=answer.status)

    def ask(self, question: Question, tries: int = 3) -> Answer:
        """The answer whatever its status. Raises `WebError` where none came.

        Tries again after passing failures. Redirects, tries and the pauses between them share one deadline.
        """
        require_online()
        deadline = Deadline(question.name, self._seconds)
        for pause in PAUSES[: tries - 1]:
            try:
                answer = self._follow(question, deadline)
            except WebError as error:
                if not error.is_passing:
                    raise
            else:
                if answer.status not in PASSING:
                    return answer
                pause = max(pause, wanted_pause(answer))
            if pause > min(LONGEST_WAIT, deadline.remaining()):
                raise WebError(f"{question.name} asks to wait {pause:.0f} s: try again later.")
            self._sleep(pause)
        return self._follow(question, deadline)

    def take_turn(self, host: str, spacing: float) -> None:
        """Waits until `spacing` seconds have passed since the last turn at `host`."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._turns.get(host, now - spacing) + spacing)
            self._turns[host] = turn
        if turn > now:
            self._sleep(turn - now)

    def _follow(self, question: Question, deadline: Deadline) -> Answer:
        url = question.url
        for _hop in range(MOST_REDIRECTS + 1):
            destination = parse_destination(url, question.schemes, question.hosts)
            answer = self._exchange(destination, question, deadline)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                return answer
            # http.client reads headers as Latin-1; addresses are UTF-8.
            text = location.encode("latin-1", "ignore").decode("utf-8", "replace")
            url = urljoin(destination.url, iri_to_uri(text.strip()))
        words = f"{question.name} leads on more than {MOST_REDIRECTS} times: correct the address."
        raise WebError(words, status=answer.status)

    def _exchange(self, destination: Destination, question: Question, deadline: Deadline) -> Answer:
        with self._connect(destination, deadline) as connected, cut_off(connected, deadline.remaining()):
            connection = self._connection(destination, connected, deadline)
            response = None
            try:
                headers = {**polite_headers(), "Accept": question.accept}
                connection.request(question.method, destination.target, headers=headers, preload_content=False)
                response = connection.getresponse()
                body = read_body(response, question)
                deadline.remaining()  # a connection cut off at the deadline can look like a body's end
            except (HTTPError, HTTPException, OSError) as error:
                deadline.remaining()
                raise failure(question.name, error) from error
            finally:
                if response is not None:
                    response.close()
                connection.close()
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(destination.url, response.status, found, body, question.name)

    def _connection(self, destination: Destination, connected: socket.socket, deadline: Deadline) -> Any:
        options: dict[str, Any] = {"port": destination.port, "timeout": deadline.remaining()}
        kind = PinnedHTTP
        if destination.scheme == "https":
            kind = PinnedHTTPS
            options["ssl_context"] = self._tls or system_tls()
        connection = kind(destination.bracketed_host, **options)
        connection.pinned = connected
        return connection

    def _connect(self, destination: Destination, deadline: Deadline) -> socket.socket:
        for address in self._addresses(destination, deadline):
            with suppress(OSError):
                return socket.create_connection(address, timeout=min(CONNECT_SECONDS, deadline.remaining()))
        deadline.remaining()
        where = "" if deadline.name == destination.host else f" ({destination.host})"
        raise WebError(f"{deadline.name}{where} cannot be reached: try again later.", is_passing=True)

    def _addresses(self, destination: Destination, deadline: Deadline) -> list[tuple[str, int]]:
        found: SimpleQueue[list[tuple[str, int]]] = SimpleQueue()

        def look_up() -> None:
            try:
                found.put(self._resolve(destination.host, destination.port))
            except (OSError, UnicodeError):
                found.put([])

        # The system's resolver knows no deadline; a thread of its own can be left behind.
        threading.Thread(target=look_up, daemon=True).start()
        with suppress(Empty):
            addresses = found.get(timeout=deadline.remaining())
            if not self._allow_private and not all(is_public(read_address(address)) for address, _ in addresses):
                raise WebError(f"'{destination.host}' leads to an address that is not on the public internet.")
            return addresses
        deadline.remaining()
        return []


def read_body(response: BaseHTTPResponse, question: Question) -> bytes:
    """The decompressed body; raises `WebError` as soon as it is longer than the question's limit."""
    body = bytearray()
    while question.limit and (chunk := response.read(CHUNK)):
        body += chunk
        if len(body) > question.limit:
            raise WebError(f"{question.name}'s answer is longer than {question.limit // MIB} MiB: it was not read.")
    return bytes(body)


def failure(name: str, error: Exception) -> WebError:
    """What went wrong on an open connection, in words."""
    if isinstance(error, SSLError | ssl.SSLError):
        return WebError(f"{name} could not prove who it is (TLS: {error}): check the address.")
    return WebError(f"{name} broke off its answer: try again later.", is_passing=True)


def wanted_pause(answer: Answer) -> float:
    """Seconds that the answer's `Retry-After` asks for, a number or a date (RFC 9110, 10.2.3); 0 without one."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    with suppress(TypeError, ValueError):
        moment = parsedate_to_datetime(text)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return 0.0


def polite_headers() -> dict[str, str]:
    """Who asks and whom to write to, which Crossref, arXiv and others ask for."""
    contact = settings.DEFAULT_FROM_EMAIL
    known = [settings.SITE_URL, "" if contact.endswith("@localhost") else f"mailto:{contact}"]
    about = "; ".join(part for part in known if part)
    return {"User-Agent": f"Labsite/{VERSION} ({about})" if about else f"Labsite/{VERSION}", "Accept-Encoding": "gzip"}
