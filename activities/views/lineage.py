"""Who guided whom, as a drawing and as nested lists."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.lineage import all_edges, make_forest


@require_safe
def mentorship(request: HttpRequest) -> HttpResponse:
    """Who guided whom, as nested lists."""
    edges = all_edges()
    context = {"section": "mentorship", "forest": make_forest(edges), "count": len(edges)}
    return render(request, "activities/mentorship.html", context)


@require_safe
def tree_svg(request: HttpRequest) -> HttpResponse:
    raise Http404
