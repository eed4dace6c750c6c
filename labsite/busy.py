"""What a visitor reads when two writers were in each other's way for too long: try again, nothing is lost.

SQLite has one writer at a time, and who waits longer than its timeout is told that the database is locked; PostgreSQL
ends one of two transactions that wait for each other. Neither is a fault of what was asked.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from labsite.operations.failures import Trouble, trouble_of

SECRETS = ("password", "passphrase", "secret", "token", "credential")  # in the name of an input
SECRET_NAMES = ("code",)  # the whole name: “country_code” is none
MOST_KEPT = 2 * 2**20  # characters of a form that are shown again


def is_busy(error: BaseException | None) -> bool:
    """Whether the database refused only because somebody else was writing."""
    return trouble_of(error) is Trouble.BUSY


class BusyMiddleware:
    """Answers 503 with a button that sends the same again, where a view met a database that was busy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return busy_page(request) if is_busy(error) else None


def busy_page(request: HttpRequest) -> HttpResponse:
    """The page, with what was typed in it. Asks the database nothing."""
    kept, is_whole = kept_inputs(request)
    context = {
        "kept": kept,
        "is_whole": is_whole,
        "is_form": request.method == "POST",
        "address": request.get_full_path(),
        "had_files": request.method == "POST" and bool(request.FILES),
    }
    response = render(request, "busy.html", context, status=503)
    response.headers["Retry-After"] = str(Trouble.BUSY.seconds)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def kept_inputs(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """What was posted but for secrets, and whether that is all of it."""
    if request.method != "POST":
        return [], True
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    posted = [(name, value) for name, value in posted if name != "csrfmiddlewaretoken"]
    kept = [(name, value) for name, value in posted if not is_secret(name)]
    if sum(len(name) + len(value) for name, value in kept) > MOST_KEPT:
        return [], False
    return kept, not any(is_secret(name) for name, _value in posted)


def is_secret(name: str) -> bool:
    return name.lower() in SECRET_NAMES or any(word in name.lower() for word in SECRETS)
