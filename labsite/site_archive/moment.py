"""Everything an export reads is of one moment, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

from labsite.backups.snapshot import snapshot


@contextmanager
def one_moment() -> Iterator[None]:
    """Within, queries of this thread see the database as it was at the beginning, and write nothing.

    Within a transaction they see what that sees: whoever began it knows why.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    if usual.in_atomic_block:
        yield
        return
    with snapshot() as reading:
        connections[DEFAULT_DB_ALIAS] = reading
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = usual
