"""What a statement of SQL does, by how it begins: this site writes no data from within WITH."""

from __future__ import annotations

READS = ("SELECT", "WITH", "(SELECT", "EXPLAIN", "SHOW")
# What surrounds others and neither gives nor takes anything.
AROUND = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET ", "PRAGMA")


def is_reading(sql: str) -> bool:
    return _begin(sql).startswith(READS)


def is_around(sql: str) -> bool:
    """Whether it only begins, ends or sets something."""
    return _begin(sql).startswith(AROUND)


def may_write(sql: object) -> bool:
    """Whether data may be different after it. What is no text may."""
    return not isinstance(sql, str) or not _begin(sql).startswith(READS + AROUND)


def _begin(sql: str) -> str:
    return sql[:40].lstrip()[:10].upper()
