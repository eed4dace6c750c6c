"""The site's style sheets: five files while one works on them, one file where the site is served.

A phone on a slow network waits for each file that a page needs before it shows anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

FOLDER = "labsite/css"
SHEETS = [f"{FOLDER}/{name}.css" for name in ("tokens", "base", "layout", "components", "print")]
BUNDLE = f"{FOLDER}/site.css"


def shorten(css: str) -> str:
    """Without comments, indents and empty lines. Pure. No sheet of ours has a comment's signs inside a string."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", bare).strip() + "\n"


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Writes the one file when static files are collected; it is then hashed and compressed like all others."""

    is_bundled = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Worked out once: the manifest is read when a process starts, and only templates name files."""
        if force:
            return super().url(name, force)
        if name not in self.addresses:
            self.addresses[name] = super().url(name)
        return self.addresses[name]

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and all(sheet in paths for sheet in SHEETS):
            paths[BUNDLE] = (self, self.write_bundle(paths))
        yield from super().post_process(paths, dry_run, **options)

    def write_bundle(self, paths: dict[str, Any]) -> str:
        parts = []
        for sheet in SHEETS:
            storage, path = paths[sheet]
            with storage.open(path) as file:
                parts.append(shorten(file.read().decode()))
        self.delete(BUNDLE)
        return self.save(BUNDLE, ContentFile("".join(parts).encode()))
