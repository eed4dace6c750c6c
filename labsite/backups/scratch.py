"""A place beside the site's database in which another one is built, while the site goes on with its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from labsite.backups.problems import BackupProblem

# Whatever happens to it, it is made again: it need not survive a power cut, and is filled four times as fast so.
SQLITE_START = (
    "PRAGMA page_size={page_size}; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
)

SEARCH_PATH = "-c search_path="


@contextmanager
def standing_in(config: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Within, the database of `config` is the default one of this thread, for whatever is called."""
    live = connections[DEFAULT_DB_ALIAS]
    scratch = load_backend(config["ENGINE"]).DatabaseWrapper(config, DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = scratch
    try:
        yield scratch
    finally:
        connections[DEFAULT_DB_ALIAS] = live
        scratch.close()


@contextmanager
def scratch_database(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """An empty database of the kind of the site's: the file `name`.sqlite3 in `folder`, or the schema `name`.

    Gives its settings, for `standing_in`.
    What a killed run left under the name goes first. It goes at the end too, unless it was put in the site's place.
    Raises `BackupProblem`.
    """
    live = connections[DEFAULT_DB_ALIAS]
    config = deepcopy(live.settings_dict)
    if live.vendor == "sqlite":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config["NAME"] = str(folder / f"{name}.sqlite3")
        config["OPTIONS"]["init_command"] = SQLITE_START.format(page_size=page_size(live))
        try:
            yield config
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    with held(live, name):
        yield from scratch_schema(live, name, config)


@contextmanager
def held(live: BaseDatabaseWrapper, name: str) -> Iterator[None]:
    """Raises `BackupProblem` while another host that shares the database builds in the schema.

    PostgreSQL's advisory lock belongs to a connection of its own: it ends with it, however this process ends.
    """
    own = live.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)  # given back to a pool, it would go on holding the lock
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(current_schema()))", [name])
            if not cursor.fetchone()[0]:
                raise BackupProblem(
                    f"Another host builds in the schema {name} of this database: wait until its restore or drill has "
                    "ended."
                )
        yield
    finally:
        own.close()


def scratch_schema(live: BaseDatabaseWrapper, name: str, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    drop_schema(live, name)
    make_schema(live, name)
    options = config["OPTIONS"]
    options.pop("pool", None)
    # In the address of the connection, not said afterwards: one that is opened anew must not find the live tables.
    options["options"] = f"{options.get('options', '')} {SEARCH_PATH}{name}".strip()
    try:
        yield config
    finally:
        drop_schema(live, name)


def place_of(config: dict[str, Any]) -> str:
    """The file or the schema of a scratch database."""
    if config["ENGINE"].endswith("sqlite3"):
        return config["NAME"]
    return config["OPTIONS"]["options"].rpartition(SEARCH_PATH)[2]


def page_size(live: BaseDatabaseWrapper) -> int:
    """That of the site's database: only a copy with pages of the same size can take its place while it is open."""
    try:
        with live.cursor() as cursor:
            cursor.execute("PRAGMA page_size")
            return int(cursor.fetchone()[0])
    except DatabaseError:  # it is damaged, which is why it is restored
        return 4096


def make_schema(connection: BaseDatabaseWrapper, name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{name}"')
    except DatabaseError as error:
        database, user = connection.settings_dict["NAME"], connection.settings_dict["USER"] or "…"
        raise BackupProblem(
            f"PostgreSQL makes no schema to build the site in ({str(error).strip()}): let the account do so with "
            f'\'GRANT CREATE ON DATABASE "{database}" TO "{user}"\'.'
        ) from error


def drop_schema(connection: BaseDatabaseWrapper, name: str) -> None:
    """Table by table: all at once would take more locks than PostgreSQL usually has room for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [name])
        for (table,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{name}"."{table}" CASCADE')
        cursor.execute("SET client_min_messages = warning")
        cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
        cursor.execute("RESET client_min_messages")
