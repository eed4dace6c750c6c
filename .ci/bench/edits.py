"""From an edit in the admin to the page that visitors get: over HTTP, while others read, on every worker."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from http.cookies import SimpleCookie
from statistics import median
from urllib.parse import urlencode

import lxml.html
from asking import RATE, Reader, table
from machine import CORES, ROOT, Granian, shell
from stores import Store

EDITS = int(os.environ.get("EDITS", "15"))
READERS = 4  # connections that ask after each edit: more than there are workers
NAME, PASSWORD = "bench-editor", "only-for-benchmarks-1"  # noqa: S105 - of a database that goes with the run
FIRST_ROW = re.compile(rb'href="/publications/([\w-]+)/"')
# wrk asks as fast as it can: ten visitors who pause 9 ms after each answer are a thousand requests a second.
PACED = "function delay() return 9 end\n"
PREPARE = """
from django.contrib.auth import get_user_model
from publications.models import Publication
users = get_user_model().objects
if not users.filter(username={name!r}).exists():
    users.create_superuser({name!r}, "bench@example.org", {password!r})
print(Publication.objects.get(slug={slug!r}).pk)
"""


# What stores an edit as the site's code does, with its history and what is derived, but without the admin's form.
RECORDER = """
import sys, time
from publications.models import Publication
publication = Publication.objects.get(pk={key})
print("ready", flush=True)
for line in sys.stdin:
    publication.title = line.strip()
    publication.save()
    print("saved", flush=True)
"""


class Recorder:
    """A process that saves a publication's title when it is told to."""

    def __init__(self, environment: dict[str, str], key: str) -> None:
        code = RECORDER.format(key=int(key))
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.process.stdout.readline()

    def save(self, title: str) -> None:
        self.process.stdin.write(f"{title}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Editor:
    """Somebody signed in to the admin of one site."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: list[tuple[str, str]] | None = None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode(fields) if fields else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, content

    def sign_in(self) -> None:
        _, page = self.ask("GET", "/login/")
        fields = dict(read_form(page, "username")) | {"username": NAME, "password": PASSWORD}
        status, _ = self.ask("POST", "/login/?next=/admin/", list(fields.items()))
        if status != 302:
            sys.exit("The editor of the benchmark could not sign in.")

    def open_form(self, key: str) -> list[tuple[str, str]]:
        self.connection.close()  # the server has, if nothing was asked for a while: on a slow machine that happens
        return read_form(self.ask("GET", f"/admin/publications/publication/{key}/change/")[1], "title")

    def save(self, key: str, form: list[tuple[str, str]], title: str) -> None:
        fields = [(name, title if name == "title" else value) for name, value in form]
        status, page = self.ask("POST", f"/admin/publications/publication/{key}/change/", [*fields, ("_save", "Save")])
        if status != 302:
            errors = lxml.html.fromstring(page.decode()).xpath("//*[contains(@class, 'error')]//text()")
            sys.exit(f"The admin refused the edit ({status}): {' '.join(' '.join(errors).split())[:500]}")


def read_form(page: bytes, field: str) -> list[tuple[str, str]]:
    """What a browser would send of the form that has `field`, without its buttons."""
    form = next(form for form in lxml.html.fromstring(page.decode()).forms if field in form.fields)
    kinds = {each.name: each.get("type") for each in form.inputs if hasattr(each, "get")}
    return [(name, value) for name, value in form.form_values() if kinds.get(name) not in ("submit", "file")]


def measure(stores: list[Store]) -> str:
    """Section e: at every size, without other visitors and with them."""
    rows = []
    for store in stores:
        server = Granian(store.environment, workers=len(CORES))
        try:
            slug = FIRST_ROW.search(Reader(server.port).get("/publications/")[2])[1].decode()
            key = shell(store.environment, PREPARE.format(name=NAME, password=PASSWORD, slug=slug)).strip()
            for is_loaded in (False, True):
                for in_admin in (True, False):
                    rows.append(edit_often(store, server, key, slug, is_loaded=is_loaded, in_admin=in_admin))
                    print("| " + " | ".join(rows[-1]) + " |", flush=True)
        finally:
            server.stop()
    heads = [
        "database", "publications", "edited", "other requests a second", "save, ms", "live in the list, ms: median",
        "worst", "live on its page too, ms: median", "worst", "stale answers",
    ]  # fmt: skip
    told = (
        f"\nAn edit of a title, on {len(CORES)} workers: through the admin's form, or saved by another process as the "
        "site's code saves it, with history and all that is derived. The clock starts when it is sent. "
        f"After each of {EDITS} edits {READERS} new connections ask for the list and the publication's page; an answer "
        "with the old title is stale.\n\n"
    )
    return told + table(heads, rows)


def edit_often(store: Store, server: Granian, key: str, slug: str, *, is_loaded: bool, in_admin: bool) -> list[str]:
    editor = Editor(server.port)
    editor.sign_in()
    original = dict(editor.open_form(key))["title"]
    recorder = None if in_admin else Recorder(store.environment, key)
    saved, listed, shown, stale, asked = [], [], [], 0, 0
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(PACED)
        script.flush()
        visitors = start_visitors(server.port, script.name) if is_loaded else None
        try:
            for number in range(EDITS):
                title = f"{original} Edit{number:02d}{'loaded' if is_loaded else 'quiet'}{in_admin}"
                form = editor.open_form(key) if in_admin else []
                began = time.perf_counter()
                if recorder:
                    recorder.save(title)
                else:
                    editor.save(key, form, title)
                saved.append(time.perf_counter() - began)
                for reader in range(READERS):
                    page = Reader(server.port)
                    is_old = title.encode() not in page.get("/publications/")[2]
                    if reader == 0:
                        listed.append(time.perf_counter() - began)
                    stale += is_old
                    stale += title.encode() not in page.get(f"/publications/{slug}/")[2]
                    if reader == 0:
                        shown.append(time.perf_counter() - began)
                    asked += 2
        finally:
            rate = stop_visitors(visitors) if visitors else 0.0
            if recorder:
                recorder.stop()
    editor.save(key, editor.open_form(key), original)
    where = "in the admin" if in_admin else "by code"
    times = [median(saved), median(listed), max(listed), median(shown), max(shown)]
    return [store.database, f"{store.size:,}", where, f"{rate:,.0f}", *map(ms, times), f"{stale} of {asked}"]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def start_visitors(port: int, script: str) -> subprocess.Popen:
    address = f"http://127.0.0.1:{port}/publications/"
    child = subprocess.Popen(
        ["wrk", "-t1", "-c10", "-d600s", "-s", script, "-H", "Accept-Encoding: gzip", address],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(0.5)
    return child


def stop_visitors(child: subprocess.Popen) -> float:
    """Requests a second that they got answered."""
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=30)
    return float(RATE.search(told)[1])
