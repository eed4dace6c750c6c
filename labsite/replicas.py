"""What a read replica of the database answers: the pages of visitors, and nothing else.

Whoever is signed in, whatever is written, and everything read within a transaction goes to the primary, so that nobody
decides on what is out of date. Used only where `DATABASE_REPLICA_URL` is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.http import HttpRequest, HttpResponse

from labsite.page_cache.marking import is_somebody

REPLICA = "replica"
_is_visitor: ContextVar[bool] = ContextVar("reads_of_a_visitor", default=False)


class ReplicaRouter:
    """Django's database router; see the setting `DATABASE_ROUTERS`."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        if _is_visitor.get() and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return REPLICA
        return DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        _is_visitor.set(False)  # what is read after a write must know of it
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True  # both databases hold the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


class ReplicaMiddleware:
    """Marks the reads of a visitor's GET and HEAD. An answer that is streamed counts till its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _is_visitor.set(is_visitors_read(request))
        return self.get_response(request)


def is_visitors_read(request: HttpRequest) -> bool:
    """Whether this reads a page, from nobody in particular. Asks no database."""
    return request.method in ("GET", "HEAD") and not is_somebody(request)


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Reads within go to the replica, until something is written."""
    before = _is_visitor.set(True)
    try:
        yield
    finally:
        _is_visitor.reset(before)


def forget_visitor(**kwargs: Any) -> None:
    """The thread goes on to whatever is next."""
    _is_visitor.set(False)


request_finished.connect(forget_visitor, dispatch_uid="labsite.replicas")
