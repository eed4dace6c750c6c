"""Puts the whole site into one file, checks it, and lets old ones go."""

from __future__ import annotations

import datetime
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.backups.archive import check_file
from labsite.backups.encryption import read_secret
from labsite.backups.keeping import archives_in, kept, new_path, read_rules
from labsite.backups.making import make_archive
from labsite.backups.problems import BackupProblem


class Command(BaseCommand):
    help = (
        "Puts database and uploads into one archive while the site runs, reads it back, checks the older archives and "
        "removes those that are not to be kept. Ends with an error if anything is not as it should be."
    )

    requires_system_checks: list[str] = []  # a disk that takes nothing more is when this is needed

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="FOLDER", help="Where archives lie; BACKUP_DIR unless given.")
        parser.add_argument("--keep", metavar="RULES", help="Which stay, as BACKUP_KEEP: daily:7,weekly:5,monthly:12")
        parser.add_argument(
            "--secret-file", metavar="FILE", help="Encrypt with the secret in FILE; BACKUP_SECRET_FILE."
        )
        parser.add_argument("--with-sessions", action="store_true", help="Include who is signed in.")
        parser.add_argument("--check", action="store_true", help="Make none: only check those that are there.")
        parser.add_argument("--new-only", action="store_true", help="Do not read the older archives again.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["to"] or settings.BACKUP_DIR)
        try:
            rules = read_rules(options["keep"] or settings.BACKUP_KEEP)
            secret_file = options["secret_file"] or settings.BACKUP_SECRET_FILE
            secret = read_secret(secret_file) if secret_file else None
            with one_at_a_time(folder):
                fresh = None if options["check"] else self.make(folder, secret, options["with_sessions"])
                damaged = [] if options["new_only"] else self.check_older(folder, fresh)
                if not options["check"]:
                    self.remove_old(folder, rules, damaged)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        if damaged:
            raise CommandError(f"{len(damaged)} of the archives in {folder} are damaged: see above, and remove them.")

    def make(self, folder: Path, secret: bytes | None, with_sessions: bool) -> Path:
        path = new_path(folder, datetime.datetime.now(datetime.UTC), secret is not None)
        manifest = make_archive(path, secret=secret, with_sessions=with_sessions)
        size = path.stat().st_size / 2**20
        self.stdout.write(
            f"{path}: {manifest.rows} rows of {len(manifest.tables)} tables and {len(manifest.files)} files, "
            f"{size:.1f} MiB, checked."
        )
        for name in manifest.missing_files:
            self.stderr.write(f"Missing on the site, and so here: the file {name}, which a record names.")
        if manifest.unknown_tables:
            self.stdout.write(f"Tables that are not this site's stay out: {', '.join(manifest.unknown_tables)}.")
        return path

    def check_older(self, folder: Path, fresh: Path | None) -> list[Path]:
        """Reads every archive but the one that was just checked; gives those that are damaged, and says why."""
        damaged = []
        older = [path for path in archives_in(folder) if path != fresh]
        for path in older:
            try:
                check_file(path)
            except BackupProblem as problem:
                damaged.append(path)
                self.stderr.write(str(problem))
        if older:
            self.stdout.write(f"{len(older)} older archives read, {len(damaged)} of them damaged.")
        elif fresh is None:
            raise BackupProblem(f"There is no archive in {folder}: make one with 'manage.py backup'.")
        return damaged

    def remove_old(self, folder: Path, rules: dict[str, int], damaged: list[Path]) -> None:
        """A damaged archive keeps nobody's place, and stays to be looked at."""
        whole = [path for path in archives_in(folder) if path not in damaged]
        stay = kept(whole, rules)
        for path in whole:
            if path not in stay:
                path.unlink()
                self.stdout.write(f"Removed {path.name}, which is not to be kept.")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Raises `BackupProblem` while another backup into the folder runs; a killed one holds nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / ".lock", "w")  # noqa: SIM115 - held till the end
    except OSError as error:
        raise BackupProblem(
            f"Archives cannot be written to {folder} ({error.strerror}): name another folder."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupProblem(f"Another backup into {folder} is running: try again when it has ended.") from error
        for rest in folder.glob(".labsite-*.part"):  # of a run that was killed
            rest.unlink(missing_ok=True)
        yield
