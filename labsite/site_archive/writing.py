"""Writes the archive: records, media, schemas, a manual, and the manifest that lists them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from labsite.backups.files import pieces
from labsite.site_archive.folders import Staging, replacing
from labsite.site_archive.kinds import KINDS
from labsite.site_archive.manifest import MANIFEST, MEDIA, FileSum, Manifest, read_manifest
from labsite.site_archive.manual import manual
from labsite.site_archive.moment import one_moment
from labsite.site_archive.rows import Row, Rows
from labsite.site_archive.schema import schemas


@dataclass
class Written:
    """What went into an archive, and what could not."""

    manifest: Manifest
    missing: list[str] = field(default_factory=list)  # media that records name and nobody has

    def lines(self) -> list[str]:
        counts = ", ".join(f"{number} {name}" for name, number in sorted(self.manifest.records.items()) if number)
        media = sum(path.startswith(MEDIA) for path in self.manifest.files)
        return [
            f"{counts or 'no records'}; {media} files of media.",
            *(f"Left out, for it is not among the uploads: {name}, which a record names." for name in self.missing),
        ]


def write_archive(folder: Path, *, is_public: bool = False, force: bool = False) -> Written:
    """The archive of this site in a folder that is empty or new, or replaces an earlier one with `force`.

    Raises `ArchiveProblem` in words; then the folder is as it was.
    """
    with replacing(folder, files_of, MANIFEST, force=force) as staging, one_moment():
        return fill(staging, is_public=is_public)


def files_of(folder: Path) -> dict[str, FileSum]:
    return read_manifest(folder).files


def fill(staging: Staging, *, is_public: bool) -> Written:
    written = Written(Manifest(is_public=is_public))
    rows = Rows(is_public=is_public)
    for kind in KINDS:
        counted = Counted(rows.of(kind))
        staging.add(f"data/{kind.name}.json", lines_of(counted))
        written.manifest.records[kind.name] = counted.number
    for name in sorted(rows.files):
        with default_storage.open(name, "rb") as source:
            staging.add(f"{MEDIA}{name}", pieces(source))
    written.missing = sorted(rows.missing)
    for path, text in schemas().items():
        staging.add(path, text)
    staging.add("README.md", manual(written.manifest))
    written.manifest.files = staging.files
    staging.add(MANIFEST, written.manifest.to_json(), is_listed=False)
    return written


class Counted:
    """Rows that are counted while they are taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            yield row


def lines_of(rows: Iterable[Any]) -> Iterator[bytes]:
    """A JSON array with a row after the other: never more than one of them in memory."""
    before = "[\n"
    for row in rows:
        yield (before + json.dumps(row, ensure_ascii=False, indent=1)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"
