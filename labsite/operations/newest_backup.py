"""When the last backup was made, as its file tells. The one place that knows how backups are called."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from django.conf import settings

PATTERN = "*.labsite*"
UNFINISHED = (".part", ".partial", ".tmp")


class Backup(NamedTuple):
    path: Path
    made_at: float  # seconds since 1970
    size: int  # bytes


def newest_backup(folder: Path | None = None) -> Backup | None:
    """The newest archive in `folder`, the setting `BACKUP_DIR` where none is given; None where there is none.

    Raises `OSError` where the folder cannot be looked into, a missing one excepted.
    """
    folder = Path(folder or settings.BACKUP_DIR)
    found: list[Backup] = []
    if not folder.is_dir():
        return None
    for path in folder.glob(PATTERN):
        if path.is_file() and not path.name.startswith(".") and path.suffix not in UNFINISHED:
            about = path.stat()
            found.append(Backup(path, about.st_mtime, about.st_size))
    return max(found, key=lambda each: each.made_at, default=None)
