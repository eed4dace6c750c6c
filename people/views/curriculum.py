"""A person's curriculum vitae: as a page, as a PDF, as JSON Resume, and their publications as BibTeX."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def cv_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


@require_safe
def bibliography(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404
