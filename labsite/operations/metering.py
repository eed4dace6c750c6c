"""Counts what a process answers, and adds up what all processes of this machine counted.

Workers are processes that know nothing of each other. Each writes its counts to a file of its own in the data folder's
`metrics`, every few seconds, and holds a lock on a second file for as long as it lives. Whoever is asked adds up all
files; what a process that has ended counted goes into one file for all of these, so that no total ever falls.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from labsite.lib.renditions import write_whole

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
EVERY = 5.0  # seconds between two writes of a process's counts
FORGOTTEN = 7 * 86_400  # seconds after which the file of another machine that writes it no more is removed


class Counts:
    """Requests by route and status, times by route, answers by the page cache. Adds up, and goes through JSON."""

    def __init__(self) -> None:
        self.requests: dict[str, int] = {}  # "route status"
        self.times: dict[str, list[float]] = {}  # by route: how many within each bound, how many in all, seconds
        self.pages: dict[str, int] = {}  # "hit", "miss", "live"
        self.refusals: dict[str, int] = {}  # by bound

    def add(self, route: str, status: int, seconds: float, page: str) -> None:
        key = f"{route} {status}"
        self.requests[key] = self.requests.get(key, 0) + 1
        times = self.times.get(route)
        if times is None:
            times = self.times[route] = [0.0] * (len(BOUNDS) + 2)
        place = bisect_left(BOUNDS, seconds)
        if place < len(BOUNDS):
            times[place] += 1
        times[-2] += 1
        times[-1] += seconds
        self.pages[page] = self.pages.get(page, 0) + 1

    def merge(self, told: dict[str, Any]) -> None:
        """Adds what `as_json` of another gave. What is of another form is left out."""
        for name in ("requests", "pages", "refusals"):
            own = getattr(self, name)
            for key, number in told.get(name, {}).items():
                own[key] = own.get(key, 0) + number
        for route, times in told.get("times", {}).items():
            if len(times) == len(BOUNDS) + 2:
                before = self.times.get(route) or [0.0] * len(times)
                self.times[route] = [sum(pair) for pair in zip(before, times, strict=True)]

    def as_json(self) -> dict[str, Any]:
        return {"requests": self.requests, "times": self.times, "pages": self.pages, "refusals": self.refusals}


class Meter:
    """The counts of this process. `gauges` gives what is true of it now: bytes and pages it keeps."""

    def __init__(self, folder: Path, gauges: Callable[[], dict[str, float]] = dict) -> None:
        self.folder, self.gauges = folder, gauges
        self.machine = socket.gethostname().replace(".", "-")[:60]
        self.name = f"{self.machine}.{os.getpid()}-{secrets.token_hex(4)}"
        self.counts = Counts()
        self.lock = threading.Lock()
        self.is_dirty = True
        folder.mkdir(parents=True, exist_ok=True)
        # Held for as long as the process lives.
        self.alive = os.open(folder / f"{self.name}.lock", os.O_CREAT | os.O_WRONLY, 0o640)
        fcntl.flock(self.alive, fcntl.LOCK_EX)

    def end(self) -> None:
        """What happens by itself when the process ends, however it does."""
        os.close(self.alive)

    def start(self) -> None:
        """Has the counts written from now on."""
        threading.Thread(target=self.write_again_and_again, name="metrics", daemon=True).start()
        Finalize(None, self.write_quietly, exitpriority=1)  # also runs where multiprocessing ends a worker

    def write_quietly(self) -> None:
        with suppress(OSError):  # a full disk loses no counts: they are written when there is room
            self.write()

    def write_again_and_again(self) -> None:
        while True:
            self.write_quietly()
            time.sleep(EVERY)

    def add(self, route: str, status: int, seconds: float, page: str) -> None:
        """About two microseconds."""
        with self.lock:
            self.counts.add(route, status, seconds, page)
            self.is_dirty = True

    def add_refusal(self, bound: str) -> None:
        """Somebody's allowance was used up."""
        with self.lock:
            self.counts.refusals[bound] = self.counts.refusals.get(bound, 0) + 1
            self.is_dirty = True

    def write(self) -> None:
        with self.lock:
            if not self.is_dirty:
                return
            text = json.dumps({**self.counts.as_json(), "gauges": self.gauges()})
            self.is_dirty = False
        try:
            write_whole(self.folder / f"{self.name}.json", text.encode())
        except OSError:
            self.is_dirty = True
            raise

    def total(self) -> tuple[Counts, dict[str, float]]:
        """The counts of all processes of this machine, dead ones included; the gauges of those that live, added up."""
        self.write_quietly()
        total, gauges = Counts(), {"processes": 0.0}
        with self.held():
            ended = self.folder / f"{self.machine}.ended.json"
            past = Counts()
            past.merge(read(ended))
            gone = []
            for path in sorted(self.folder.glob(f"{self.machine}.*-*.json")):
                told = read(path)
                if is_alive(path.with_suffix(".lock")):
                    total.merge(told)
                    gauges["processes"] += 1
                    for name, value in told.get("gauges", {}).items():
                        gauges[name] = gauges.get(name, 0.0) + value
                else:
                    past.merge(told)
                    gone.append(path)
            if gone:
                self.bury(ended, past, gone)
            total.merge(past.as_json())
        return total, gauges

    def bury(self, ended: Path, past: Counts, gone: list[Path]) -> None:
        """Keeps what ended processes counted in one file, and removes theirs."""
        # Removed first: a crash in between forgets counts, the other way round it would count them twice.
        for path in gone:
            path.unlink(missing_ok=True)
            path.with_suffix(".lock").unlink(missing_ok=True)
        write_whole(ended, json.dumps(past.as_json()).encode())
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):  # another machine cleans up too
                if not path.name.startswith(f"{self.machine}.") and time.time() - path.stat().st_mtime > FORGOTTEN:
                    path.unlink()

    @contextmanager
    def held(self) -> Iterator[None]:
        """One at a time: two that are asked at once do not both bury the same process."""
        with open(self.folder / f"{self.machine}.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def read(path: Path) -> dict[str, Any]:
    """What a file tells; nothing where there is none, or no whole one."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def is_alive(lock: Path) -> bool:
    """Whether a process holds the lock, as each does while it lives, however it ends."""
    try:
        with open(lock) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


own: Meter | None = None  # of this process, once it is asked for


def start(folder: Path, gauges: Callable[[], dict[str, float]]) -> None:
    """Begins to count in this process."""
    global own  # noqa: PLW0603 - there is one process
    own = Meter(folder, gauges)
    own.start()
