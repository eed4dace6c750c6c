"""What the pages of signing in have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from labsite.members.views.frame import private
from labsite.signing_in.entering import is_confirmed
from people.models import Person

View = Callable[..., HttpResponse]


def account_page(*methods: str, confirmed: bool = False) -> Callable[[View], View]:
    """A view about the signed-in account, which need not be linked to a person.

    With `confirmed`, whoever signed in more than a quarter of an hour ago proves first that it is still them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @private
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("members:login"))
            if confirmed and not is_confirmed(request):
                back = request.get_full_path() if request.method == "GET" else reverse("members:sign_in_settings")
                return HttpResponseRedirect(f"{reverse('members:confirm')}?{urlencode({'next': back})}")
            return view(request, **kwargs)

        return answer

    return decorate


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Where to go on, within this site only."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    allowed = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if allowed else default


def start_page() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def corner(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """The context of a page within the corner: `person` decides which links its navigation has."""
    return {"here": "sign_in_settings", "person": Person.objects.filter(user=request.user).first(), **context}


def refuse(response: HttpResponse, wait: int) -> HttpResponse:
    """Marks an answer as “too many tries” (RFC 6585, 4) where there is something to wait for."""
    if wait:
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response
