"""Makes an archive of the site while it runs."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.crypto import salted_hmac

from labsite.backups import files
from labsite.backups.archive import ArchiveWriter, opened
from labsite.backups.manifest import FilePart, Manifest, TablePart
from labsite.backups.problems import BackupProblem
from labsite.backups.rows import RowSum
from labsite.backups.snapshot import read_rows, snapshot
from labsite.backups.tables import (
    MIGRATIONS,
    SHORT_LIVED,
    WRITTEN_BY_TRIGGERS,
    Table,
    applied_migrations,
    last_key,
    tables_of,
    tables_of_sessions,
    tables_there,
)
from labsite.file_storage import flush_to_disk
from labsite.lib.http import VERSION

TRIES = 3  # a file that goes while it is copied belongs to a later moment: all is read again
LINES = 2**18  # bytes of rows that are handed on together
# What a new machine should be told again; none is secret.
SETTINGS = ["SITE_URL", "ALLOWED_HOSTS", "LANGUAGE_CODE", "TIME_ZONE", "DEFAULT_FROM_EMAIL"]


class FileGone(Exception):
    """A file that the snapshot names was deleted with the change that replaced it, after the snapshot."""


def make_archive(path: Path, *, secret: bytes | None = None, with_sessions: bool = False) -> Manifest:
    """Writes the archive to `path`, all of it or nothing, readable by this account alone, and reads it back.

    Raises `BackupProblem`.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in range(TRIES - 1, -1, -1):
            try:
                manifest = write_archive(part, secret, with_sessions)
                break
            except FileGone as error:
                if not left:
                    raise BackupProblem(f"Files change faster than they can be copied ({error}): try again.") from error
        with opened(part, secret) as archive:
            archive.check()
        os.replace(part, path)
        flush_to_disk(path.parent)
    except OSError as error:
        raise BackupProblem(f"The archive cannot be written to {path.parent} ({error.strerror or error}).") from error
    except DatabaseError as error:
        raise BackupProblem(f"The database cannot be read ({str(error).strip()}).") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def write_archive(part: Path, secret: bytes | None, with_sessions: bool) -> Manifest:
    now = datetime.datetime.now(datetime.UTC)
    with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as target, snapshot() as connection:
        manifest = begin_manifest(connection, now)
        tables = tables_of(connection)
        skipped = WRITTEN_BY_TRIGGERS | SHORT_LIVED | (set() if with_sessions else tables_of_sessions())
        manifest.left_out = sorted(skipped)
        manifest.unknown_tables = sorted(tables_there(connection) - {table.name for table in tables} - {MIGRATIONS})
        with ArchiveWriter(target, secret, now.timetuple()[:6]) as writer:
            for table in tables:
                if table.name not in skipped:
                    manifest.tables.append(add_table(writer, connection, table))
            add_files(writer, manifest, connection, named_files(connection, tables))
            writer.close(manifest)
    return manifest


def begin_manifest(connection: BaseDatabaseWrapper, now: datetime.datetime) -> Manifest:
    return Manifest(
        version=VERSION, made_at=now.isoformat(timespec="seconds"), database=connection.vendor,
        migrations=[list(name) for name in applied_migrations(connection)],
        settings={name: getattr(settings, name) for name in SETTINGS}, secret_key=fingerprint(),
    )  # fmt: skip


def fingerprint(key: str | None = None) -> str:
    """Tells whether two machines have the same secret key, this site's unless given, and nothing of the key."""
    return salted_hmac("labsite.backups", "secret key", secret=key, algorithm="sha256").hexdigest()[:16]


def add_table(writer: ArchiveWriter, connection: BaseDatabaseWrapper, table: Table) -> TablePart:
    part = TablePart(table.name, [[column.name, column.kind] for column in table.columns])
    rows = RowSum(column.kind for column in table.columns)

    def lines() -> Iterator[bytes]:
        waiting: list[str] = []
        size = 0
        for row in read_rows(connection, table):
            rows.add(row)
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            waiting.append(line)
            size += len(line)
            if size > LINES:
                yield ("\n".join(waiting) + "\n").encode()
                waiting, size = [], 0
        if waiting:
            yield ("\n".join(waiting) + "\n").encode()

    writer.add(part, lines())
    part.rows, part.digest = rows.number, rows.digest()
    part.last_key = last_key(connection, table)
    return part


def add_files(writer: ArchiveWriter, manifest: Manifest, connection: BaseDatabaseWrapper, named: set[str]) -> None:
    """Copies every file. Those that the snapshot's records name must be there, or be missing on the site itself.

    Raises `FileGone` where one went since: then the records have changed as well, and all is read again.
    """
    for place, storage in files.places().items():
        for name in files.names_in(place, storage):
            with suppress(FileNotFoundError), storage.open(name, "rb") as source:
                file = FilePart(place, name)
                writer.add(file, files.pieces(source), source.size)
                manifest.files.append(file)
    there = {file.name for file in manifest.files if file.place == "media"}
    missing = named - there
    if missing:
        live = connections[DEFAULT_DB_ALIAS]
        still_named = named_files(live, tables_of(live))
        for name in missing:
            if name not in still_named or files.places()["media"].exists(name):
                raise FileGone(name)
    manifest.missing_files = sorted(missing)


def named_files(connection: BaseDatabaseWrapper, tables: Iterable[Table]) -> set[str]:
    """The media that records name, histories excepted: an earlier version of a record keeps today's photo."""
    quote = connection.ops.quote_name
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in tables:
            for column in table.columns if "history_id" not in table.key else ():
                if column.names_file:
                    name = quote(column.name)
                    cursor.execute(f"SELECT {name} FROM {quote(table.name)} WHERE {name} <> ''")  # noqa: S608 - ours
                    found |= {row[0] for row in cursor.fetchall()}
    return found
