"""The archive a lab takes away: documented JSON with its schemas, and the pictures. See docs/moving.md.

Unlike a backup (`labsite.backups`), it holds what the lab shows and owns, not the machine's state: no accounts, no
history, no keys of a database. Any program reads it, and this one reads it back without loss.
"""

from __future__ import annotations

from pathlib import Path

from labsite.site_archive.manifest import MANIFEST, has_format


def is_archive(folder: Path) -> bool:
    """Whether the folder says of itself that it is an archive of this kind, of whatever version. Never raises."""
    path = folder / MANIFEST
    return path.is_file() and not path.is_symlink() and has_format(path)
