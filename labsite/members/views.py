"""Pages of the members' own corner. Each reaches the signed-in member's own record only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    raise Http404
