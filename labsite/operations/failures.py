"""What kind of trouble an exception tells of, where it is the machine's and not the code's: then another try may do."""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum
from typing import Any

from django.db import Error


class Trouble(Enum):
    """What is wrong."""

    FULL = "the disk has no room"
    READ_ONLY = "nothing may be written"
    BROKEN = "the disk, or the file of the database, has a fault"
    BUSY = "somebody else is writing"
    AWAY = "the database does not answer"
    SLOW = "a query took longer than a visitor's may"

    @property
    def seconds(self) -> int:
        """After which another try may do."""
        return {Trouble.BUSY: 5, Trouble.AWAY: 30, Trouble.SLOW: 60}.get(self, 300)

    @property
    def stops_writing(self) -> bool:
        """Whether pages can still be read."""
        return self in (Trouble.FULL, Trouble.READ_ONLY, Trouble.BUSY)


OF_SYSTEM = {
    errno.ENOSPC: Trouble.FULL, errno.EDQUOT: Trouble.FULL, errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY, errno.EPERM: Trouble.READ_ONLY, errno.EIO: Trouble.BROKEN,
}  # fmt: skip
# Primary result codes: https://www.sqlite.org/rescode.html
OF_SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL, sqlite3.SQLITE_READONLY: Trouble.READ_ONLY, sqlite3.SQLITE_IOERR: Trouble.BROKEN,
    sqlite3.SQLITE_CORRUPT: Trouble.BROKEN, sqlite3.SQLITE_NOTADB: Trouble.BROKEN, sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY, sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
    sqlite3.SQLITE_INTERRUPT: Trouble.SLOW,
}  # fmt: skip
LOCKED = ("database is locked", "database table is locked", "database schema is locked")  # SQLite's words
# SQLSTATEs, or their first two signs: https://www.postgresql.org/docs/current/errcodes-appendix.html
OF_POSTGRESQL = {
    "53100": Trouble.FULL, "25006": Trouble.READ_ONLY, "58030": Trouble.BROKEN, "XX001": Trouble.BROKEN,
    "XX002": Trouble.BROKEN, "40001": Trouble.BUSY, "40P01": Trouble.BUSY, "55P03": Trouble.BUSY, "53": Trouble.AWAY,
    "57P": Trouble.AWAY, "08": Trouble.AWAY, "57014": Trouble.SLOW,
}  # fmt: skip


def trouble_of(error: BaseException | None) -> Trouble | None:
    """The trouble that `error`, or what it was raised from, tells of; None where it is a fault of the code's.

    Django raises its own errors from those of the database's driver, which know more.
    """
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        found = trouble_alone(error)
        if found:
            return found
        error = error.__cause__
    return None


def trouble_alone(error: Any) -> Trouble | None:
    if isinstance(error, sqlite3.Error):
        return OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return OF_SYSTEM.get(error.errno)
    if isinstance(error, Error):  # Django's: its cause says what, where there is one
        return Trouble.BUSY if any(words in str(error) for words in LOCKED) else None
    if hasattr(error, "sqlstate"):  # psycopg's
        state = error.sqlstate or ""
        if not state:  # a connection that could not be made, or broke, has none
            return Trouble.AWAY if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None
        return OF_POSTGRESQL.get(state) or OF_POSTGRESQL.get(state[:3]) or OF_POSTGRESQL.get(state[:2])
    return None
