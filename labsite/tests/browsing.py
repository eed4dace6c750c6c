"""A browser without a screen, for tests that ask real server processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client
from lxml import html

CSRF = "a" * 32


class Browser:
    """Somebody who is signed in, with one connection to the server at `port`."""

    def __init__(self, port: int, user: Any) -> None:
        client = Client()
        client.force_login(user)
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.http = HTTPConnection("127.0.0.1", port, timeout=60)
        self.status, self.text, self.location = 0, "", ""

    def ask(self, method: str, path: str, body: str | None = None) -> Browser:
        headers = {"Cookie": f"{self.cookies}; {settings.CSRF_COOKIE_NAME}={CSRF}", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.http.request(method, path, body, headers)
        response = self.http.getresponse()
        self.status, self.text = response.status, response.read().decode()
        self.location = urlsplit(response.headers.get("Location", "")).path
        return self

    def open(self, path: str) -> list[tuple[str, str]]:
        """What the page's largest form would send, unchanged."""
        self.ask("GET", path)
        assert self.status == 200, (path, self.status, self.text[:2000])
        return self.form()

    def form(self) -> list[tuple[str, str]]:
        forms = html.fromstring(self.text).forms
        return max((form.form_values() for form in forms), key=len)

    def send(self, path: str, values: Iterable[tuple[str, str]], **changed: Any) -> Browser:
        left = [(name, value) for name, value in values if name not in changed and name != "csrfmiddlewaretoken"]
        new = [(name, str(value)) for name, value in changed.items()]
        return self.ask("POST", path, urlencode([*left, *new, ("csrfmiddlewaretoken", CSRF)]))

    def close(self) -> None:
        self.http.close()


def all_at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gives, or the error it raises, when all of them begin at the same moment."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(30)
            results[place] = act()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results
