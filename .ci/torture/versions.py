"""An empty machine and an old archive: README.md's commands in a fresh clone, and 50,000 papers through migrations."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

from figures import Figure, Found
from killed import OLDEST
from machine import ROOT, Granian, next_port
from places import Places

from labsite.tests.killing.forked import forked

PAGES = [
    "/", "/people/", "/publications/", "/publications/?venue=neurips", "/awards/", "/mentorship/", "/news/",
    "/search/?q=learning", "/feeds/publications.atom", "/publications/export.bib", "/figures/", "/sitemap.xml",
]  # fmt: skip
START_WITHIN = 300  # seconds that `make serve` may take
PAPERS = int(os.environ.get("PAPERS") or 50_000)
MIGRATED_WITHIN = 60  # seconds, 50,000 papers
BACK_WITHIN = 300  # seconds until an empty machine serves, with installing
RESTORED_WITHIN = 60  # seconds of that without installing
# What a new account on a new machine has of the environment; how packages are reached belongs to the machine.
KEPT = (
    "PATH",
    "LANG",
    "PIP_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_",
    "REQUESTS_",
)


def restore_on_an_empty_machine(places: Places, database: str, rounds: int) -> Found:
    """H11. The archive comes from a site on `database`; the new one is what `make` sets up."""
    with places.forked_site(database, "demo") as (site, environment):
        archive = places.folder / f"drill-{database}.labsite.zip"
        site.run("back_up", str(archive))
        server = Granian(environment, workers=1)
        try:
            before = printed(server.port)
        finally:
            server.stop()
    machine = places.folder / f"machine-{database}"
    clone, home = machine / "labsite", machine / "home"
    home.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    own = {name: value for name, value in os.environ.items() if name.startswith(KEPT)} | {"HOME": str(home)}
    if (packages := Path.home() / ".config" / "pip" / "pip.conf").exists():
        own["PIP_CONFIG_FILE"] = str(packages)
    own["PATH"] = os.pathsep.join(part for part in own["PATH"].split(os.pathsep) if "venv" not in part)
    began = time.monotonic()
    call(["make", ".venv/serving"], clone, own)  # `make restore` begins with it: so its part is known
    installed = time.monotonic() - began
    call(["make", "restore", f"FROM={archive}", "ARGS=--yes"], clone, own)  # README's, where nobody can be asked
    restored = time.monotonic() - began - installed
    port = next_port()
    serving = subprocess.Popen(
        ["make", "serve", f"PORT={port}"], cwd=clone, env=own, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port, serving)
        served = time.monotonic() - began - installed - restored
        after = printed(port)
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait(30)
    differing = [address for address in PAGES if before[address] != after[address]]
    assert not differing, f"other pages than before: {', '.join(differing)}"
    total = installed + restored + served
    return Found(
        f"the commands of README.md in a fresh clone with an empty home and no packages: {total:.0f} s to the first "
        f"page, {installed:.0f} s of them installing, {restored:.0f} s restoring, {served:.0f} s starting; "
        f"{len(PAGES)} pages byte by byte as before",
        (
            Figure("all together", total, BACK_WITHIN, "s"),
            Figure("without installing", restored + served, RESTORED_WITHIN, "s"),
        ),
    )


def call(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-500:]} {done.stderr[-1500:]}"


def wait_for(port: int, serving: subprocess.Popen) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end and serving.poll() is None:
        try:
            ask(port, "/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("make serve did not answer")


def ask(port: int, address: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Host": "127.0.0.1"})  # the same, whatever the port
    answer = connection.getresponse()
    return answer.status, answer.read()


def printed(port: int) -> dict[str, bytes]:
    found = {}
    for address in PAGES:
        status, found[address] = ask(port, address)
        assert status == 200, f"{address} answers {status}"
    return found


def migrate_many(places: Places, database: str, rounds: int) -> Found:
    """I3: an archive of the first tables, restored and brought to the newest; and such a database itself."""
    with places.forked_site(database) as (site, environment):
        site.run("grow_papers", 0, PAPERS)
        papers = site.run("state_of_imports")["papers"]
        site.run("migrate", *OLDEST)
        archive = places.folder / f"old-{database}.zip"
        site.run("back_up", str(archive))
        began = time.monotonic()
        site.run("migrate")
        migrated = time.monotonic() - began
        state = site.run("state_of_imports")
        assert (state["papers"], state["without_digest"], state["problems"]) == (papers, 0, [])
    with places.site(database) as environment, forked(environment) as site:
        began = time.monotonic()
        site.run("restore", str(archive), "")
        restored = time.monotonic() - began
        state = site.run("state_of_imports")
        assert (state["papers"], state["without_digest"], state["problems"]) == (papers, 0, [])
    archive.unlink()
    return Found(
        f"{papers:,} papers from the first tables to the newest: `migrate` takes {migrated:.0f} s; `restore` of an "
        f"archive of the first tables, with all checks and the same migrations, {restored:.0f} s",
        (Figure("`migrate`", migrated, MIGRATED_WITHIN, "s"),),
    )
