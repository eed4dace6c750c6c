"""Which database a read that is written in SQL goes to."""

from __future__ import annotations

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper


def reading_connection() -> BaseDatabaseWrapper:
    """The connection that Django's own reads would use now: a visitor's may be answered by a replica.

    For statements that only read. What is written, locked or read within a transaction uses `django.db.connection`.
    """
    return connections[router.db_for_read(None)]
