"""“Not now”: what somebody reads whose allowance is used up, and when to come again."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext

from labsite.error_views import standing_alone
from labsite.problems import problem, wants_problem

TOO_MANY, UNAVAILABLE = 429, 503


def refuse(request: HttpRequest, seconds: int, *, is_theirs: bool) -> HttpResponse:
    """429 where the asker's own network has asked for too much (`is_theirs`), 503 where all together have.

    A page for people, a problem for programs; both with `Retry-After`. Asks no database.
    """
    status = TOO_MANY if is_theirs else UNAVAILABLE
    told = (
        gettext(
            "Your network has asked this site for more lists, searches and files than one may at once. Whoever is "
            "signed in has an allowance of their own. Programs find everything in one file, the export of all "
            "publications."
        )
        if is_theirs
        else gettext("The site has more to do than it can. Whoever is signed in goes before.")
    )
    detail = f"{told} {say_when(seconds)}"
    if wants_problem(request):
        response: HttpResponse = problem(request, status, detail)
    else:
        response = standing_alone(
            request, "errors/message.html", status, heading=gettext("Please come again a little later"), message=detail
        )
    response.headers["Retry-After"] = str(seconds)
    response.headers["X-Robots-Tag"] = "noindex"
    response._has_been_logged = True  # the bounds have a line of their own, one a minute
    return response


def say_when(seconds: int) -> str:
    if seconds < 60:
        message = ngettext("Come again in %(number)s second.", "Come again in %(number)s seconds.", seconds)
        return message % {"number": seconds}
    minutes = math.ceil(seconds / 60)
    message = ngettext("Come again in %(number)s minute.", "Come again in %(number)s minutes.", minutes)
    return message % {"number": minutes}
