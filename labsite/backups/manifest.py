"""What an archive says of itself: its last member, `manifest.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from labsite.backups.problems import BackupProblem
from labsite.backups.values import KIND_NAMES

FORMAT, FORMAT_VERSION = "labsite backup", 1
MEMBER = "manifest.json"
LARGEST = 256 * 2**20  # bytes: a million files


@dataclass
class TablePart:
    """One table: a line of JSON for each row, its values in the order of `columns`.

    `digest` is the sum of the rows' SHA-256 (labsite.backups.rows): the same on every database, whatever the order.
    `last_key` is the highest key the database has given, also to rows that are gone: no number is used twice.
    """

    name: str
    columns: list[list[str]]  # name and kind of each
    rows: int = 0
    digest: str = ""
    last_key: int | None = None
    bytes: int = 0
    sha256: str = ""

    @property
    def member(self) -> str:
        return f"tables/{self.name}.jsonl"


@dataclass
class FilePart:
    """One uploaded file. `place` is “media” or “imports” (labsite.backups.files)."""

    place: str
    name: str
    bytes: int = 0
    sha256: str = ""

    @property
    def member(self) -> str:
        return f"{self.place}/{self.name}"


@dataclass
class Manifest:
    version: str  # of Labsite
    made_at: str  # ISO 8601, UTC
    database: str  # the kind it was read from
    migrations: list[list[str]]  # app and name of each that was applied
    tables: list[TablePart] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    missing_files: list[str] = field(default_factory=list)  # that records name and the site had lost already
    left_out: list[str] = field(default_factory=list)  # tables, on purpose
    unknown_tables: list[str] = field(default_factory=list)  # tables that are not this site's
    settings: dict[str, Any] = field(default_factory=dict)  # to be set again on another machine; no secret
    secret_key: str = ""  # a fingerprint: whether the new machine has the same

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def parts(self) -> list[TablePart | FilePart]:
        return [*self.tables, *self.files]


def write_manifest(manifest: Manifest) -> bytes:
    content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(manifest)}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def read_manifest(content: bytes, name: str) -> Manifest:
    """The manifest of the archive called `name`. Raises `BackupProblem` for one of another kind or a newer version."""
    try:
        values = json.loads(content)
        found = values.pop("format"), values.pop("format_version")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BackupProblem(f"{name} has a manifest that cannot be read: use another archive.") from error
    if found[0] != FORMAT:
        raise BackupProblem(f"{name} is an archive of something else ('{found[0]}'): name one of Labsite's.")
    if found[1] != FORMAT_VERSION:
        raise BackupProblem(
            f"{name} is of format {found[1]}, made by Labsite {values.get('version', '?')}; this version reads format "
            f"{FORMAT_VERSION}: install the version that made it, or a newer one, and restore again."
        )
    try:
        tables = [TablePart(**each) for each in values.pop("tables")]
        files = [FilePart(**each) for each in values.pop("files")]
        manifest = Manifest(**values, tables=tables, files=files)
        is_right = all(map(is_plain_table, tables)) and all(map(is_plain_file, files))
        is_right = is_right and all(len(each) == 2 for each in manifest.migrations)
    except (TypeError, ValueError, KeyError, AttributeError):
        is_right = False
    if not is_right:
        raise BackupProblem(f"{name} has a manifest that contradicts its format: use another archive.")
    return manifest


def is_plain_table(table: TablePart) -> bool:
    names = [name for name, _ in table.columns]
    kinds = {kind for _, kind in table.columns}
    return all(each.isidentifier() for each in (table.name, *names)) and kinds <= KIND_NAMES


def is_plain_file(file: FilePart) -> bool:
    """Whether the name stays inside its place, whoever wrote the archive."""
    parts = PurePosixPath(file.name).parts
    is_inside = bool(parts) and ".." not in parts and not file.name.startswith("/")
    return is_inside and "\\" not in file.name and "\x00" not in file.name and file.place in ("media", "imports")
