"""Puts a database that was built beside the site's in its place, in one step, and keeps what was there before.

SQLite: its pages are copied into the site's file by SQLite's backup interface, which is one transaction: processes that
have the file open go on with what was there until it is committed, and with the new from then on. PostgreSQL: the
tables change schemas in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from labsite.backups.problems import BackupProblem
from labsite.backups.scratch import drop_schema
from labsite.page_cache.triggers import change_statement

KEPT_FILE = "labsite.sqlite3"
KEPT_SCHEMA = "labsite_before_"
PATIENCE = 30  # seconds for transactions of others to end
LOG_FILES = ("-wal", "-shm")


def put_in_place(place: str, stamp: str, aside: Path) -> None:
    """Makes the finished database in `place`, a file or a schema (labsite.backups.scratch), the site's.

    What was there goes to `aside`, or to a schema with `stamp`. Nobody may be connected to `place`.
    """
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor == "sqlite":
        sound = keep_file(live_file(live), aside)
        live.close()
        replace_file(Path(place), live_file(live), sound)
        return
    change_schemas(live, place, KEPT_SCHEMA + stamp)


def take_back(stamp: str, aside: Path) -> None:
    """The database that was kept under `stamp` is the site's again; the one that stood there since is dropped.

    Raises `BackupProblem` where none is kept.
    """
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor == "sqlite":
        source = aside / KEPT_FILE
        if not source.is_file():
            raise BackupProblem(f"No database is kept in {aside}.")
        live.close()
        replace_file(source, live_file(live), is_sound(live_file(live)))
        return
    dropped = f"{KEPT_SCHEMA}{stamp}_undone"
    change_schemas(live, KEPT_SCHEMA + stamp, dropped)
    drop_schema(live, dropped)


def is_kept(stamp: str, aside: Path) -> bool:
    """Whether a database is kept under `stamp`: a restore that was interrupted early kept none."""
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor == "sqlite":
        return (aside / KEPT_FILE).is_file()
    with live.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [KEPT_SCHEMA + stamp])
        return cursor.fetchone() is not None


def forget(stamp: str) -> None:
    live = connections[DEFAULT_DB_ALIAS]
    if live.vendor == "postgresql":
        drop_schema(live, KEPT_SCHEMA + stamp)


def holds_anything(live: BaseDatabaseWrapper) -> bool:
    """Whether the site's database has tables; True too where it cannot be read."""
    try:
        with live.cursor() as cursor:
            return "django_migrations" in live.introspection.table_names(cursor)
    except DatabaseError:
        return True


# SQLite


def live_file(live: BaseDatabaseWrapper) -> Path:
    return Path(live.settings_dict["NAME"])


def is_sound(path: Path) -> bool:
    """Whether SQLite can open the file as a database at all."""
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # it is locked, or may not be read: that says nothing of what it holds
        raise
    except sqlite3.DatabaseError:
        return False
    return True


def keep_file(live: Path, aside: Path) -> bool:
    """Copies the site's database to `aside`; gives whether it could be read. One that cannot is copied byte by byte."""
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not live.exists():
        return True
    if is_sound(live):
        copy_pages(live, aside / KEPT_FILE)
        return True
    for ending in ("", *LOG_FILES):
        if live.with_name(live.name + ending).exists():
            shutil.copy2(live.with_name(live.name + ending), aside / f"{KEPT_FILE}{ending}")
    return False


def replace_file(source: Path, live: Path, live_is_sound: bool) -> None:
    if live_is_sound:
        copy_pages(source, live)
        return
    fresh = live.with_name(f".{live.name}.restored")
    fresh.unlink(missing_ok=True)
    copy_pages(source, fresh)
    for ending in LOG_FILES:  # of the damaged one: they would be played back into the new
        live.with_name(live.name + ending).unlink(missing_ok=True)
        fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
    os.replace(fresh, live)


def copy_pages(source: Path, target: Path) -> None:
    """Makes the database `target` what `source` is, in one transaction, while others read and write it."""
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as from_,
        closing(sqlite3.connect(target, isolation_level=None, timeout=PATIENCE)) as to,
    ):
        to.execute("PRAGMA journal_mode=WAL")
        to.execute("PRAGMA synchronous=FULL")
        from_.backup(to)
        with suppress(sqlite3.Error):  # it is committed: whoever writes next may do this
            to.execute("PRAGMA wal_checkpoint(PASSIVE)")


# PostgreSQL


def change_schemas(live: BaseDatabaseWrapper, source: str, aside: str) -> None:
    """Moves the site's tables and functions to the schema `aside`, and those of the schema `source` to their place.

    Tables of others in the same schema stay, unless they have foreign keys to the site's. Waits for transactions that
    use the tables, and lets them go on if they take long. Raises `BackupProblem`.
    """
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic(using=live.alias), live.cursor() as cursor:
                move_all(live, cursor, source, aside)
                cursor.execute(change_statement(live))
            return
        except DatabaseError as error:
            code = getattr(error.__cause__, "sqlstate", "")
            if code not in ("55P03", "40P01") or time.monotonic() > limit:  # lock timeout, deadlock
                raise BackupProblem(
                    f"The tables cannot change places ({str(error).strip()}). Nothing was changed: stop the site and "
                    "try again."
                ) from error
            time.sleep(0.2)


# Tables of one schema with a foreign key: whose it is, and to which.
BOUND = """
SELECT owner.relname, target.relname FROM pg_constraint
JOIN pg_class owner ON owner.oid = conrelid JOIN pg_class target ON target.oid = confrelid
WHERE contype = 'f' AND owner.relnamespace = %s::regnamespace AND target.relnamespace = %s::regnamespace
"""


def with_bound(names: set[str], bound: list[tuple[str, str]]) -> set[str]:
    """The tables, and those that cannot be without them: what only a newer version made would hold on to rows that
    were put aside, and stand in the way of the next upgrade.
    """
    found = set(names)
    while more := {owner for owner, target in bound if target in found} - found:
        found |= more
    return found


def newer_apps(applied: list[tuple[str, str]]) -> set[str]:
    """The apps of which a newer version migrated the database: their tables are more than this code knows."""
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {app for app, name in applied if (app, name) not in on_disk}


def move_all(live: BaseDatabaseWrapper, cursor: object, source: str, aside: str) -> None:
    execute, fetch = cursor.execute, cursor.fetchall  # type: ignore[attr-defined]
    execute("SET LOCAL lock_timeout = '2s'")
    execute("SELECT current_schema()")
    ((home,),) = fetch()
    execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [source])
    fresh = [row[0] for row in fetch()]
    known = set(fresh) | set(live.introspection.django_table_names()) | {"django_migrations"}
    execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [home])
    there = {row[0] for row in fetch()}
    if "django_migrations" in there:
        execute(f'SELECT app, name FROM "{home}".django_migrations')  # noqa: S608 - as PostgreSQL named it
        newer = newer_apps(fetch())
        known |= {name for name in there if name.startswith(tuple(f"{app}_" for app in newer))}
    execute(BOUND, [home, home])
    present = sorted(with_bound(known & there, fetch()))
    if present:
        execute("LOCK TABLE " + ", ".join(f'"{home}"."{name}"' for name in present) + " IN ACCESS EXCLUSIVE MODE")
    functions = (
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = %s::regnamespace AND proname IN "
        "(SELECT proname FROM pg_proc WHERE pronamespace = %s::regnamespace)"
    )
    execute(functions, [home, source])
    old_functions = [row[0] for row in fetch()]
    execute(functions, [source, source])
    new_functions = [row[0] for row in fetch()]
    execute(f'CREATE SCHEMA "{aside}"')
    for name in present:
        execute(f'ALTER TABLE "{home}"."{name}" SET SCHEMA "{aside}"')
    for name in old_functions:
        execute(f'ALTER FUNCTION {name} SET SCHEMA "{aside}"')
    for name in fresh:
        execute(f'ALTER TABLE "{source}"."{name}" SET SCHEMA "{home}"')
    for name in new_functions:
        execute(f'ALTER FUNCTION {name} SET SCHEMA "{home}"')
    execute(f'DROP SCHEMA "{source}"')
