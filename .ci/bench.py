"""Measures what must not get slow: `make bench`. Prints ratios and rates of one run; asserts nothing.

Needs nothing but the machine: SQLite in a temporary folder, and PostgreSQL as the tests find it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from test import postgresql

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
COUNT = int(os.environ.get("RECORDS", "10000"))


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def import_once(environment: dict[str, str], path: Path) -> tuple[float, float, dict]:
    """Seconds, MB at most of any process, and the report."""
    began = time.perf_counter()
    report = json.loads(manage(environment, "import_publications", str(path), "--format", "json"))
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, report


def bench_import(database: str, environment: dict[str, str], path: Path) -> None:
    manage(environment, "migrate", "--verbosity", "0")
    for name in ("first import", "same file again"):
        seconds, memory, report = import_once(environment, path)
        counts = {key: report[key] for key in ("created", "updated", "unchanged", "conflicts", "rejected")}
        told = ", ".join(f"{number:,} {key}" for key, number in counts.items() if number)
        accounted = sum(counts.values()) == report["total"] == len(report["entries"])
        print(
            f"| {database} | {name} | {report['total'] / seconds:,.0f} | {seconds:.1f} | {memory:.0f} | {told} "
            f"| {'yes' if accounted else 'NO'} |",
            flush=True,
        )


def main() -> None:
    from labsite.tests.bibliography import make_bibliography  # noqa: PLC0415 - needs the path above

    with tempfile.TemporaryDirectory(prefix="labsite-bench-") as folder:
        path = Path(folder) / "bench.bib"
        path.write_text("".join(make_bibliography(COUNT)), encoding="utf-8")
        size = path.stat().st_size / 2**20
        print(f"Import of {COUNT:,} BibTeX records ({size:.1f} MB), {os.cpu_count()} cores")
        print("| database | what | records a second | seconds | MB | what became of them | all accounted for |")
        print("|---|---|---|---|---|---|---|")
        environment = {**os.environ, "DEBUG": "off", "SECRET_KEY": "for-benchmarks-only-" + "x" * 40, "HTTPS": "off"}
        environment |= {"LABSITE_DATA_DIR": f"{folder}/sqlite", "DATABASE_URL": ""}
        bench_import("SQLite", environment, path)
        bench_names(environment)
        with postgresql() as url:
            base, _, name = url.partition("?")[0].rpartition("/")
            query = url.partition("?")[2]
            own = f"{base}/labsite_bench_{os.getpid()}" + (f"?{query}" if query else "")
            server = f"{base}/postgres" + (f"?{query}" if query else "")
            run_sql(server, f'CREATE DATABASE "labsite_bench_{os.getpid()}"')
            try:
                bench_import("PostgreSQL", {**environment, "DATABASE_URL": own}, path)
            finally:
                run_sql(server, f'DROP DATABASE "labsite_bench_{os.getpid()}"')


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


def bench_names(environment: dict[str, str]) -> None:
    """Precision and recall of links to people; wrong ones are named one by one."""
    print("\nLinks to people made without a question")
    print(manage(environment, "shell", "--no-imports", "-c", NAMES), flush=True)
    print("| database | what | records a second | seconds | MB | what became of them | all accounted for |")
    print("|---|---|---|---|---|---|---|")


def run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


if __name__ == "__main__":
    main()
