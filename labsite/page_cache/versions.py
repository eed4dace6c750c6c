"""Tells each request the content version: a statement on a connection that the thread keeps for it alone.

The row is the truth for every process and every host. Neither a value in Redis nor one in memory of our own is: these
would be written after the commit, and a crash in between would leave old pages for ever. What SQLite's connections
share is written by the commit itself; where it is unchanged, so is the row (commits.py). What PostgreSQL said holds
for two milliseconds, which whoever commits waits for (labsite/lib/leases.py).
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections
from psycopg import conninfo, pq

from labsite.lib.leases import Lease
from labsite.page_cache.commits import commit_mark
from labsite.page_cache.triggers import VERSION_TABLE

logger = logging.getLogger("labsite.page_cache")

Version = int | bytes
TRUSTED = 1.0  # seconds
PAUSE = 1.0  # seconds after a failure in which nobody tries again: pages are made by Django meanwhile
NAME = b"content_version"
QUERY = f"SELECT sum(token) FROM {VERSION_TABLE}".encode()  # noqa: S608 - a name of ours
# Seconds (milliseconds for the last) after which a database that does not answer counts as gone.
PATIENCE = {"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "tcp_user_timeout": 5000}
# What Django's options hold beside parameters of libpq.
NOT_FOR_LIBPQ = {
    "assume_role", "client_encoding", "context", "cursor_factory", "isolation_level", "pool", "prepare_threshold",
    "server_side_binding", "row_factory", "autocommit",
}  # fmt: skip


class VersionUnknown(Exception):
    """The database did not say its content version."""


class VersionSource:
    """`read()` gives the version that is committed now; None where it cannot be told. Safe to call from any thread.

    `connect` opens a connection for one thread and gives what reads through it; both raise `VersionUnknown`, or any
    error of the database's.
    """

    def __init__(self, connect: Callable[[], Callable[[], Version | None]]) -> None:
        self.connect = connect
        self.of_thread = threading.local()
        self.paused_until = 0.0

    def read(self) -> Version | None:
        try:
            return self.of_thread.ask()
        except AttributeError:
            pass  # this thread has not asked yet, or its connection failed
        except Exception as error:
            return self.fail(error)
        if time.monotonic() < self.paused_until:
            return None
        try:
            ask = self.connect()
            version = ask()
        except Exception as error:
            return self.fail(error)
        self.of_thread.ask = ask
        return version

    def fail(self, error: Exception) -> None:
        """Whatever the database's trouble is, visitors are answered by Django, and it is Django that tells them."""
        self.of_thread.__dict__.pop("ask", None)
        now = time.monotonic()
        if now >= self.paused_until:
            logger.warning("The content version cannot be read: %s", error)
        self.paused_until = now + PAUSE


def make_source(alias: str) -> VersionSource:
    """The source for one of the databases of the settings."""
    settings = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return VersionSource(lambda: connect_sqlite(str(settings["NAME"])))
    lease = Lease()  # one for all threads
    return VersionSource(
        lambda: lease.over(connect_postgresql(libpq_address(connections[alias].get_connection_params())))
    )


def connect_sqlite(name: str) -> Callable[[], Version | None]:
    """For the file `name`. One in memory belongs to one connection: `VersionUnknown`."""
    path = Path(name).resolve()  # as SQLite does: what connections share lies beside the file, not beside a link to it
    if not path.is_file():
        raise VersionUnknown("the database is in no file")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1, check_same_thread=False
    )
    # One cursor for all: making one costs as much as asking. `PRAGMA data_version` would cost the same and say less.
    execute = connection.cursor().execute

    def ask() -> int | None:
        row = execute(f"SELECT token FROM {VERSION_TABLE} WHERE id = 1").fetchone()  # noqa: S608
        return row[0] if row else None

    ask()  # opens what connections share
    has_log = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    mark = commit_mark(path) if has_log else None
    read = ask if mark is None else ask_after_commits(ask, mark)
    # Closed with its thread. A connection refers to itself: left alone it would stay open until the collector comes.
    weakref.finalize(read, connection.close).atexit = False
    return read


def ask_after_commits(ask: Callable[[], int | None], mark: Callable[[], bytes]) -> Callable[[], int | None]:
    """Asks where something was committed since the last time, and gives the last answer where nothing was.

    After `TRUSTED` seconds it asks in any case: whatever nobody thought of shows for no longer than that.
    """
    last, version, until = b"", None, 0.0

    def ask_again() -> int | None:
        nonlocal last, version, until
        now = mark()
        if now != last or time.monotonic() > until:
            until = time.monotonic() + TRUSTED
            version = ask()
            last = now
        return version

    return ask_again


def libpq_address(parameters: dict[str, Any]) -> bytes:
    """Django's parameters of a connection as libpq takes them."""
    given = {name: value for name, value in parameters.items() if name not in NOT_FOR_LIBPQ and value is not None}
    return conninfo.make_conninfo(**{**PATIENCE, **given}).encode()


def connect_postgresql(address: bytes) -> Callable[[], Version | None]:
    """libpq itself, with a prepared statement: half the processor time of a cursor."""
    connection = pq.PGconn.connect(address)
    if connection.status != pq.ConnStatus.OK:
        raise VersionUnknown(connection.error_message.decode(errors="replace").strip())
    check(connection.exec_(b"SET default_transaction_read_only = on"), pq.ExecStatus.COMMAND_OK)
    check(connection.prepare(NAME, QUERY), pq.ExecStatus.COMMAND_OK)
    execute = connection.exec_prepared

    def ask() -> bytes | None:
        return check(execute(NAME, None), pq.ExecStatus.TUPLES_OK).get_value(0, 0)

    return ask


def check(result: Any, wanted: int) -> Any:
    if result.status != wanted:
        raise VersionUnknown(result.error_message.decode(errors="replace").strip())
    return result
