"""Figures of the lab, each as a picture, a table and a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
def figure_svg(request: HttpRequest, name: str) -> HttpResponse:
    raise Http404


@require_safe
def figure_csv(request: HttpRequest, name: str) -> HttpResponse:
    raise Http404
