"""A folder that is written as a whole: beside its place first, and put there once everything is on disk.

What an export wrote, its list of files says. Only that is ever replaced: a file of somebody else, or one that was
changed since, stops it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from labsite.site_archive.manifest import FileSum
from labsite.site_archive.problems import ArchiveProblem

BLOCK = 2**20
SHOWN = 3  # names in a message
# Gives the files that the list of an earlier export names; raises `ArchiveProblem` where there is no such list.
ReadList = Callable[[Path], dict[str, FileSum]]


class Staging:
    """A new folder that is being written; notes the size and sum of each file.

    `is_kept`: it survives a power cut once it is written.
    """

    def __init__(self, folder: Path, *, is_kept: bool = True) -> None:
        self.folder, self.is_kept = folder, is_kept
        self.files: dict[str, FileSum] = {}

    def add(self, path: str, pieces: bytes | Iterable[bytes], *, is_listed: bool = True) -> FileSum:
        """Writes a file, whose folder is made. `path` is below the folder, with slashes, and ours."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            if self.is_kept:
                file.flush()
                os.fsync(file.fileno())
        found = FileSum(size, digest.hexdigest())
        if is_listed:
            self.files[path] = found
        return found


@contextmanager
def replacing(target: Path, read_list: ReadList, list_name: str, *, force: bool) -> Iterator[Staging]:
    """A folder to write to, which takes the place of `target` when all went well. Else `target` stays as it was.

    Raises `ArchiveProblem` where `target` holds other things than an earlier export, or one and `force` is not given.
    """
    target = Path(os.path.abspath(target))
    check_place(target, read_list, list_name, force=force)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        part.mkdir(parents=True, mode=0o700)
        yield Staging(part)
        check_place(target, read_list, list_name, force=force)  # it took a while
        put(part, target)
    except OSError as error:
        raise ArchiveProblem(f"{target} cannot be written ({error.strerror or error}): name another folder.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def put(part: Path, target: Path) -> None:
    former = target.with_name(f".{target.name}.{uuid.uuid4().hex}.former")
    if target.exists():
        os.replace(target, former)
    try:
        os.replace(part, target)
    except OSError:
        if former.exists():
            os.replace(former, target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def check_place(target: Path, read_list: ReadList, list_name: str, *, force: bool) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ArchiveProblem(f"{target} is no folder: name one that does not exist yet.")
    if not target.exists() or not any(target.iterdir()):
        return
    if not (target / list_name).is_file():
        raise ArchiveProblem(f"{target} holds other things ({some(target)}): name an empty folder, or a new one.")
    if not force:
        raise ArchiveProblem(f"{target} holds an earlier export: give --force to replace it, or name another folder.")
    listed = read_list(target)
    present = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if not is_folder(path)}
    foreign = sorted(present.keys() - listed.keys() - {list_name})
    if foreign:
        raise ArchiveProblem(
            f"{target} holds files that no export wrote ({listing(foreign)}): move them away, or name another folder."
        )
    found = sorted(present.items())
    changed = [name for name, path in found if name in listed and not is_as_written(path, listed[name])]
    if changed:
        raise ArchiveProblem(
            f"{target} holds files that were changed since they were exported ({listing(changed)}): move them away, or "
            "name another folder."
        )


def is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def is_as_written(path: Path, listed: FileSum) -> bool:
    return not path.is_symlink() and sum_of(path) == listed


def sum_of(path: Path) -> FileSum:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return FileSum(size, digest.hexdigest())


def some(folder: Path) -> str:
    return listing(sorted(path.name for path in folder.iterdir()))


def listing(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
