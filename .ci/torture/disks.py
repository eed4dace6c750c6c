"""Disks that fail, one call after the other, and cuts of power that lose what was not yet on the disk. SQLite's files.

Both watch an import through strace. PostgreSQL writes in processes of its own: the section `postgresql` kills those.
"""

from __future__ import annotations

import contextlib
import random
import re
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from places import Places

from labsite.tests.killing.forked import Deed
from labsite.tests.killing.imports import MESSAGE, acknowledged, check_whole

CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat2,unlink"
ERRORS = ["EIO", "ENOSPC"]
ENTRIES, BATCH = 20, 5
ATTACHED_WITHIN = 20  # seconds


@contextmanager
def traced(deed: Deed, *options: str) -> Iterator[None]:
    """strace is there before the deed, which waits, does anything."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-p", str(deed.pid), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + ATTACHED_WITHIN
        while "TracerPid:\t0\n" in Path(f"/proc/{deed.pid}/status").read_text():
            assert time.monotonic() < end and tracer.poll() is None, "strace may not watch a process here"
            time.sleep(0.005)
        end_wait(deed)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            tracer.terminate()
        tracer.wait()


def end_wait(deed: Deed) -> None:
    """Tells the deed to go. A signal that comes while strace takes hold of it is lost: it is sent until heard."""
    end = time.monotonic() + ATTACHED_WITHIN
    while time.monotonic() < end:
        deed.go()
        time.sleep(0.02)
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{deed.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "tT":
                return


def fail_calls(places: Places, database: str, rounds: int) -> str:
    """H7: each of the first `rounds` calls that write, EIO and ENOSPC by turns."""
    ends = {"a message": 0, "no harm": 0, "its output gone": 0}
    silent = []
    with places.forked_site(database) as (site, environment):
        folder = Path(environment["LABSITE_DATA_DIR"])
        path, log = folder / "failing.bib", folder / "calls.txt"
        site.run("write_bibliography", str(path), 0, ENTRIES)
        calls = watch_once(site.start("import_on_the_command_line", str(path), BATCH, waits=True), log)
        seen: dict[str, int] = {}
        for number, (call, is_output) in enumerate(calls[:rounds]):
            seen[call] = seen.get(call, 0) + 1  # strace counts each kind of call for itself
            where = f"{call} {seen[call]}, {ERRORS[number % 2]}"
            places.renew(database, environment, "empty")
            deed = site.start("import_on_the_command_line", str(path), BATCH, waits=True)
            fault = f"inject={call}:error={ERRORS[number % 2]}:when={seen[call]}"
            with traced(deed, "-e", f"trace={call}", "-e", fault, "-o", "/dev/null"):
                done = deed.wait()
            check_whole(site.run("state_of_imports"), done.said, BATCH, where)
            if done.returncode and not MESSAGE.search(done.said) and not is_output:
                silent.append(f"{where}: {done.said[-300:]}")
            ends["no harm" if not done.returncode else "its output gone" if is_output else "a message"] += 1
            site.run("import_file", str(path), BATCH)
            after = site.run("state_of_imports")
            assert after["papers"] == ENTRIES, f"{where}: {after['papers']} papers after a second run"
    assert not silent, f"{len(silent)} without a clear message, the first: {silent[0]}"
    told = ", ".join(f"{count:,} with {end}" for end, count in ends.items())
    kinds = ", ".join(f"{count} {call}" for call, count in seen.items())
    return (
        f"each of the first {sum(seen.values()):,} of {len(calls):,} calls that write ({kinds}) of an import "
        f"failed in turn: "
        f"{told}; whole batches each time, the file whole, and a second run completed"
    )


def watch_once(deed: Deed, log: Path) -> list[tuple[str, bool]]:
    """The calls of an undisturbed run, and which of them only say something."""
    output = deed.path.name
    with traced(deed, "-y", "-s", "0", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)):
        assert deed.wait().returncode == 0
    found = [CALL.match(line) for line in log.read_text(encoding="ascii", errors="replace").splitlines()]
    return [(match["call"], (match["path"] or "").rpartition("/")[2] == output) for match in found if match]


# Cuts of power

CALL = re.compile(
    r"^\d+ +(?P<call>\w+)\((?P<number>\d+|AT_FDCWD)?(?:<(?P<path>[^>]*)>)?(?P<rest>.*)\) += (?P<result>-?\d+)"
)
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
SECTOR = 512  # bytes that a disk writes as a whole
POWER_ENTRIES, POWER_BATCH = 150, 10


@dataclass
class File:
    """What a file surely holds, and the writes since it was last put on the disk for good."""

    durable: bytearray
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # place and bytes; None cuts it off there

    def synced(self) -> None:
        for write in self.pending:
            apply(self.durable, *write)
        self.pending.clear()

    def after(self, kept: list[tuple[int, bytes | None]]) -> bytes:
        content = bytearray(self.durable)
        for write in kept:
            apply(content, *write)
        return bytes(content)


def apply(content: bytearray, place: int, written: bytes | None) -> None:
    if written is None:
        if place < len(content):
            del content[place:]
        else:
            content.extend(bytes(place - len(content)))
        return
    if len(content) < place:
        content.extend(bytes(place - len(content)))
    content[place : place + len(written)] = written


def cut_power(places: Places, database: str, rounds: int) -> str:
    """After every call that puts something on the disk, and at `rounds` others."""
    chance = random.Random(7)
    with places.forked_site(database) as (site, environment), tempfile.TemporaryDirectory() as scratch:
        folder = Path(environment["LABSITE_DATA_DIR"])
        path, log = folder / "power.bib", folder / "calls.txt"
        site.run("write_bibliography", str(path), 0, POWER_ENTRIES)
        start = (folder / "labsite.sqlite3").read_bytes()
        assert not (folder / "labsite.sqlite3-wal").exists() or not (folder / "labsite.sqlite3-wal").stat().st_size
        deed = site.start("import_file", str(path), POWER_BATCH, waits=True)
        output = deed.path.name
        with traced(
            deed, "-y", "-xx", "-s", "10000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)
        ):  # fmt: skip
            done = deed.wait()
        assert done.returncode == 0, done.said[-1000:]
        calls = read_calls(log, output)
        syncs = [place for place, call in enumerate(calls) if call[0] == "sync"]
        points = sorted({*syncs, *(chance.randrange(len(calls)) for _ in range(rounds))})
        tried = replay(calls, set(points), start, Path(scratch), chance)
    return (
        f"an import of {POWER_ENTRIES} entries in batches of {POWER_BATCH}, {len(calls):,} calls that write, "
        f"{len(syncs):,} of "
        f"them put on the disk what was written: power cut at {len(points):,} of them, {tried:,} files as they "
        f"may be left "
        "(none, some or all of what was not yet on the disk, the last sector torn): each opens, is whole, and "
        "holds every "
        "batch that was told to be in"
    )


def read_calls(log: Path, output: str) -> list[tuple[str, str, int, bytes | None]]:
    """What was done to the database's two files, and what was told: (kind, file, place, bytes)."""
    found: list[tuple[str, str, int, bytes | None]] = []
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = CALL.match(line)
            if not match or int(match["result"]) < 0:
                continue
            name = decoded(match["path"] or "").rpartition("/")[2]
            call, rest = match["call"], match["rest"]
            if name == output and call == "write":
                found.append(("told", "", acknowledged(decoded(TEXT.search(rest)[1])), None))
            elif not name.startswith("labsite.sqlite3") or name.endswith("-shm"):
                continue
            elif call == "pwrite64":
                text = TEXT.search(rest)
                assert not text[2], "strace cut a write off"
                found.append(("write", name, int(rest.rpartition(", ")[2]), bytes.fromhex(text[1].replace("\\x", ""))))
            elif call == "ftruncate":
                found.append(("write", name, int(rest.rpartition(", ")[2]), None))
            elif call in ("fsync", "fdatasync"):
                found.append(("sync", name, 0, None))
            else:
                raise AssertionError(f"SQLite is not known to {call} its files: {line[:200]}")
    return found


def decoded(text: str) -> str:
    """strace writes strings of -xx in hexadecimal, paths as they are or so as well."""
    if text.startswith("\\x"):
        return bytes.fromhex(text.replace("\\x", "")).decode(errors="replace")
    return text


def replay(calls: list, points: set[int], start: bytes, scratch: Path, chance: random.Random) -> int:
    files = {"labsite.sqlite3": File(bytearray(start)), "labsite.sqlite3-wal": File(bytearray())}
    told = tried = 0
    for place, (kind, name, at, written) in enumerate(calls):
        if kind == "told":
            told = max(told, at)
        elif kind == "sync":
            files[name].synced()
        else:
            files[name].pending.append((at, written))
        if place in points:
            for how in ("none", "some", "all"):
                for own, file in files.items():
                    (scratch / own).write_bytes(file.after(left(file.pending, how, chance)))
                (scratch / "labsite.sqlite3-shm").unlink(missing_ok=True)
                check_file(scratch / "labsite.sqlite3", told, f"call {place}, {how} of {name}")
                tried += 1
    return tried


def left(pending: list, how: str, chance: random.Random) -> list:
    """Which of the writes that were not put on the disk are there nevertheless; one of some is torn."""
    if how != "some":
        return pending if how == "all" else []
    kept = [write for write in pending if chance.random() < 0.5]
    if kept and kept[-1][1]:
        at, written = kept[-1]
        kept[-1] = (at, written[: SECTOR * chance.randint(0, len(written) // SECTOR)])
    return kept


def check_file(path: Path, told: int, where: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        problems = [line for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
        assert not problems, f"{where}: {problems[:3]}"
        counts = {}
        for table in ("publications_publication", "publications_importentry", "publications_publicationdigest"):
            counts[table] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    papers, entries, digests = counts.values()
    assert entries >= told, f"{where}: {told} entries were told to be in, {entries} are"
    assert papers == entries == digests and entries % POWER_BATCH == 0, f"{where}: {counts}"
