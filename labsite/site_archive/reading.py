"""Reads an archive's files: every one checked against the manifest, the records as plain rows. Writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labsite.site_archive.folders import sum_of
from labsite.site_archive.kinds import KIND_NAMED
from labsite.site_archive.manifest import Manifest
from labsite.site_archive.problems import ArchiveProblem

Rows = dict[str, list[dict[str, Any]]]


def check_files(folder: Path, manifest: Manifest) -> None:
    """Holds every listed file against its size and sum. Raises `ArchiveProblem` that names each that does not fit."""
    problems = []
    for name, listed in sorted(manifest.files.items()):
        path = folder / name
        if any(each.is_symlink() for each in (path, *_folders(folder, name))):
            problems.append(f"{name} is a link to elsewhere: put the file itself there.")
        elif not path.is_file():
            problems.append(f"{name} is missing: copy the archive again.")
        elif path.stat().st_size != listed.bytes or sum_of(path) != listed:
            problems.append(f"{name} is not as it was written: copy the archive again.")
    if problems:
        raise ArchiveProblem(problems)


def _folders(folder: Path, name: str) -> list[Path]:
    """The folders between the archive's own and a file in it."""
    return [folder / parent for parent in Path(name).parents if str(parent) != "."]


def unlisted(folder: Path, manifest: Manifest, own: str) -> list[str]:
    """Files in the folder that the manifest does not list: nothing reads them."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return sorted(name for name in found if name not in manifest.files and name != own)


def read_rows(folder: Path, manifest: Manifest) -> Rows:
    """The rows of each kind, as they stand in the files. Raises `ArchiveProblem`."""
    found: Rows = {}
    problems = []
    for path in sorted(manifest.files):
        if not path.startswith("data/"):
            continue
        name = path.removeprefix("data/").removesuffix(".json")
        if name not in KIND_NAMED:
            problems.append(f"{path}: this version knows no records of this kind: install a newer Labsite.")
            continue
        try:
            rows = json.loads(
                (folder / path).read_bytes(), object_pairs_hook=without_repeats, parse_constant=no_constant
            )
        except (ValueError, RecursionError) as error:
            problems.append(f"{path} cannot be read as JSON ({error}): copy the archive again.")
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            problems.append(f"{path} is not a list of rows.")
        elif len(rows) != manifest.records.get(name):
            problems.append(f"{path} has {len(rows)} rows, and labsite.json says {manifest.records.get(name)}.")
        else:
            found[name] = rows
    if problems:
        raise ArchiveProblem(problems)
    return found


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{twice[:40]}' stands twice in one row")
    return found


def no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
