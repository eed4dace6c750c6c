"""Makes the site what an archive is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.backups.encryption import read_secret
from labsite.backups.keeping import newest_in
from labsite.backups.problems import BackupProblem
from labsite.backups.restoring import Restored, forget, restore, undo, whole_archive


class Command(BaseCommand):
    help = (
        "Makes the site what an archive is. The archive is checked first and the database is built beside the one in "
        "use, which serves until all is in and is kept. Works into an empty database of either kind."
    )
    requires_system_checks: list[str] = []  # it must run where much is broken
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", nargs="?", metavar="ARCHIVE", help="The newest in BACKUP_DIR unless named.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")
        parser.add_argument("--check", action="store_true", help="Only check the archive, and say what is in it.")
        parser.add_argument(
            "--secret-file", metavar="FILE", help="The secret it was encrypted with; BACKUP_SECRET_FILE."
        )
        parser.add_argument("--undo", action="store_true", help="Bring back what was there before the last restore.")
        parser.add_argument("--forget", action="store_true", help="Delete what is kept of before restores.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["forget"]:
                self.confirm(options, "What is kept of before restores is deleted for good.")
                self.stdout.write(f"{forget()} deleted.")
            elif options["undo"]:
                self.confirm(
                    options, "What was there before the last restore comes back; what was written since is lost."
                )
                self.stdout.write(f"What was kept in {undo()} is the site again. Restart it.")
            else:
                self.restore(options)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem

    def restore(self, options: dict[str, Any]) -> None:
        path = Path(options["archive"]) if options["archive"] else newest_in(Path(settings.BACKUP_DIR))
        secret_file = options["secret_file"] or settings.BACKUP_SECRET_FILE
        with whole_archive(path, read_secret(secret_file) if secret_file else None) as archive:
            manifest = archive.manifest
            self.stdout.write(
                f"{path} is whole: Labsite {manifest.version} on {manifest.made_at}, {manifest.rows} rows of "
                f"{len(manifest.tables)} tables, {len(manifest.files)} files."
            )
            if options["check"]:
                return
            self.confirm(
                options, "The site becomes what it was then. What was written since is kept aside, not merged."
            )
            self.report(restore(archive, self.stdout.write))

    def confirm(self, options: dict[str, Any], words: str) -> None:
        if options["yes"]:
            return
        self.stdout.write(words)
        if not sys.stdin.isatty():
            raise CommandError("Nobody can be asked here: add --yes if you mean it.")
        if input("Type 'yes' to go on: ").strip().lower() != "yes":
            raise CommandError("Nothing was changed.")

    def report(self, result: Restored) -> None:
        for note in result.notes:
            self.stdout.write(note)
        for name in result.manifest.missing_files:
            self.stdout.write(f"The site had lost this file already: {name}.")
        if result.aside:
            self.stdout.write(
                f"What was before is kept ({result.aside}): 'manage.py restore --undo' brings it back, "
                "'--forget' deletes it."
            )
        self.stdout.write("Restored. Restart the site.")
