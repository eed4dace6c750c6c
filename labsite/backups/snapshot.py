"""A database read as it was at one moment, while others go on writing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import IsolationLevel

from labsite.backups.rows import RowSum
from labsite.backups.tables import Table

BATCH = 1000  # rows in memory


@contextmanager
def snapshot(alias: str = DEFAULT_DB_ALIAS) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own in one transaction that only reads: all it gives is of the same moment.

    PostgreSQL's level “repeatable read”; with SQLite's log (WAL) a reader has that anyway. Nobody waits for it.
    """
    connection = connections[alias].copy()
    if connection.vendor == "sqlite" and cannot_change(Path(connection.settings_dict["NAME"])):
        # SQLite would make files for its log beside it, and opens nothing where it cannot.
        path = Path(connection.settings_dict["NAME"]).absolute()
        connection.settings_dict |= {"NAME": f"{path.as_uri()}?immutable=1", "OPTIONS": {}}
    try:
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            connection.connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.connection.read_only = True
            connection.set_autocommit(False)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("BEGIN DEFERRED")
            cursor.execute('SELECT count(*) FROM "django_migrations"')  # the moment
            cursor.fetchone()
        yield connection
    finally:
        if connection.connection is not None:
            connection.connection.rollback()
        connection.close()


def cannot_change(path: Path) -> bool:
    """Whether the database lies on a disk that is mounted read-only, and is whole without a log."""
    try:
        is_fixed = bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY)
    except OSError:
        return False
    return is_fixed and path.is_file() and not any(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))


def read_rows(connection: BaseDatabaseWrapper, table: Table) -> Iterator[list[Any]]:
    """The rows of a table in the order of its key, as an archive holds them; a thousand at a time in memory."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    order = ", ".join(map(quote, table.key))
    converts = [(index, column.read) for index, column in enumerate(table.columns) if column.read]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quote(table.name)} ORDER BY {order}")  # noqa: S608 - names are ours
        while rows := cursor.fetchmany(BATCH):
            for found in rows:
                row = list(found)
                for index, convert in converts:
                    if row[index] is not None:
                        row[index] = convert(row[index])
                yield row


def sum_rows(table: Table, rows: Iterable[list[Any]]) -> RowSum:
    found = RowSum(column.kind for column in table.columns)
    for row in rows:
        found.add(row)
    return found
