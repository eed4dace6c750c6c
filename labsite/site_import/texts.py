"""Data files, and texts with fields before them (“front matter”), of a site. What cannot be read is reported."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.nodes import DataError, Node, read_json, read_toml, read_yaml
from labsite.site_import.records import Place

FENCES = {"---": read_yaml, "+++": read_toml}
READERS = {".yml": read_yaml, ".yaml": read_yaml, ".toml": read_toml, ".json": read_json}
NAMES = {".yml": "YAML", ".yaml": "YAML", ".toml": "TOML", ".json": "JSON", "---": "YAML", "+++": "TOML"}
TEXTS = (".md", ".markdown", ".mkd", ".html", ".htm")
DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)\Z", re.ASCII)


@dataclass(frozen=True)
class SourceText:
    """A text of the site. `line` is where `body` begins."""

    path: str
    fields: Fields
    body: str
    line: int
    language: str = ""  # the code that may stand in the file's name, and is no part of it

    @property
    def name(self) -> str:
        """The file's name without its ending: “2024-05-31-talk”; of `…/talk/index.md` it is “talk”."""
        parts = self.path.split("/")
        stem = self.stem
        return parts[-2] if stem in ("index", "_index") and len(parts) > 1 else stem

    @property
    def stem(self) -> str:
        """The file's name without folder, ending and language: “index” of `…/talk/index.en.md`."""
        name = self.path.rpartition("/")[2]
        return (name.rpartition(".")[0] or name).removesuffix(f".{self.language}" if self.language else "")

    @property
    def slug(self) -> str:
        """The name without the date that Jekyll asks for before it."""
        match = DATED.match(self.name)
        return match.group(2) if match else self.name

    @property
    def date(self) -> str:
        """The date in the file's name, or ""."""
        match = DATED.match(self.name)
        return match.group(1) if match else ""

    def place(self, line: int = 0) -> Place:
        return Place(self.path, line)


def read_source(folder: SiteFolder, path: str) -> SourceText | None:
    """A text with its front matter; `None` where it cannot be read, which is reported with its line."""
    text = folder.read(path)
    if text is None:
        return None
    fence, _, rest = text.partition("\n")
    fence = fence.rstrip()
    if fence not in FENCES:
        return SourceText(path, Fields(None, path), text, 1, folder.language)
    lines = rest.split("\n")
    end = next((number for number, line in enumerate(lines) if line.rstrip() == fence), None)
    if end is None:
        folder.account.refuse(
            Place(path, 1), f"The fields at its beginning have no end: add a line “{fence}” behind the last of them."
        )
        return None
    try:
        node = FENCES[fence]("\n".join(lines[:end]), 2)
    except DataError as error:
        refuse(folder, path, NAMES[fence], error)
        return None
    if not isinstance(node.value, dict):
        if f"{node.value}".strip():
            folder.account.refuse(Place(path, 2), "Its beginning holds no fields: write “title: …”, a line for each.")
            return None
        node = Node({}, 1)
    folder.account.add_data(path, node)
    return SourceText(path, Fields(node, path), "\n".join(lines[end + 1 :]), end + 3, folder.language)


def read_data(folder: SiteFolder, path: str) -> Node | None:
    """A data file; `None` where it cannot be read, which is reported with its line."""
    text = folder.read(path)
    if text is None:
        return None
    ending = path[path.rfind(".") :].lower()
    try:
        node = READERS[ending](text)
    except DataError as error:
        refuse(folder, path, NAMES[ending], error)
        return None
    folder.account.add_data(path, node)
    return node


def read_mapping(folder: SiteFolder, *paths: str) -> Fields:
    """The fields of the first of `paths` that is there and can be read; empty ones where there is none."""
    path = folder.first(*paths)
    node = read_data(folder, path) if path else None
    return Fields(node, path)


def refuse(folder: SiteFolder, path: str, name: str, error: DataError) -> None:
    folder.account.refuse(
        Place(path, error.line), f"It is no {name} that can be read: {error}. Nothing of it was taken."
    )
