"""Asks the site as a visitor would, in this process, and says what the answer was made from."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import set_script_prefix
from django.utils import translation

from labsite.publishing import PUBLISHED
from labsite.publishing.browsing import FOLDER, Indexes, needs_words
from labsite.publishing.watching import Sources, watching


@dataclass
class Answer:
    """What the site says to one address. `location` is where a redirect leads."""

    status: int
    kind: str
    body: bytes
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    sources: Sources | None = None  # None for what is read from the disk each time


class Visitor:
    """Somebody who is nobody in particular, asks for one thing after another and sends no cookie."""

    def __init__(self, root: str) -> None:
        self.parts = urlsplit(root)
        self.handler = WSGIHandler()
        self.indexes = Indexes()
        self.followed: dict[str, Answer] = {}

    def forget(self) -> None:
        """What was read for several files is read anew."""
        self.indexes, self.followed = Indexes(), {}

    def follow(self, path: str) -> Answer:
        """The answer to a path that pages name and that is no route, asked once for all of them."""
        if path not in self.followed:
            with watching() as sources:
                self.followed[path] = self.make_page(path)
            self.followed[path].sources = sources
        return self.followed[path]

    def ask(self, address: str) -> Answer:
        path = address.partition("?")[0]
        if path.startswith(settings.STATIC_URL):
            return read_static(path)
        with watching() as sources:
            answer = self.make_index(path) if f"/{FOLDER}/" in path else self.make_page(address)
        if f"/{FOLDER}/" in path and needs_words(path.partition(f"/{FOLDER}/")[2]):
            sources.questions |= self.indexes.word_sources.questions
        answer.sources = sources
        return answer

    def make_page(self, address: str) -> Answer:
        set_script_prefix("/")
        response = self.handler.get_response(WSGIRequest(self.environment(address)))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        headers = dict(response.headers.items())
        return Answer(response.status_code, kind, body, headers.get("Location", ""), headers)

    def environment(self, address: str) -> dict[str, Any]:
        """A WSGI request. It goes by the host and the scheme of the copy, past the redirect to https."""
        path, _, query = address.partition("?")
        scheme, host = self.parts.scheme, self.parts.netloc
        return {
            "REQUEST_METHOD": "GET", "PATH_INFO": unquote(path).encode().decode("latin-1"), "SCRIPT_NAME": "",
            "QUERY_STRING": query, "SERVER_NAME": self.parts.hostname, "HTTP_HOST": host,
            "SERVER_PORT": str(self.parts.port or {"https": 443}.get(scheme, 80)), "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": scheme, "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), PUBLISHED: True,
        }  # fmt: skip

    def make_index(self, path: str) -> Answer:
        language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
        with translation.override(language):
            body = self.indexes.make(path.partition(f"/{FOLDER}/")[2])
        return Answer(404 if body is None else 200, "application/json", body or b"")


def read_static(path: str) -> Answer:
    """A static file: as collected, else where its source lies."""
    name = unquote(path.removeprefix(settings.STATIC_URL))
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return Answer(200, "", file.read())
    found = finders.find(name)
    if not found:
        return Answer(404, "", b"")
    with open(found, "rb") as file:
        return Answer(200, "", file.read())


@contextmanager
def answering_as(root: str) -> Iterator[None]:
    """Within, the site calls itself `root`, and tells nobody what went wrong."""
    changes = {
        "SITE_URL": root, "DEBUG": False, "ALLOWED_HOSTS": [*settings.ALLOWED_HOSTS, urlsplit(root).hostname],
    }  # fmt: skip
    before = {name: getattr(settings, name) for name in changes}
    try:
        for name, value in changes.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
