"""Fixtures for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.core.signals import request_started

from labsite.tests.emptying import quick_emptying
from publications.digests import flush_changes

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_client"}


@pytest.hookimpl(trylast=True)  # after markers are given
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A second run on another database leaves out what asks none, or looks at finished pages only (`once`)."""
    if not os.environ.get("ONLY_DATABASE_TESTS"):
        return
    kept, left = [], []
    for item in items:
        asks = item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
        (kept if asks and not item.get_closest_marker("once") else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The database of the tests, with quick emptying of its tables."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(quick_emptying())
        yield


@pytest.fixture(autouse=True)
def derived_rows() -> Iterator[None]:
    """A test's transaction is never committed, which is when digests are made: here each request makes them first.

    Tests marked `transaction=True` commit; those in `publications/tests/test_digests.py` hold the real way.
    """

    def flush(**kwargs: object) -> None:
        flush_changes()

    request_started.connect(flush)
    yield
    request_started.disconnect(flush)
