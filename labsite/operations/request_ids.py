"""The name of a request, by which a visitor's complaint, the log and the server in front find the same moment."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

from labsite.page_cache.marking import LAYER

HEADER = "X-Request-ID"
# In a request's WSGI environment: the name it goes by, whoever gave it.
NAME = "labsite.request_id"
# Anything else could be a sentence, or the beginning of another line in a log.
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_now: ContextVar[str] = ContextVar("request_id", default="")


def name_request(environ: dict[str, Any]) -> str:
    """The request's name: the one it has, else `X-Request-ID` if that is 8 to 64 plain signs, else a new one."""
    name = environ.get(NAME)
    if not name:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        name = environ[NAME] = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    return name


def current_request_id() -> str:
    """The name of the request that this thread answers; empty where it answers none."""
    return _now.get()


class RequestIdMiddleware:
    """Names each request that Django answers, in the log and in the answer.

    A page that is kept for everybody carries no name: whoever gets it later made another request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _now.set(name_request(request.META))
        try:
            response = self.get_response(request)
        finally:
            _now.reset(before)
        if not (request.META.get(LAYER) and response.status_code == 200):
            response.headers[HEADER] = request.META[NAME]
        return response
