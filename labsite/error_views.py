"""What a visitor sees when something cannot be answered: what happened, what became of what they sent, ways on."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext

from labsite.lib.questions import printable
from labsite.operations.failures import Trouble, trouble_of
from labsite.operations.request_ids import NAME
from labsite.posted_inputs import inputs_to_send_again
from labsite.problems import problem, wants_problem

NOBODY = "webmaster@localhost"  # the default of CONTACT_EMAIL


def standing_alone(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """A page that needs neither the database nor the context processors, since either may be what failed."""
    context |= {"static_url": settings.STATIC_URL, "contact": contact(), "request_id": request.META.get(NAME, "")}
    return HttpResponse(
        loader.render_to_string(template, context), status=status, headers={"Cache-Control": "no-store"}
    )


def contact() -> str:
    """Whom to write to; empty where the site does not say."""
    return "" if settings.DEFAULT_FROM_EMAIL == NOBODY else settings.DEFAULT_FROM_EMAIL


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Stands alone: the host, which other pages print, may be what cannot be read."""
    if wants_problem(request):
        return problem(request, 400, gettext("This question cannot be read."))
    return standing_alone(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem(request, 403, gettext("This is there for others."))
    account = getattr(request, "user", None)  # whoever is signed in is not asked to sign in by the foot of the page
    is_signed_in = bool(account and account.is_authenticated)
    return render(request, "403.html", {"contact": contact(), "is_signed_in": is_signed_in}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem(request, 404, gettext("There is nothing at this address."))
    return render(request, "404.html", {"path": printable(request.path), "contact": contact()}, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Why it is so stays in the log: whoever sent it may be another site."""
    return standing_alone(request, "403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the machine is in trouble and another try may do, else 500. Called while the error is being handled."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble:
        return unavailable(request, trouble)
    if wants_problem(request):
        return problem(request, 500, gettext("The site could not answer. Please try again in a minute."))
    return standing_alone(request, "500.html", 500)


def unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """Says in plain words what is wrong, and that nothing of what was sent was stored; offers to send it again."""
    if wants_problem(request):
        told = problem(request, 503, messages()[trouble])
        told.headers["Retry-After"] = str(trouble.seconds)
        return told
    was_sent = request.method not in ("GET", "HEAD", "OPTIONS")
    heading = gettext("This cannot be saved right now") if was_sent and trouble.stops_writing else gettext(
        "The site cannot answer right now"
    )  # fmt: skip
    kept = inputs_to_send_again(request)
    response = standing_alone(
        request, "503.html", 503, heading=heading, message=messages()[trouble], was_sent=was_sent, kept=kept,
        address=request.get_full_path(), csrf_token=get_token(request) if kept else "",
    )  # fmt: skip
    response.headers["Cache-Control"] = "private, no-store"  # it may say again what was typed
    response.headers["Retry-After"] = str(trouble.seconds)
    return response


def messages() -> dict[Trouble, str]:
    return {
        Trouble.FULL: gettext(
            "The disk of this site is full. Nothing of what you sent was stored, and nothing that was stored is lost. "
            "Whoever runs the site must make room first: please tell them."
        ),
        Trouble.READ_ONLY: gettext(
            "The disk of this site takes no changes. Nothing of what you sent was stored. Whoever runs the site must "
            "see to it first: please tell them."
        ),
        Trouble.BROKEN: gettext(
            "The disk of this site has a fault. Whoever runs the site must see to it first: please tell them."
        ),
        Trouble.BUSY: gettext("Somebody else is saving at this moment. Please try again in a few seconds."),
        Trouble.AWAY: gettext("The database of this site does not answer. Please try again in a minute."),
        Trouble.SLOW: gettext(
            "This question takes the site longer than it may. Ask for less at once: fewer words, one filter, a year."
        ),
    }
