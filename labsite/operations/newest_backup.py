"""When the last backup was made, as its name tells: a copied file has the time of the copy."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from labsite.backups.keeping import archives_in, moment_of


class Backup(NamedTuple):
    path: Path
    made_at: float  # seconds since 1970
    size: int  # bytes


def newest_backup(folder: Path | None = None) -> Backup | None:
    """The newest archive in `folder`, the setting `BACKUP_DIR` where none is given; None where there is none.

    Raises `OSError` where the folder cannot be looked into, a missing one excepted.
    """
    for path in archives_in(Path(folder or settings.BACKUP_DIR)):
        moment = moment_of(path)
        with suppress(FileNotFoundError):  # a backup that runs lets old ones go
            if moment:
                return Backup(path, moment.timestamp(), path.stat().st_size)
    return None
