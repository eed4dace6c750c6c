"""How much one account may upload, and how much a stranger may send: said before a byte of it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from labsite.bounds.refusals import TOO_MANY, say_when
from labsite.bounds.usage import Allowance, usage_at
from labsite.error_views import standing_alone

MEGABYTE = 2**20
DAY = 24 * 60
# Files within a minute, and megabytes within a day. Whoever imports for the lab sends more than whoever has a portrait.
OF_MEMBER = (Allowance.of_minutes(20, 1), Allowance(200 / 86_400, 200))
OF_STAFF = (Allowance.of_minutes(60, 1), Allowance(2_000 / 86_400, 2_000))
OF_STRANGER = 2 * MEGABYTE  # bytes of one form: who is not signed in has nothing to upload


class UploadAllowanceMiddleware:
    """Stands before whatever reads a form. Costs nothing but for forms that may hold files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.usage = usage_at(settings.DATA_DIR / "allowances-of-uploads", settings.SECRET_KEY)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        name, files = getattr(request, "upload_counts_for", ""), request.__dict__.get("_files")  # as far as read
        if name and files:
            self.usage.use(f"{name} files", len(files), allowances_of(request.user)[0])
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method != "POST" or request.content_type != "multipart/form-data":
            return None
        length = request.META.get("CONTENT_LENGTH") or ""
        size = int(length) if length.isascii() and length.isdecimal() else 0  # Django reads none of what is no number
        if not request.user.is_authenticated:
            return too_large(request) if size > OF_STRANGER else None
        name = name_of(request.user)
        number, bytes_a_day = allowances_of(request.user)
        files = self.usage.level(f"{name} files", number)
        if files > number.store - 1:
            return too_many(request, number.seconds_until(files, number.store - 1))
        megabytes = size / MEGABYTE
        level = self.usage.level(f"{name} bytes", bytes_a_day)
        if level + megabytes > bytes_a_day.store:
            return too_many(request, bytes_a_day.seconds_until(level + megabytes, bytes_a_day.store))
        self.usage.use(f"{name} bytes", megabytes, bytes_a_day)
        request.upload_counts_for = name
        return None


def allowances_of(account: Any) -> tuple[Allowance, Allowance]:
    """Files and megabytes."""
    return OF_STAFF if account.is_staff else OF_MEMBER


def name_of(account: Any) -> str:
    """An account's name among those that use; with its birth, since a database that is made anew gives keys again."""
    return f"{account.pk} {account.date_joined.isoformat()}"


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    number, megabytes = (int(each.store) for each in allowances_of(request.user))
    told = gettext(
        "An account may upload %(number)s files in a minute and %(megabytes)s MB in a day, and yours has. Nothing of "
        "this was stored. Your browser still has what you typed: go back, and send it again later."
    )
    return refusal(request, f"{told % {'number': number, 'megabytes': megabytes}} {say_when(seconds)}", seconds)


def too_large(request: HttpRequest) -> HttpResponse:
    told = gettext("Whoever is not signed in cannot send files. Sign in first; nothing of this was stored.")
    return refusal(request, told, 1)


def refusal(request: HttpRequest, told: str, seconds: int) -> HttpResponse:
    heading = gettext("This was not taken")
    response = standing_alone(request, "errors/message.html", TOO_MANY, heading=heading, message=told)
    response.headers["Retry-After"] = str(seconds)
    return response
