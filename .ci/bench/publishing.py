"""The site written as files: all of it, and after one edit what changed of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import table
from machine import ROOT, shell
from stores import Store

ADDRESS = "https://lab.example.org"
# A paper that is neither the newest nor known for anything, and somebody with papers.
EDITS = {
    "nothing changed": "",
    "a summary edited": """
from publications.models import Publication
paper = Publication.objects.listed().order_by("pk")[{number}]
paper.summary = "Edited by the benchmark."
paper.save()
""",
    "a person renamed": """
from people.models import Person
person = Person.objects.published().members().order_by("pk")[4]
person.name = "Renamed Bythebenchmark"
person.save()
""",
}
TOLD = re.compile(r"(\d+) files, .*: (\d+) pages made, \d+ kept; (\d+) files written, (\d+) removed")


def measure(stores: list[Store]) -> str:
    """For each database: a full run and what one edit costs after it, as a part of the full run."""
    rows = []
    for store in stores:
        with TemporaryDirectory(prefix="labsite-bench-published-") as folder:
            shutil.rmtree(Path(store.environment["LABSITE_DATA_DIR"]) / "publishing", ignore_errors=True)
            full = publish_once(store, folder)
            rows.append(line(store, "everything", full, full))
            for name, edit in EDITS.items():
                if edit:
                    shell(store.environment, edit.format(number=store.size // 3))
                rows.append(line(store, name, publish_once(store, folder), full))
                print(" | ".join(rows[-1]), flush=True)  # a run takes an hour at ten thousand
    heads = [
        "publications", "database", "what", "seconds", "processor s", "of the full run", "pages made", "files written",
        "removed", "MB",
    ]  # fmt: skip
    return table(heads, rows)


def line(store: Store, name: str, run: dict[str, float], full: dict[str, float]) -> list[str]:
    part = f"{run['processor'] / full['processor']:.1%}" if run is not full else ""
    return [
        f"{store.size:,}", store.database, name, f"{run['seconds']:,.1f}", f"{run['processor']:,.1f}", part,
        f"{run['made']:,.0f}", f"{run['written']:,.0f}", f"{run['removed']:,.0f}", f"{run['memory']:,.0f}",
    ]  # fmt: skip


def publish_once(store: Store, folder: str) -> dict[str, float]:
    """Seconds, processor seconds and megabytes of the command, and what it says it did."""
    began = time.perf_counter()
    command = [sys.executable, "-W", "ignore", "manage.py", "publish", folder, "--address", ADDRESS]
    child = subprocess.Popen(command, cwd=ROOT, env=store.environment, stdout=subprocess.PIPE, text=True)
    told = child.stdout.read() if child.stdout else ""
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    found = TOLD.search(told)
    if child.returncode or not found:
        sys.exit(f"Publishing {store.size} publications ended with {child.returncode}: {told}")
    _, made, written, removed = map(int, found.groups())
    return {
        "seconds": time.perf_counter() - began, "processor": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024, "made": made, "written": written, "removed": removed,
    }  # fmt: skip
