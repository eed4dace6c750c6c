"""Addresses of former websites."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from people.models import OldAddress


class OldAddressMiddleware:
    """Sends a path that no page answers to the person whose former website had it. Costs a query on 404 only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or "\x00" in request.path or len(request.path) > 200:
            return response
        old = OldAddress.objects.filter(path=request.path, person__is_published=True).select_related("person").first()
        return HttpResponsePermanentRedirect(old.person.get_absolute_url()) if old else response
