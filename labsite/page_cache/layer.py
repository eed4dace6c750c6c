"""The WSGI application around Django's: answers visitors from memory while nothing has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from labsite.compression import is_text
from labsite.page_cache.conditions import choose_encoding, has_tag, is_unchanged_since
from labsite.page_cache.keys import SchemeReader, canonical_query, find_sharing, is_own_host, wants_page
from labsite.page_cache.marking import LAYER, MARK, Sharing
from labsite.page_cache.memory import PageMemory
from labsite.page_cache.pages import HIT, MISS, Edition, Headers, KeptPage, make_edition
from labsite.page_cache.versions import Version, VersionSource, make_source
from labsite.visitors import FORWARDED

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

WAIT = 10.0  # seconds for another thread that makes the same page; then one makes it oneself
# Who asks for something else than the page that everybody gets.
PRIVATE = ("HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_TRANSFER_ENCODING")
# Headers that may be named by Vary: views see no cookie, and encodings are made here.
HARMLESS = {"accept-encoding", "cookie"}
FORBIDDEN = ("private", "no-store")


class PageCache:
    """`application` behind a memory of `limit` bytes (the setting, where None is given; 0 keeps nothing).

    The version is read before a page is made, and the page is kept for that version: it can be newer than its
    version, never older. What is made for one visitor is seen by all, so the views it is made by see neither cookies
    nor any other header of theirs.
    """

    def __init__(
        self,
        application: Application,
        *,
        limit: int | None = None,
        source: VersionSource | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.application = application
        limit = settings.PAGE_CACHE_SIZE if limit is None else limit
        self.memory = PageMemory(limit) if limit else None
        self.read_version = (source or make_source(settings.PAGE_CACHE_DATABASE)).read if limit else None
        self.clock = clock
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.host_header = "HTTP_X_FORWARDED_HOST" if settings.USE_X_FORWARDED_HOST else "HTTP_HOST"
        self.read_scheme = SchemeReader()
        # What of a visitor's headers a page is made with. Whose work it is decides if it is made, not how it looks.
        self.seen = {self.host_header, "HTTP_HOST", "HTTP_ACCEPT_ENCODING", self.read_scheme.header, FORWARDED}
        self.session = settings.SESSION_COOKIE_NAME  # whoever sends one is somebody
        self.edition: Edition | None = None
        self.being_made: dict[tuple[Any, Version], threading.Event] = {}
        self.lock = threading.Lock()

    def gauges(self) -> dict[str, float]:
        """What is kept now: bytes and pages."""
        return {"page_cache_bytes": self.memory.size, "page_cache_pages": self.memory.number} if self.memory else {}

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if self.memory is None or self.is_private(environ):
            return self.answer_live(environ, start_response)
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        if query:
            sharing = find_sharing(path)
            query = canonical_query(sharing.names, query) if sharing else None
            if query is None:
                return self.answer_live(environ, start_response)
        version = self.read_version()
        if version is None:
            return self.answer_live(environ, start_response)
        host = environ.get(self.host_header) or environ.get("HTTP_HOST", "")
        key = (host, self.read_scheme(environ), path, query or "")
        is_ordinary = not query and is_own_host(host, environ.get("SERVER_PORT", ""))
        edition = self.edition_of(version)
        page = self.memory.get(key, is_ordinary=is_ordinary)
        if page is None or not page.edition.is_same(edition):
            return self.answer_missing(environ, start_response, key, edition, is_ordinary)
        if page.by_accept and not wants_page(environ.get("HTTP_ACCEPT", "")):
            return self.answer_live(environ, start_response)
        return self.answer_page(environ, start_response, key, page, edition, is_ordinary)

    def is_private(self, environ: Environ) -> bool:
        """Whether this is more than a visitor's wish to read a page."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("CONTENT_LENGTH", "") not in ("", "0"):
            return True
        if self.session in environ.get("HTTP_COOKIE", ""):
            return True
        return any(name in environ for name in PRIVATE)

    def edition_of(self, version: Version) -> Edition:
        now, edition = self.clock(), self.edition
        if edition is None or edition.version != version or not edition.begin <= now < edition.end:
            edition = self.edition = make_edition(version, now, self.zone)
        return edition

    def answer_page(
        self,
        environ: Environ,
        start_response: Start,
        key: Any,
        page: KeptPage,
        edition: Edition,
        is_ordinary: bool,
        timing: tuple[str, str] = HIT,
    ) -> Iterable[bytes]:
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        variant = page.variants.get(encoding) or self.memory.variant(key, page, encoding, is_ordinary=is_ordinary)
        # A page that took its second to make may show what was changed in it: it is dated when it is asked for again.
        is_dated = timing is HIT and self.clock() >= edition.told_from
        dated = [edition.last_modified] if is_dated else []
        tags, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
        if tags is not None:
            is_known = has_tag(tags, variant.tag)
        else:
            is_known = since is not None and is_dated and is_unchanged_since(since, edition.modified)
        headers = [*(variant.headers_of_not_modified if is_known else variant.headers), *dated]
        if timing is not HIT:
            headers = [timing if each is HIT else each for each in headers]
        if is_known:
            start_response("304 Not Modified", headers)
            return []
        start_response("200 OK", headers)
        return [variant.body] if environ["REQUEST_METHOD"] == "GET" else []

    def answer_missing(
        self, environ: Environ, start_response: Start, key: Any, edition: Edition, is_ordinary: bool
    ) -> Iterable[bytes]:
        """Makes the page, once for all who ask at the same time, or lets Django answer what is no page to keep."""
        sharing = find_sharing(key[2])
        if sharing is None or (sharing.by_accept and not wants_page(environ.get("HTTP_ACCEPT", ""))):
            return self.answer_live(environ, start_response)
        name = (key, edition.version)
        with self.lock:
            made = self.being_made.get(name)
            if made is None:
                mine = self.being_made[name] = threading.Event()
        if made is None:
            try:
                return self.make_page(environ, start_response, key, edition, is_ordinary, sharing)
            finally:
                with self.lock:
                    del self.being_made[name]
                mine.set()
        made.wait(WAIT)
        page = self.memory.get(key, is_ordinary=is_ordinary)
        if page is not None and page.edition.is_same(edition):
            return self.answer_page(environ, start_response, key, page, edition, is_ordinary)
        return self.make_page(environ, start_response, key, edition, is_ordinary, sharing)

    def make_page(
        self, environ: Environ, start_response: Start, key: Any, edition: Edition, is_ordinary: bool, sharing: Sharing
    ) -> Iterable[bytes]:
        """Django's answer to nobody in particular, which is kept if everybody may have it."""
        asked = {name: each for name, each in environ.items() if name[:5] != "HTTP_" or name in self.seen}
        asked |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key[3], LAYER: True}
        started: list[Any] = []

        def remember(status: str, headers: Headers, exc_info: Any = None) -> None:
            started[:] = [status, headers]

        answer = self.application(asked, remember)
        status, headers = started
        if not may_keep(status, headers, sharing):
            start_response(status, without_mark(headers))
            if environ["REQUEST_METHOD"] == "GET":
                return answer
            close(answer)
            return []
        try:
            body = b"".join(answer)
        finally:
            close(answer)
        page = self.memory.get(key, is_ordinary=is_ordinary)
        if page is not None and page.has_same_bytes(headers, body):
            page.edition = edition  # something else has changed: what was packed stays packed
        else:
            page = KeptPage(headers, body, edition, by_accept=sharing.by_accept)
            self.memory.put(key, page, is_ordinary=is_ordinary)
        return self.answer_page(environ, start_response, key, page, edition, is_ordinary, MISS)

    def answer_live(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Django's own answer."""

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            return start_response(status, without_mark(headers), *([exc_info] if exc_info else []))

        return self.application(environ, start)


def may_keep(status: str, headers: Headers, sharing: Sharing) -> bool:
    """Whether an answer is the same for everybody until something changes."""
    if not status.startswith("200") or any(name.lower() == "set-cookie" for name, _ in headers):
        return False
    given = {name.lower(): value.lower() for name, value in headers}
    if MARK.lower() not in given or "content-encoding" in given or not is_text(given.get("content-type", "")):
        return False
    if any(word in given.get("cache-control", "") for word in FORBIDDEN):
        return False
    varies = {name.strip() for name in given.get("vary", "").split(",") if name.strip()}
    return varies <= (HARMLESS | {"accept"} if sharing.by_accept else HARMLESS)


def without_mark(headers: Headers) -> Headers:
    return [each for each in headers if each[0] != MARK]


def close(answer: Any) -> None:
    """Ends Django's answer, which gives back what the request held."""
    if hasattr(answer, "close"):
        answer.close()
