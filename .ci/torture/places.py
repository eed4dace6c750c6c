"""Scratch sites: a database that is copied from one that was filled once, and a folder for everything else."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cluster import Cluster
from machine import manage
from stores import site_environment

from labsite.tests.killing.forked import forked

FILLINGS = {"empty": [], "demo": [["loaddata", "demo", "-v", "0"]]}


class Places:
    """All sites of a run. `folder` goes with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cluster: Cluster | None = None
        self.count = 0
        self.templates: dict[tuple[str, str], Path | str] = {}
        self.static = folder / "static"

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = Cluster()
        return self._cluster

    def environment(self, folder: Path, address: str) -> dict[str, str]:
        folder.mkdir(parents=True, exist_ok=True)
        if not self.static.exists():
            own = site_environment(self.folder, "", LABSITE_DATA_DIR=str(self.folder))
            manage(own, "collectstatic", "--no-input", "-v", "0")
        if not (folder / "static").exists():
            (folder / "static").symlink_to(self.static)
        return site_environment(folder, address, PAGE_CACHE_MB=os.environ.get("PAGE_CACHE_MB", "16"))

    @contextmanager
    def site(self, database: str, filling: str = "empty") -> Iterator[dict[str, str]]:
        """The environment of a new site on SQLite or PostgreSQL, filled as `FILLINGS` says."""
        template = self.template(database, filling)
        folder, name, environment = self.begin(database)
        self.copy(database, template, folder, name)
        try:
            yield environment
        finally:
            self.end(database, folder, name)

    def begin(self, database: str) -> tuple[Path, str, dict[str, str]]:
        self.count += 1
        folder, name = self.folder / f"site-{self.count}", f"site_{self.count}"
        address = "" if database == "SQLite" else self.cluster.address(name)
        return folder, name, self.environment(folder, address)

    def template(self, database: str, filling: str) -> Path | str:
        """The file or the name of a database that nobody uses."""
        if (database, filling) not in self.templates:
            folder, name, environment = self.begin(database)
            if database == "PostgreSQL":
                self.cluster.run(f'CREATE DATABASE "{name}"')
            manage(environment, "migrate", "--verbosity", "0")
            for command in FILLINGS[filling]:
                manage(environment, *command)
            self.templates[database, filling] = folder / "labsite.sqlite3" if database == "SQLite" else name
        return self.templates[database, filling]

    def keep_copy(self, database: str, filling: str, environment: dict[str, str]) -> None:
        """From now on what this site is now is what a site with `filling` begins with."""
        folder, name, _ = self.begin(database)
        own = environment["DATABASE_URL"].rpartition("/")[2]
        source = Path(environment["LABSITE_DATA_DIR"]) / "labsite.sqlite3" if database == "SQLite" else own
        self.copy(database, source, folder, name)
        self.templates[database, filling] = folder / "labsite.sqlite3" if database == "SQLite" else name

    def copy(self, database: str, template: Path | str, folder: Path, name: str) -> None:
        if database == "SQLite":
            copy_file(Path(template), folder / "labsite.sqlite3")
        else:
            self.cluster.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self.cluster.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def renew(self, database: str, environment: dict[str, str], filling: str) -> None:
        """Makes the site what it was at its beginning."""
        folder = Path(environment["LABSITE_DATA_DIR"])
        self.copy(database, self.template(database, filling), folder, environment["DATABASE_URL"].rpartition("/")[2])

    def end(self, database: str, folder: Path, name: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if database == "PostgreSQL":
            self.cluster.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def forked_site(self, database: str, filling: str = "empty") -> Iterator[tuple[Any, dict[str, str]]]:
        """A site and the process that does deeds in it."""
        with self.site(database, filling) as environment, forked(environment) as deeds:
            yield deeds, environment

    def close(self) -> None:
        if self._cluster:
            self._cluster.stop()


def copy_file(source: Path, target: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        to.execute("PRAGMA journal_mode=WAL")
        from_.backup(to)
