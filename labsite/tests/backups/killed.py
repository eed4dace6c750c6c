"""A restore that ends in the middle: `python -m labsite.tests.backups.killed POINT ARCHIVE TABLES`.

Run by test_killed.py with the environment of the site. TABLES is a database file with empty tables.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import django


def die(*args: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(number: int, function: Any) -> Any:
    """`function`, until it is called for the `number`th time."""
    calls = []

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(args)
        if len(calls) == number:
            die()
        return function(*args, **options)

    return counted


def main(point: str, archive: str, tables: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "labsite.settings"
    django.setup()
    from labsite.backups import loading, replacing, restoring, swapping  # noqa: PLC0415 - settings come first
    from labsite.tests.backups.site import copy_tables  # noqa: PLC0415

    def copied_in_steps(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
            from_.backup(to, pages=50, progress=at_call(4, lambda *numbers: None))

    loading.make_tables = lambda scratch, manifest: copy_tables(Path(tables), scratch)
    if point == "rows":
        loading.load_table = at_call(60, loading.load_table)
    elif point == "files":
        replacing.write_whole = at_call(2, replacing.write_whole)
    elif point == "pages":
        keep = swapping.copy_pages
        steps = iter([keep, copied_in_steps])
        swapping.copy_pages = lambda source, target: next(steps)(source, target)
    elif point == "place":
        restoring.replacing.set_aside = die
    else:
        threading.Timer(float(point), die).start()
    with restoring.whole_archive(Path(archive), None) as opened:
        restoring.restore(opened, lambda words: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
