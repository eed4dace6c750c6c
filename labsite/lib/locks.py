"""One at a time, across processes and hosts."""

from __future__ import annotations

import zlib

from django.db import connection

# Held while many records are written that were read a moment before: imports, taking them back, merges; and while what
# lists show is derived and counted.
RECORDS = "labsite.records"


def hold_lock(name: str) -> None:
    """Waits until no other transaction holds the lock `name`, and holds it until this transaction ends.

    PostgreSQL's advisory lock. SQLite has one writer anyway: with `transaction_mode` IMMEDIATE a transaction waits
    for the others when it begins.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A lock is held by a transaction: begin one first.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number_of_lock(name)])


def number_of_lock(name: str) -> int:
    """By which PostgreSQL knows the lock."""
    return zlib.crc32(name.encode())
