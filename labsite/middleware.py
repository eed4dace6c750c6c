"""The language of a page, requests that are none of ours, addresses of former websites and of merged records."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from labsite.lib.paths import spellings
from labsite.lib.web import without_language
from labsite.models import OldPath
from labsite.models.moving import TARGETS
from people.addresses import follow_people
from people.models import OldAddress
from publications.addresses import follow_publications, follow_venues


class LanguageMiddleware:
    """The language of a page is in its address, and nowhere else: /zh-hans/people/ is Chinese, /people/ the default.

    So each address has one text, whatever the visitor's browser prefers, and nobody needs a cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


METHODS = ("GET", "HEAD", "POST", "OPTIONS")  # what forms and readers use; each view refuses what it does not answer


class MethodMiddleware:
    """Refuses methods that nothing here answers (PUT, DELETE, TRACE, invented ones), whoever asks and wherever.

    Else the protection of forms would answer first, with words about a form that nobody has sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)


class RequestSizeMiddleware:
    """Refuses a request that says it is too large before a byte of it is read, so that it cannot fill the disk.

    A request that does not say how long it is has no body: WSGI servers give it none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and (len(length) > 15 or int(length) > settings.LARGEST_UPLOAD):
            context = {"limit": settings.LARGEST_UPLOAD // 2**20 - 1}
            return render(request, "413.html", context, status=413)
        return self.get_response(request)


# The pages whose address has the end of a record's, and who knows where a former end leads.
FOLLOWED = {
    "people:person": follow_people,
    "people:cv": follow_people,
    "people:cv_pdf": follow_people,
    "people:resume": follow_people,
    "people:bibliography": follow_people,
    "api:person": follow_people,
    "publications:publication": follow_publications,
    "publications:cite": follow_publications,
    "publications:linkset": follow_publications,
    "publications:embed_one": follow_publications,
    "api:publication": follow_publications,
    "api:publication_csl": follow_publications,
    "publications:venue": follow_venues,
}


class OldAddressMiddleware:
    """Sends an address that nothing answers to where it leads by now. Costs three queries at most, on 404 only.

    What belonged to a record that was merged leads to the same thing of the record it is part of: its page, its CV,
    its citation. A path of a former website leads to the record or the list that it was about. Where such a path leads
    is always a page that answers and another one, so nothing goes round in circles; drafts lead nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or "\x00" in request.path or len(request.path) > 200:
            return response
        address = merged_address(request) or former_address(without_language(request.path))
        leads_on = address and re.split("[?#]", address)[0] != request.path
        return redirect(address) if leads_on else response


def redirect(address: str) -> HttpResponse:
    """Permanent, but asked for again each time: a browser that kept it would lead there after a merge is taken back."""
    return HttpResponsePermanentRedirect(address, headers={"Cache-Control": "no-cache"})


def merged_address(request: HttpRequest) -> str:
    """The same page of the record that the one asked for is part of; empty where there is none."""
    match = request.resolver_match
    follow = FOLLOWED.get(match.view_name) if match else None
    slug = follow([match.kwargs["slug"]]).get(match.kwargs["slug"]) if follow else None
    if not slug:
        return ""
    query = request.META.get("QUERY_STRING", "")
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": slug})
    return f"{address}?{query}" if query else address


def former_address(path: str) -> str:
    """Where a path of a former website leads; "" where nobody said so. Two queries, at times a third."""
    asked = spellings(path)
    people = OldAddress.objects.filter(path__in=asked, person__is_published=True).select_related("person")
    others = OldPath.objects.filter(path__in=asked).select_related(*TARGETS)
    leading = {old.path: old.person.get_absolute_url() for old in people}
    for old in others if path not in leading else ():
        leading.setdefault(old.path, old.leads_to())
    return next((leading[each] for each in asked if leading.get(each)), "")
