"""Which database a read that is written in SQL goes to, and how it is put."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper


def reading_connection() -> BaseDatabaseWrapper:
    """The connection that Django's own reads would use now: a visitor's may be answered by a replica.

    For statements that only read. What is written, locked or read within a transaction uses `django.db.connection`.
    """
    return connections[router.db_for_read(None)]


@contextmanager
def preparing_cursor(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """A cursor whose statements the database plans once for the connection, not each time: for long ones, always the
    same but for their values, whose plan does not hang on these.

    On PostgreSQL planning a page's statement takes longer than answering it; SQLite's driver keeps statements anyhow.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    from psycopg import Cursor  # noqa: PLC0415 - SQLite needs no driver

    connection.ensure_connection()
    connection.connection.prepare_threshold = 0  # Django's own cursors do not care
    with connection._prepare_cursor(Cursor(connection.connection)) as cursor:
        yield cursor
