"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.signals import request_started

from publications.digests import flush_changes, pending_keys


@pytest.fixture(autouse=True)
def derived_rows() -> Iterator[None]:
    """A test's transaction is never committed, which is when digests are made: here each request makes them first."""

    def flush(**kwargs: object) -> None:
        flush_changes()

    pending_keys().clear()
    request_started.connect(flush)
    yield
    request_started.disconnect(flush)
    pending_keys().clear()
