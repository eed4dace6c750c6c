"""What belongs to a site beside its database: uploaded media, and files of imports that are not planned yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from labsite.lib.renditions import derived_folder

BLOCK = 2**20
# Made anew at the first request.
DERIVED = {"media": {derived_folder().name}, "imports": set()}


def places() -> dict[str, Storage]:
    """By name, where files are: media perhaps in an object store, imports always in the data folder."""
    return {"media": default_storage, "imports": FileSystemStorage(Path(settings.DATA_DIR) / "imports")}


def names_in(place: str, storage: Storage) -> list[str]:
    """Every stored file but what is derived and what is being written (its name begins with a dot), sorted."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            folders, files = storage.listdir(folder)
        except FileNotFoundError:
            continue
        prefix = f"{folder}/" if folder else ""
        skipped = DERIVED[place] if not folder else set()
        waiting += [f"{prefix}{name}" for name in folders if name and name not in skipped and not name.startswith(".")]
        found += [f"{prefix}{name}" for name in files if name and not name.startswith(".")]
    return sorted(found)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of an open file."""
    while piece := file.read(BLOCK):
        yield piece


def sum_of(storage: Storage, name: str) -> str:
    """SHA-256 of a stored file. Raises `FileNotFoundError` if it is gone."""
    digest = hashlib.sha256()
    with storage.open(name, "rb") as file:
        for piece in pieces(file):
            digest.update(piece)
    return digest.hexdigest()
