"""Uploads in the data folder: a file is there as a whole and on disk before any record can name it."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join


class WholeFileStorage(FileSystemStorage):
    """Writes beside the name first. A process or machine that stops in between leaves a file whose name begins with a
    dot, which nothing reads and no backup takes along, and never half a picture.
    """

    def _save(self, name: str, content: Any) -> str:
        folder = name.rpartition("/")[0]
        prefix = f"{folder}/" if folder else ""
        part = super()._save(f"{prefix}.{uuid.uuid4().hex}.part", content)
        path = Path(self.path(part))
        try:
            flush_to_disk(path)
            while True:
                target = Path(safe_join(self.location, name))
                try:
                    os.link(path, target)  # unlike a renaming, it never replaces what another upload put there
                except FileExistsError:
                    name = self.get_available_name(name)
                    continue
                except OSError:
                    if target.exists():
                        continue
                    os.replace(path, target)  # a file system without links
                break
        finally:
            path.unlink(missing_ok=True)
        flush_to_disk(target.parent)
        return name


def flush_to_disk(path: Path) -> None:
    """Has the content of a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
