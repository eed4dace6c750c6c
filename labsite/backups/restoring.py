"""Makes the site what an archive is: checked, built beside it, then put in its place.

Until the last step the old site serves as if nothing was. Whenever the process ends, the site is the old one or the
new one, and a second run does all of it again.
"""

from __future__ import annotations

import datetime
import fcntl
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from psycopg import Error as PostgreSQLError

from labsite.backups import replacing, swapping
from labsite.backups.archive import ArchiveReader, opened
from labsite.backups.loading import build, check_migrations
from labsite.backups.making import fingerprint
from labsite.backups.manifest import Manifest
from labsite.backups.problems import BackupProblem
from labsite.backups.scratch import place_of, scratch_database, standing_in

SCRATCH = "labsite_restoring"
KEPT = 2  # of what was before restores: one that was interrupted and run again must not cost the first
SPACE = 3  # times the size of the tables as text: the database, its copy and its log
OTHER_KEY = (
    "SECRET_KEY is not the one that the archive's site had: authenticator apps and links in mails work again when the "
    "former key stands in SECRET_KEY_FALLBACKS. If it is lost, people with an app sign in with a recovery code, or "
    "after 'manage.py remove_second_factor NAME'."
)

Say = Callable[[str], None]


@dataclass
class Restored:
    manifest: Manifest
    aside: Path | None = None  # where what was before is kept
    notes: list[str] = field(default_factory=list)


def aside_folder() -> Path:
    return Path(settings.DATA_DIR) / "before-restore"


def asides() -> list[Path]:
    """What was before restores, the last one first."""
    folder = aside_folder()
    return sorted((path for path in folder.iterdir() if path.is_dir()), reverse=True) if folder.is_dir() else []


@contextmanager
def whole_archive(path: Path, secret: bytes | None) -> Iterator[ArchiveReader]:
    """The archive, every byte and row of it checked, and known to fit this version. Raises `BackupProblem`."""
    with opened(path, secret) as archive:
        check_migrations(archive.manifest)
        archive.check()
        yield archive


def restore(archive: ArchiveReader, say: Say) -> Restored:
    """Makes the site what the archive is; `say` is told what happens.

    Raises `BackupProblem`: then nothing changed, unless it says that the database is the archive's already.
    """
    with plain_problems(), alone():
        live = connections[DEFAULT_DB_ALIAS]
        result = Restored(archive.manifest)
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dt%H%M%S%f")[:-3]
        aside = aside_folder() / stamp
        found = replacing.differences(archive.manifest)
        check_space(archive.manifest, sum(file.bytes for file in [*found.missing, *found.other]))
        was_there = swapping.holds_anything(live)
        with scratch_database(SCRATCH, Path(settings.DATA_DIR) / ".restoring") as config:
            say("Building the database beside the one in use …")
            with standing_in(config) as scratch:
                result.notes += build(archive, scratch)
            say("Adding files …")
            replacing.add_files(archive, found.missing, aside)
            say("Changing places …")
            swapping.put_in_place(place_of(config), stamp, aside)
        try:
            moved = replacing.set_aside(archive, found, aside)
        except OSError as error:
            raise BackupProblem(
                f"The database is the archive's by now, but not every file ({error.strerror or error}): mend that and "
                "run the same command again, or bring back what was there with 'restore --undo'."
            ) from error
        earlier = [folder for folder in asides() if folder != aside and swapping.is_kept(folder.name, folder)]
        stay = earlier[: KEPT - 1]
        if was_there or moved:
            result.aside = aside
            stay.append(aside)
        drop_asides([folder for folder in asides() if folder not in stay])
        if archive.manifest.secret_key not in map(fingerprint, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]):
            result.notes.append(OTHER_KEY)
        return result


def undo() -> Path:
    """Brings back what was there before the last restore; gives where it lay. Raises `BackupProblem`."""
    with plain_problems(), alone():
        for aside in [folder for folder in asides() if swapping.is_kept(folder.name, folder)][:1]:
            replacing.bring_back(aside)
            swapping.take_back(aside.name, aside)
            replacing.take_away_added(aside)
            shutil.rmtree(aside)
            return aside
        raise BackupProblem(f"Nothing is kept in {aside_folder()}: there was no restore, or it was forgotten.")


def forget() -> int:
    """Deletes whatever is kept of before restores; gives how many."""
    with alone():
        found = asides()
        drop_asides(found)
        return len(found)


def drop_asides(folders: list[Path]) -> None:
    for folder in folders:
        swapping.forget(folder.name)
        shutil.rmtree(folder, ignore_errors=True)


def check_space(manifest: Manifest, of_files: int) -> None:
    needed = SPACE * sum(table.bytes for table in manifest.tables) + of_files
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < needed:
        raise BackupProblem(
            f"The disk of {settings.DATA_DIR} has {free // 2**20} MiB left, and about {needed // 2**20 + 1} are "
            "needed: make room first."
        )


@contextmanager
def alone(act: str = "restore") -> Iterator[None]:
    """Raises `BackupProblem` while another restore or drill runs on this machine; a killed one holds nothing."""
    with open(Path(settings.DATA_DIR) / f".{act}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupProblem(f"Another {act} is running: wait until it has ended.") from error
        yield


@contextmanager
def plain_problems() -> Iterator[None]:
    """What the system or the database refuses, as a problem in words."""
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise BackupProblem(
            f"Files cannot be written: {error.strerror or error}{place}. Mend that and try again."
        ) from error
    except (DatabaseError, sqlite3.Error, PostgreSQLError) as error:
        raise BackupProblem(
            f"The database refuses: {' '.join(str(error).split())}. Mend that and try again."
        ) from error
