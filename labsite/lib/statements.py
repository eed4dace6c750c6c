"""What a statement of SQL does, by how it begins."""

from __future__ import annotations

import re

READS = ("SELECT", "WITH", "(SELECT", "SHOW")
# What surrounds others and neither gives nor takes anything.
AROUND = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET ", "PRAGMA")
ANOTHER = re.compile(r";\s*[\w(/-]")  # a statement behind a statement; in a text of one, as in 'all;', a quote follows
WRITES_WITHIN = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE)\b", re.IGNORECASE)


def is_reading(sql: str) -> bool:
    return _begin(sql).startswith(READS)


def is_around(sql: str) -> bool:
    """Whether it only begins, ends or sets something."""
    return _begin(sql).startswith(AROUND)


def may_write(sql: object) -> bool:
    """Whether data may be different after it: True for what is no text, for several statements in one, and for WITH
    around one that writes. A function that writes and is called by SELECT is not seen through.
    """
    if not isinstance(sql, str):
        return True
    begin = _begin(sql)
    if not begin.startswith(READS + AROUND) or ANOTHER.search(sql):
        return True
    return begin.startswith("WITH") and bool(WRITES_WITHIN.search(sql))


def _begin(sql: str) -> str:
    return sql.lstrip()[:10].upper()
