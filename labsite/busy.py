"""Two writers were in each other's way for too long: try again, nothing is lost.

SQLite has one writer at a time, and who waits longer than its timeout is told that the database is locked; PostgreSQL
ends one of two transactions that wait for each other. Neither is a fault of what was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from labsite.error_views import unavailable
from labsite.operations.failures import Trouble, trouble_of

logger = logging.getLogger("labsite.bounds")


def is_busy(error: BaseException | None) -> bool:
    """Whether the database refused only because somebody else was writing."""
    return trouble_of(error) is Trouble.BUSY


class BusyMiddleware:
    """Answers 503 where a view met a database that was busy, which is no error of the log's.

    The same where a visitor's question took longer than it may (`labsite.bounds.queries`): that is a line of the log,
    since it may be a page that is too slow.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        trouble = trouble_of(error)
        if trouble is Trouble.SLOW:
            match = request.resolver_match
            logger.warning("A query was ended: it took too long.", extra={"route": match.view_name if match else ""})
        return unavailable(request, trouble) if trouble in (Trouble.BUSY, Trouble.SLOW) else None
