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
from labsite.theme import fixed_theme_css, theme_css

A_DAY = 24 * 60 * 60
A_YEAR = 365 * A_DAY
ASK_AGAIN = "no-cache"


@shared_page("accent", "scheme")
@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of `?accent=1a4a9c`, with `&scheme=dark` or `light` in that scheme alone. No query.

    An address that names the accent, and no scheme, holds all it depends on, so it may be kept for ever; with a scheme
    it depends on tokens.css too, and without an accent on what this release takes for one. Raises `Http404` for what is
    no colour or no scheme.
    """
    accent = f"#{request.GET.get('accent', DEFAULT_ACCENT[1:])}"
    try:
        validate_colour(accent)
    except ValidationError as error:
        raise Http404(error.messages[0]) from error
    scheme = request.GET.get("scheme", "")
    if scheme not in ("", "light", "dark"):
        raise Http404("There is no such scheme: use “light” or “dark”.")
    if scheme:
        css, keeping = fixed_theme_css(accent.lower(), scheme), f"public, max-age={A_DAY}"
    else:
        css, keeping = theme_css(accent.lower()), f"public, max-age={A_YEAR}, immutable"
    if "accent" not in request.GET:
        keeping = ASK_AGAIN
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": keeping})


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part that pages are made of, with invented data. In DEBUG only."""
    context = make_samples(timezone.localdate())
    context["swatches"] = [(scheme, swatches(scheme)) for scheme in ("light", "dark")]
    return render(request, "labsite/styleguide.html", context)
