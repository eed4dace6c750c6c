"""Tables emptied after tests that commit, on PostgreSQL: rows are deleted where there are any.

Django truncates all tables, which makes hundreds of files anew and waits for the disk: two seconds after each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TransactionTestCase


def delete_rows(operations: DatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
    """In place of `DatabaseOperations.sql_flush`. Neither keys nor triggers are asked, since every table is emptied."""
    names = {table: operations.quote_name(table) for table in tables}
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {name})" for table, name in names.items())  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(asked)
        held = [table for (table,) in cursor.fetchall()]
    deleted = [f"DELETE FROM {names[table]}" for table in held]  # noqa: S608
    return ["SET LOCAL session_replication_role = replica", *deleted] if held else []


@contextmanager
def quick_emptying() -> Iterator[None]:
    """Only for what Django does after a test; whoever else empties tables has the usual way."""
    usual = TransactionTestCase._fixture_teardown

    def tear_down(case: TransactionTestCase) -> None:
        with patch.object(DatabaseOperations, "sql_flush", delete_rows):
            usual(case)

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (may_pass_triggers,) = cursor.fetchone()
    if not may_pass_triggers:
        yield
        return
    with patch.object(TransactionTestCase, "_fixture_teardown", tear_down):
        yield
