"""A real Chromium against a live server. No test leaves the machine."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from people.models import Person
from publications.digests import flush_changes

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


# The others look at what the same views, tested on each database, have made.
ON_EACH_DATABASE = {"test_assistant.py", "test_importing.py", "test_members.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.path.name not in ON_EACH_DATABASE:
                item.add_marker(pytest.mark.once)
            # Without a server there is nothing to commit; and emptied tables would meet the tests that come after.
            if "live_server" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))
            else:
                item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="session")
def stored_rows(django_db_setup: None) -> str | None:
    """What migrations stored, which Django puts back after each test that emptied the tables."""
    return getattr(connection, "_test_serialized_contents", None)


@pytest.fixture(scope="session")
def chromium(stored_rows: str | None) -> Iterator[Browser]:
    path = os.environ.get("LABSITE_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    connection.close()  # left open, nobody could ever close it: no test after this one sees it
    with sync_playwright() as playwright:
        # Playwright's loop is a context of its own, and Django's connection in it another one, which knows of no rows.
        if stored_rows is not None:
            connection._test_serialized_contents = stored_rows
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def breaches_in(message: ConsoleMessage) -> list[str]:
    """What Chromium reports on its console when a page does what its policy forbids; also within frames."""
    is_breach = "Content Security Policy" in message.text
    return [f"breach of the policy: {message.text} ({message.location['url']})"] if is_breach else []


# axe puts styles of its own into what it measures; test_policy.py walks through the same pages without it.
WITH_STYLES_OF_ITS_OWN = "test_accessibility.py"


@contextmanager
def watched_page(chromium: Browser, url: str, *, with_styles_of_its_own: bool = False) -> Iterator[Page]:
    """A page that resolves paths against `url`.

    It fails the test on any script error, request to another host, or breach of the site's policy (`headers.py`).
    """
    context = chromium.new_context(base_url=url, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((url, "data:", "blob:")) or problems.append(f"foreign request: {request.url}")
        ),
    )
    if not with_styles_of_its_own:
        page.on("console", lambda message: problems.extend(breaches_in(message)))
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def demo_copy() -> Iterator[sqlite3.Connection]:
    """Room for a copy of SQLite's test database with the demo data, from the first test that loaded it on."""
    with closing(sqlite3.connect(":memory:")) as copy:
        yield copy


@pytest.fixture
def page(chromium: Browser, live_server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the live server: see `watched_page`."""
    with watched_page(
        chromium, live_server.url, with_styles_of_its_own=request.path.name == WITH_STYLES_OF_ITS_OWN
    ) as page:
        yield page


@pytest.fixture
def demo(transactional_db, demo_copy: sqlite3.Connection) -> None:
    """The demo data. Loading them takes a second, so SQLite does it once and copies pages from then on."""
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite and demo_copy.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        demo_copy.backup(connection.connection)
        return
    call_command("loaddata", "demo", verbosity=0)
    flush_changes()
    if is_sqlite:
        connection.connection.backup(demo_copy)


@pytest.fixture
def editor(demo) -> Client:
    """A signed-in account that may do everything and is a member of the lab."""
    user = get_user_model().objects.create_superuser("editor", "editor@example.org", password="not typed anywhere")
    Person.objects.filter(slug="yihua-zhang").update(user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def signed_in_page(page: Page, live_server, editor: Client) -> Page:
    """A page of the browser of that account."""
    cookie = editor.cookies["sessionid"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page
