"""Which requests ask for the same page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from labsite.page_cache.marking import Sharing

LONGEST_PATH, LONGEST_QUERY = 500, 2_000  # characters; longer ones are nobody's habit, and memory holds many
MOST_PARAMETERS = 100
PAGE_TYPE = "text/html"


def find_sharing(path: str) -> Sharing | None:
    """What the view behind a path says of itself; None where its answers are not kept. Asks no database.

    `path` is as WSGI gives it, each letter a byte.
    """
    return known_sharing(path) if len(path) <= LONGEST_PATH else None


@lru_cache(maxsize=4096)
def known_sharing(path: str) -> Sharing | None:
    try:
        decoded = path.encode("latin-1").decode()
        with translation.override(translation.get_language_from_path(decoded) or settings.LANGUAGE_CODE):
            view = resolve(decoded).func
    except (Resolver404, UnicodeError):
        return None
    return getattr(view, "sharing", None)


def canonical_query(names: tuple[str, ...], query: str) -> str | None:
    """The parts of a query string that a view reads, in the view's order, values of one name in theirs.

    Empty ones are left out. None for what has no such form, which Django then answers as it is.
    """
    if not query.isascii() or len(query) > LONGEST_QUERY or query.count("&") >= MOST_PARAMETERS:
        return None
    return known_query(names, query)


@lru_cache(maxsize=2048)
def known_query(names: tuple[str, ...], query: str) -> str | None:
    found: dict[str, list[str]] = {}
    try:
        for part in query.split("&"):
            name, _, value = (unquote_plus(text, errors="strict") for text in part.partition("="))
            if value and name in names:
                found.setdefault(name, []).append(value)
    except UnicodeDecodeError:
        return None
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name in names for value in found.get(name, ()))


@lru_cache(maxsize=256)
def wants_page(accept: str) -> bool:
    """Whether an Accept header is that of a browser, or of somebody who takes anything: they get the page."""
    if accept in ("", "*/*"):
        return True
    ranges = dict(read_range(part) for part in accept.lower().split(","))
    quality = ranges.pop(PAGE_TYPE, 0.0)
    others = (value for name, value in ranges.items() if name != "application/xhtml+xml" and name[:6] != "image/")
    return quality > 0 and quality >= max(ranges.values(), default=0.0) and quality > max(others, default=0.0)


def read_range(text: str) -> tuple[str, float]:
    """“text/html;q=0.8” as its name and quality; a quality that is none counts as the best, so the page loses."""
    name, *parameters = (part.strip() for part in text.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 1.0
    return name, 1.0


@lru_cache(maxsize=256)
def is_own_host(host: str, port: str) -> bool:
    """Whether the site calls itself so. Strangers who invent ports or hosts shall not push out its pages."""
    name, _, given = host.partition(":")
    return given in ("", port) and (name in settings.ALLOWED_HOSTS or host == settings.SITE_URL.partition("://")[2])


class SchemeReader:
    """“https” or “http”, as Django would see it."""

    def __init__(self) -> None:
        self.header, self.secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")

    def __call__(self, environ: dict[str, Any]) -> str:
        told = environ.get(self.header)
        if told is None:
            return environ["wsgi.url_scheme"]
        return "https" if told.split(",", 1)[0].strip() == self.secure else "http"
