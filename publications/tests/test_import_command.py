"""`manage.py import_publications`: its report is a contract, and a crash leaves whole batches."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

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


@pytest.mark.django_db
def test_a_file_is_left_wherever_it_lies(bib):
    waiting = inputs.folder() / "waiting.txt"
    waiting.write_bytes(bib.read_bytes())
    run(str(waiting), "--dry-run")
    run(str(waiting))
    assert waiting.read_bytes() == bib.read_bytes()


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


@pytest.mark.django_db
def test_a_disk_that_fails_is_told_in_a_line(monkeypatch, bib):  # H6, H7
    def fail(*args: object, **options: object) -> None:
        raise OperationalError("disk I/O error") from driver

    driver = sqlite3.OperationalError("disk I/O error")
    driver.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    monkeypatch.setattr(runs, "apply_plans", fail)
    with pytest.raises(
        CommandError, match=r"stopped: the disk, .* has a fault\. Every batch that was counted is stored"
    ):
        run(str(bib))
    assert Import.objects.get().state == "failed"
    driver.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT
    with pytest.raises(OperationalError):
        run(str(bib))


# Interrupted


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
