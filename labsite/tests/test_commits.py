"""Commits to a SQLite database are noticed without asking it."""

import sqlite3
import subprocess
import sys

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
        writer.execute(f"PRAGMA wal_checkpoint({('PASSIVE', 'RESTART', 'TRUNCATE')[expected % 3]})")
        assert read() == expected
    writer.execute("VACUUM")
    assert read() == 19


def test_the_database_is_asked_only_after_a_commit(database):
    path, writer = database
    keeper = sqlite3.connect(path)
    keeper.execute("SELECT * FROM other")
    mark, asked = commit_mark(path), []
    read = versions.ask_after_commits(lambda: asked.append(1) or len(asked), mark)
    assert [read() for _ in range(5)] == [1] * 5
    writer.execute("INSERT INTO other VALUES (1)")
    writer.commit()
    assert [read() for _ in range(5)] == [2] * 5
    keeper.close()


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
