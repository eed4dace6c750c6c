"""The files of a restore: those of the archive come in beside what is there, and what is of no use any more goes aside.

A stored file never gets another content, so that files can be added while the old site still serves. What differs, or
is not in the archive, is touched only when the database has changed places.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage

from labsite.backups.archive import ArchiveReader
from labsite.backups.files import BLOCK, names_in, places, sum_of
from labsite.backups.manifest import FilePart, Manifest
from labsite.backups.problems import BackupProblem
from labsite.lib.renditions import derived_folder

ADDED = "added.json"  # in the folder of what is kept: the files that came in, as pairs of place and name


@dataclass
class Differences:
    """How the site's files differ from those of an archive."""

    missing: list[FilePart]  # the site does not have them
    other: list[FilePart]  # of these it has another content
    surplus: list[tuple[str, str]]  # place and name of those that the archive does not have


def differences(manifest: Manifest) -> Differences:
    """To be asked before the database changes places: what is uploaded afterwards belongs to the new site."""
    missing, other = [], []
    stores = places()
    for file in manifest.files:
        try:
            if sum_of(stores[file.place], file.name) != file.sha256:
                other.append(file)
        except FileNotFoundError:
            missing.append(file)
    listed = {(file.place, file.name) for file in manifest.files}
    there = [(place, name) for place, storage in stores.items() for name in names_in(place, storage)]
    return Differences(missing, other, [each for each in there if each not in listed])


def add_files(archive: ArchiveReader, missing: list[FilePart], aside: Path) -> None:
    """Stores the files that are not there; notes them before, so that they can be taken away again."""
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    (aside / ADDED).write_text(json.dumps([[file.place, file.name] for file in missing]), encoding="utf-8")
    stores = places()
    for file in missing:
        with archive.open(file) as content:
            store_whole(stores[file.place], file.name, content)


def set_aside(archive: ArchiveReader, found: Differences, aside: Path) -> int:
    """After the database: replaces files with another content, and moves away what the archive does not have.

    All of it lies in `aside` then. What is derived from pictures is made anew by itself. Gives the number of files.
    """
    number = 0
    stores = places()
    for file in found.other:
        keep(stores[file.place], file.place, file.name, aside)
        with archive.open(file) as content:
            store_whole(stores[file.place], file.name, content)
        number += 1
    for place, name in found.surplus:
        with suppress(FileNotFoundError):
            keep(stores[place], place, name, aside)
            stores[place].delete(name)
            number += 1
    shutil.rmtree(derived_folder(), ignore_errors=True)
    return number


def keep(storage: Storage, place: str, name: str, aside: Path) -> None:
    target = aside / place / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with storage.open(name, "rb") as source:
        write_whole(target, source)


def bring_back(aside: Path) -> None:
    """Stores the files that lie in `aside` again."""
    for place, storage in places().items():
        for path in files_below(aside / place):
            with path.open("rb") as content:
                store_whole(storage, path.relative_to(aside / place).as_posix(), content)


def take_away_added(aside: Path) -> None:
    """Deletes the files that came in with the restore that is taken back."""
    try:
        added = json.loads((aside / ADDED).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    stores = places()
    for place, name in added:
        stores[place].delete(name)
    shutil.rmtree(derived_folder(), ignore_errors=True)


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def store_whole(storage: Storage, name: str, content: IO[bytes] | BinaryIO) -> None:
    """Stores a file under exactly this name, in place of one that is there: all of it or nothing, on disk."""
    if isinstance(storage, FileSystemStorage):
        target = Path(storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)
        return
    with suppress(FileNotFoundError):
        storage.delete(name)
    stored = storage.save(name, File(content, name))  # type: ignore[arg-type]
    if stored != name:
        storage.delete(stored)
        raise BackupProblem(f"The store of files gave {name} another name: remove what has that name, and try again.")


def write_whole(target: Path, content: IO[bytes] | BinaryIO) -> None:
    with NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            shutil.copyfileobj(content, file, BLOCK)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o640)
            os.replace(file.name, target)
        except BaseException:
            os.unlink(file.name)
            raise
