"""Whether anything was committed to a SQLite database since one last looked, without asking the database.

Connections to a database with a write-ahead log share a piece of memory, the file “-shm”, that begins with what the
last commit left: a counter, the log's length and its checksum (https://www.sqlite.org/walformat.html, “The WAL-Index
Header”). Each connection compares it with what it saw last before it reads; so does this. It costs a fiftieth of the
shortest statement.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Callable
from pathlib import Path

HEADER = 48  # bytes: the first of the header's two copies, which a commit writes last
_mapped: dict[tuple[int, int], mmap.mmap] = {}  # by device and inode


def commit_mark(database: Path) -> Callable[[], bytes] | None:
    """Reads what differs after each commit to the file `database`, no link, which a connection of this process has open
    with a write-ahead log: a file that lies there without one may be left from before, and would never change.

    None where nothing is shared. A mark is to be read before the value that it stands for: then the value
    can be newer than its mark, never older.
    """
    shared = _map(database.with_name(f"{database.name}-shm"))
    return None if shared is None else lambda: shared[:HEADER]


def _map(path: Path) -> mmap.mmap | None:
    """The file in memory, once for the process and until it ends.

    SQLite's locks are POSIX's: closing any descriptor of the file would give up those of every connection of this
    process. So neither is ever closed, not even when Python clears its modules at the end.
    """
    try:
        found = os.stat(path)
        known = _mapped.get((found.st_dev, found.st_ino))
        if known is not None:
            return known
        if found.st_size < HEADER:
            return None
        shared = mmap.mmap(os.open(path, os.O_RDONLY), HEADER, access=mmap.ACCESS_READ)
    except OSError:
        return None
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(shared))
    return _mapped.setdefault((found.st_dev, found.st_ino), shared)
