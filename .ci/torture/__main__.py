"""What must survive kills, cuts of power, failing disks and crowds: `make torture`. Its report: docs/reliability.md.

    SECTIONS=import,web,…         all that are below unless named
    DATABASES=sqlite,postgresql
    ROUNDS=60                     in place of each section's own number
    WRITERS=64 SECONDS=600        of the sections with writers, and of the soak

A section that finds a fault says so in its line, which is not kept; one whose figure is not what it should be says so
too, and is kept. The others go on, and the run ends with an error. PostgreSQL is a server of our own, because it is
killed too.
"""

from __future__ import annotations

import datetime
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / ".ci" / "bench")]

import crowds  # noqa: E402
import disks  # noqa: E402
import killed  # noqa: E402
import versions  # noqa: E402
from figures import Found, verdict  # noqa: E402
from machine import describe  # noqa: E402
from places import Places  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- torture -->\n", "<!-- end of torture -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEADS = ["section", "database", "what came of it", "seconds", "when"]
ROW = re.compile(r"^\| ([a-z]+) \| (\w+) \|")


@dataclass(frozen=True)
class Section:
    """What `act` does to a site on one database, `rounds` times: in words, or with figures that judge it."""

    act: Callable[[Places, str, int], str | Found]
    rounds: int
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")


# Imports, workers and restores are killed a thousand times on each database.
SECTIONS = {
    "import": Section(killed.kill_imports, 740),
    "web": Section(killed.kill_workers, 200),
    "restore": Section(killed.kill_restores, 60),
    "photo": Section(killed.kill_uploads, 200),
    "migrate": Section(killed.kill_migrations, 40),
    "postgresql": Section(crowds.kill_postgresql, 40, ("PostgreSQL",)),
    "disk": Section(disks.fail_calls, 200, ("SQLite",)),
    "power": Section(disks.cut_power, 300, ("SQLite",)),
    "writers": Section(crowds.write_often, 10_000),
    "backup": Section(crowds.back_up_meanwhile, 5),
    "drill": Section(versions.restore_on_an_empty_machine, 1),
    "upgrade": Section(versions.migrate_many, 1),
    "readers": Section(crowds.read_during_write, 30),
    "soak": Section(crowds.soak, 1),
}


def chosen(variable: str, known: list[str]) -> list[str]:
    words = [word.strip().lower() for word in os.environ.get(variable, "").split(",") if word.strip()] or known
    if unknown := set(words) - set(known):
        sys.exit(f"{variable} knows no '{', '.join(sorted(unknown))}': use {', '.join(known)}.")
    return words


def number(variable: str, default: int) -> int:
    try:
        return int(os.environ.get(variable) or default)
    except ValueError:
        sys.exit(f"{variable} is '{os.environ[variable]}': give a number.")


def keep(name: str, database: str, line: str) -> None:
    """Puts the line in the place of the former one of this section and database."""
    page = PAGE.read_text(encoding="utf-8")
    if BEGIN not in page or END not in page:
        sys.stdout.write(f"{PAGE.name} has no place for it.\n")
        return
    before, rest = page.split(BEGIN, 1)
    inside, after = rest.split(END, 1)
    lines = {match.groups(): row for row in inside.splitlines() if (match := ROW.match(row)) and match[1] in SECTIONS}
    lines[name, database] = line
    order = list(SECTIONS)
    rows = [lines[key] for key in sorted(lines, key=lambda key: (order.index(key[0]), key[1] != "SQLite"))]
    table = "\n".join(["| " + " | ".join(HEADS) + " |", "|" + " --- |" * len(HEADS), *rows])
    PAGE.write_text(f"{before}{BEGIN}{describe()}.\n\n{table}\n\n{END}{after}", encoding="utf-8")


def run(name: str, database: str, places: Places, rounds: int) -> tuple[int, int]:
    """How many faults were found, none or one, and how many figures are not held."""
    section, began = SECTIONS[name], time.monotonic()
    try:
        found, faults = section.act(places, database, rounds), 0
    except Exception as error:
        traceback.print_exc()
        found, faults = f"FAILED: {type(error).__name__}: {' '.join(str(error).split())[:300]}", 1
    found = found if isinstance(found, Found) else Found(found)
    seconds = f"{time.monotonic() - began:,.0f}"
    cells = [name, database, str(found).replace("|", "/"), seconds, f"{datetime.date.today()}"]
    line = "| " + " | ".join(cells) + " |"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if not faults:
        keep(name, database, line)
    return faults, len(found.not_held)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are ended when it is
    sections = chosen("SECTIONS", list(SECTIONS))
    databases = [NAMES[word] for word in chosen("DATABASES", list(NAMES))]
    sys.stdout.write(f"{describe()}\n| {' | '.join(HEADS)} |\n")
    faults = not_held = 0
    with tempfile.TemporaryDirectory(prefix="labsite-torture-") as folder:
        places = Places(Path(folder))
        try:
            for name in sections:
                for database in [each for each in SECTIONS[name].databases if each in databases]:
                    result = run(name, database, places, number("ROUNDS", SECTIONS[name].rounds))
                    faults, not_held = faults + result[0], not_held + result[1]
        finally:
            places.close()
    line, status = verdict(faults, not_held)
    sys.stdout.write(f"{line}.\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
