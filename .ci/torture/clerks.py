"""Editors at work: each with a session of their own, over one connection that is opened anew when a server died."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from typing import Any

from edits import Editor, read_form

TIMEOUT = 60  # seconds
PAUSE = 0.05  # seconds before another try, when nobody answers


class Clerk(Editor):
    """Knows how often each answer came, and how long saves took."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        super().__init__(port)
        self.connection.timeout = TIMEOUT
        self.cookies = dict(cookies)
        self.statuses: dict[int, int] = {}
        self.cut = 0  # questions whose answer never came
        self.times: list[float] = []
        self.failures: list[str] = []

    def try_ask(self, method: str, path: str, fields: list[tuple[str, str]] | None = None) -> tuple[int, bytes]:
        """Status 0 where the connection broke."""
        try:
            status, body = self.ask(method, path, fields)
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.cut += 1
            time.sleep(PAUSE)
            return 0, b""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status >= 500 and status != 503:
            self.failures.append(f"{status} at {path}: {body[:300].decode(errors='replace')}")
        return status, body

    def form_of(self, path: str) -> list[tuple[str, str]]:
        """The fields of the page's form; none where it did not come."""
        status, body = self.try_ask("GET", path)
        return read_form(body, "title") if status == 200 else []

    def save(self, path: str, form: list[tuple[str, str]], **changed: Any) -> int:
        """The status: 302 is stored, 409 is somebody was faster, 0 is nobody knows."""
        new = {name: str(value) for name, value in changed.items()}
        fields = [(name, new.get(name, value)) for name, value in form]
        began = time.monotonic()
        status, _ = self.try_ask("POST", path, [*fields, ("_save", "Save")])
        if status == 302:
            self.times.append(time.monotonic() - began)
        return status


class Counter(Clerk):
    """Counts the title of a page up: reads the number, saves one more."""

    def __init__(self, port: int, cookies: dict[str, str], page: int) -> None:
        super().__init__(port, cookies)
        self.path = f"/admin/labsite/page/{page}/change/"
        self.page, self.stored, self.late, self.highest = page, 0, 0, 0

    def count(self) -> None:
        form = self.form_of(self.path)
        if not form:
            return
        number = int(dict(form)["title"]) + 1
        # What two writers change alike is no conflict: so each says who it is.
        status = self.save(self.path, form, title=number, body=f"{number} by {id(self)}")
        if status == 302:
            self.stored += 1
            self.highest = max(self.highest, number)
        self.late += status == 409


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


class Working(threading.Thread):
    """Does `act` again and again until told to stop. What it raises is kept."""

    def __init__(self, act: Callable[[], None], pause: float = 0.0) -> None:
        super().__init__(daemon=True)
        self.act, self.pause = act, pause
        self.stopping = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.act()
            except Exception as error:
                self.error = error
                return
            if self.pause:
                self.stopping.wait(self.pause)


def at_work(acts: list[Callable[[], None]], pause: float = 0.0) -> list[Working]:
    workers = [Working(act, pause) for act in acts]
    for worker in workers:
        worker.start()
    return workers


def finish(workers: list[Working]) -> None:
    for worker in workers:
        worker.stopping.set()
    for worker in workers:
        worker.join(TIMEOUT * 2)
        assert not worker.is_alive(), "somebody still waits for an answer"
        if worker.error:
            raise worker.error
