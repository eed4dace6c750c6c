"""A restore for practice: into a scratch place, compared with the archive, and thrown away."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from labsite.backups.archive import ArchiveReader
from labsite.backups.files import BLOCK
from labsite.backups.loading import build, compare
from labsite.backups.problems import BackupProblem
from labsite.backups.replacing import store_whole
from labsite.backups.restoring import alone, check_space, plain_problems
from labsite.backups.scratch import scratch_database, standing_in
from publications.models import Publication, PublicationDigest

SCRATCH = "labsite_drill"


@dataclass
class Report:
    """`seconds` from the checked archive to the compared site; `differences` are empty where all is well."""

    seconds: float = 0.0
    rows: int = 0
    tables: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def drill(archive: ArchiveReader) -> Report:
    """Restores a checked archive into a scratch database and a scratch folder and compares. Raises `BackupProblem`.

    Rows are compared when they are in, and again after what `migrate` does, unless it changed tables.
    """
    manifest = archive.manifest
    began, report = monotonic(), Report(rows=manifest.rows, tables=len(manifest.tables))
    folder = Path(settings.DATA_DIR) / ".drill"
    with plain_problems(), alone("drill"):
        check_space(manifest, max((file.bytes for file in manifest.files), default=0))
        try:
            with scratch_database(SCRATCH, folder / "database") as config, standing_in(config) as scratch:
                report.notes = build(archive, scratch)
                if not report.notes:
                    report.differences += compare(manifest, scratch)
                lacking = Publication.objects.count() - PublicationDigest.objects.count()
                if lacking:
                    report.differences.append(f"{lacking} publications have no line for lists.")
            restore_files(archive, FileSystemStorage(folder / "files"), report)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    report.seconds = monotonic() - began
    return report


def restore_files(archive: ArchiveReader, storage: FileSystemStorage, report: Report) -> None:
    for file in archive.manifest.files:
        with archive.open(file) as content:
            store_whole(storage, file.member, content)
        with storage.open(file.member, "rb") as stored:
            digest = hashlib.sha256()
            while piece := stored.read(BLOCK):
                digest.update(piece)
        report.files += 1
        if digest.hexdigest() != file.sha256:
            report.differences.append(f"{file.member} is not what the archive has.")
        storage.delete(file.member)


def check_age(made_at: str, hours: float) -> None:
    """Raises `BackupProblem` for an archive that is older than `hours`."""
    moment = datetime.datetime.fromisoformat(made_at)
    age = (datetime.datetime.now(datetime.UTC) - moment).total_seconds() / 3600
    if age > hours:
        raise BackupProblem(
            f"The newest archive is {age:.0f} hours old, and {hours:g} are the most: look why "
            "'manage.py backup' does not run."
        )
