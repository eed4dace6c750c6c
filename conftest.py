"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.signals import request_started

from publications.digests import flush_changes


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
