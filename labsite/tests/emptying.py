"""Tables emptied after tests that commit, and what migrations stored put back before the next: the same, quicker.

On PostgreSQL Django truncates all tables, which makes hundreds of files anew and waits for the disk: two seconds after
each test. Here rows are deleted where there are any. And Django stores hundreds of permissions and content types one
by one: a quarter of a second before each test, half a second on PostgreSQL. Here they are stored together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import groupby
from unittest.mock import patch

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection, transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TransactionTestCase

TOGETHER = {Permission, ContentType}  # many rows, which nothing listens to


def store_rows(creation: BaseDatabaseCreation, data: str) -> None:
    """In place of `BaseDatabaseCreation.deserialize_db_from_string`."""
    alias, tables = creation.connection.alias, set()
    with transaction.atomic(using=alias):
        with creation.connection.constraint_checks_disabled():
            rows = serializers.deserialize("json", StringIO(data), using=alias)
            for model, group in groupby(rows, key=lambda row: type(row.object)):
                tables.add(model._meta.db_table)
                if model in TOGETHER and not model._base_manager.using(alias).exists():
                    model._base_manager.using(alias).bulk_create([row.object for row in group])
                    continue
                for row in group:
                    row.save()
        creation.connection.check_constraints(table_names=tables)


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
    """Only for what Django does around a test; whoever else empties tables has the usual way."""
    with patch.object(BaseDatabaseCreation, "deserialize_db_from_string", store_rows):
        if connection.vendor != "postgresql":
            yield
            return
        with deleting():
            yield


@contextmanager
def deleting() -> Iterator[None]:
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
