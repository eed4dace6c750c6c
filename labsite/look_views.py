"""How the site looks: the lab's colours as a style sheet, its pictures, and the guide to every part of a page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labsite.context import load_lab_profile
from labsite.models.site import DEFAULT_ACCENT, validate_colour
from labsite.theme import theme_css

A_YEAR = 365 * 24 * 60 * 60


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
def site_image(request: HttpRequest, path: str) -> HttpResponse:
    """The lab's logo or picture, as it is now. One query."""
    profile = load_lab_profile()
    image = next((each for each in (profile.logo, profile.picture) if each and each.name == path), None)
    if image is None:
        raise Http404
    try:
        with image.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = "image/png" if path.endswith(".png") else "image/jpeg"
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": f"public, max-age={A_YEAR}, immutable"})


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part that pages are made of, with invented data. In DEBUG only."""
    return render(request, "labsite/styleguide.html", {})
