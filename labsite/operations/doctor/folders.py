"""Folders, rights, free disk and uploaded files."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from labsite.operations.doctor.findings import FAIL, OK, WARN, Finding, some
from labsite.operations.orphans import find_missing, find_orphans
from labsite.operations.starting import own_file, problems_of_start, warnings_of_log

MEGABYTE = 2**20
ROOM = 3  # times the database: a backup and a migration each need room for another one


def check_folders() -> Iterator[Finding]:
    problems = problems_of_start()
    for each in problems:
        yield Finding(FAIL, "folders", each)
    path = own_file()
    for each in warnings_of_log(path) if path else []:
        yield Finding(FAIL, "folders", each)
        problems.append(each)
    if not problems:
        yield Finding(OK, "folders", f"{settings.DATA_DIR} can be written")


def check_rights() -> Iterator[Finding]:
    """Whether other accounts of the machine can read what is nobody's business."""
    path = own_file()
    private = [Path(settings.DATA_DIR) / "secret_key", *([path] if path else [])]
    open_files = [each for each in private if each.exists() and is_open(each)]
    for each in open_files:
        mode = f"{stat.S_IMODE(each.stat().st_mode):04o}"
        yield Finding(
            WARN, "rights", f"Every account of this machine can read '{each}' (mode {mode}).",
            f"chmod 600 '{each}', and chmod 700 '{each.parent}' unless another account serves files from it",
        )  # fmt: skip
    if not open_files:
        yield Finding(OK, "rights", "other accounts of this machine cannot read the database")


def is_open(path: Path) -> bool:
    """Whether anybody can read the file: it and every folder above let them."""
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def check_disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    path = own_file()
    wanted = ROOM * path.stat().st_size if path and path.exists() else 0
    shown = f"{free // MEGABYTE} MB are free"
    if free < settings.DISK_RESERVE:
        yield Finding(FAIL, "disk", f"{shown}, fewer than DISK_RESERVE_MB.", "make room; manage.py cleanup may help")
    elif free < wanted:
        yield Finding(WARN, "disk", f"{shown}, fewer than {ROOM} times the database.", "make room before an upgrade")
    else:
        yield Finding(OK, "disk", shown)


def check_uploads() -> Iterator[Finding]:
    missing = find_missing()
    if missing:
        names = [f"{each.name} ({each.record})" for each in missing]
        yield Finding(
            FAIL, "uploads", f"{len(missing)} files that records name are gone: {some(names)}.",
            "bring them back from the newest backup, or upload them anew",
        )  # fmt: skip
    orphans = find_orphans()
    if orphans:
        size = sum(each.size for each in orphans)
        told = f"{len(orphans)} files that nothing names take {size / MEGABYTE:.1f} MB: "
        yield Finding(WARN, "uploads", told + some([each.name for each in orphans]) + ".", "python manage.py cleanup")
    if not missing and not orphans:
        yield Finding(OK, "uploads", "every file is named by a record, and there")


CHECKS = [check_folders, check_rights, check_disk, check_uploads]
