"""How long one query of a visitor may take: the last bound, where no other foresaw what is asked.

SQLite asks us every so often while it works whether to go on; PostgreSQL is told once for a connection and then watches
its statements itself. What is ended so is `Trouble.SLOW`, a page with words.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.signals import connection_created

STEPS = 1_000_000  # of SQLite's machine between two questions, 10 to 50 ms: each question waits for Python's lock


class OfThread(threading.local):
    """What this thread's queries are held to: seconds for a statement (0 is no bound), and when SQLite stops."""

    seconds: float = 0
    end: float = 0.0


_now = OfThread()


def is_over() -> bool:
    """Whether SQLite is to end the query that this thread runs."""
    return bool(_now.end) and time.monotonic() > _now.end


@contextmanager
def bounded_queries(seconds: float) -> Iterator[None]:
    """Holds what this thread asks within to `seconds` for a statement; 0 is no bound.

    Of SQLite it is `seconds` from now on for all, since it does not say when a statement begins. Costs PostgreSQL one
    statement where the connection was held to something else before; it stays so until the next who asks.
    """
    _now.seconds, _now.end = seconds, time.monotonic() + seconds if seconds else 0.0
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql" and connection.connection is not None:
            try:
                tell_postgresql(connection)
            except psycopg.Error:  # it broke while nobody used it: the next query opens another one
                connection.close()
    try:
        yield
    finally:
        _now.end = 0.0


def tell_postgresql(connection: Any) -> None:
    """Sets the connection's `statement_timeout` where it is another. Not within a transaction, which would undo it."""
    told = getattr(connection.connection, "labsite_seconds", 0)
    if told != _now.seconds and not connection.in_atomic_block:
        connection.connection.execute(f"SET statement_timeout = {int(1000 * _now.seconds)}")
        connection.connection.labsite_seconds = _now.seconds


def hold(connection: Any, **kwargs: Any) -> None:
    """A new connection is held to what its thread is."""
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(is_over, STEPS)
    elif connection.vendor == "postgresql":
        tell_postgresql(connection)


connection_created.connect(hold, dispatch_uid="labsite.bounds.queries")
