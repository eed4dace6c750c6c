"""What the lab did in a period, as a page and as files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def report_file(request: HttpRequest, ending: str) -> HttpResponse:
    raise Http404
