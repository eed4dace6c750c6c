"""Addresses for machines that watch the site: is it alive, is it ready, how much does it do."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labsite.operations import metering
from labsite.operations.askers import is_operator
from labsite.operations.metrics import CONTENT_TYPE, write_metrics
from labsite.operations.readiness import as_json, as_text, readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Says that the process answers; touches no database."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if this process can do all its work now, else 503. Which check says what is for operators alone.

    Plain text with a line for each check; JSON for whoever accepts it or asks for `?format=json`.
    """
    results = readiness.ask()
    told = as_json(results)
    is_ready = told["status"] == "ok"
    status, headers = (200, {}) if is_ready else (503, {"Retry-After": "5"})
    may_see = is_operator(request.META)
    if request.GET.get("format") == "json" or "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse(told if may_see else {"status": told["status"]}, status=status, headers=headers)
    else:
        text = f"{told['status']}\n{as_text(results) if may_see else ''}"
        response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status, headers=headers)
    response._has_been_logged = True  # Django would write an error for each 503, once a second
    return response


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for operators. 404 unless the setting METRICS is on."""
    if not settings.METRICS:
        raise Http404
    if not is_operator(request.META):
        told = "Ask from this machine, or send the token of OPERATIONS_TOKEN as Authorization: Bearer.\n"
        return HttpResponse(told, content_type="text/plain", status=403)
    return HttpResponse(write_metrics(metering.own), content_type=CONTENT_TYPE)
