"""Proves that the newest archive can be restored, without touching the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.backups.drill import check_age, drill
from labsite.backups.encryption import read_secret
from labsite.backups.keeping import newest_in
from labsite.backups.problems import BackupProblem
from labsite.backups.restoring import whole_archive


class Command(BaseCommand):
    help = (
        "Restores the newest archive into a scratch database and a scratch folder, compares every row and file with "
        "what the archive says, and throws both away. Ends with an error if anything differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", nargs="?", metavar="ARCHIVE", help="The newest in BACKUP_DIR unless named.")
        parser.add_argument(
            "--secret-file", metavar="FILE", help="The secret it was encrypted with; BACKUP_SECRET_FILE."
        )
        parser.add_argument("--max-age", type=float, metavar="HOURS", help="Fail if the archive is older.")

    def handle(self, *args: Any, **options: Any) -> None:
        secret_file = options["secret_file"] or settings.BACKUP_SECRET_FILE
        try:
            path = Path(options["archive"]) if options["archive"] else newest_in(Path(settings.BACKUP_DIR))
            with whole_archive(path, read_secret(secret_file) if secret_file else None) as archive:
                if options["max_age"] is not None:
                    check_age(archive.manifest.made_at, options["max_age"])
                report = drill(archive)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{path}, made {archive.manifest.made_at} by Labsite {archive.manifest.version}: {report.rows} rows of "
            f"{report.tables} tables and {report.files} files restored and compared in {report.seconds:.0f} s."
        )
        for note in report.notes:
            self.stdout.write(note)
        for difference in report.differences:
            self.stderr.write(difference)
        if report.differences:
            raise CommandError(
                f"{len(report.differences)} differences: this archive does not restore the site as it was."
            )
        self.stdout.write("No difference.")
