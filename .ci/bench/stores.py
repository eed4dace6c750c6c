"""Databases of generated publications, one for each size, so that all sizes can be asked in turn within one run.

Each grows out of a copy of the next smaller one. In `BENCH_DIR` they are kept for the next run; a change of the
generator or a new migration makes them anew. After a change of what is derived, empty the folder by hand.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from machine import ROOT, manage, run_sql

MADE_BY = ["labsite/tests/generated.py", "labsite/tests/chances.py"]
# A database that can be made again needs no safety: at a million, SQLite takes half an hour and not two hours.
GROW = """
from django.db import connection
from labsite.tests.generated import grow
if connection.vendor == "sqlite":
    with connection.cursor() as cursor:
        for setting in ("synchronous = OFF", "cache_size = -2000000", "wal_autocheckpoint = 40000"):
            cursor.execute(f"PRAGMA {{setting}}")
grow({begin}, {end})
"""


@dataclass(frozen=True)
class Store:
    """A database with `size` publications, and the environment of a site on it."""

    database: str  # SQLite or PostgreSQL
    size: int
    environment: dict[str, str]
    bytes: int

    def read_through(self) -> None:
        """Has the system read all its files once, as far as they are on this machine and may be read."""
        files: list[Path] = []
        if self.database == "SQLite":
            files = [Path(self.environment["LABSITE_DATA_DIR"]) / "labsite.sqlite3"]
        else:
            with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
                try:
                    folder, number = connection.execute(
                        "SELECT current_setting('data_directory'), oid FROM pg_database "
                        "WHERE datname = current_database()"
                    ).fetchone()
                except psycopg.errors.InsufficientPrivilege:
                    return
            with suppress(OSError):
                files = sorted(Path(folder, "base", str(number)).glob("*"))
        for path in files:
            with suppress(OSError), path.open("rb") as file:
                while file.read(1 << 22):
                    pass


def site_environment(folder: Path, url: str, **further: str) -> dict[str, str]:
    """The environment of a site in production that speaks plain http."""
    return {
        **os.environ, "DEBUG": "off", "HTTPS": "off", "SECRET_KEY": "for-benchmarks-only-" + "x" * 40,
        "LABSITE_DATA_DIR": str(folder), "DATABASE_URL": url, "ALLOWED_HOSTS": "127.0.0.1", "ONLINE_SOURCES": "off",
        **further,
    }  # fmt: skip


def fingerprint() -> str:
    """Changes with whatever generated data depend on."""
    migrations = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("*/migrations/0*.py"))
    parts = ["\n".join(migrations), *((ROOT / name).read_text() for name in MADE_BY)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


class Stores:
    """Makes them, smallest first, SQLite and PostgreSQL at the same time."""

    def __init__(self, folder: Path, postgresql: str) -> None:
        """`postgresql` is the address of a database on a server where others may be made beside it; or ""."""
        self.folder = folder
        base, _, query = postgresql.partition("?")
        self.base, self.query = base.rpartition("/")[0], f"?{query}" if query else ""
        self.mark = fingerprint()
        self.made: list[str] = []
        self.tag = f"kept_{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}" if kept() else str(os.getpid())

    def address(self, name: str) -> str:
        return f"{self.base}/{name}{self.query}"

    def provide(self, databases: list[str], sizes: list[int]) -> list[Store]:
        """All of them, in the order of databases and sizes. Prints how long each took."""
        with ThreadPoolExecutor(len(databases)) as pool:
            found = [each for row in pool.map(lambda name: self.provide_sizes(name, sizes), databases) for each in row]
        for store in found:
            self.provide_static_files(Path(store.environment["LABSITE_DATA_DIR"]), store.environment)
        return found

    def provide_sizes(self, database: str, sizes: list[int]) -> list[Store]:
        found: list[Store] = []
        for size in sorted(sizes):
            found.append(self.provide_one(database, size, found[-1] if found else None))
        return found

    def provide_one(self, database: str, size: int, smaller: Store | None) -> Store:
        folder = self.folder / f"{database.lower()}-{size}"
        mark = folder / "made-by"
        name = f"labsite_bench_{self.tag}_{size}" if database == "PostgreSQL" else ""
        environment = site_environment(folder, self.address(name) if name else "")
        is_made = mark.exists() and mark.read_text() == self.mark and (not name or self.has(name))
        if not is_made:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            began = time.monotonic()
            begin = self.copy(smaller, folder, name)
            manage(environment, "migrate", "--verbosity", "0")
            self.fill(database, environment, begin, size)
            print(f"{database}: {size:,} publications made in {time.monotonic() - began:,.0f} s", flush=True)
            mark.write_text(self.mark)
        return Store(database, size, environment, self.bytes_of(folder, name))

    def has(self, name: str) -> bool:
        """Whether the server still has this database: one that was started for an earlier run is gone."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def copy(self, smaller: Store | None, folder: Path, name: str) -> int:
        """Begins the database as a copy of the smaller one; gives how many publications it has then."""
        if name:
            server = self.address("postgres")
            run_sql(server, f'DROP DATABASE IF EXISTS "{name}"')
            template = f' TEMPLATE "labsite_bench_{self.tag}_{smaller.size}"' if smaller else ""
            run_sql(server, f'CREATE DATABASE "{name}"{template}')
            self.made.append(name)
        elif smaller:
            shutil.copy(Path(smaller.environment["LABSITE_DATA_DIR"]) / "labsite.sqlite3", folder)
        return smaller.size if smaller else 0

    def fill(self, database: str, environment: dict[str, str], begin: int, end: int) -> None:
        shell_code = GROW.format(begin=begin, end=end)
        manage(environment, "shell", "--no-imports", "-c", shell_code)
        if database == "PostgreSQL":  # as its own housekeeping does within minutes
            run_sql(environment["DATABASE_URL"], "VACUUM ANALYZE")

    def provide_static_files(self, folder: Path, environment: dict[str, str]) -> None:
        """Collected once; every site of the run has the same."""
        shared = self.folder / "static"
        if not shared.exists():
            manage(environment | {"LABSITE_DATA_DIR": str(self.folder)}, "collectstatic", "--no-input", "-v", "0")
        if not (folder / "static").exists():
            (folder / "static").symlink_to(shared)

    def bytes_of(self, folder: Path, name: str) -> int:
        if not name:
            return (folder / "labsite.sqlite3").stat().st_size
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            return connection.execute("SELECT pg_database_size(%s)", [name]).fetchone()[0]

    def drop(self) -> None:
        """Leaves nothing behind, unless it is to be kept."""
        if not kept():
            for name in self.made:
                run_sql(self.address("postgres"), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def kept() -> bool:
    return bool(os.environ.get("BENCH_DIR"))
