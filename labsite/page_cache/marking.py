"""Which views answer the same to every visitor, and which of their answers do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

MARK = "X-Labsite-Shared"  # from the view to the page cache, which takes it away
LAYER = "labsite.page_cache"  # in a request's META where the page cache asks


@dataclass(frozen=True)
class Sharing:
    """What an answer of a view depends on beside its path: the named parts of the query string, the Accept header."""

    names: tuple[str, ...] = ()
    by_accept: bool = False


def shared_page(*names: str, by_accept: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view whose answer to visitors may be kept until any content changes, or the day.

    `names` are the parameters of the query string that it reads; others never reach it. A view `by_accept` answers
    other formats to whoever asks for them. What prints the time of day, or anything of the visitor, is no such view.
    """
    sharing = Sharing(names, by_accept)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and not response.streaming and is_for_everybody(request):
                response.headers[MARK] = "1"
            return response

        answer.sharing = sharing
        return answer

    return decorate


def is_somebody(request: HttpRequest) -> bool:
    """Whether a visitor is more than that. Asks no database: a visitor is told by lacking a cookie."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers


def is_for_everybody(request: HttpRequest) -> bool:
    """Whether nobody is signed in and nothing is previewed."""
    return not is_somebody(request) and getattr(request, "previewed_lab", None) is None
