"""What the pages of the members' own corner have in common: whose record it is, and that nobody keeps a copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from people.models import Person

View = Callable[..., HttpResponse]


def keep_private(response: HttpResponse) -> HttpResponse:
    """For one reader alone: no cache keeps it, no search engine lists it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def private(view: View) -> View:
    """The same for a whole view, its redirects and refusals included."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return keep_private(view(request, *args, **kwargs))

    return answer


def own_page(*methods: str) -> Callable[[View], View]:
    """A view `(request, person)` about the signed-in account's own person, who is found by the account alone.

    Who is not signed in is asked to; an account without a person is told whom to ask.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @private
        def answer(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("members:login"))
            person = Person.objects.filter(user=request.user).first()
            if person is None:
                return tell_nobody(request)
            return view(request, person)

        return answer

    return decorate


def tell_nobody(request: HttpRequest) -> HttpResponse:
    """For an account that is nobody's: the start page says so, every other page is refused with the same words."""
    status = 200 if request.path == reverse("members:overview") else 403
    return render(request, "members/nobody.html", {"here": "overview"}, status=status)


def go_to(name: str, fragment: str = "") -> HttpResponse:
    """On to another page of the corner, after something was posted."""
    address = reverse(f"members:{name}")
    return HttpResponseRedirect(f"{address}#{fragment}" if fragment else address)
