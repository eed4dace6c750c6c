"""Whether this process can do its work now: what a load balancer or a monitor asks once a second, at `/readyz`.

All checks run in one thread beside the one that answers, so that a database that hangs makes the answer “not ready”
after `LIMIT` seconds instead of none; an answer serves everybody who asks within a second.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from labsite.operations.private_text import kinds_of, one_line, without_values
from labsite.page_cache.triggers import VERSION_TABLE

logger = logging.getLogger("labsite.readiness")

LIMIT = 3.0  # seconds for all checks together
KEPT = 1.0  # seconds that an answer is given again
KEPT_OF_STORE = 60.0  # seconds; asking an object store costs money
MEGABYTE = 2**20


class NotReady(Exception):
    """A check failed; the message names what, and the mend."""


class Result(NamedTuple):
    name: str
    is_ok: bool
    message: str


def check_database() -> str:
    """Reachable, and would take a write now. Writes nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')")
            in_recovery, read_only = cursor.fetchone()
        if in_recovery or read_only == "on":
            raise NotReady("PostgreSQL takes no writes: DATABASE_URL must name the primary.")
        return "PostgreSQL reads and writes"
    return check_sqlite(str(connection.settings_dict["NAME"]))


def check_sqlite(name: str) -> str:
    """Takes SQLite's one place for writers and gives it back. Somebody who is writing now proves the same."""
    if not name.startswith("file:") and ":memory:" not in name:
        check_same_file(Path(name))
    address = name if name.startswith("file:") else f"{Path(name).absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=0.2, isolation_level=None)) as own:
        try:
            own.execute("BEGIN IMMEDIATE")
            own.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return "SQLite reads, somebody is writing"
    return "SQLite reads and writes"


first_seen: dict[Path, tuple[int, int]] = {}  # which file a database was when this process first looked


def check_same_file(path: Path) -> None:
    """Raises `NotReady` where the file is gone or another: open connections go on writing into the one that was."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise NotReady(f"the file {path.name} is gone from its folder: stop the site and bring it back.") from error
    if first_seen.setdefault(path, (found.st_dev, found.st_ino)) != (found.st_dev, found.st_ino):
        raise NotReady(f"another file was put in the place of {path.name}: restart the site.")


def check_tables() -> str:
    """Every table of the code is there. One query."""
    wanted = {each._meta.db_table for each in apps.get_models(include_auto_created=True) if each._meta.managed}
    missing = sorted(wanted - set(connection.introspection.table_names()))
    if missing:
        raise NotReady(f"{len(missing)} are missing, first {missing[0]}: bring back the newest backup.")
    return "all there"


@lru_cache(maxsize=2)
def shipped_migrations(*, with_replaced: bool = False) -> frozenset[tuple[str, str]]:
    """What this code brings, without what newer files stand for or with it. Read from disk once a process."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.disk_migrations if with_replaced else loader.graph.nodes)


def missing_migrations() -> list[str]:
    """Those that this code brings and the database has not. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return sorted(f"{app}.{name}" for app, name in shipped_migrations() - applied)


def check_migrations() -> str:
    missing = missing_migrations()
    if missing:
        raise NotReady(f"{len(missing)} not applied, first {missing[0]}: run manage.py migrate.")
    return "all applied"


def check_version() -> str:
    """What the page cache reads at each request."""
    if not settings.PAGE_CACHE_SIZE:
        return "no pages are kept"
    with connections[settings.PAGE_CACHE_DATABASE].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {VERSION_TABLE}")  # noqa: S608 - a name of ours
        if not cursor.fetchone()[0]:
            raise NotReady("there is no content version, so no page is kept: run manage.py migrate.")
    return "readable"


def check_cache() -> str:
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        return "memory of the process"
    cache.set("labsite.readiness", "here", 10)
    if cache.get("labsite.readiness") != "here":
        raise NotReady("what was stored a moment ago is not there: look at CACHE_URL.")
    return "stores and gives back"


def check_media() -> str:
    """A file can be written where uploads go. An object store is asked whether it answers, at most once a minute."""
    if isinstance(storages["default"], FileSystemStorage):
        folder = Path(settings.MEDIA_ROOT)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"labsite")
        return "the folder takes files"
    return ask_store(int(time.monotonic() // KEPT_OF_STORE))


@lru_cache(maxsize=1)
def ask_store(minute: int) -> str:
    storages["default"].exists("readiness")
    return "the store answers"


def check_disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.DISK_RESERVE:
        raise NotReady(
            f"{free // MEGABYTE} MB are free in the data folder, fewer than {settings.DISK_RESERVE // MEGABYTE}: "
            "make room, or lower DISK_RESERVE_MB."
        )
    return f"{free // MEGABYTE} MB free"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "tables": check_tables,
    "page cache": check_version,
    "cache": check_cache,
    "media": check_media,
    "disk": check_disk,
}


def run_check(name: str, check: Callable[[], str]) -> Result:
    """What a check found. Whatever fails in it makes it fail, and says so without secrets."""
    try:
        return Result(name, True, check())
    except NotReady as error:
        return Result(name, False, str(error))
    except Exception as error:
        return Result(name, False, one_line(f"{type(error).__name__}: {without_values(str(error), kinds_of(error))}"))


def examine() -> list[Result]:
    """Every check, one after the other. At most eight queries."""
    return [run_check(name, check) for name, check in CHECKS.items()]


class Readiness:
    """Asks `examine` at most once in `kept` seconds, in a thread beside, and waits for it at most `limit` seconds.

    Safe to call from any thread. Of checks that hang there is one thread, however often is asked.
    """

    def __init__(
        self,
        examine: Callable[[], list[Result]] = examine,
        *,
        limit: float = LIMIT,
        kept: float = KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.examine, self.limit, self.kept, self.clock = examine, limit, kept, clock
        self.lock = threading.Lock()
        self.running: threading.Event | None = None
        self.results: list[Result] = []
        self.was_ready = True
        self.made_at = float("-inf")

    def ask(self) -> list[Result]:
        with self.lock:
            if self.clock() - self.made_at < self.kept:
                return self.results
            running = self.running
            if running is None:
                running = self.running = threading.Event()
                threading.Thread(target=self.run, args=(running,), name="readiness", daemon=True).start()
        if not running.wait(self.limit):
            return [Result("checks", False, f"they did not end within {self.limit:g} s: the database may hang.")]
        return self.results

    def run(self, running: threading.Event) -> None:
        results = [Result("checks", False, "they ended early: see the log.")]
        try:
            results = self.examine()
        except Exception:
            logger.exception("The checks of readiness ended early.")
        finally:
            connections.close_all()  # those of this thread
            with self.lock:
                self.results, self.made_at, self.running = results, self.clock(), None
            self.tell_change(results)
            running.set()

    def tell_change(self, results: list[Result]) -> None:
        """A line of the log when the site stops being ready, and one when it is ready again."""
        failed = [f"{each.name}: {each.message}" for each in results if not each.is_ok]
        if failed and self.was_ready:
            logger.error("Not ready: %s", "; ".join(failed))
        elif not failed and not self.was_ready:
            logger.warning("Ready again.")
        self.was_ready = not failed


readiness = Readiness()


def as_text(results: list[Result]) -> str:
    return "".join(f"{'ok  ' if each.is_ok else 'FAIL'} {each.name}: {each.message}\n" for each in results)


def as_json(results: list[Result]) -> dict[str, Any]:
    return {
        "status": "ok" if all(each.is_ok for each in results) else "unavailable",
        "checks": {each.name: {"ok": each.is_ok, "message": each.message} for each in results},
    }
