"""The WSGI application around the page cache: counts and logs every answer, those from memory included.

It is there only where metrics or a log of accesses are asked for (`observe`); a site without has nothing in its place.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from labsite.operations import metering
from labsite.operations.private_text import path_for_log
from labsite.operations.request_ids import HEADER, name_request
from labsite.page_cache.keys import LONGEST_PATH
from labsite.page_cache.layer import PageCache
from labsite.page_cache.pages import HIT, MISS
from labsite.visitors import network_of

logger = logging.getLogger("labsite.access")

Environ = dict[str, Any]
NOWHERE, STATIC = "none", "static"
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"}


Route = tuple[str, tuple[tuple[str, Any], ...]]


def find_route(path: str) -> Route:
    """The name of the view behind a path, and what it takes from it. There are as many names as the site has views.

    `path` is as WSGI gives it, each letter a byte.
    """
    return known_route(path) if len(path) <= LONGEST_PATH else resolve_route(path)


@lru_cache(maxsize=4096)
def known_route(path: str) -> Route:
    return resolve_route(path)


def resolve_route(path: str) -> Route:
    if path.startswith(settings.STATIC_URL):
        return STATIC, ()
    try:
        decoded = path.encode("latin-1").decode()
        with translation.override(translation.get_language_from_path(decoded) or settings.LANGUAGE_CODE):
            match = resolve(decoded)
    except (Resolver404, UnicodeError, ValueError):
        return NOWHERE, ()
    return match.view_name or match.func.__name__, tuple(match.kwargs.items())


class Observed:
    """`application`, each answer of which is counted by `meter` and, with `access`, told to the log in a line."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        *,
        meter: metering.Meter | None,
        access: bool,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.application, self.meter, self.access, self.clock = application, meter, access, clock

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = self.clock()
        name = name_request(environ)
        started: list[Any] = ["500", []]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            started[:] = [status, headers]
            if not any(each[0] == HEADER for each in headers):
                headers = [*headers, (HEADER, name)]
            return start_response(status, headers, *more)

        def end() -> None:
            self.tell(environ, name, started, self.clock() - began)

        try:
            answer = self.application(environ, start)
        except BaseException:
            end()
            raise
        if isinstance(answer, list):
            end()
            return answer
        return Answer(answer, end)

    def tell(self, environ: Environ, name: str, started: list[Any], seconds: float) -> None:
        status, headers = started
        path = environ.get("PATH_INFO", "")
        route, kwargs = find_route(path)
        code = int(status[:3])
        page = "hit" if HIT in headers else "miss" if MISS in headers else "live"
        if self.meter:
            self.meter.add(route, code, seconds, page)
        if self.access:
            method = environ.get("REQUEST_METHOD", "")
            method = method if method in METHODS else "other"
            shown = path_for_log(path.encode("latin-1", "replace").decode("utf-8", "replace"), dict(kwargs))
            told = {
                "request_id": name, "method": method, "path": shown, "route": route, "status": code,
                "milliseconds": round(1000 * seconds, 1), "client": network_of(environ), "cache": page,
            }  # fmt: skip
            logger.info("%s %s %s", method, shown, code, extra=told)


class Answer:
    """What the application answers, which is over when the server closes it."""

    def __init__(self, answer: Iterable[bytes], end: Callable[[], None]) -> None:
        self.answer, self.end = answer, end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        try:
            if hasattr(self.answer, "close"):
                self.answer.close()
        finally:
            end, self.end = self.end, lambda: None
            end()


def observe(application: PageCache) -> Callable[..., Iterable[bytes]]:
    """`application` itself where nobody wants to know; see the settings METRICS and ACCESS_LOG."""
    if not (settings.METRICS or settings.ACCESS_LOG):
        return application
    if settings.METRICS:
        metering.start(settings.DATA_DIR / "metrics", application.gauges)
    return Observed(application, meter=metering.own, access=settings.ACCESS_LOG)
