"""How many rows one form may have. It says so itself, and 99,999 kept a worker busy for 10 s."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from labsite.error_views import standing_alone

TOTAL = "-TOTAL_FORMS"
MOST = 1_000
SLACK = 25  # rows that a form may name and not send: scripts that leave out an empty one
ROW = re.compile(r"^(.+)-(\d{1,9})-")
REFUSED = 422


class RowsMiddleware:
    """Refuses a form of more than a thousand rows, or of rows that were not sent. Reads what is read by now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):  # those have no forms
            return None
        totals = [name for name in request.POST if name.endswith(TOTAL)]
        number = too_many_rows(request.POST, totals) if totals else None
        return None if number is None else refuse_rows(request, number)


def too_many_rows(data: QueryDict, totals: list[str]) -> str | None:
    """The number that a part of a form says, where it is too large; None where all is well.

    What is no number is left to the form, which refuses it.
    """
    rows: dict[str, set[str]] = {}
    for name in data:
        if match := ROW.match(name):
            rows.setdefault(match[1], set()).add(match[2])
    for name in totals:
        said = data[name].strip()
        if not (said.isascii() and said.isdecimal()):
            continue
        sent = len(rows.get(name.removesuffix(TOTAL), ()))
        if len(said) > 9 or int(said) > min(MOST, sent + SLACK):
            return said[:9]
    return None


def refuse_rows(request: HttpRequest, number: str) -> HttpResponse:
    """Says what to do. Nothing of the form was read beyond its names."""
    told = gettext(
        "This form says that it has %(number)s rows in one of its parts, and did not send them all or has more than "
        "%(most)s. Nothing of it was stored. Your browser still has what you typed: go back, and save fewer new rows "
        "at once. Long lists come in by “Add publications” or as a table."
    )
    message = told % {"number": number, "most": MOST}
    return standing_alone(request, "errors/message.html", REFUSED, heading=gettext("Too many rows"), message=message)
