"""What the last run made of what, in a small SQLite file of its own among the site's data.

It can be thrown away at any time: the next run then makes every page, and writes those that differ.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from labsite.publishing.watching import Question

SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS statement (id INTEGER PRIMARY KEY, sql TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS question (
    id INTEGER PRIMARY KEY, statement INTEGER NOT NULL, params TEXT NOT NULL, answer BLOB NOT NULL,
    UNIQUE (statement, params)
);
CREATE TABLE IF NOT EXISTS page (
    address TEXT PRIMARY KEY, file TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, stamp INTEGER NOT NULL,
    target TEXT NOT NULL, links TEXT NOT NULL, day TEXT NOT NULL, questions TEXT
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class PageMade:
    """A page as it was made: its `file` ("" where the address answers nothing), and that file's state on the disk.

    `target` is where a redirect leads; `links` are addresses it names; `day` the day it was made for, "" where that
    does not matter; `questions` the numbers of what it asked, None where it must be made anew.
    """

    address: str
    file: str
    digest: str
    size: int
    stamp: int
    target: str
    links: tuple[str, ...]
    day: str
    questions: tuple[int, ...] | None


class Memory:
    """Opened on a file, or on a copy of it in memory for a run that shall leave no trace."""

    def __init__(self, path: Path, *, is_trial: bool = False) -> None:
        if not is_trial:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = sqlite3.connect(":memory:") if is_trial else open_rows(path)
        self.rows.isolation_level = None
        if is_trial and path.exists():
            before = sqlite3.connect(path)
            before.backup(self.rows)
            before.close()
        self.rows.executescript(SCHEMA)
        self.rows.execute("BEGIN")
        self.statements: dict[str, int] = {sql: number for number, sql in self.rows.execute("SELECT * FROM statement")}

    def close(self) -> None:
        self.keep()
        self.rows.execute("COMMIT")
        self.rows.close()

    def keep(self) -> None:
        """What was written until now stays, whatever happens."""
        self.rows.execute("COMMIT")
        self.rows.execute("BEGIN")

    def fact(self, name: str) -> str:
        found = self.rows.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()
        return found[0] if found else ""

    def set_fact(self, name: str, value: str) -> None:
        self.rows.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value])

    def forget(self) -> None:
        """Every page and question."""
        for table in ("fact", "statement", "question", "page"):
            self.rows.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self.statements.clear()

    def page(self, address: str) -> PageMade | None:
        row = self.rows.execute("SELECT * FROM page WHERE address = ?", [address]).fetchone()
        return read_page(row) if row else None

    def pages(self) -> Iterator[PageMade]:
        return map(read_page, self.rows.execute("SELECT * FROM page ORDER BY address"))

    def put(self, page: PageMade) -> None:
        asked = None if page.questions is None else json.dumps(page.questions)
        self.rows.execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [page.address, page.file, page.digest, page.size, page.stamp, page.target, "\n".join(page.links),
             page.day, asked],
        )  # fmt: skip

    def remove(self, address: str) -> None:
        self.rows.execute("DELETE FROM page WHERE address = ?", [address])

    def number_of(self, question: Question) -> int | None:
        """The number of a question whose answer is known."""
        statement = self.statements.get(question[0])
        if statement is None:
            return None
        row = self.rows.execute(
            "SELECT id FROM question WHERE statement = ? AND params = ?", [statement, question[1]]
        ).fetchone()
        return row[0] if row else None

    def add_question(self, question: Question, answer: bytes) -> int:
        sql, params = question
        if sql not in self.statements:
            number = self.rows.execute("INSERT INTO statement (sql) VALUES (?)", [sql]).lastrowid
            self.statements[sql] = int(number or 0)
        made = self.rows.execute(
            "INSERT INTO question (statement, params, answer) VALUES (?, ?, ?)",
            [self.statements[sql], params, answer],
        )
        return int(made.lastrowid or 0)

    def questions(self) -> Iterator[tuple[int, Question, bytes]]:
        """Every question with its number and answer, those of one statement together."""
        named = {number: sql for sql, number in self.statements.items()}
        rows = self.rows.execute("SELECT id, statement, params, answer FROM question ORDER BY statement, id")
        return ((number, (named[statement], params), answer) for number, statement, params, answer in rows)

    def change_answers(self, changed: dict[int, bytes]) -> None:
        """Keeps new answers; every page that asked for one of them must be made anew. At one moment, or not at all."""
        self.rows.executemany(
            "UPDATE question SET answer = ? WHERE id = ?", [(own, key) for key, own in changed.items()]
        )
        numbers = set(changed)
        rows = self.rows.execute("SELECT address, questions FROM page WHERE questions IS NOT NULL")
        stale = [(address,) for address, asked in rows if not numbers.isdisjoint(json.loads(asked))]
        self.make_anew(stale)
        self.keep()

    def make_anew(self, addresses: Iterable[tuple[str]]) -> None:
        self.rows.executemany("UPDATE page SET questions = NULL WHERE address = ?", addresses)

    def pass_midnight(self, day: str) -> None:
        """Pages that asked for the day and were made on another one must be made anew."""
        self.rows.execute("UPDATE page SET questions = NULL WHERE day NOT IN ('', ?)", [day])
        self.keep()

    def tidy(self) -> None:
        """Forgets questions that no page asks any more."""
        used = {number for page in self.pages() for number in page.questions or ()}
        every = self.rows.execute("SELECT id FROM question").fetchall()
        self.rows.executemany("DELETE FROM question WHERE id = ?", [row for row in every if row[0] not in used])


def read_page(row: tuple) -> PageMade:
    address, file, digest, size, stamp, target, links, day, asked = row
    numbers = None if asked is None else tuple(json.loads(asked))
    return PageMade(address, file, digest, size, stamp, target, tuple(links.split("\n")) if links else (), day, numbers)


def open_rows(path: Path) -> sqlite3.Connection:
    """A file that is damaged is thrown away: it costs a full run and nothing else."""
    rows = sqlite3.connect(path, isolation_level=None)
    try:
        rows.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        rows.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        rows.close()
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return sqlite3.connect(path, isolation_level=None)
    return rows
