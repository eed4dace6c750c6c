"""Four worker processes on one database: after each commit every one of them answers with what was committed."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction
from django.db.utils import load_backend
from django.test import Client
from django.urls import reverse

from labsite.models import Page
from labsite.tests.forms import form_values
from labsite.tests.serving import granian, one_connection_each

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WORKERS, EDITS, OF_THE_ADMIN = 4, 500, 20
PATH = "/pages/number/"
NUMBER = re.compile(r"<h1[^>]*>\s*Number (\d+)")


@pytest.fixture
def shared_database(tmp_path) -> Iterator[str]:
    """The address of the test's database as other processes reach it; SQLite's in memory is copied into a file."""
    if connection.vendor == "postgresql":
        values = connection.settings_dict
        secret = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
        host = f"{values['HOST'] or 'localhost'}:{values['PORT'] or 5432}"
        yield f"postgresql://{values['USER']}{secret}@{host}/{values['NAME']}"
        return
    path = tmp_path / "shared.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    usual = connections["default"]
    engine = load_backend(usual.settings_dict["ENGINE"])
    connections["default"] = engine.DatabaseWrapper({**usual.settings_dict, "NAME": str(path)}, "default")
    try:
        yield f"sqlite:///{path}"
    finally:
        connections["default"].close()
        connections["default"] = usual


def read(open_connection: HTTPConnection) -> tuple[int, str]:
    """The number that the page shows, and whether it was kept (“hit”) or made."""
    open_connection.request("GET", PATH, headers={"Accept-Encoding": "identity"})
    response = open_connection.getresponse()
    text = response.read().decode()
    assert response.status == 200, text
    return int(NUMBER.search(text)[1]), response.headers["Server-Timing"].rpartition("=")[2]


class Load(threading.Thread):
    """Asks all the time, and notes what was older than what had been committed when it asked."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.committed, self.asked = port, 0, 0
        self.stale: list[tuple[int, int]] = []
        self.error: Exception | None = None
        self.ending = threading.Event()

    def run(self) -> None:
        try:
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as own:
                while not self.ending.is_set():
                    least = self.committed
                    number, _ = read(own)
                    self.asked += 1
                    self.ending.wait(0.001)  # else the test's own processor would be all that is loaded
                    if number < least:
                        self.stale.append((least, number))
        except Exception as error:
            self.error = error


def save(number: int) -> None:
    page = Page.objects.get()
    page.title = f"Number {number}"
    page.save()


def update(number: int) -> None:
    Page.objects.update(title=f"Number {number}")


def update_raw(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE labsite_page SET title = %s", [f"Number {number}"])


def update_in_steps(number: int) -> None:
    with transaction.atomic():
        Page.objects.update(title="Number 0")
        with transaction.atomic():
            Page.objects.update(title=f"Number {number}")


WAYS = [save, update, update_raw, update_in_steps]


class Editor:
    """Somebody who saves in the admin, on one of the servers."""

    def __init__(self, port: int) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=20)
        self.client = client = Client()
        client.force_login(get_user_model().objects.create_superuser("boss"))
        self.address = reverse("admin:labsite_page_change", args=[Page.objects.get().pk])
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def save(self, number: int) -> None:
        token = "a" * 32
        form = {**form_values(self.client.get(self.address)), "title": f"Number {number}", "csrfmiddlewaretoken": token}
        headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.http.request("POST", self.address, urlencode(form), headers)
        response = self.http.getresponse()
        text = response.read().decode()
        assert response.status == 302, text


def test_no_worker_answers_with_what_was_before(shared_database, tmp_path):
    Page.objects.create(slug="number", title="Number 0", body="One of many.")
    data = str(tmp_path / "data")
    with granian(WORKERS, DATABASE_URL=shared_database, LABSITE_DATA_DIR=data, PAGE_CACHE_MB="16") as (port, server):
        workers = one_connection_each(port, server, WORKERS)
        editor, load = Editor(port), Load(port)
        for worker in workers.values():
            read(worker)
        load.start()
        hits = 0
        for number in range(1, EDITS + 1):
            way = editor.save if number % (EDITS // OF_THE_ADMIN) == 0 else WAYS[number % len(WAYS)]
            way(number)
            load.committed = number
            for process, worker in workers.items():
                assert read(worker)[0] == number, f"worker {process} after edit {number} ({way.__name__})"
            if number % 50 == 0:
                hits += sum(read(worker)[1] == "hit" for worker in workers.values())
        load.ending.set()
        load.join(20)
        for each in [*workers.values(), editor.http]:
            each.close()
    assert load.error is None
    assert load.stale == []
    assert load.asked > EDITS
    assert hits == WORKERS * EDITS // 50
