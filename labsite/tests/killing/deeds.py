"""What a site is told to do in a process that may be killed, and what it is asked about what is left.

Each function is one deed: it takes and gives what JSON holds, and prints a line for everything that is stored for good.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management import call_command, load_command_class
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.test import Client

from labsite.backups import loading, restoring
from labsite.backups.archive import opened
from labsite.backups.making import make_archive
from labsite.models import Page
from labsite.tests.backups.site import copy_tables, everything, fill_hundred_megabytes, pages
from labsite.tests.bibliography import STRINGS, make_entry
from labsite.tests.factories import make_publication
from labsite.tests.generated import grow
from labsite.tests.killing.failing import fail_writes
from people.models import Person
from publications import reading
from publications.importing import runs
from publications.models import Import, ImportEntry, Publication, PublicationDigest
from publications.records import SourceEntry

IMPORT = load_command_class("publications", "import_publications")


def say(words: str) -> None:
    """On the deed's own output, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def die(*args: Any) -> None:
    """This process, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)


# Imports


def import_file(path: str, batch: int) -> None:
    """The command, with `batch` entries in a transaction. It tells on its error output how many are in.

    It reads its input itself: the process that would otherwise do so writes nothing, and takes a second to start.
    """
    runs.BATCH = batch
    reading.read_bounded = read_whole
    call_command(IMPORT, path)


def import_on_the_command_line(path: str, batch: int) -> None:
    """The same, with an end as a person meets it: one line that says why, and a status."""
    runs.BATCH = batch
    reading.read_bounded = read_whole
    IMPORT.run_from_argv(["manage.py", "import_publications", path])


def import_on_failing_disk(path: str, batch: int, statement: int, error: int) -> None:
    """The same on a disk whose every write gives `error` (an errno) from the statement of that number on."""
    numbers = count(1)

    def watch(execute: Any, *given: Any) -> Any:
        if next(numbers) == statement:
            fail_writes(error)
        return execute(*given)

    with connection.execute_wrapper(watch):
        import_on_the_command_line(path, batch)


def statements_of_import(path: str, batch: int) -> int:
    """How many an undisturbed import sends."""
    sent: list[str] = []

    def watch(execute: Any, sql: str, *given: Any) -> Any:
        sent.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(watch):
        import_on_the_command_line(path, batch)
    return len(sent)


def read_whole(path: Path) -> Iterator[SourceEntry]:
    with path.open("rb") as file:
        yield from reading.read_entries(file)


def write_bibliography(path: str, first: int, count: int) -> None:
    """The entries number `first` and following: others than those of any other range."""
    chance = random.Random(first)  # noqa: S311 - names and words
    entries = [make_entry(number, chance) for number in range(first, first + count)]
    Path(path).write_text(STRINGS + "".join(entries), encoding="utf-8")


def state_of_imports() -> dict[str, Any]:
    """Counts that agree where every batch is whole, and what the database says of itself."""
    papers = Publication.objects
    entries = Import.objects.order_by("pk").values_list("pk").annotate(Count("entries"))
    return {
        "papers": papers.count(),
        "created": ImportEntry.objects.filter(result="created").count(),
        "without_authors": papers.filter(authorships=None).count(),
        "without_digest": papers.count() - PublicationDigest.objects.count(),
        "without_version": papers.count() - Publication.history.values("id").distinct().count(),
        "entries": [count for _, count in entries],
        "problems": problems(),
    }


def problems() -> list[str]:
    """What SQLite finds wrong with its file; PostgreSQL checks its pages when it reads them."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = [line for (line,) in cursor.fetchall() if line != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        return found + [str(row) for row in cursor.fetchall()]


# Restores and pictures


def fill_demo() -> None:
    call_command("loaddata", "demo", verbosity=0)


def back_up(path: str) -> None:
    make_archive(Path(path))


def check_archive(path: str) -> None:
    """Raises `BackupProblem` where it is not whole."""
    with opened(Path(path), None) as archive:
        archive.check()


def fill() -> None:
    fill_hundred_megabytes()


def restore(archive: str, tables: str) -> None:
    """On SQLite new tables are copied from the file `tables`, where it names one: migrating takes ten seconds."""
    if tables:
        loading.make_tables = lambda scratch, manifest: copy_tables(Path(tables), scratch)
    with restoring.whole_archive(Path(archive), None) as opened:
        restoring.restore(opened, lambda words: None)


def digest() -> str:
    """Of every row of every table."""
    return hashlib.sha256(pickle.dumps(everything())).hexdigest()


def printed() -> dict[str, str]:
    """By address the digest of a page."""
    return {address: hashlib.sha256(content).hexdigest() for address, content in pages().items()}


def change_something(number: int) -> None:
    person = Person.objects.order_by("pk").first()
    person.headline = f"Changed {number} times"
    person.save()


def save_photos(key: int, size: int) -> None:
    """Gives the person new pictures, each of one byte `size` times, until somebody ends it."""
    person = Person.objects.get(pk=key)
    for number in range(10_000):
        person.photo.save(f"{number}.jpg", ContentFile(bytes([number % 256]) * size))
        person.save()
        say(person.photo.name)


def state_of_photo(key: int) -> list[Any]:
    """The name that the record has, how long that file is, and of how many different bytes."""
    photo = Person.objects.get(pk=key).photo
    if not photo:
        return ["", 0, 0]
    with photo.open() as file:
        content = file.read()
    return [photo.name, len(content), len(set(content))]


# Migrations


def migrate(*targets: str) -> None:
    """Each of `targets` is `app` or `app.migration`; none stands for all."""
    for target in targets or ("",):
        call_command("migrate", *filter(None, target.split(".")), verbosity=0)


def unapplied() -> list[str]:
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def schema() -> list[str]:
    """Every table, column, index and constraint as the database tells it, without names that are made by chance."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1")
            return [line for (line,) in cursor.fetchall()]
        cursor.execute(
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable "
            "FROM information_schema.columns WHERE table_schema = current_schema() UNION ALL "
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() UNION ALL "
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace ORDER BY 1"
        )
        return [line for (line,) in cursor.fetchall()]


# Visitors and editors


def make_editors(count: int) -> list[dict[str, str]]:
    """`count` accounts that may edit everything, signed in: the cookie of each."""
    found = []
    for number in range(count):
        user, _ = get_user_model().objects.get_or_create(
            username=f"editor{number}", defaults={"is_staff": True, "is_superuser": True}
        )
        client = Client()
        client.force_login(user)
        found.append({settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value})
    return found


def make_pages(count: int) -> list[int]:
    """Pages whose titles are numbers, for writers to count up."""
    return [Page.objects.create(slug=f"number-{place}", title="0", body="Counts.").pk for place in range(count)]


def state_of_pages() -> list[list[int]]:
    """Of each page its number and how often its history says that it was saved."""
    counted = Page.objects.filter(slug__startswith="number-").order_by("slug", "pk")
    return [[page.pk, int(page.title), page.history.count()] for page in counted]


def make_papers(count: int) -> list[int]:
    return [make_publication(f"Round 0 of {place}", ["Author 0"]).pk for place in range(count)]


def state_of_papers(keys: list[int]) -> list[list[str]]:
    """What an edit of each paper wrote, in four tables: title, author, the newest version, the line of lists."""
    found = []
    for key in keys:
        paper = Publication.objects.get(pk=key)
        author = paper.authorships.get().printed_name
        version = paper.history.order_by("history_id").last().title
        found.append([paper.title, author, version, paper.digest.title_text])
    return found


def grow_papers(begin: int, end: int) -> None:
    """Generated papers; tells after each hundred."""
    for first in range(begin, end, 100):
        grow(first, min(first + 100, end))
        say(str(first + 100))
