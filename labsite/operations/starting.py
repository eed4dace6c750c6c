"""What makes a start pointless: folders and files that the site cannot write. Each problem is a line with its mend.

Asked before the first request (`labsite.wsgi`), by Django's system checks (so by every command) and by `doctor`.
"""

from __future__ import annotations

import errno
import getpass
import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages

logger = logging.getLogger("labsite.start")

FULL = "the disk is full. Make room."
STALE = 60  # seconds that a log may be older than its database: it is written first, then what it holds is taken over


def account() -> str:
    """Whom this process runs as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())


def problem_of_folder(variable: str, folder: Path) -> str:
    """Why nothing can be written in `folder`, and what to do; empty where something can. Makes it if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{variable} is '{folder}', in which nothing can be written: {mend_of(error, folder)}"


def mend_of(error: OSError, path: Path) -> str:
    if error.errno == errno.EROFS:
        return "the disk is mounted read-only. Mount it for writing, or look for faults of the disk."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"the account '{account()}' has no rights. Run: chown -R {account()} '{path}'"
    return f"{error.strerror}."


def sqlite_file(database: dict[str, Any]) -> Path | None:
    """The file of a SQLite database; None for others, and for those in memory."""
    name = str(database["NAME"])
    if not database["ENGINE"].endswith("sqlite3") or ":memory:" in name or name.startswith("file:"):
        return None
    return Path(name)


def own_file() -> Path | None:
    """The file of this site's database, if it is in one."""
    return sqlite_file(settings.DATABASES["default"])


def problems_of_sqlite(path: Path) -> list[str]:
    """Why the database cannot be written. None of it writes anything that counts."""
    folder = problem_of_folder("DATABASE_URL or LABSITE_DATA_DIR", path.parent)
    if folder:  # beside the database, SQLite keeps its log
        return [folder]
    log = problem_of_log(path)
    if log:
        return [log]
    if not path.exists() or warnings_of_log(path):  # opening it would take the log over
        return []
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if each.exists() and not os.access(each, os.R_OK | os.W_OK):
            return [f"'{each}' cannot be written: {mend_of(PermissionError(errno.EACCES, ''), each)}"]
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=1)) as own:
            own.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return []
        return [f"'{path}' cannot be opened as a database ({error}): bring back the newest backup (docs/backup.md)."]
    return []


def is_stale(path: Path) -> bool:
    """Whether the log beside the database was written before the database was: it belongs to a former one then."""
    log = Path(f"{path}-wal")
    has_both = path.exists() and log.exists() and log.stat().st_size > 0
    return has_both and path.stat().st_mtime - log.stat().st_mtime > STALE


def problem_of_log(path: Path) -> str:
    """Why the database must not be opened as it lies there: SQLite would take over a log that is not its own, and
    spoil it. Only where nobody has it open (`-shm` is missing), so that no running site is ever taken for a wrong one.
    """
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size and not path.exists():
        return f"'{log}' is there, but its database '{path.name}' is not: bring both back together, from one moment."
    if is_stale(path) and not Path(f"{path}-shm").exists():
        return (
            f"'{log}' is older than its database and belongs to a former one, whose changes would be mixed into this "
            "one. Move it to another folder, start, and run manage.py doctor."
        )
    return ""


def warnings_of_log(path: Path) -> list[str]:
    """Signs that SQLite's log (`-wal`) was lost or belongs to another file. Asks the file system alone.

    Both files are there while a process has the database open, and after one was killed. A database in use without
    its log, or a log that is older, comes from copying one of the files.
    """
    log, index = Path(f"{path}-wal"), Path(f"{path}-shm")
    if path.exists() and index.exists() and not log.exists():
        return [
            f"'{log}' is missing although the database was in use: what was stored last may be lost. Stop the site, "
            f"bring the log back if somebody moved it, else compare with the newest backup; then remove '{index.name}'."
        ]
    if is_stale(path) and index.exists():
        return [
            f"'{log}' is older than its database: if somebody put the database there by hand, stop the site, move the "
            "log away, which belongs to the former one, and run manage.py doctor."
        ]
    return []


def problems_of_start() -> list[str]:
    """Every reason not to start, each with its mend."""
    found = [problem_of_folder("LABSITE_DATA_DIR", Path(settings.DATA_DIR))]
    if isinstance(storages["default"], FileSystemStorage) and not found[0]:
        found.append(problem_of_folder("The folder of uploads", Path(settings.MEDIA_ROOT)))
    path = own_file()
    if path:
        found += problems_of_sqlite(path)
    return list(dict.fromkeys(filter(None, found)))


def refuse_bad_start() -> None:
    """Raises `ImproperlyConfigured` with the first problem; tells the log what is strange but may be right.

    A full disk is no reason: pages can still be read.
    """
    problems = problems_of_start()
    serious = [each for each in problems if not each.endswith(FULL)]
    if serious:
        raise ImproperlyConfigured(serious[0])
    path = own_file()
    for each in [*problems, *(warnings_of_log(path) if path else [])]:
        logger.warning("%s", each)


@checks.register("labsite")
def check_start(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = [checks.Error(each, id="labsite.E001") for each in problems_of_start()]
    path = own_file()
    with suppress(OSError):
        found += [checks.Warning(each, id="labsite.W001") for each in (warnings_of_log(path) if path else [])]
    return found
