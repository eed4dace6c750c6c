"""Publications as files for reference managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from labsite.lib.web import ENDLESS, same_in_every_language, site_root
from labsite.page_cache.marking import shared_page
from publications.exporting import BATCH, FORMATS, Format, record_of, stream, write_one
from publications.filters import apply_selection, order_by_selection, read_selection
from publications.formats.csl import csl_item
from publications.formats.references import format_reference
from publications.models import Publication
from publications.queries import visible_to


@shared_page()
@require_safe
@same_in_every_language
def cite(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One publication in one format. A draft is for staff only."""
    found = get_object_or_404(visible_to(request.user, Publication.objects.with_export_relations()), slug=slug)
    response = answer_with(found, FORMATS[name], request)
    response["Content-Disposition"] = f'inline; filename="{found.slug}.{name}"'
    response["Link"] = f'<{site_root(request)}{found.get_absolute_url()}>; rel="describes"; type="text/html"'
    return response


def answer_with(publication: Publication, form: Format, request: HttpRequest) -> HttpResponse:
    text = write_one(publication, form, site_root(request))
    return HttpResponse(text, content_type=f"{form.content_type}; charset=utf-8")


@require_safe
@same_in_every_language
def references(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows, formatted in `?style=` (APA where none is named), a line for each; streamed."""
    selection = read_selection(request.GET)
    style = (selection.values.get("style") or ["apa"])[0]
    found = order_by_selection(apply_selection(selection, Publication.objects.listed()), selection)
    root = site_root(request)
    lines = (
        f"{format_reference(csl_item(record_of(each, root)), style)}\n"
        for each in found.with_export_relations().iterator(chunk_size=BATCH)
    )
    response = StreamingHttpResponse(lines, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="references-{style}.txt"'
    response["X-Robots-Tag"] = ENDLESS
    return response


@require_safe
@same_in_every_language
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """What the list shows under the same query string, all pages of it; a valid empty file where that is nothing."""
    form = FORMATS[name]
    selection = read_selection(request.GET)
    found = order_by_selection(apply_selection(selection, Publication.objects.listed()), selection)
    pieces = stream(found, form, site_root(request))
    response = StreamingHttpResponse(pieces, content_type=f"{form.content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="publications.{form.name}"'
    response["X-Robots-Tag"] = ENDLESS
    return response
