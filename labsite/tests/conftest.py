"""Fixtures for the tests of the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import transaction

from labsite.models import LabProfile
from labsite.tests.world import make_world
from publications.digests import flush_changes


@contextmanager
def never_committed(django_db_blocker) -> Iterator[None]:
    """What is stored inside is there for every test of a fixture's scope, and gone behind it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="class", params=[1, 4])
def world(request, django_db_setup, django_db_blocker) -> Iterator[int]:
    """So many of everything, made once for the tests of a class: the same queries must do for one and for four."""
    with never_committed(django_db_blocker):
        make_world(request.param)
        yield request.param


@pytest.fixture(scope="module")
def demo_rows(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demo data, loaded once for a module."""
    with never_committed(django_db_blocker):
        call_command("loaddata", "demo", verbosity=0)
        flush_changes()
        yield


@pytest.fixture(scope="class")
def world_with_versions(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Two of everything, each with its first version, and a lab; made once for the tests of a class."""
    with never_committed(django_db_blocker):
        make_world(2, with_versions=True)
        LabProfile.objects.create(id=LabProfile.SINGLE_ID, name="Quiet Lab")
        yield
