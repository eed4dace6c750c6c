"""Uploaded tables between the preview and the confirmation: in a folder nobody serves, a day at most."""

from __future__ import annotations

import os
import re
import time
import uuid
from contextlib import suppress
from pathlib import Path

from django.conf import settings

KEEP_SECONDS = 24 * 60 * 60
NAME = re.compile(r"\A[0-9a-f]{32}\Z")


def folder() -> Path:
    """Made where it is missing; readable by the site's own account only, for tables hold e-mail addresses."""
    path = Path(settings.DATA_DIR) / "tables"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(data: bytes) -> str:
    """Stores `data` and gives the name under which `fetch` finds it. Files older than a day are deleted."""
    now = time.time()
    for path in folder().iterdir():
        with suppress(FileNotFoundError):  # another request was first
            if NAME.match(path.name) and path.stat().st_mtime < now - KEEP_SECONDS:
                path.unlink()
    name = uuid.uuid4().hex
    with os.fdopen(os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return name


def fetch(name: str) -> bytes | None:
    """What `keep` stored; None where it is gone."""
    path = folder() / name
    return path.read_bytes() if NAME.match(name) and path.is_file() else None


def drop(name: str) -> None:
    if NAME.match(name):
        (folder() / name).unlink(missing_ok=True)
