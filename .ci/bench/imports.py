"""Imports of BibTeX: records a second, memory, what became of them, and how readers fare meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

from asking import Reader, table
from machine import ROOT, Granian, manage, run_sql, shell
from stores import Stores, site_environment

PAUSE = 0.05  # seconds between two questions of the reader
READ = ["/publications/", "/", "/publications/?year=2020", "/publications/?q=sparse+networks"]
NAMES = """
import sys
from django.test.runner import DiscoverRunner
from publications.tests.name_benchmark import report, run_benchmark
runner = DiscoverRunner(verbosity=0, interactive=False)
before = runner.setup_databases()
parts = run_benchmark()
runner.teardown_databases(before)
sys.stdout.write(report(parts))
"""


class Watching(threading.Thread):
    """A visitor who reads page after page until told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.stopped = port, threading.Event()
        self.times: list[float] = []
        self.failures = 0

    def run(self) -> None:
        reader, number = Reader(self.port), 0
        while not self.stopped.wait(PAUSE):
            try:
                status, _, _, spent = reader.get(READ[number % len(READ)])
            except OSError:
                status, spent, reader = 0, 0.0, Reader(self.port)
            self.times.append(spent)
            self.failures += status != 200
            number += 1

    def stop(self) -> None:
        self.stopped.set()
        self.join(60)


def import_once(environment: dict[str, str], path: Path) -> tuple[float, float, dict]:
    """Seconds, MB at most, and the report."""
    began = time.perf_counter()
    report = path.with_suffix(".json")
    with report.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "manage.py", "import_publications", str(path), "--format", "json"],
            cwd=ROOT, env=environment, stdout=out,
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"The import of {path.name} ended with {child.returncode}.")
    return time.perf_counter() - began, used.ru_maxrss / 1024, json.loads(report.read_text())


def measure(databases: list[str], records: list[int], folder: Path, stores: Stores) -> str:
    """Section d: each file into an empty database, and once more."""
    from labsite.tests.bibliography import make_bibliography  # noqa: PLC0415 - needs the path that the start sets

    rows = []
    for count in records:
        path = folder / f"import-{count}.bib"
        path.write_text("".join(make_bibliography(count)), encoding="utf-8")
        for database in databases:
            place = folder / f"import-{database.lower()}-{count}"
            place.mkdir(exist_ok=True)
            name = f"labsite_bench_import_{os.getpid()}" if database == "PostgreSQL" else ""
            if name:
                run_sql(stores.address("postgres"), f'CREATE DATABASE "{name}"')
            else:
                (place / "labsite.sqlite3").unlink(missing_ok=True)
            try:
                rows += import_twice(database, site_environment(place, stores.address(name) if name else ""), path)
            finally:
                if name:
                    run_sql(stores.address("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')
    heads = ["database", "what", "records", "a second", "seconds", "MB", "what became of them", "all accounted for",
             "reads meanwhile, ms: median / worst", "failed"]  # fmt: skip
    return "\n" + table(heads, rows)


def import_twice(database: str, environment: dict[str, str], path: Path) -> list[list[str]]:
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    rows = []
    for name in ("first import", "same file again"):
        server = Granian(environment)
        watching = Watching(server.port)
        try:
            watching.start()
            seconds, memory, report = import_once(environment, path)
            watching.stop()
        finally:
            server.stop()
        counts = {key: report[key] for key in ("created", "updated", "unchanged", "conflicts", "rejected")}
        told = ", ".join(f"{number:,} {key}" for key, number in counts.items() if number)
        accounted = sum(counts.values()) == report["total"] == len(report["entries"])
        rows.append(
            [
                database, name, f"{report['total']:,}", f"{report['total'] / seconds:,.0f}", f"{seconds:,.1f}",
                f"{memory:,.0f}", told, "yes" if accounted else "NO",
                f"{median(watching.times):,.0f} / {max(watching.times):,.0f}",
                f"{watching.failures} of {len(watching.times):,}",
            ]
        )  # fmt: skip
        print("| " + " | ".join(rows[-1]) + " |", flush=True)
    return rows


def measure_names(folder: Path) -> str:
    """Precision and recall of links to people; wrong ones are named one by one."""
    place = folder / "names"
    place.mkdir(exist_ok=True)
    told = shell(site_environment(place, ""), NAMES).strip()
    return f"\nLinks to people made without a question:\n\n```\n{told}\n```\n"
