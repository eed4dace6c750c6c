"""How the site looks: the lab's colours as a style sheet, and the guide to every part of a page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from labsite.models.site import DEFAULT_ACCENT, validate_colour
from labsite.page_cache.marking import shared_page
from labsite.styleguide import make_samples, swatches
from labsite.theme import theme_css

A_YEAR = 365 * 24 * 60 * 60


@shared_page("accent")
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of `?accent=1a4a9c`. The address holds all it depends on, so it may be kept for ever. No query."""
    accent = f"#{request.GET.get('accent', DEFAULT_ACCENT[1:])}"
    try:
        validate_colour(accent)
    except ValidationError as error:
        raise Http404(error.messages[0]) from error
    headers = {"Cache-Control": f"public, max-age={A_YEAR}, immutable"}
    return HttpResponse(theme_css(accent.lower()), content_type="text/css; charset=utf-8", headers=headers)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part that pages are made of, with invented data. In DEBUG only."""
    context = make_samples(timezone.localdate())
    context["swatches"] = [(scheme, swatches(scheme)) for scheme in ("light", "dark")]
    return render(request, "labsite/styleguide.html", context)
