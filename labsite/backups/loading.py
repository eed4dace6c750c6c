"""Builds the database of an archive: its tables as they were, its rows, then the migrations of this version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import Error as PostgreSQLError

from labsite.backups.archive import ArchiveReader
from labsite.backups.manifest import Manifest, TablePart
from labsite.backups.problems import BackupProblem
from labsite.backups.snapshot import read_rows, sum_rows
from labsite.backups.tables import LOADED_LAST, Table, check_known, heads, set_last_key, tables_of
from labsite.backups.values import writer_of
from labsite.lib.http import VERSION
from labsite.lib.migrating import WholeMigrationExecutor
from publications.digests import refresh_digests
from publications.models import Publication

BATCH = 1000  # rows of a statement


def check_migrations(manifest: Manifest) -> bool:
    """Whether the archive is of an older version, which is migrated. Raises `BackupProblem` for a newer one."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    names = [(app, name) for app, name in manifest.migrations]
    check_known(loader, names, f"The archive, made by Labsite {manifest.version},")
    return any(name not in names for name in loader.graph.leaf_nodes())


def build(archive: ArchiveReader, connection: BaseDatabaseWrapper) -> list[str]:
    """Fills the empty database of `connection`, which must be the default one; gives what was done besides, in words.

    Every table is read back and held against the manifest before anything is migrated. Raises `BackupProblem`.
    """
    manifest = archive.manifest
    is_older = check_migrations(manifest)
    make_tables(connection, manifest)
    tables = {table.name: table for table in tables_of(connection)}
    load(archive, connection, tables)
    if wrong := compare(manifest, connection):
        raise BackupProblem(
            f"{connection.display_name} does not keep these tables as {archive.path} has them: {'; '.join(wrong)}."
        )
    notes = []
    if is_older:
        notes.append(f"It is of Labsite {manifest.version} with older tables: migrated.")
    call_command("migrate", verbosity=0, interactive=False)
    if is_older or manifest.version != VERSION:
        refresh_digests(Publication.objects.values_list("pk", flat=True))
        notes.append("Lines of lists were derived anew.")
    return notes


def make_tables(connection: BaseDatabaseWrapper, manifest: Manifest) -> None:
    """The tables that the archive's migrations make, empty."""
    executor = WholeMigrationExecutor(connection)
    executor.migrate(heads(executor.loader, [(app, name) for app, name in manifest.migrations]))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in tables_of(connection):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")  # noqa: S608 - names are ours


def load(archive: ArchiveReader, connection: BaseDatabaseWrapper, tables: dict[str, Table]) -> None:
    """All rows in one transaction, so that keys to other tables are checked when all of them are there."""
    parts = sorted(archive.manifest.tables, key=lambda part: part.name == LOADED_LAST)
    with transaction.atomic(using=connection.alias):
        for part in parts:
            table = tables.get(part.name)
            if table is None or {name for name, _ in part.columns} != {column.name for column in table.columns}:
                raise BackupProblem(
                    f"{archive.path}: the migrations of this version make other columns of {part.name} than the "
                    f"archive has: restore it with Labsite {archive.manifest.version}."
                )
            load_table(archive, connection, part)
            if part.last_key is not None and table.counter:
                set_last_key(connection, table, part.last_key)
        check_references(archive, connection)


def load_table(archive: ArchiveReader, connection: BaseDatabaseWrapper, part: TablePart) -> None:
    writers = [
        (index, convert)
        for index, (_, kind) in enumerate(part.columns)
        if (convert := writer_of(kind, connection.vendor))
    ]

    def converted() -> Iterator[list[Any]]:
        for row in archive.rows(part):
            for index, convert in writers:
                if row[index] is not None:
                    row[index] = convert(row[index])
            yield row

    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name, _ in part.columns)
    put = copy_rows if connection.vendor == "postgresql" else insert_rows
    try:
        put(connection, f"{quote(part.name)} ({columns})", len(part.columns), converted())
    except (DatabaseError, PostgreSQLError, ValueError, TypeError, OverflowError) as error:  # COPY's are not wrapped
        words = " ".join(str(error).split())
        raise BackupProblem(
            f"{archive.path}: {connection.display_name} does not take a row of {part.name} ({words}): change the "
            "record on the site that the archive is of, and make a new one."
        ) from error


def copy_rows(connection: BaseDatabaseWrapper, target: str, width: int, rows: Iterable[list[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def insert_rows(connection: BaseDatabaseWrapper, target: str, width: int, rows: Iterator[list[Any]]) -> None:
    statement = f"INSERT INTO {target} VALUES ({', '.join(['%s'] * width)})"  # noqa: S608 - names are ours
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(statement, batch)


def check_references(archive: ArchiveReader, connection: BaseDatabaseWrapper) -> None:
    """Every key to another table must find its row."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise BackupProblem(
            f"{archive.path}: records refer to others that are not there ({' '.join(str(error).split())}): use another "
            "archive."
        ) from error


def compare(manifest: Manifest, connection: BaseDatabaseWrapper) -> list[str]:
    """The tables whose rows are not those of the archive, in words: every row is read."""
    wrong = []
    tables = {table.name: table for table in tables_of(connection)}
    for part in manifest.tables:
        table = tables[part.name]
        columns = {column.name: column for column in table.columns}
        in_order = replace(table, columns=tuple(columns[name] for name, _ in part.columns))
        found = sum_rows(in_order, read_rows(connection, in_order))
        if (found.number, found.digest()) != (part.rows, part.digest):
            wrong.append(f"{part.name}: {found.number} rows, or others, instead of {part.rows}")
    return wrong
