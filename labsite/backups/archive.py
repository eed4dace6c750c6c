"""The file: a ZIP whose last 64 bytes are the SHA-256 of all before them, plain or encrypted.

Any tool opens a plain one: the sum stands in the comment at its end. `tail -c 64 FILE` and `head -c -64 FILE |
sha256sum` check either without Labsite. It is written in one go, without going back, and read from anywhere.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from labsite.backups.encryption import MAGIC, Decrypted, Encrypting
from labsite.backups.manifest import LARGEST, MEMBER, FilePart, Manifest, TablePart, read_manifest, write_manifest
from labsite.backups.problems import BackupProblem
from labsite.backups.rows import RowSum

SUM = 64  # hexadecimal digits
MARK = b"Labsite backup, format 1. SHA-256 of all before: "
BLOCK = 2**20
PACKED = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".pdf", ".zip", ".gz"}  # packing them again gains nothing
LARGE = 2**31 - 1  # bytes from which a member needs ZIP64


class Summed:
    """A file to write to that puts the SHA-256 of all before in place of the last 64 bytes it is given."""

    def __init__(self, target: BinaryIO) -> None:
        self.target, self.sum, self.last = target, hashlib.sha256(), b""

    def write(self, data: Any) -> int:
        known = self.last + bytes(data)
        self.last = known[-SUM:]
        self._put(known[:-SUM])
        return len(data)

    def _put(self, data: bytes) -> None:
        self.sum.update(data)
        self.target.write(data)

    def flush(self) -> None:
        self.target.flush()

    def close(self) -> None:
        self.target.write(self.sum.hexdigest().encode("ascii"))
        self.target.flush()
        os.fsync(self.target.fileno())


class ArchiveWriter:
    """Writes an archive to the open file `target`, encrypted where there is a `secret`."""

    def __init__(self, target: BinaryIO, secret: bytes | None, moment: tuple[int, ...]) -> None:
        self.summed = Summed(target)
        self.encrypting = Encrypting(self.summed, secret) if secret else None  # type: ignore[arg-type]
        self.zip = zipfile.ZipFile(self.encrypting or self.summed, "w", zipfile.ZIP_DEFLATED)  # type: ignore[arg-type]
        self.moment = moment

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """What was not closed is given up: nothing more goes to the target."""
        self.summed.target = io.BytesIO()
        self.zip.close()

    def add(self, part: TablePart | FilePart, pieces: Iterable[bytes], size: int | None = None) -> None:
        """Writes a member and notes its size and sum in `part`. Its `size` need not be known before."""
        total, digest = 0, hashlib.sha256()
        with self._member(part.member, size is None or size > LARGE) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                total += len(piece)
        part.bytes, part.sha256 = total, digest.hexdigest()

    def _member(self, name: str, is_large: bool) -> Any:
        info = zipfile.ZipInfo(name, self.moment)  # type: ignore[arg-type]
        info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in PACKED else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return self.zip.open(info, "w", force_zip64=is_large)

    def close(self, manifest: Manifest) -> None:
        with self._member(MEMBER, is_large=False) as member:
            member.write(write_manifest(manifest))
        self.zip.comment = MARK + b"0" * SUM
        self.zip.close()
        if self.encrypting:
            self.encrypting.close()
            self.summed.write(b"0" * SUM)
        self.summed.close()


def check_file(path: Path) -> bool:
    """Whether the archive at `path` is whole, by its sum; gives whether it is encrypted. Needs no secret.

    Raises `BackupProblem` that says what is wrong.
    """
    try:
        with path.open("rb") as file:
            return check_open(file, path)
    except OSError as error:
        raise BackupProblem(f"{path} cannot be read ({error.strerror}).") from error


def check_open(file: BinaryIO, path: Path) -> bool:
    size = os.fstat(file.fileno()).st_size
    begin = file.read(len(MAGIC))
    is_encrypted = begin == MAGIC
    if not is_encrypted and not begin.startswith(b"PK\x03\x04"):
        raise BackupProblem(f"{path} is no archive of Labsite, or its beginning is damaged.")
    file.seek(max(0, size - SUM - len(MARK)))
    end = file.read()
    if not is_encrypted and not end.startswith(MARK):
        raise BackupProblem(
            f"{path} is cut off, or a ZIP file of something else: copy it again from where it came, or use another one."
        )
    digest = hashlib.sha256()
    file.seek(0)
    left = size - SUM
    while left > 0 and (block := file.read(min(BLOCK, left))):
        digest.update(block)
        left -= len(block)
    if digest.hexdigest().encode("ascii") != end[-SUM:]:
        where = "" if is_encrypted else damaged_member(file)
        raise BackupProblem(
            f"{path} is {'cut off or ' if is_encrypted else ''}damaged{where}: copy it again from where it came, "
            "or use another one."
        )
    return is_encrypted


def damaged_member(file: BinaryIO) -> str:
    """In words, the first member whose bytes do not fit their own sum; "" where the damage is between members."""
    try:
        with zipfile.ZipFile(file) as opened:
            name = opened.testzip()
    except Exception:  # damaged bytes may raise anything
        return ""
    return f" in '{name}'" if name else ""


class ArchiveReader:
    """An archive whose file was checked, with its manifest read. Raises `BackupProblem`."""

    def __init__(self, path: Path, file: BinaryIO, secret: bytes | None) -> None:
        self.path = path
        self.is_encrypted = check_open(file, path)
        if self.is_encrypted and not secret:
            raise BackupProblem(
                f"{path} is encrypted: name the file with its secret by --secret-file or BACKUP_SECRET_FILE."
            )
        source: Any = file
        if self.is_encrypted:
            size = os.fstat(file.fileno()).st_size - SUM
            source = io.BufferedReader(Decrypted(file, size, secret or b"", str(path)), BLOCK)
        try:
            self.zip = zipfile.ZipFile(source)
            names = self.zip.namelist()
            if self.zip.getinfo(MEMBER).file_size > LARGEST:
                raise BackupProblem(f"{path} has a manifest larger than {LARGEST // 2**20} MiB: use another archive.")
            self.manifest = read_manifest(self.zip.read(MEMBER), str(path))
        except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError) as error:
            raise BackupProblem(f"{path} cannot be read ({error}): use another archive.") from error
        listed = [part.member for part in self.manifest.parts()]
        if sorted(names) != sorted([*listed, MEMBER]):
            strange = sorted({*names} ^ {*listed, MEMBER}) or sorted({each for each in names if names.count(each) > 1})
            raise BackupProblem(
                f"{path} does not hold what its manifest lists ({', '.join(strange[:3])}): use another."
            )

    @contextmanager
    def open(self, part: TablePart | FilePart) -> Iterator[BinaryIO]:
        """The member, checked against its sum and size when it has been read to its end."""
        with self.zip.open(part.member) as member:
            yield io.BufferedReader(Checked(member, part, self.path), BLOCK)

    def rows(self, table: TablePart) -> Iterator[list[Any]]:
        """The rows of a table, checked when the last one has been read."""
        length = len(table.columns)
        with self.open(table) as member:
            for line in io.TextIOWrapper(member, encoding="utf-8", newline="\n"):
                row = json.loads(line)
                if not isinstance(row, list) or len(row) != length:
                    raise BackupProblem(
                        f"{self.path}: a row of {table.name} has not {length} values: use another archive."
                    )
                yield row

    def check(self) -> None:
        """Reads every member: sums, sizes, numbers and sums of rows must be those of the manifest."""
        for table in self.manifest.tables:
            rows = RowSum(kind for _, kind in table.columns)
            try:
                for row in self.rows(table):
                    rows.add(row)
            except (ValueError, zipfile.BadZipFile, zlib.error) as error:
                raise BackupProblem(
                    f"{self.path}: {table.member} is damaged ({error}): use another archive."
                ) from error
            if (rows.number, rows.digest()) != (table.rows, table.digest):
                raise BackupProblem(
                    f"{self.path}: {table.name} has {rows.number} rows, its manifest says {table.rows} or others: "
                    "use another archive."
                )
        for file in self.manifest.files:
            try:
                with self.open(file) as member:
                    while member.read(BLOCK):
                        pass
            except (zipfile.BadZipFile, zlib.error) as error:
                raise BackupProblem(f"{self.path}: {file.member} is damaged ({error}): use another archive.") from error


class Checked(io.RawIOBase):
    """Reads on from `source`; at its end the part's size and sum must be right."""

    def __init__(self, source: Any, part: TablePart | FilePart, path: Path) -> None:
        self.source, self.part, self.path = source, part, path
        self.digest, self.length, self.is_checked = hashlib.sha256(), 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self.source.read(len(buffer))
        self.digest.update(found)
        self.length += len(found)
        if not found and not self.is_checked:
            self.is_checked = True
            if (self.length, self.digest.hexdigest()) != (self.part.bytes, self.part.sha256):
                raise BackupProblem(f"{self.path}: {self.part.member} is damaged: use another archive.")
        buffer[: len(found)] = found
        return len(found)


@contextmanager
def opened(path: Path, secret: bytes | None) -> Iterator[ArchiveReader]:
    """The archive at `path`, its file checked. Raises `BackupProblem`."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupProblem(f"{path} cannot be read ({error.strerror}).") from error
    with file:
        yield ArchiveReader(path, file, secret)
