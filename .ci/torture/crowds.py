"""Many at once: writers, visitors during a long write, a PostgreSQL that dies, and ten minutes of all of it."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from statistics import median

from asking import Reader
from clerks import Clerk, Counter, at_work, finish, percentile
from cluster import Cluster
from figures import Figure, Found
from machine import CORES, Granian, manage
from places import Places

from labsite.tests.killing.forked import Forked, forked

WRITERS = int(os.environ.get("WRITERS") or 64)
SECONDS = int(os.environ.get("SECONDS") or 600)
A_PAGE = 4  # writers who count one page up
READ = [
    "/", "/publications/", "/people/", "/publications/?year=2024", "/publications/?q=learning", "/search/?q=quiet",
    "/news/", "/mentorship/", "/feeds/publications.atom", "/publications/?venue=neurips", "/figures/", "/sitemap.xml",
    "/api/v1/publications/?limit=20", "/publications/export.bib", "/oai?verb=ListRecords&metadataPrefix=oai_dc",
]  # fmt: skip
RECORDS_A_SECOND = 1_500  # more than any machine imports: the import lasts as long as the readers do
ANSWERS_WITHIN = 5  # seconds after PostgreSQL is back
SAVED_WITHIN = 1.5  # seconds, 99 of 100 saves of many writers
BACKED_UP_WITHIN = 10  # seconds, 100 MB and media
SAVED_DURING_BACKUP = 1  # seconds, each save
SLOWER = 2  # times slower than idle a page may be while much is written
GROWTH = 5  # percent more memory at the end of a soak


def write_often(places: Places, database: str, rounds: int) -> Found:
    """G1: `rounds` numbers read and saved one higher, through the admin's form, by all writers together."""
    with places.forked_site(database) as (site, environment):
        pages, cookies = site.run("make_pages", max(1, WRITERS // A_PAGE)), site.run("make_editors", WRITERS)
        server = Granian(environment, workers=len(CORES), threads=2)
        try:
            writers = [Counter(server.port, cookie, pages[place % len(pages)]) for place, cookie in enumerate(cookies)]
            began = time.monotonic()
            workers = at_work([writer.count for writer in writers])
            while sum(writer.stored for writer in writers) < rounds and not any(worker.error for worker in workers):
                time.sleep(0.2)
            finish(workers)
            lasted = time.monotonic() - began
        finally:
            server.stop()
        stored = check_pages(site, writers)
    times = [spent for writer in writers for spent in writer.times]
    late, busy = sum(writer.late for writer in writers), sum(writer.statuses.get(503, 0) for writer in writers)
    assert sum(writer.cut for writer in writers) == 0, "answers that never came"
    p99 = percentile(times, 0.99)
    return Found(
        f"{WRITERS} writers on {len(pages)} pages: {stored:,} numbers read and saved one higher through the admin, "
        f"and the pages and their histories say {stored:,}; {late:,} were told that somebody was faster, {busy:,} to "
        f"try again; no error, {stored / lasted:,.0f} a second, a save takes {median(times):.2f} s, p99 {p99:.2f} s, "
        f"at most {max(times):.2f} s",
        (Figure("p99 of a save", p99, SAVED_WITHIN, "s"),),
    )


def check_pages(site: Forked, writers: list[Counter], unknown: int = 0) -> int:
    """The saves that were acknowledged: as many as the pages say, but for `unknown` ones whose answer never came."""
    failures = [failure for writer in writers for failure in writer.failures]
    assert not failures, failures[:3]
    total = 0
    for key, number, versions in site.run("state_of_pages"):
        own = [writer for writer in writers if writer.page == key]
        stored = sum(writer.stored for writer in own)
        assert stored <= number <= stored + unknown, f"page {key} says {number}, {stored} saves were acknowledged"
        assert versions == number + 1, f"page {key} says {number}, its history {versions - 1}"
        assert number >= max(writer.highest for writer in own)
        total += stored
    assert site.run("problems") == []
    return total


# PostgreSQL that is killed


def kill_postgresql(places: Places, database: str, rounds: int) -> str:
    """H5. Every second time all its processes at once, as when the machine goes down."""
    cluster = Cluster()
    folder = places.folder / "killed-cluster"
    environment = places.environment(folder, cluster.address("labsite"))
    chance, waited, lost = random.Random(5), [], 0
    try:
        manage(environment, "migrate", "--verbosity", "0")
        with forked(environment) as site:
            pages, cookies = site.run("make_pages", 4), site.run("make_editors", 8)
            server = Granian(environment, workers=len(CORES), threads=2)
            try:
                writers = [Counter(server.port, cookie, pages[place % 4]) for place, cookie in enumerate(cookies)]
                workers = at_work([writer.count for writer in writers], pause=0.01)
                for number in range(rounds):
                    time.sleep(chance.uniform(0.5, 2.5))
                    cluster.kill(all_of_it=number % 2 == 1)
                    time.sleep(chance.uniform(0.0, 1.0))
                    cluster.start()
                    waited.append(until_saved(writers))
                finish(workers)
            finally:
                server.stop()
            lost = sum(writer.cut + writer.statuses.get(503, 0) for writer in writers)
            stored = check_pages(site, writers, unknown=lost)
    finally:
        cluster.stop()
    assert max(waited) < ANSWERS_WITHIN, f"the first save came {max(waited):.1f} s after PostgreSQL was back"
    return (
        f"{rounds:,} kills while {len(writers)} editors saved: all {stored:,} edits that were acknowledged are there; "
        f"{lost:,} questions were answered by 503, none by an error; the first save came {median(waited):.1f} s after "
        f"PostgreSQL was back, at most {max(waited):.1f} s"
    )


def until_saved(writers: list[Counter]) -> float:
    """Seconds until somebody's save is acknowledged."""
    before, began = sum(writer.stored for writer in writers), time.monotonic()
    while sum(writer.stored for writer in writers) == before and time.monotonic() - began < 60:
        time.sleep(0.02)
    return time.monotonic() - began


# Backups while others write


def back_up_meanwhile(places: Places, database: str, rounds: int) -> Found:
    """H10: `rounds` backups of 100 MB in the tables and 20 MB of media, while editors save."""
    with places.forked_site(database, "demo") as (site, environment):
        site.run("fill")
        path = Path(environment["LABSITE_DATA_DIR"]) / "large.zip"
        pages, cookies = site.run("make_pages", 4), site.run("make_editors", EDITORS)
        server = Granian(environment, workers=len(CORES), threads=2)
        lasted = []
        try:
            writers = [Counter(server.port, cookie, pages[place % 4]) for place, cookie in enumerate(cookies)]
            workers = at_work([each.count for each in writers], pause=0.2)
            until_saved(writers)
            for writer in writers:
                writer.times.clear()  # each process has now what it makes once
            for _ in range(rounds):
                began = time.monotonic()
                assert site.start("back_up", str(path)).wait().returncode == 0
                lasted.append(time.monotonic() - began)
                site.run("check_archive", str(path))
                path.unlink()
            finish(workers)
        finally:
            server.stop()
        stored = check_pages(site, writers)
    saves = [spent for writer in writers for spent in writer.times]
    return Found(
        f"{rounds:,} backups of 100 MB in the tables and 20 MB of media while {len(writers)} editors saved: each "
        f"whole, all {stored:,} edits there; a backup takes {median(lasted):.1f} s, at most {max(lasted):.1f} s; "
        f"a save {median(saves):.2f} s, at most {max(saves):.2f} s",
        (
            Figure("a backup", max(lasted), BACKED_UP_WITHIN, "s"),
            Figure("the longest save", max(saves), SAVED_DURING_BACKUP, "s"),
        ),
    )


# Readers while somebody writes


def read_during_write(places: Places, database: str, rounds: int) -> Found:
    """G9: visitors before and while papers are imported for `rounds` seconds, each page asked anew of the database."""
    with places.forked_site(database, "demo") as (site, environment):
        environment["PAGE_CACHE_MB"] = "0"
        path = Path(environment["LABSITE_DATA_DIR"]) / "long.bib"
        site.run("write_bibliography", str(path), 0, RECORDS_A_SECOND * (rounds + 5))
        server = Granian(environment, workers=len(CORES), threads=2)
        try:
            ask_for(server.port, 5)  # each process has made its plans and templates
            idle = ask_for(server.port, rounds)
            deed = site.start("import_file", str(path), 500)
            time.sleep(2)
            busy = ask_for(server.port, rounds)
            assert not deed.is_over, "the import was over too early"
            deed.kill()
        finally:
            server.stop()
    quiet, loaded = percentile(idle, 0.95), percentile(busy, 0.95)
    return Found(
        f"one visitor, {len(idle):,} pages made from the database when idle, {len(busy):,} in {rounds} s of an import "
        f"that uses a core: p95 {quiet:.0f} ms, then {loaded:.0f} ms; worst {max(busy):.0f} ms",
        (Figure("p95 of a page during an import", loaded, SLOWER * quiet, "ms"),),
    )


def ask_for(port: int, seconds: float) -> list[float]:
    """Milliseconds of each page of one visitor who pauses a little."""
    reader, found, number = Reader(port), [], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        address = READ[number % 6]
        status, _, _, spent = reader.get(address)
        assert status == 200, (status, address)
        found.append(spent)
        number += 1
        time.sleep(0.02)
    return found


# The soak

VISITORS, EDITORS = 42, 8
THINKS = 1.0  # seconds of a visitor between two pages
SETTLED = 0.3  # of the time: then each process has made its plans, and its pages fill what they may


class Visitor(Clerk):
    """Reads page after page, without a cookie."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(port, {})
        self.chance = random.Random(number)

    def read(self) -> None:
        address = self.chance.choice(READ)
        began = time.monotonic()
        status, body = self.try_ask("GET", address)
        self.times.append(time.monotonic() - began)
        if status not in (200, 503):
            self.failures.append(f"{status} at {address}: {body[:200].decode(errors='replace')}")


def soak(places: Places, database: str, rounds: int) -> Found:
    """K8: visitors, editors, imports and backups at once for `SECONDS`; how much memory the server's processes hold."""
    with places.forked_site(database, "demo") as (site, environment):
        folder = Path(environment["LABSITE_DATA_DIR"])
        pages, cookies = site.run("make_pages", 4), site.run("make_editors", EDITORS)
        server = Granian(environment, workers=len(CORES), threads=2)
        clerks: list[Clerk] = []
        try:
            visitors = [Visitor(server.port, number) for number in range(VISITORS)]
            writers = [Counter(server.port, cookie, pages[place % 4]) for place, cookie in enumerate(cookies)]
            clerks = [*visitors, *writers]
            workers = at_work([each.read for each in visitors], THINKS) + at_work(
                [each.count for each in writers], THINKS
            )
            memory, imports, backups = meanwhile(site, server, folder, workers)
            finish(workers)
        finally:
            server.stop()
        failures = [failure for each in clerks for failure in each.failures]
        assert not failures, failures[:3]
        stored = check_pages(site, writers)
        state = site.run("state_of_imports")
        assert state["without_digest"] == 0 and state["problems"] == []
    answers = sum(sum(each.statuses.values()) for each in clerks)
    busy, cut = sum(each.statuses.get(503, 0) for each in clerks), sum(each.cut for each in clerks)
    assert cut == 0, f"{cut} answers never came"
    times = [spent for each in visitors for spent in each.times]
    settled = memory[int(len(memory) * SETTLED) :]
    growth = slope(settled)
    held = [value for _, value in settled]
    quarter = len(held) // 4 or 1
    begin, end = median(held[:quarter]), median(held[-quarter:])
    return Found(
        f"{SECONDS / 60:,.0f} minutes, {VISITORS} visitors and {EDITORS} editors, {imports:,} imports and {backups:,} "
        f"backups meanwhile: {answers:,} answers, none an error, {busy:,} “try again”, {stored:,} edits all there; "
        f"page p95 {percentile(times, 0.95) * 1000:.0f} ms; memory of {len(CORES)} workers {begin:.0f} MB after a "
        f"third, {end:.0f} MB at the end, {growth:+.2f} MB a minute",
        (Figure("growth of memory", 100 * (end / begin - 1), GROWTH, "%"),),
    )


def meanwhile(site: Forked, server: Granian, folder: Path, workers: list) -> tuple[list[tuple[float, float]], int, int]:
    """Imports of 40 papers and backups, one after the other with pauses. Gives memory by seconds, and their numbers."""
    memory, imports, backups = [], 0, 0
    began, deed, pause = time.monotonic(), None, time.monotonic() + 5
    while (now := time.monotonic() - began) < SECONDS and not any(worker.error for worker in workers):
        memory.append((now, server.memory()))
        if deed and deed.is_over:
            assert deed.wait().returncode == 0
            deed, pause = None, time.monotonic() + 10
        elif not deed and time.monotonic() > pause:
            if imports <= backups:
                imports += 1
                path = folder / f"soak-{imports}.bib"
                site.run("write_bibliography", str(path), 40 * imports, 40)
                deed = site.start("import_file", str(path), 20)
            else:
                backups += 1
                deed = site.start("back_up", str(folder / f"soak-{backups}.zip"))
        time.sleep(1)
    if deed:
        assert deed.wait().returncode == 0
    return memory, imports, backups


def slope(points: list[tuple[float, float]]) -> float:
    """MB a minute, by least squares."""
    middle = sum(at for at, _ in points) / len(points)
    below = sum((at - middle) ** 2 for at, _ in points) or 1
    return sum((at - middle) * value for at, value in points) / below * 60
