"""Publications for the pages of other sites: lists and single entries to be framed, and oEmbed, which says how.

Nobody is told more than a visitor, whoever asks: what stands in a frame may be on any page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from labsite.context import load_lab_profile
from labsite.headers import let_be_framed, let_scripts_read
from labsite.lib.questions import printable
from labsite.lib.web import refusal, site_root
from labsite.page_cache.marking import shared_page
from publications.embedding import (
    FORMATS,
    USUAL_WIDTH,
    Frame,
    NothingToEmbed,
    find_frame,
    frame_code,
    titled,
)
from publications.excerpts import EXCERPT, Excerpt, load_excerpt, name_excerpt, read_excerpt
from publications.models import Publication
from publications.views import SELECTION
from publications.views.pages import format_page

KEPT = 3600  # seconds that others may keep an answer of oEmbed
MOST_DIGITS = 5  # of a width


@shared_page(*SELECTION, *EXCERPT)
@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """A list to be framed, newest first. What means nothing is said in words: 404 where it is no one here, else 400.

    Three queries: lab profile, places, rows; and those of the filters and their names.
    """
    excerpt = read_excerpt(request.GET)
    name = "" if excerpt.asks_for_nothing else name_excerpt(excerpt)
    return frame_page(request, excerpt, load_excerpt(excerpt), titled(name), excerpt.page)


@shared_page("style", "theme")
@require_safe
def embed_one(request: HttpRequest, slug: str) -> HttpResponse:
    """One publication to be framed. Two queries: lab profile, the publication."""
    found = Publication.objects.published().filter(slug=slug)
    excerpt = read_excerpt(request.GET)
    loaded = found.with_export_relations().select_related("digest") if excerpt.style else found.with_lines()
    rows = list(loaded)
    if not rows:
        raise Http404(gettext("There is no such publication here."))
    return frame_page(request, excerpt, rows, rows[0].title, rows[0].get_absolute_url())


def frame_page(
    request: HttpRequest, excerpt: Excerpt, publications: list[Publication], title: str, page: str
) -> HttpResponse:
    root = site_root(request)
    context = {
        "title": title,
        "publications": publications,
        "references": format_page(publications, excerpt.style, root) if excerpt.style else [],
        "excerpt": excerpt,
        "page": page,
        "canonical": f"{root}{page}",
    }
    status = 404 if excerpt.asks_for_nothing else 400 if excerpt.problems else 200
    response = render(request, "publications/embed.html", context, status=status)
    let_be_framed(response)
    return response


@shared_page("url", "format", "maxwidth", "maxheight")
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0: how `?url=`, a page of this site, is shown within another. At most eight queries."""
    response = answer_oembed(request)
    let_scripts_read(response)
    return response


def answer_oembed(request: HttpRequest) -> HttpResponse:
    form = request.GET.get("format", "json")
    if form not in FORMATS:
        words = gettext("“%(value)s” is not known here: use %(words)s.")
        response = refusal([words % {"value": printable(form), "words": gettext(" or ").join(FORMATS)}], status=501)
        response._has_been_logged = True  # Django would write an error for each, and nothing here is wrong
        return response
    problems = [] if request.GET.get("url") else [gettext("“url” is missing: the address of a page of this site.")]
    most: dict[str, int] = {}
    for name in ("maxwidth", "maxheight"):
        text = request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text):
            most[name] = int(text)
        elif text:
            words = gettext("“%(name)s” is not a number of pixels: “%(value)s”.")
            problems.append(words % {"name": name, "value": printable(text)})
    if problems:
        return refusal(problems)
    try:
        frame = find_frame(request.GET["url"], hosts_of(request))
    except NothingToEmbed as nothing:
        return refusal([str(nothing)], status=404)
    media_type, write = FORMATS[form]
    return HttpResponse(
        write(describe_frame(frame, most, site_root(request))), content_type=f"{media_type}; charset=utf-8"
    )


def hosts_of(request: HttpRequest) -> set[str]:
    """By which names this site is asked for, with their ports."""
    return {request.get_host().lower(), urlsplit(settings.SITE_URL).netloc.lower()} - {""}


def describe_frame(frame: Frame, most: dict[str, int], root: str) -> dict[str, Any]:
    """The answer of oEmbed, no wider or higher than `most` says."""
    width = min(USUAL_WIDTH, most.get("maxwidth", USUAL_WIDTH))
    height = min(frame.height, most.get("maxheight", frame.height))
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": frame.title,
        "author_name": frame.author,
        "provider_name": load_lab_profile().name,
        "provider_url": f"{root}{reverse('home')}",
        "cache_age": KEPT,
        "width": width,
        "height": height,
        "html": frame_code(f"{root}{frame.path}", frame.title, width, height),
    }
    return {name: value for name, value in answer.items() if value}
