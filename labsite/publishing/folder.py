"""The folder that is published: whose files they are, and writing them so that none is ever seen half."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from labsite.publishing.problems import PublishingError

MANIFEST = ".labsite-published.sha256"  # `sha256sum -c` reads it, in the folder or where it was copied to
JOURNAL = ".labsite-publishing"  # while a run writes: what it adds
PART = ".labsite-part"  # a file that is being written
OWN = {MANIFEST, JOURNAL}
# What a web space or a repository of pages keeps in the folder, and publishing leaves alone.
LEFT_ALONE = {".git", ".gitignore", ".gitattributes", ".github", ".well-known", "CNAME"}
NAMED = 3  # foreign files that a refusal names


class Folder:
    """Opened for a run. Raises `PublishingError` for a folder that holds files of somebody else."""

    def __init__(self, path: Path, *, is_trial: bool = False) -> None:
        self.path, self.is_trial = path, is_trial
        if path.exists() and not path.is_dir():
            raise PublishingError(f"{path} is a file: name a folder.")
        self.root = path.resolve()
        self.digests = read_manifest(path / MANIFEST)
        self.is_new = not self.digests
        ours = {*self.digests, *read_journal(path / JOURNAL)}
        there = set(files_in(path))
        foreign = sorted(name for name in there if name not in ours and not name.endswith(PART))
        if foreign:
            named = ", ".join(foreign[:NAMED])
            raise PublishingError(
                f"{path} holds {len(foreign)} file{'s' if len(foreign) > 1 else ''} not published there ({named}"
                f"{', …' if len(foreign) > NAMED else ''}): name an empty folder, or move away what is in it."
            )
        self.there = there
        self.checked: set[str] = set()
        if not is_trial:
            path.mkdir(parents=True, exist_ok=True)
            self.journal = (path / JOURNAL).open("a", encoding="utf-8")
            try:
                fcntl.flock(self.journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self.journal.close()
                raise PublishingError(f"Another run is writing into {path}: wait until it has ended.") from error
            for name in there:
                if name.endswith(PART):
                    (path / name).unlink()

    def stamp(self, name: str) -> tuple[int, int]:
        """Size and time of change of a file; (-1, -1) where there is none."""
        try:
            found = os.stat(self.path / name, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return -1, -1
        return found.st_size, found.st_mtime_ns

    def digest_there(self, name: str) -> str:
        """The digest of a file as it lies there; "" where there is none."""
        try:
            return digest_of((self.path / name).read_bytes())
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return ""

    def write(self, name: str, body: bytes) -> bool:
        """Puts a file there, at one moment, if it is not there like this. Says whether it had to."""
        digest = digest_of(body)
        if name in self.there and self.digest_there(name) == digest:
            self.digests[name] = digest
            return False
        if not self.is_trial:
            self.put(name, body)
        self.there.add(name)
        self.digests[name] = digest
        return True

    def put(self, name: str, body: bytes) -> None:
        target = self.path / name
        self.make_room(target)
        if name not in self.there:
            self.journal.write(f"{name}\n")
            self.journal.flush()
        part = target.with_name(f"{target.name}{PART}")
        part.write_bytes(body)
        os.replace(part, target)

    def make_room(self, target: Path) -> None:
        """Makes the folders above a file. Raises where one of them leads out of the folder."""
        above = str(target.parent)
        if above in self.checked:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self.root):
            raise PublishingError(f"{target.parent} leads out of {self.path}: remove that link.")
        self.checked.add(above)

    def remove_all_but(self, kept: set[str]) -> list[str]:
        """Takes away what is ours and is not published any more; the names of these files."""
        gone = sorted(name for name in self.there if name not in kept and not name.endswith(PART))
        for name in gone:
            self.digests.pop(name, None)
            self.there.discard(name)
            if not self.is_trial:
                (self.path / name).unlink(missing_ok=True)
                self.remove_empty((self.path / name).parent)
        for name in set(self.digests) - kept:
            del self.digests[name]
        return gone

    def remove_empty(self, folder: Path) -> None:
        while folder != self.path:
            try:
                folder.rmdir()
            except OSError:  # something is in it
                return
            self.checked.discard(str(folder))
            folder = folder.parent

    def finish(self) -> None:
        """Writes the manifest; from then on what was added needs no journal."""
        if self.is_trial:
            return
        text = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.digests.items())).encode()
        manifest = self.path / MANIFEST
        if not manifest.exists() or manifest.read_bytes() != text:
            part = manifest.with_name(MANIFEST + PART)
            part.write_bytes(text)
            os.replace(part, manifest)
        self.journal.close()
        (self.path / JOURNAL).unlink(missing_ok=True)

    def close(self) -> None:
        if not self.is_trial:
            self.journal.close()


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def read_manifest(path: Path) -> dict[str, str]:
    """The digest of each published file by its name."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line[66:]: line[:64] for line in lines if len(line) > 66}


def read_journal(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def files_in(path: Path) -> Iterator[str]:
    """The files below a folder by their paths in it, but for our notes and what is left alone. Follows no link."""
    pending = [""]
    while pending:
        within = pending.pop()
        try:
            entries = list(os.scandir(path / within))
        except FileNotFoundError:
            return
        for entry in entries:
            name = f"{within}{entry.name}"
            if not within and entry.name in OWN | LEFT_ALONE:
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append(f"{name}/")
            else:
                yield name


def check(path: Path) -> list[str]:
    """What of a published folder is not as it was written, in words; [] where all is well."""
    manifest = path / MANIFEST
    if not manifest.exists():
        raise PublishingError(f"{path} holds no {MANIFEST}: nothing was published there, or no run was finished.")
    digests = read_manifest(manifest)
    there = set(files_in(path))
    found = [f"{name} is missing" for name in sorted(set(digests) - there)]
    found += [f"{name} was not published" for name in sorted(there - set(digests))]
    found += [
        f"{name} was changed"
        for name in sorted(there & set(digests))
        if digest_of((path / name).read_bytes()) != digests[name]
    ]
    return found
