"""What makes a start pointless is said in one line with its mend; and what is told to a Sentry."""

from __future__ import annotations

import copy
import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from labsite.operations import sentry, starting
from labsite.operations.starting import (
    check_start,
    problem_of_folder,
    problem_of_log,
    problems_of_sqlite,
    problems_of_start,
    refuse_bad_start,
    warnings_of_log,
)

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def database(tmp_path) -> Path:
    """A database that somebody has open, with a log that holds a commit."""
    path = tmp_path / "site.sqlite3"
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute("CREATE TABLE one (two)")
    opened.execute("INSERT INTO one VALUES (1)")
    yield path
    opened.close()


@pytest.fixture
def refusing(monkeypatch):
    """Every file that is made fails, as a disk fails it."""

    def refuse_with(code: int) -> None:
        def refuse(*args, **kwargs):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(starting, "TemporaryFile", refuse)

    return refuse_with


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.EROFS, "mounted read-only"), (errno.ENOSPC, "disk is full"), (errno.EDQUOT, "disk is full"),
        (errno.EACCES, "has no rights. Run: chown -R"), (errno.EIO, "Input/output error"),
    ],
)  # fmt: skip
def test_h8_a_folder_that_takes_nothing_says_why(tmp_path, refusing, code, told):
    assert problem_of_folder("LABSITE_DATA_DIR", tmp_path) == ""
    refusing(code)
    problem = problem_of_folder("LABSITE_DATA_DIR", tmp_path)
    assert problem.startswith(f"LABSITE_DATA_DIR is '{tmp_path}', in which nothing can be written:")
    assert told in problem


def test_h8_the_start_is_refused(tmp_path, refusing, settings):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    refuse_bad_start()
    assert (tmp_path / "media").is_dir()
    refusing(errno.EROFS)
    with pytest.raises(ImproperlyConfigured, match="mounted read-only"):
        refuse_bad_start()
    found = [each.msg for each in check_start(None) if each.id == "labsite.E001"]
    assert found and all("read-only" in each for each in found)


def test_h6_a_full_disk_is_no_reason_not_to_start(tmp_path, refusing, settings, caplog):
    """Visitors can still read; the log says what to do."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    refusing(errno.ENOSPC)
    refuse_bad_start()
    assert "the disk is full. Make room." in caplog.text


def test_h8_a_server_that_cannot_write_ends_with_one_line(tmp_path):
    """As granian loads it: the message and nothing else."""
    (tmp_path / "media").write_text("this is no folder")
    environment = {
        "PATH": os.environ["PATH"], "LABSITE_DATA_DIR": str(tmp_path), "SECRET_KEY": "k3yX" * 15, "HTTPS": "off",
    }  # fmt: skip
    command = [sys.executable, "-c", "import labsite.wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("labsite: The folder of uploads is")


@pytest.mark.skipif(os.geteuid() == 0, reason="the account root may write everything")
def test_h8_no_rights_on_the_file(database):
    database.chmod(0o400)
    assert "has no rights" in problems_of_sqlite(database)[0]


def test_h8_no_rights_as_the_system_tells_them(database, monkeypatch):
    monkeypatch.setattr(starting.os, "access", lambda path, mode: not str(path).endswith("-wal"))
    (problem,) = problems_of_sqlite(database)
    assert problem.startswith(f"'{database}-wal' cannot be written: the account")


def test_h8_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "site.sqlite3"
    path.write_bytes(b"not a database " * 100)
    assert "bring back the newest backup" in problems_of_sqlite(path)[0]


def test_h8_a_healthy_database_in_use_is_no_problem(database):
    assert problems_of_sqlite(database) == []
    assert warnings_of_log(database) == []
    assert problems_of_sqlite(database.with_name("none.sqlite3")) == []


def test_h8_the_log_is_missing(database):
    Path(f"{database}-wal").unlink()
    (warning,) = warnings_of_log(database)
    assert "what was stored last may be lost" in warning
    assert problems_of_sqlite(database) == []


def test_h8_the_database_is_missing(database):
    database.unlink()
    assert "bring both back together" in problem_of_log(database)


def test_h8_a_log_of_a_former_database_is_not_taken_over(tmp_path, database):
    """A backup was put in place, and the log of the former database left beside it."""
    folder = tmp_path / "restored"
    folder.mkdir()
    copy = folder / "site.sqlite3"
    with closing(sqlite3.connect(copy)) as other:
        other.execute("CREATE TABLE quite (another)")
    log = Path(f"{copy}-wal")
    log.write_bytes(Path(f"{database}-wal").read_bytes())
    os.utime(log, (1_700_000_000, 1_700_000_000))
    before = copy.read_bytes()
    (problem,) = problems_of_sqlite(copy)
    assert "Move it to another folder" in problem
    assert copy.read_bytes() == before
    assert log.exists()
    # With the index beside it somebody may have it open: that is said, and the site goes on.
    Path(f"{copy}-shm").write_bytes(b"")
    assert problems_of_sqlite(copy) == []
    assert "is older than its database" in warnings_of_log(copy)[0]


def test_h8_strange_logs_are_told_to_the_log(tmp_path, database, settings, caplog, monkeypatch):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr(starting, "own_file", lambda: database)
    Path(f"{database}-wal").unlink()
    refuse_bad_start()
    assert "what was stored last may be lost" in caplog.text
    assert problems_of_start() == []
    assert [each.id for each in check_start(None)] == ["labsite.W001"]


# Sentry

EVENT = {
    "message": "mail to ada@lab.example.org failed",
    "user": {"username": "ada"},
    "server_name": "vm",
    "extra": {"sys.argv": ["--password=x"]},
    "breadcrumbs": {"values": ["SELECT"]},
    "request": {
        "url": "https://lab.example.org/people/?q=Ada+Quint",
        "method": "POST",
        "query_string": "q=Ada+Quint",
        "cookies": {"sessionid": "abc"},
        "data": {"name": "Ada Quint"},
        "headers": {"User-Agent": "x", "Cookie": "sessionid=abc", "Authorization": "Bearer abc"},
        "env": {"REMOTE_ADDR": "192.0.2.7"},
    },
    "logentry": {"message": "Invalid name '%s'", "params": ["Ada Quint"], "formatted": "Invalid name 'Ada Quint'"},
    "exception": {
        "values": [
            {
                "type": "ValueError",
                "value": "invalid date 'Ada Quint'\nDETAIL: Ada Quint",
                "stacktrace": {"frames": [{"filename": "views.py", "vars": {"name": "Ada Quint"}}]},
            }
        ]
    },
}


def test_j11_errors_that_are_reported_name_nobody():
    told = sentry.scrub(copy.deepcopy(EVENT))
    text = str(told)
    for word in ("Ada", "ada@", "abc", "192.0.2", "username", "SELECT", "password", "cookies"):
        assert word not in text
    assert told["request"]["url"] == "https://lab.example.org/people/"
    assert told["request"]["headers"] == {"User-Agent": "x"}
    assert told["exception"]["values"][0]["stacktrace"]["frames"] == [{"filename": "views.py"}]
    assert sentry.scrub({})["tags"]["request_id"] == ""


def test_nobody_is_told_without_an_address(monkeypatch):
    began = []
    monkeypatch.setattr(
        sentry.importlib, "import_module", lambda name: SimpleNamespace(init=lambda **given: began.append(given))
    )
    sentry.start_sentry("", "labsite@1")
    assert began == []
    sentry.start_sentry("https://key@errors.example.org/1", "labsite@1")
    (given,) = began
    assert given["send_default_pii"] is False
    assert given["include_local_variables"] is False
    assert given["max_request_body_size"] == "never"
    assert given["before_send"] is sentry.scrub
