"""Where STAFF_SECOND_FACTOR is `required`, staff set one up before they reach anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from labsite.signing_in.entering import STRONG
from labsite.signing_in.models import has_second_factor

OPEN_TO_ALL = {
    "members:sign_in_settings", "members:confirm", "members:app", "members:recovery_codes", "members:passkey_options",
    "members:passkey_add", "members:logout", "theme", "healthz",
}  # fmt: skip


class StaffSecondFactorMiddleware:
    """No query for sessions that were opened with a second factor, and none for visitors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if settings.STAFF_SECOND_FACTOR != "required" or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.resolver_match.view_name in OPEN_TO_ALL or not request.user.is_staff or request.session.get(STRONG):
            return None
        if has_second_factor(request.user):  # signed in before it was set up elsewhere, or before it was asked for
            logout(request)
            response: HttpResponse = redirect_to_login(request.get_full_path(), reverse("members:login"))
        else:
            messages.warning(request, _("Whoever edits this site needs a second factor. Set one up to go on."))
            response = HttpResponseRedirect(reverse("members:sign_in_settings"))
        response.headers["Cache-Control"] = "private, no-store"
        return response
