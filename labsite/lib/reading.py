"""Which database a read that is written in SQL goes to, and how it is put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

MOST_STATEMENTS = 100


def reading_connection() -> BaseDatabaseWrapper:
    """The connection that Django's own reads would use now: a visitor's may be answered by a replica.

    For statements that only read. What is written, locked or read within a transaction uses `django.db.connection`.
    """
    return connections[router.db_for_read(None)]


@contextmanager
def preparing_cursor(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """A cursor whose statements the database plans once for the connection, not each time: for long ones, always the
    same but for their values, whose plan does not hang on these.

    On PostgreSQL planning a page's statement takes longer than answering it. SQLite's driver keeps statements anyhow,
    but Django writes each anew in the driver's manner.
    """
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        from psycopg import Cursor  # noqa: PLC0415 - SQLite needs no driver

        connection.connection.prepare_threshold = 0  # Django's own cursors do not care
        own = Cursor(connection.connection)
    else:
        own = connection.connection.cursor(factory=KeepingCursor)
    with connection._prepare_cursor(own) as cursor:
        yield cursor


def one_of(column: str, keys: Sequence[Any], values: list[Any]) -> str:
    """The condition that a column is one of `keys`, which are added to the `values` of the statement.

    On PostgreSQL it reads alike for any number of them, so that `read_alike` plans it once.
    """
    if reading_connection().vendor == "postgresql":
        values.append([*keys])
        return f"{column} = ANY(%s)"
    values += keys
    return f"{column} IN ({', '.join(['%s'] * len(keys))})"


def read_alike(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that on PostgreSQL always reads alike, and is planned once. On SQLite it may read
    differently each time, so that nothing of it is remembered.
    """
    connection = reading_connection()
    with preparing_cursor(connection) if connection.vendor == "postgresql" else connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


class KeepingCursor(SQLiteCursorWrapper):
    """Remembers how statements are written for SQLite: one of a person's page takes half a millisecond."""

    written: ClassVar[dict[str, str]] = {}  # by what Django makes; there are fewer plans

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        known = self.written.get(query)
        if known is None:
            if len(self.written) >= MOST_STATEMENTS:
                self.written.clear()
            known = self.written[query] = super().convert_query(query)
        return known
