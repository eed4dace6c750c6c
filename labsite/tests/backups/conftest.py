"""Fixtures for tests of backups: a site of its own in a file, and its folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from labsite.backups import loading
from labsite.backups.scratch import standing_in
from labsite.tests.backups.site import copy_file, copy_tables, sqlite_config, sqlite_site, use_folder


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory, django_db_setup, django_db_blocker) -> Path:
    """A SQLite database as `migrate` leaves it. On SQLite a copy of the tests' own: migrating takes ten seconds."""
    path = tmp_path_factory.mktemp("empty") / "labsite.sqlite3"
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with closing(sqlite3.connect(path)) as to:
                connection.connection.backup(to)
        else:
            with standing_in(sqlite_config(path)):
                call_command("migrate", verbosity=0)
    return path


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory, empty_file, django_db_blocker) -> Path:
    """A SQLite database with the demo data and their history."""
    path = tmp_path_factory.mktemp("demo") / "labsite.sqlite3"
    copy_file(empty_file, path)
    with django_db_blocker.unblock(), standing_in(sqlite_config(path)):
        call_command("loaddata", "demo", verbosity=0)
        get_user_model().objects.create_superuser("boss", password="a quiet long secret")
    return path


@pytest.fixture
def quick_tables(monkeypatch, empty_file) -> None:
    """Has restores into SQLite copy empty tables: making them by migrations takes ten seconds, and one test does."""
    by_migrations = loading.make_tables

    def copied(scratch: Any, manifest: Any) -> None:
        if scratch.vendor != "sqlite":
            by_migrations(scratch, manifest)
            return
        copy_tables(empty_file, scratch)

    monkeypatch.setattr(loading, "make_tables", copied)


@pytest.fixture
def folders(tmp_path, settings) -> Path:
    """The data folder of the site under test."""
    use_folder(settings, tmp_path / "site")
    settings.BACKUP_DIR = tmp_path / "archives"
    settings.BACKUP_SECRET_FILE = ""
    settings.BACKUP_KEEP = "all"
    return tmp_path / "site"


@pytest.fixture
def demo_site(db, demo_file, folders) -> Iterator[Path]:
    """The demo site in a file of its own, the default database while the test runs."""
    with sqlite_site(demo_file, folders) as path:
        yield path


@pytest.fixture
def empty_site(db, empty_file, folders) -> Iterator[Path]:
    with sqlite_site(empty_file, folders) as path:
        yield path
