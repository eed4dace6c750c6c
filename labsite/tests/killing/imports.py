"""Imports killed at random instants, in a site that is asked after each kill whether all is whole."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

from labsite.tests.killing.forked import Forked

BATCH = 10  # entries in a transaction, so that a second sees many commits
ENTRIES = 100  # of a file; the next one when all are in
MESSAGE = re.compile(r"^(CommandError|SystemCheckError): ", re.M)  # what a person reads in place of a traceback


class Killings:
    """Imports of one file after the other into one site."""

    def __init__(self, site: Forked, path: Path) -> None:
        self.site, self.path = site, path
        self.chance = random.Random(11)  # noqa: S311 - instants
        self.files = self.met_work = self.unacknowledged = 0
        self.next_file()
        # An undisturbed run says how long one takes here.
        began = time.monotonic()
        self.site.run("import_file", str(path), BATCH)
        self.lasts = time.monotonic() - began
        self.before = self.check(self.site.run("state_of_imports"))
        self.next_file()

    def next_file(self) -> None:
        self.files += 1
        self.site.run("write_bibliography", str(self.path), self.files * ENTRIES, ENTRIES)

    def run(self, rounds: int) -> None:
        for _ in range(rounds):
            self.kill_once()

    def kill_once(self) -> None:
        deed = self.site.start("import_file", str(self.path), BATCH)
        time.sleep(self.chance.uniform(0.02, self.lasts))
        done = deed.kill()
        state = self.check(self.site.run("state_of_imports"))
        is_new = len(state["entries"]) > len(self.before["entries"])
        stored, told = state["entries"][-1] if is_new else 0, acknowledged(done.said)
        assert stored >= told, f"{told} entries were told to be in, {stored} are"
        self.unacknowledged += stored > told
        self.met_work += is_new and done.returncode != 0
        self.before = state
        if state["papers"] >= self.files * ENTRIES:
            self.next_file()

    def check(self, state: dict[str, Any]) -> dict[str, Any]:
        """`state`, whose parts agree. No batch is there in part."""
        assert state["problems"] == []
        assert state["papers"] == state["created"]
        assert state["without_authors"] == state["without_digest"] == state["without_version"] == 0
        assert all(count % BATCH == 0 for count in state["entries"]), state["entries"]
        return state

    def complete(self) -> None:
        """A run to the end brings in what is missing, and another one nothing."""
        self.site.run("import_file", str(self.path), BATCH)
        state = self.check(self.site.run("state_of_imports"))
        assert state["papers"] == self.files * ENTRIES
        self.site.run("import_file", str(self.path), BATCH)
        assert self.site.run("state_of_imports")["papers"] == state["papers"]


def check_whole(state: dict[str, Any], said: str, batch: int, where: str) -> None:
    """What an import that could not write has left in an empty site: whole batches, and all that it told to be in."""
    assert state["problems"] == [], f"{where}: {state['problems']}"
    assert state["papers"] == state["created"], f"{where}: {state}"
    assert state["without_authors"] == state["without_digest"] == state["without_version"] == 0, f"{where}: {state}"
    assert all(count % batch == 0 for count in state["entries"]), f"{where}: {state['entries']}"
    assert not state["entries"] or state["entries"][-1] >= acknowledged(said), where


def acknowledged(said: str) -> int:
    """The entries that the deed `import_file` has told to be in."""
    numbers = [line.split()[0] for line in said.replace("\r", "\n").splitlines() if " entries, " in line]
    return max((int(number.replace(",", "")) for number in numbers), default=0)
