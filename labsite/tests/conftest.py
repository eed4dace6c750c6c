"""Fixtures for the tests of the house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction

from publications.digests import flush_changes


@pytest.fixture(scope="module")
def demo_rows(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demo data, loaded once for a module inside a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", "demo", verbosity=0)
        flush_changes()
        yield
        transaction.set_rollback(True)
