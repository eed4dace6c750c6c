"""`manage.py import_publications`: its report is a contract, and a crash leaves whole batches."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from labsite.tests.bibliography import make_bibliography
from publications.importing import inputs, leases, runs
from publications.models import Authorship, Import, ImportEntry, Publication

THREE = """@article{a, title={On Quiet Machines}, author={Ada Quint}, year=2024, journal={Hush Letters}}
@article{b, title={Broken, year=2024}
@article{c, title={Loud Engines of the North}, author={Bo Okafor}, year=2023}
"""


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def bib(tmp_path) -> Path:
    path = tmp_path / "lab.bib"
    path.write_text(THREE, encoding="utf-8")
    return path


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("import_publications", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_the_json_report_accounts_for_every_entry(bib):
    data = json.loads(run(str(bib), "--format", "json"))
    assert {name: data[name] for name in ("input", "dry_run", "total", "created", "updated", "unchanged", "conflicts",
                                          "rejected", "open_author_questions")} == {
        "input": "lab.bib", "dry_run": False, "total": 3, "created": 2, "updated": 0, "unchanged": 0, "conflicts": 0,
        "rejected": 1, "open_author_questions": 0,
    }  # fmt: skip
    assert [(each["line"], each["result"]) for each in data["entries"]] == [
        (1, "created"), (2, "rejected"), (3, "created"),
    ]  # fmt: skip
    assert data["import"] == Import.objects.get().pk
    assert Import.objects.get().state == "applied"


@pytest.mark.django_db
def test_the_second_run_changes_nothing_and_says_so(bib):
    run(str(bib))
    assert "3 entries: 0 created, 0 updated, 2 unchanged, 0 conflicts, 1 rejected." in run(str(bib))


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(bib):
    told = run(str(bib), "--dry-run")
    assert "Nothing was written. 3 entries: 2 created" in told
    assert "line 2" in told
    assert Publication.objects.count() == Import.objects.count() == 0


@pytest.mark.django_db
def test_standard_input_is_read_and_not_kept(monkeypatch, bib):
    class Piped:
        buffer = io.BytesIO(THREE.encode())

    monkeypatch.setattr(sys, "stdin", Piped)
    assert json.loads(run("-", "--format", "json"))["created"] == 2
    assert list(inputs.folder().glob("*.txt")) == []


def test_a_file_that_is_none_is_named():
    with pytest.raises(CommandError, match="“nowhere.bib” is no file"):
        run("nowhere.bib")


@pytest.mark.django_db
def test_an_input_that_is_too_large_is_refused_before_it_fills_the_disk(monkeypatch):  # B16
    monkeypatch.setattr(inputs, "LARGEST_FILE", 1000)
    endless = (b"x" * 400 for _ in range(10**9))
    with pytest.raises(inputs.ImportProblem, match="larger than"):
        inputs.store_input(endless)
    assert list(inputs.folder().glob("*.txt")) == []


# A crash at any moment


@pytest.fixture
def installation(tmp_path, django_db_blocker):
    """A site of its own in another process' reach: SQLite in a file, or a database beside the tests' own."""
    environment = {**os.environ, "LABSITE_DATA_DIR": str(tmp_path / "data"), "DEBUG": "on"}
    name = ""
    if connection.vendor == "postgresql":
        name = f"{connection.settings_dict['NAME']}_crash_{os.getpid()}"
        with django_db_blocker.unblock():
            sql(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        base = environment["DATABASE_URL"].rpartition("/")[0]
        environment["DATABASE_URL"] = f"{base}/{name}"
    manage(environment, "migrate", "--verbosity", "0")
    yield environment
    if name:
        with django_db_blocker.unblock():
            sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def sql(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


COUNT = """
from publications.models import *
from publications.importing.runs import BATCH
import json
entries = {pk: ImportEntry.objects.filter(batch=pk).count() for pk in Import.objects.values_list("pk", flat=True)}
print(json.dumps({
    "papers": Publication.objects.count(),
    "without_authors": Publication.objects.filter(authorships=None).count(),
    "without_digest": Publication.objects.filter(digest=None).count(),
    "without_version": Publication.objects.count() - Publication.history.values("id").distinct().count(),
    "entries": entries, "batch": BATCH, "created": ImportEntry.objects.filter(result="created").count(),
}))
"""


@pytest.mark.django_db
def test_a_kill_at_any_moment_leaves_whole_batches_and_a_second_run_completes(installation, tmp_path):  # H1, B3
    path = tmp_path / "large.bib"
    path.write_text("".join(make_bibliography(2_200)), encoding="utf-8")
    command = [sys.executable, "manage.py", "import_publications", str(path), "--format", "json"]
    seen = set()
    began = time.monotonic()
    manage(installation, "shell", "--no-imports", "-c", "pass")
    start = time.monotonic() - began  # what a process needs on this machine before it works at all
    for attempt in range(8):
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=settings.BASE_DIR, env=installation, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(start * (1 + 0.5 * attempt))
        process.send_signal(signal.SIGKILL)
        process.wait()
        state = json.loads(manage(installation, "shell", "--no-imports", "-c", COUNT))
        seen.add((state["papers"], len(state["entries"])))
        assert state["papers"] == state["created"]
        assert state["papers"] % state["batch"] in (0, 2_200 % state["batch"])
        assert state["without_authors"] == state["without_digest"] == state["without_version"] == 0
        assert all(count % state["batch"] in (0, 2_200 % state["batch"]) for count in state["entries"].values())
    assert len({papers for papers, _ in seen}) > 1, "no kill met an import at work"
    data = json.loads(manage(installation, "import_publications", str(path), "--format", "json"))
    assert data["total"] == data["created"] + data["unchanged"] == 2_200
    again = json.loads(manage(installation, "import_publications", str(path), "--format", "json"))
    assert again["unchanged"] == again["total"] == 2_200


@pytest.mark.django_db
def test_a_worker_that_is_gone_is_replaced(tmp_path, bib):
    source, size = inputs.store_input([THREE.encode()])
    batch = runs.begin_import("file", "lab.bib", source, size=size)
    Import.objects.update(working_until="2020-01-01T00:00:00Z")
    ImportEntry.objects.create(batch=batch, number=1, state="new")  # half-read when the machine went down
    call_command("run_imports", stdout=io.StringIO())
    batch.refresh_from_db()
    assert (batch.state, batch.entries.count()) == ("planned", 3)
    runs.start_applying(batch)
    call_command("run_imports", stdout=io.StringIO())
    assert (Publication.objects.count(), Authorship.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_an_import_that_a_worker_has_is_left_to_it():
    source, size = inputs.store_input([THREE.encode()])
    batch = runs.begin_import("file", "lab.bib", source, size=size)
    lease = leases.Lease.take(batch.pk)
    assert leases.Lease.take(batch.pk) is None
    assert leases.unfinished() == []
    lease.release()
    assert leases.unfinished() == [batch.pk]
