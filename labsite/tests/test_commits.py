"""Commits to a SQLite database are noticed without asking it."""

import gc
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labsite.page_cache import versions
from labsite.page_cache.commits import commit_mark
from labsite.page_cache.triggers import VERSION_TABLE

WRITE = f"UPDATE {VERSION_TABLE} SET token = token + 1"  # noqa: S608
WRITE_ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute(sys.argv[2])
connection.commit()
"""


@pytest.fixture
def database(tmp_path):
    """A file with a write-ahead log and a connection that writes it."""
    path = tmp_path / "some.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute(f"CREATE TABLE {VERSION_TABLE} (id integer, token integer)")
    connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES (1, 7)")  # noqa: S608
    connection.execute("CREATE TABLE other (a)")
    connection.commit()
    yield path, connection
    connection.close()


@pytest.fixture(autouse=True)
def trusted_for_long(monkeypatch):
    """What is to be seen is seen by the commit, not because time went by."""
    monkeypatch.setattr("labsite.page_cache.versions.TRUSTED", 1000.0)


def test_each_commit_is_seen_and_nothing_before_it(database):
    path, writer = database
    read = versions.connect_sqlite(str(path))
    for expected in range(8, 40):
        writer.execute(WRITE)
        assert read() == expected - 1
        writer.commit()
        assert read() == expected
    writer.execute(WRITE)
    writer.rollback()
    assert read() == 39


def test_commits_of_other_processes_are_seen(database):
    path, _ = database
    read = versions.connect_sqlite(str(path))
    assert read() == 7
    for expected in (8, 9):
        subprocess.run([sys.executable, "-c", WRITE_ELSEWHERE, str(path), WRITE], check=True)  # noqa: S603
        assert read() == expected


def test_a_log_that_begins_anew_hides_nothing(database):
    path, writer = database
    read = versions.connect_sqlite(str(path))
    for expected in range(8, 20):
        writer.execute(WRITE)
        writer.commit()
        assert read() == expected
        how = ("PASSIVE", "RESTART", "TRUNCATE")[expected % 3]
        is_busy, *_ = writer.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        assert not is_busy
        assert read() == expected
    writer.execute("VACUUM")
    assert read() == 19


def test_the_database_is_asked_only_after_a_commit(database):
    path, writer = database
    mark, asked = commit_mark(path), []
    read = versions.ask_after_commits(lambda: asked.append(1) or len(asked), mark)
    assert [read() for _ in range(5)] == [1] * 5
    writer.execute("INSERT INTO other VALUES (1)")
    writer.commit()
    assert [read() for _ in range(5)] == [2] * 5


def test_a_commit_between_mark_and_answer_is_not_lost(database):
    """What is read under a mark may be newer than it: the next look asks again."""
    marks, answers = iter([b"one", b"two", b"two"]), iter([8, 8])
    read = versions.ask_after_commits(lambda: next(answers), lambda: next(marks))
    assert [read() for _ in range(3)] == [8, 8, 8]
    assert next(answers, "asked twice") == "asked twice"


def test_a_database_that_failed_once_is_asked_again(database):
    answers = iter([OSError("disk"), 8])

    def ask():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    read = versions.ask_after_commits(ask, lambda: b"same")
    with pytest.raises(OSError, match="disk"):
        read()
    assert read() == 8


def test_without_a_write_ahead_log_the_row_is_read_each_time(tmp_path):
    path = tmp_path / "plain.sqlite3"
    writer = sqlite3.connect(path)
    writer.execute(f"CREATE TABLE {VERSION_TABLE} (id integer, token integer)")
    writer.execute(f"INSERT INTO {VERSION_TABLE} VALUES (1, 7)")  # noqa: S608
    writer.commit()
    assert commit_mark(path) is None
    read = versions.connect_sqlite(str(path))
    assert read() == 7
    writer.execute(WRITE)
    writer.commit()
    assert read() == 8
    writer.close()


def test_what_another_database_left_behind_counts_for_nothing(tmp_path):
    """A file of the shared memory beside a database that has no write-ahead log."""
    path = tmp_path / "plain.sqlite3"
    test_without_a_write_ahead_log_the_row_is_read_each_time(tmp_path)
    path.with_name("plain.sqlite3-shm").write_bytes(b"\x00" * 32_768)
    read = versions.connect_sqlite(str(path))
    assert read() == 8
    writer = sqlite3.connect(path)
    writer.execute(WRITE)
    writer.commit()
    assert read() == 9
    writer.close()


def test_a_link_to_the_database_is_followed(database, tmp_path):
    path, writer = database
    link = tmp_path / "link.sqlite3"
    link.symlink_to(path)
    (tmp_path / "link.sqlite3-shm").write_bytes(b"\x00" * 32_768)
    read = versions.connect_sqlite(str(link))
    writer.execute(WRITE)
    writer.commit()
    assert read() == 8


def test_the_row_is_read_once_a_second_in_any_case(monkeypatch):
    moment, answers = [100.0], iter([7, 8])
    monkeypatch.setattr("labsite.page_cache.versions.TRUSTED", 1.0)
    monkeypatch.setattr("labsite.page_cache.versions.time.monotonic", lambda: moment[0])
    read = versions.ask_after_commits(lambda: next(answers), lambda: b"same")
    assert [read() for _ in range(3)] == [7, 7, 7]
    moment[0] += 1.1
    assert [read() for _ in range(3)] == [8, 8, 8]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are told by Linux")
def test_a_thread_that_ends_leaves_no_connection_open(database):
    """A server's threads end when nobody asks for half a minute, and where all are hits the collector does not come."""
    path, _ = database
    source = versions.VersionSource(lambda: versions.connect_sqlite(str(path)))
    found = []

    def opened() -> int:
        return sum(os.path.realpath(f"/proc/self/fd/{number}") == str(path) for number in os.listdir("/proc/self/fd"))

    def ask() -> None:
        found.append((source.read(), opened()))

    before = opened()
    gc.disable()
    try:
        for _ in range(5):
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
    finally:
        gc.enable()
    assert found == [(7, before + 1)] * 5
    assert opened() <= before + 1  # SQLite keeps a descriptor for the next one while locks are held through others


def test_looking_gives_up_no_lock(database):
    """Closing any descriptor of the shared file would: then another process could write beside this one."""
    path, writer = database
    read = versions.connect_sqlite(str(path))
    writer.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        assert commit_mark(path) is not None
        assert read() == 7
    tried = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WRITE_ELSEWHERE.replace("argv[1])", "argv[1], timeout=0)"), str(path), WRITE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "database is locked" in tried.stderr
    writer.rollback()
