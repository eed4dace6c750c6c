"""A database beside the tests' own that other processes reach: a copy, because migrating takes ten seconds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def copied_database(folder: Path) -> Iterator[str]:
    """Gives its address: a file in `folder`, or a database on the same server. The test must be in no transaction."""
    if connection.vendor == "sqlite":
        path = folder / "labsite.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as to:
            connection.connection.backup(to)
            to.execute("PRAGMA journal_mode=WAL")
        yield f"sqlite:///{path}"
        return
    own = connection.settings_dict
    name = f"{own['NAME']}_beside_{os.getpid()}"
    connection.close()  # nobody may use what is copied
    sql(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{own["NAME"]}"')
    try:
        yield address_of(name)
    finally:
        sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def address_of(name: str) -> str:
    """The address of a database on the tests' PostgreSQL."""
    own = connection.settings_dict
    secret = f":{own['PASSWORD']}" if own["PASSWORD"] else ""
    host = own["HOST"] or "localhost"
    if host.startswith("/"):  # a socket
        return f"postgresql://{own['USER']}{secret}@/{name}?host={host}"
    return f"postgresql://{own['USER']}{secret}@{host}:{own['PORT'] or 5432}/{name}"


def sql(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
