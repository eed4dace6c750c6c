"""The files of a site, read safely: nothing outside its folder, nothing too large, text as UTF-8. Reads only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from labsite.site_import.account import Account
from labsite.site_import.records import Media, Place

MOST_FILES = 20_000
LARGEST_FILE = 20_000_000  # bytes of a file that is read as text
BEGINNING = 4_000  # bytes in which the template of a file is sought
MOST_FOLDERS_DEEP = 30
# Folders that hold no content of a site: they are reported in one line and not looked into.
SKIPPED = {
    ".git": "the history of the files",
    "node_modules": "programs that the template was built with",
    "_site": "the finished pages, which the template makes anew",
    "vendor": "programs that the template was built with",
    ".jekyll-cache": "the template's cache",
    ".bundle": "programs that the template was built with",
    "__pycache__": "a program's cache",
}


class UnknownSite(ValueError):
    """The folder holds no site that can be read; the words say what was looked for."""


class SiteFolder:
    """The files below `top`, as paths with slashes. Raises `UnknownSite` where there are too many or none."""

    def __init__(self, top: Path) -> None:
        self.top = top
        if not top.is_dir():
            raise UnknownSite(f"“{top.name}” is no folder: give the folder that holds the site's files.")
        left: list[tuple[str, str]] = []
        found: list[str] = []
        for folder, names, files in os.walk(top):
            below = PurePosixPath(Path(folder).relative_to(top).as_posix())
            for name in sorted(names):
                path = (below / name).as_posix()
                if (Path(folder) / name).is_symlink():
                    left.append((path, "a link to another folder, which is not followed"))
                elif name in SKIPPED:
                    left.append((path, SKIPPED[name]))
                elif len(below.parts) >= MOST_FOLDERS_DEEP:
                    left.append((path, f"it lies more than {MOST_FOLDERS_DEEP} folders deep"))
            names[:] = sorted(set(names) - {PurePosixPath(path).name for path, _ in left if is_in(path, below)})
            for name in sorted(files):
                path = (below / name).as_posix()
                if not is_writable_name(path):
                    left.append((path.encode("utf-8", "replace").decode(), "its name is not written in UTF-8"))
                elif is_ordinary(Path(folder) / name):
                    found.append(path)
                else:
                    left.append((path, "a link or a device, which is not followed"))
            if len(found) > MOST_FILES:
                raise UnknownSite(f"The folder holds more than {MOST_FILES:,} files: give the site's own folder alone.")
        self.paths = tuple(found)
        self.known = frozenset(found)
        self.account = Account(self.paths)
        self.language = ""  # its code may stand in the names of files, and says nothing then: `index.en.md`
        for path, reason in left:
            self.account.leave(Place(path), "", reason)

    def set_aside(self, paths: Iterable[str]) -> None:
        """Files that no reader is to see; whoever sets them aside reports them."""
        self.known -= frozenset(paths)
        self.paths = tuple(path for path in self.paths if path in self.known)

    def __contains__(self, path: str) -> bool:
        return path in self.known

    def under(self, folder: str, *endings: str) -> list[str]:
        """The files below `folder` (its own subfolders too) that end in one of `endings`, in order."""
        start = f"{folder}/" if folder else ""
        return [path for path in self.paths if path.startswith(start) and path.lower().endswith(endings)]

    def first(self, *paths: str) -> str:
        """The first of `paths` that is there, or ""."""
        return next((path for path in paths if path in self.known), "")

    def holds(self, path: str, *words: str) -> bool:
        """Whether one of `words` stands at the beginning of a file; the file is not taken by that."""
        if path not in self.known:
            return False
        with open(self.top / path, "rb") as file:
            beginning = file.read(BEGINNING)
        return any(word.encode() in beginning for word in words)

    def read(self, path: str) -> str | None:
        """The text of a file, or `None` where it cannot be read, which is reported. Lines end in “\\n”."""
        self.account.take(path)
        if self.is_too_large(path):
            return None
        data = (self.top / path).read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.account.refuse(Place(path, line), "It is not written in UTF-8: save it in that encoding.")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def is_too_large(self, path: str) -> bool:
        """Whether a file has more than `LARGEST_FILE` bytes, which is reported."""
        size = (self.top / path).stat().st_size
        if size > LARGEST_FILE:
            self.account.refuse(
                Place(path),
                f"It has {size // 1_000_000} MB; up to {LARGEST_FILE // 1_000_000} MB are read. Split it into parts.",
            )
        return size > LARGEST_FILE

    def media(self, path: str, *folders: str) -> Media | None:
        """The file that `path` means: as it stands, below the top, or in one of `folders`. `None` where none is."""
        found = self.find(path, *folders)
        if found:
            self.account.take(found)
        return Media(found) if found else None

    def find(self, path: str, *folders: str) -> str:
        """The path of the file that an address of the site means, or ""."""
        written = path.strip().partition("?")[0].partition("#")[0].lstrip("/").removeprefix("./")
        names = dict.fromkeys((unquote(written), written))  # a file may be called “my%20slides.pdf” itself
        for candidate in (f"{folder}/{name}" if folder else name for name in names for folder in (*folders, "")):
            if (normal := os.path.normpath(candidate).replace(os.sep, "/")) in self.known:
                return normal
        return ""


def is_in(path: str, folder: PurePosixPath) -> bool:
    return PurePosixPath(path).parent == folder


def is_writable_name(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_ordinary(path: Path) -> bool:
    """A file of its own: no link, which could lead out of the site, no device, no pipe."""
    return not path.is_symlink() and path.is_file()
