"""A site as a ZIP file, from anybody: looked through before a byte is unpacked, and unpacked with a budget.

What the file says of itself is not believed: sizes are counted while it is unpacked. Refused are files that are too
large or become so, entries outside the folder, links, names that stand twice, passwords and rare ways of packing
(reliability case A10). The ZIP format is PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import errno
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings

LARGEST_PACKED = 200 * 2**20  # bytes
LARGEST_UNPACKED = 2**30
MOST_ENTRIES = 20_000
MOST_PACKED_TIMES = 100  # how often smaller it may be than what is in it; site sources are ten times as small
ALWAYS_FINE = 50 * 2**20  # bytes that any archive may hold, however well it is packed
LARGEST_DIRECTORY = 8 * 2**20  # bytes of the list of entries, which is read as a whole
LONGEST_NAME, DEEPEST = 1_000, 30
END = struct.Struct("<4s4H2LH")  # the end of the list of entries (APPNOTE 4.3.16)
LONGEST_COMMENT = 2**16
BESIDES = ("__MACOSX/", ".DS_Store")  # what a packer leaves, and no site is made of
SCRATCH = ".site-"  # how folders of unpacked sites begin, in the folder of uploads
CUT_OFF = "This ZIP file is cut off, its end is missing: fetch or send it again."
NO_ZIP = "This is no ZIP file: pack the folder of the site as .zip, as GitHub's “Download ZIP” does."
# What the reader of the format raises for files that are none, end early, or were made to hurt.
DAMAGES = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, UnicodeError, ValueError,
)  # fmt: skip


class BadArchive(ValueError):
    """Why an archive is refused, and the mend, in words."""


def uploads() -> Path:
    """Where uploaded archives wait and are unpacked: in the data folder, not among the media, which are served."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def unpacked(path: Path, name: str = "") -> Iterator[Path]:
    """Within, the folder of the site that is in the archive `path`; afterwards it is gone, whatever happened.

    `name` is what messages call the folder where the archive has none of its own: the file's name as it was sent.

    Raises `BadArchive`, mostly before anything is written.
    """
    entries = look_through(path)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=uploads()) as scratch:
        folder = Path(scratch) / folder_name(name or path.name)
        folder.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                unpack(archive, entries, folder)
        except BadArchive:
            raise
        except DAMAGES as error:
            raise damaged(error) from error
        except OSError as error:
            if error.errno == errno.EINVAL:  # it says that something begins before the file does
                raise damaged(error) from error
            raise BadArchive(
                f"The archive cannot be unpacked ({error.strerror}): make room on the disk, and try again."
            ) from error
        yield top_of(folder)


def look_through(path: Path) -> list[zipfile.ZipInfo]:
    """The entries of an archive that can be unpacked. Raises `BadArchive`; writes nothing in either case."""
    if path.stat().st_size > LARGEST_PACKED:
        raise BadArchive(f"The archive has more than {LARGEST_PACKED // 2**20} MB: leave out what no page needs.")
    check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = check_entries(archive.infolist(), path.stat().st_size)
    except BadArchive:
        raise
    except DAMAGES as error:
        raise damaged(error) from error
    check_room(entries)
    return entries


def folder_name(name: str) -> str:
    """A name for a folder by that of an archive; file systems hold 255 bytes."""
    plain = "".join(sign for sign in name if sign not in "/\\" and ord(sign) >= 32)
    plain = plain.encode("utf-8", "ignore")[:200].decode("utf-8", "ignore").strip()
    return plain if plain.strip(".") else "site.zip"


def damaged(error: Exception) -> BadArchive:
    """What the reader of the format stumbled over: no rule of ours, so the file itself is not whole."""
    return BadArchive(f"The archive is damaged or cut off ({error}): fetch it again, or pack the folder anew.")


def check_directory(path: Path) -> None:
    """Refuses what is no ZIP file, and a list of entries that is too long to be read."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, path.stat().st_size - LONGEST_COMMENT - END.size))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise BadArchive(CUT_OFF if head == b"PK\x03\x04" else NO_ZIP)
    *_, entries, size, _, _ = END.unpack_from(tail, at)
    if b"PK\x06\x07" in tail[max(0, at - 20) : at] or entries == 0xFFFF or size == 0xFFFFFFFF:
        raise BadArchive(f"The archive holds more than {MOST_ENTRIES:,} files: leave out what no page needs.")
    if size > LARGEST_DIRECTORY or entries > MOST_ENTRIES:
        raise BadArchive(f"The archive holds more than {MOST_ENTRIES:,} files: leave out what no page needs.")


def check_entries(entries: list[zipfile.ZipInfo], packed: int) -> list[zipfile.ZipInfo]:
    """The entries that are unpacked. Raises `BadArchive`, which names the first that is wrong."""
    if len(entries) > MOST_ENTRIES:
        raise BadArchive(f"The archive holds more than {MOST_ENTRIES:,} files: leave out what no page needs.")
    kept = [entry for entry in entries if not is_besides(entry.filename)]
    seen: dict[str, str] = {}
    for entry in kept:
        problem = problem_of(entry) or problem_of_name(entry.filename)
        if problem:
            raise BadArchive(f"“{entry.filename[:80]}”: {problem}")
        name = unicodedata.normalize("NFC", entry.filename).rstrip("/").casefold()
        if name in seen:
            raise BadArchive(f"“{entry.filename[:80]}” is in the archive twice: which one counts? Pack it again.")
        seen[name] = entry.filename
    for entry in kept:  # else a file would have to be a folder
        for parent in PurePosixPath(unicodedata.normalize("NFC", entry.filename).casefold()).parents:
            own = seen.get(str(parent))
            if own is not None and not own.endswith("/"):
                raise BadArchive(f"“{own[:80]}” is a file and a folder: pack it again.")
    total = sum(entry.file_size for entry in kept)
    if total > LARGEST_UNPACKED or total > max(ALWAYS_FINE, MOST_PACKED_TIMES * packed):
        sizes = f"{total / 2**20:,.0f} MB in {packed / 2**20:,.1f} MB"
        most = f"more than {LARGEST_UNPACKED // 2**20:,} MB, or {MOST_PACKED_TIMES} times its size"
        raise BadArchive(f"The archive holds {sizes}: {most}, is not unpacked. Leave out what no page needs.")
    return kept


def is_besides(name: str) -> bool:
    return name.startswith(BESIDES[0]) or PurePosixPath(name).name == BESIDES[1]


def problem_of(entry: zipfile.ZipInfo) -> str:
    """Why an entry is not unpacked, by its sort; "" where it is."""
    if entry.flag_bits & 0x1:
        return "it is locked with a password. Pack it without."
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in a way that is rarely used. Pack it as an ordinary ZIP file."
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a link or a device, not a file. Leave it out, or pack what it leads to."
    return ""


def problem_of_name(name: str) -> str:
    parts = PurePosixPath(name).parts
    is_outside = name.startswith("/") or ".." in parts or "\\" in name or (parts and parts[0][1:2] == ":")
    if is_outside or not parts or any(ord(sign) < 32 for sign in name):
        return "it lies outside the archive's folder, or has no name. Pack the folder of the site as it is."
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME or len(parts) > DEEPEST:
        return "its name is too long."
    return "its name is too long." if any(len(part.encode("utf-8", "replace")) > 255 for part in parts) else ""


def check_room(entries: list[zipfile.ZipInfo]) -> None:
    free = shutil.disk_usage(uploads()).free - settings.DISK_RESERVE
    if sum(entry.file_size for entry in entries) > free:
        raise BadArchive("There is not enough room on the disk to unpack the archive: make room, and try again.")


def unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> None:
    """Writes each file, and counts the bytes: an entry may hold more than it says."""
    left = sum(entry.file_size for entry in entries)
    for entry in entries:
        target = folder / PurePosixPath(entry.filename)
        if entry.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as file:
            left = copy(source, file, left, entry.filename)


def copy(source: BinaryIO, target: BinaryIO, left: int, name: str) -> int:
    """Copies what `source` holds; gives what is left of the budget."""
    while piece := source.read(2**16):
        left -= len(piece)
        if left < 0:
            raise BadArchive(
                f"“{name[:80]}” holds more than the archive says: it is not unpacked. Pack the folder anew."
            )
        target.write(piece)
    return left


def top_of(folder: Path) -> Path:
    """The folder of the site: the only one there is in it, as in what GitHub packs, or itself."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
