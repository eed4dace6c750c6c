"""SIGKILL at random instants: of imports, of the server's processes, of restores, uploads and migrations."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psutil
from clerks import Clerk, at_work, finish
from machine import Granian
from places import Places

from labsite.tests.killing.forked import Forked
from labsite.tests.killing.imports import BATCH, Killings

CLERKS, WORKERS = 6, 3
OVERLOOKED_AFTER = 10  # seconds without a new worker; usually it comes within two
# Seconds. Where a worker dies sooner after it came for another, granian ends, and systemd begins anew.
GROWN_UP = 6
NEAR = 0.02  # of the time until the swap of a restore
PHOTO = 2_000_000  # bytes
ENOUGH = 20  # kills of a restore: some of them come after the swap
PAPERS = 300  # of the database that is migrated


def kill_imports(places: Places, database: str, rounds: int) -> str:
    """H1."""
    with places.forked_site(database) as (site, environment):
        killings = Killings(site, Path(environment["LABSITE_DATA_DIR"]) / "torture.bib")
        for _ in range(rounds):
            if killings.before["papers"] > 2_000:  # each batch compares with all: begin anew, before that takes long
                places.renew(database, environment, "empty")
                killings = restarted(killings)
            killings.kill_once()
        killings.complete()
    return (
        f"{rounds:,} kills, {killings.met_work:,} of them between the first batch and the last: every batch of "
        f"{BATCH} whole, "
        f"none lost that was told to be in, {killings.unacknowledged:,} stored and not yet told; a run to the end "
        "brings in the rest, another one nothing"
    )


def restarted(before: Killings) -> Killings:
    new = Killings(before.site, before.path)
    new.met_work += before.met_work
    new.unacknowledged += before.unacknowledged
    new.chance = before.chance
    return new


# The server


class Author(Clerk):
    """Saves a paper with its author, and notes what was acknowledged and what was tried."""

    def __init__(self, port: int, cookies: dict[str, str], key: int, place: int) -> None:
        super().__init__(port, cookies)
        self.path = f"/admin/publications/publication/{key}/change/"
        self.place, self.tried, self.stored, self.count = place, 0, 0, 0

    def write(self) -> None:
        form = self.form_of(self.path)
        if not form:
            return
        self.tried += 1
        new = {"title": f"Round {self.tried} of {self.place}", "authorships-0-printed_name": f"Author {self.tried}"}
        if self.save(self.path, form, **new) == 302:
            self.stored = self.tried
            self.count += 1

    def check(self, title: str, author: str, version: str, line: str) -> None:
        """All four tables are at the same edit: the last that was acknowledged, or a later one that was tried."""
        number = int(title.split()[1])
        assert self.stored <= number <= self.tried, f"{title}: {self.stored} was acknowledged, {self.tried} tried"
        found = (author, version, line)
        assert found == (f"Author {number}", title, title.lower()), f"half an edit: {title} with {found}"


def kill_workers(places: Places, database: str, rounds: int) -> str:
    """H2."""
    chance = random.Random(2)
    with places.forked_site(database) as (site, environment):
        keys, cookies = site.run("make_papers", CLERKS), site.run("make_editors", CLERKS)
        server = Granian(
            environment, workers=WORKERS, threads=1, options=["--respawn-failed-workers", "--respawn-interval", "0.1"]
        )
        try:
            clerks = [Author(server.port, cookies[place], keys[place], place) for place in range(CLERKS)]
            workers, overlooked = at_work([clerk.write for clerk in clerks]), 0
            for _ in range(rounds):
                before, began = sum(clerk.count for clerk in clerks), time.monotonic()
                reload_at = began + OVERLOOKED_AFTER
                # The one before is replaced, and all of them save again.
                while (missing := WORKERS - len(workers_of(server))) > 0 or (
                    sum(clerk.count for clerk in clerks) < before + CLERKS
                ):
                    assert not server.died, f"the server ended: {server.died}"
                    assert time.monotonic() < began + 60, "nobody could save after a kill"
                    if missing > 0 and time.monotonic() > reload_at:  # see docs/deploy.md
                        overlooked, reload_at = overlooked + 1, time.monotonic() + OVERLOOKED_AFTER
                        os.kill(server.pid, signal.SIGHUP)
                    time.sleep(0.02)
                killed = min(workers_of(server), key=psutil.Process.create_time)
                time.sleep(max(GROWN_UP - (time.time() - killed.create_time()), 0) + chance.uniform(0.0, 0.5))
                killed.kill()
                killed.wait(10)
                if any(worker.error for worker in workers):
                    break
            time.sleep(1)
            finish(workers)
        finally:
            server.stop()
        for clerk, row in zip(clerks, site.run("state_of_papers", keys), strict=True):
            clerk.check(*row)
            assert not clerk.failures, clerk.failures[:3]
        assert site.run("problems") == []
    stored, cut = sum(clerk.count for clerk in clerks), sum(clerk.cut for clerk in clerks)
    return (
        f"{rounds:,} workers killed while {CLERKS} editors saved: {cut:,} answers never came; all {stored:,} "
        f"edits that "
        "were acknowledged are there, none is there in part, no answer was an error; "
        f"{overlooked:,} of them granian overlooked, and a reload brought back"
    )


def workers_of(server: Granian) -> list[psutil.Process]:
    """The processes that answer."""
    return [each for each in psutil.Process(server.pid).children() if each.status() != psutil.STATUS_ZOMBIE]


# Restores


def kill_restores(places: Places, database: str, rounds: int) -> str:
    """H13. SQLite's new tables are copied, PostgreSQL's are made by migrations each time."""
    chance = random.Random(13)
    with places.forked_site(database, "demo") as (site, environment):
        folder = Path(environment["LABSITE_DATA_DIR"])
        tables = str(places.template("SQLite", "empty")) if database == "SQLite" else ""
        site.run("change_something", 0)
        site.run("back_up", str(folder / "then.zip"))
        then = site.run("digest")
        began = time.monotonic()
        site.run("restore", str(folder / "then.zip"), tables)
        lasts = time.monotonic() - began
        assert site.run("digest") == then
        old = new = 0
        swap = Aim(lasts)
        for number in range(1, rounds + 1):
            site.run("change_something", number)
            today = site.run("digest")
            is_aimed = number % 2 == 0
            deed = site.start("restore", str(folder / "then.zip"), tables)
            time.sleep(swap.shot(chance) if is_aimed else chance.uniform(0.05, 1.1 * lasts))
            deed.kill()
            found = site.run("digest")
            assert found in (then, today), "neither the old site nor the new one"
            assert site.run("problems") == []
            new, old = new + (found == then), old + (found == today)
            if is_aimed:
                swap.learn(is_new=found == then)
        site.run("restore", str(folder / "then.zip"), tables)
        assert site.run("digest") == then
    assert rounds < ENOUGH or (old and new), f"{rounds} kills, all on one side of the swap: {old} before, {new} after"
    return (
        f"{rounds:,} kills, half of them near the instant of the swap: {old:,} times the old site was there, {new:,} "
        "times the new one, nothing between"
    )


class Aim:
    """At an instant that cannot be seen, only whether a kill came before or after it."""

    def __init__(self, first: float) -> None:
        self.at, self.step = first, 0.2  # seconds, and the part of them that the next kill is sooner or later
        self.was_new: bool | None = None

    def shot(self, chance: random.Random) -> float:
        """Seconds to wait."""
        return max(self.at * (1 + chance.uniform(-NEAR, NEAR)), 0.05)

    def learn(self, *, is_new: bool) -> None:
        """Sooner next time if the new site was there, else later; by less, the closer it is."""
        if self.was_new not in (None, is_new):
            self.step = max(self.step / 2, NEAR)
        self.was_new = is_new
        self.at *= 1 - self.step if is_new else 1 + self.step


def kill_uploads(places: Places, database: str, rounds: int) -> str:
    """H3."""
    chance = random.Random(3)
    with places.forked_site(database, "demo") as (site, _):
        told = 0
        began, deed = time.monotonic(), site.start("save_photos", 1, PHOTO)
        while len(deed.said.split()) < 3:
            time.sleep(0.01)
        lasts = time.monotonic() - began
        deed.kill()
        for _ in range(rounds):
            deed = site.start("save_photos", 1, PHOTO)
            time.sleep(chance.uniform(0.2, 1.5) * lasts)
            said = deed.kill().said
            told += len(said.split())
            name, size, kinds = site.run("state_of_photo", 1)
            assert not name or (size, kinds) == (PHOTO, 1), f"{name} has {size} bytes of {kinds} kinds"
            assert name or not told, "a photo that was told to be stored is not there"
        assert site.run("problems") == []
    return (
        f"{rounds:,} kills while photos of {PHOTO // 1_000_000} MB were saved ({told:,} of them in time): "
        f"each record names a whole file"
    )


# Migrations


OLDEST = ("activities.0001", "publications.0001", "people.0001", "labsite.0001")


def kill_migrations(places: Places, database: str, rounds: int) -> str:
    """H4: from the first migrations of every room with papers in it to the newest."""
    chance = random.Random(4)
    with places.forked_site(database) as (site, environment):
        prepare_old(places, database, site, environment)
        began = time.monotonic()
        site.run("migrate")
        lasts = time.monotonic() - began
        schema = site.run("schema")
        met = 0
        for _ in range(rounds):
            places.renew(database, environment, "old")
            deed = site.start("migrate")
            time.sleep(chance.uniform(0.1, lasts))
            met += deed.kill().returncode != 0
            assert site.run("problems") == []
            left = len(site.run("unapplied"))
            done = site.start("migrate").wait()
            assert done.returncode == 0, f"with {left} migrations left: {done.said[-2000:]}"
            assert site.run("unapplied") == []
            assert site.run("schema") == schema, "other tables than without the kill"
    return f"{rounds:,} kills ({met:,} of them before the end): a second run finishes, with the same tables"


def prepare_old(places: Places, database: str, site: Forked, environment: dict[str, str]) -> None:
    """Fills the site, takes it back to `OLDEST`, and keeps that as the filling `old`."""
    site.run("grow_papers", 0, PAPERS)
    site.run("migrate", *OLDEST)
    places.keep_copy(database, "old", environment)
