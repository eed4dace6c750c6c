"""Brings an archive back: into a site that has no records, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from labsite.lib.bulk import insert_rows
from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.versions import write_versions
from labsite.site_archive.building import Builder, Built
from labsite.site_archive.folders import Staging
from labsite.site_archive.kinds import KINDS
from labsite.site_archive.manifest import MANIFEST, Manifest, read_manifest
from labsite.site_archive.media import check_media, store_media
from labsite.site_archive.problems import ArchiveProblem
from labsite.site_archive.reading import Rows, check_files, read_rows, unlisted
from labsite.site_archive.rules import check_records, clean_records, explain_refusal
from labsite.site_archive.writing import fill
from publications.digests import refresh_digests
from publications.models import Publication

REASON = "Loaded from an archive"  # history says so of every row
SHOWN = 5  # names in a line of the report


@dataclass
class LoadReport:
    """What loading an archive did, or with `dry_run` would do. `changed` is false where all of it is here already."""

    changed: bool
    dry_run: bool
    is_public: bool
    records: dict[str, int] = field(default_factory=dict)
    media: int = 0
    not_read: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"kind": "labsite", **vars(self)}

    def lines(self) -> list[str]:
        counts = ", ".join(f"{number} {name}" for name, number in sorted(self.records.items()) if number)
        whole = f"{counts or 'no records'}; {self.media} files of media."
        first = "Nothing changed: all of it is here already" if not self.changed else "Loaded"
        lines = [f"{'Would be loaded' if self.changed and self.dry_run else first}: {whole}"]
        if self.is_public:
            lines.append("The archive holds what visitors see only: drafts and private data were left out of it.")
        if self.not_read:
            names = ", ".join(self.not_read[:SHOWN]) + (", …" if len(self.not_read) > SHOWN else "")
            lines.append(f"Not read, for labsite.json does not list them: {names}.")
        return lines


def load_archive(folder: Path, *, dry_run: bool = False) -> LoadReport:
    """Loads the archive in `folder` in one transaction; with `dry_run` does the same and takes it back.

    Raises `ArchiveProblem` that names every file, row and field that is wrong; then nothing was written.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    rows = read_rows(folder, manifest)
    media = sum(path.startswith("media/") for path in manifest.files)
    report = LoadReport(
        True, dry_run, manifest.is_public, manifest.records, media, unlisted(folder, manifest, MANIFEST)
    )
    stored: list[str] = []
    try:
        with transaction.atomic():
            hold_lock(RECORDS)
            if has_records():
                check_is_here(manifest)
                report.changed = False
                return report
            store(folder, manifest, rows)
            if dry_run:
                transaction.set_rollback(True)
            else:
                store_media(folder, manifest, stored)
    except DatabaseError as error:
        forget(stored)
        words = " ".join(str(error).split())
        raise ArchiveProblem(f"The database does not take it ({words}): nothing was stored.") from error
    except OSError as error:
        forget(stored)
        words = error.strerror or str(error)
        raise ArchiveProblem(f"The files of the archive cannot be stored ({words}): nothing was stored.") from error
    except BaseException:
        forget(stored)
        raise
    return report


def has_records() -> bool:
    return any(kind.model._base_manager.exists() for kind in KINDS)


def check_is_here(manifest: Manifest) -> None:
    """Raises `ArchiveProblem` unless this site's own archive would hold the same records and media."""
    with TemporaryDirectory() as folder:
        here = fill(Staging(Path(folder), is_kept=False), is_public=manifest.is_public).manifest
    if here.content != manifest.content:
        raise ArchiveProblem(
            "This site has records already, and others than the archive: an archive is loaded into a site without "
            "any. Set up an empty one, or bring back a backup with 'manage.py restore'."
        )


def store(folder: Path, manifest: Manifest, rows: Rows) -> None:
    """Checks all and stores the records, with one row of history each; within a transaction."""
    built = Builder(rows).build()
    refuse(built)
    check_records(built)
    check_media(folder, manifest, built)
    refuse(built)
    try:
        with transaction.atomic():
            insert(built)
    except DatabaseError:
        explain_refusal(built)
        refuse(built)
        raise
    clean_records(built)
    refuse(built)
    for model, records in built.records.items():
        if hasattr(model, "history"):
            write_versions(records, update=False, reason=REASON)
    refresh_digests(Publication.objects.values_list("pk", flat=True))


def insert(built: Built) -> None:
    for records in built.records.values():
        insert_rows(records, have_keys=True)
    for joined in built.joined.values():
        insert_rows(joined)
    connection.check_constraints()


def refuse(built: Built) -> None:
    if built.problems:
        raise ArchiveProblem(built.problems)


def forget(names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            default_storage.delete(name)
