"""`labsite.json`: what an archive is and holds, and the sum of each file. The same content gives the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labsite.lib.http import VERSION as SOFTWARE
from labsite.site_archive.problems import ArchiveProblem

MANIFEST = "labsite.json"
FORMAT = "labsite-archive"
VERSION = 1
LARGEST = 64 * 2**20  # bytes of a manifest
SUM = re.compile(r"[0-9a-f]{64}")
# Every name that an archive may have: nothing else is ever opened, so that no name leads out of its folder.
NAMES = re.compile(
    r"README\.md|(?:data/[a-z]{1,40}|schema/[a-z]{1,40}\.schema)\.json"
    r"|media/(?:photos/[0-9a-f]{32}\.jpg|site/[0-9a-f]{32}\.(?:jpg|png)|documents/[0-9a-f]{32}\.pdf)",
    re.ASCII,
)
MEDIA = "media/"


@dataclass(frozen=True)
class FileSum:
    bytes: int
    sha256: str


@dataclass
class Manifest:
    """`records` counts the rows of each kind; `files` are by path below the archive."""

    is_public: bool = False
    records: dict[str, int] = field(default_factory=dict)
    files: dict[str, FileSum] = field(default_factory=dict)
    software: str = f"Labsite {SOFTWARE}"

    def to_json(self) -> bytes:
        document = {
            "format": FORMAT,
            "version": VERSION,
            "software": self.software,
            "public": self.is_public,
            "records": dict(sorted(self.records.items())),
            "files": {path: vars(each) for path, each in sorted(self.files.items())},
        }
        return (json.dumps(document, indent=1) + "\n").encode()

    @property
    def content(self) -> dict[str, FileSum]:
        """The files that make what the archive says: records and media, without schemas and manual."""
        return {path: each for path, each in self.files.items() if path.startswith(("data/", MEDIA))}


def has_format(path: Path) -> bool:
    """Whether the file at `path` says that it is a manifest of an archive."""
    try:
        return path.stat().st_size <= LARGEST and json.loads(path.read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the archive in `folder`, checked in itself. Raises `ArchiveProblem`."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise ArchiveProblem(f"There is no {MANIFEST} here: name the folder that export_site wrote.")
    if path.stat().st_size > LARGEST:
        raise ArchiveProblem(f"{MANIFEST} has more than 64 MiB: it is none of ours.")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ArchiveProblem(f"{MANIFEST} cannot be read as JSON ({error}): copy the archive again.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ArchiveProblem(f"{MANIFEST} is not the list of a Labsite archive: its format is not “{FORMAT}”.")
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ArchiveProblem(f"{MANIFEST}: the version is no number from 1: copy the archive again.")
    if version > VERSION:
        raise ArchiveProblem(
            f"The archive is of format version {version}, made by {str(document.get('software'))[:60]}; this site "
            f"reads up to version {VERSION}: install a newer Labsite."
        )
    return checked(document)


def checked(document: dict[str, Any]) -> Manifest:
    files, records, public = (document.get(name) for name in ("files", "records", "public"))
    if not (isinstance(files, dict) and isinstance(records, dict) and isinstance(public, bool)):
        raise ArchiveProblem(f"{MANIFEST}: “files”, “records” or “public” is missing: copy the archive again.")
    found = Manifest(is_public=public, software=str(document.get("software", ""))[:80])
    problems = []
    for path, each in files.items():
        if not NAMES.fullmatch(path):
            problems.append(f"{MANIFEST}: '{path[:80]}' is no name that a file of an archive has: remove it.")
        elif not is_sum(each):
            problems.append(f"{MANIFEST}: {path} has no bytes and sha256.")
        else:
            found.files[path] = FileSum(each["bytes"], each["sha256"])
    for name, number in records.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            problems.append(f"{MANIFEST}: the number of records of '{name[:40]}' is no whole number.")
        elif f"data/{name}.json" not in found.files:
            problems.append(f"{MANIFEST}: there is no file for the records of '{name[:40]}'.")
        else:
            found.records[name] = number
    if problems:
        raise ArchiveProblem(problems)
    return found


def is_sum(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"bytes", "sha256"}
        and isinstance(value["bytes"], int)
        and not isinstance(value["bytes"], bool)
        and value["bytes"] >= 0
        and isinstance(value["sha256"], str)
        and SUM.fullmatch(value["sha256"]) is not None
    )
