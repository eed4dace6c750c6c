"""Documents as visitors get them: whole, under the name they came with, and only where something published names them.

A document is saved, not shown: what somebody else made never runs under this site's address (reliability case A9).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from activities.models import TalkLink
from labsite.models import Document
from publications.models import Link

PIECE = 2**16  # bytes
ASK_AGAIN = "no-cache"  # what names it may become a draft at any time; asking costs no bytes


def is_reached(document: Document, viewer: object) -> bool:
    """Whether a published publication or talk names it; editors also get what only drafts name. Two queries at most."""
    if Link.objects.filter(document=document, publication__is_published=True).exists():
        return True
    if TalkLink.objects.filter(document=document, talk__is_published=True).exists():
        return True
    return viewer.is_authenticated and viewer.has_perm("labsite.view_document")


def pieces_of(name: str) -> Iterator[bytes]:
    """A stored file, opened only when somebody reads it: up to 50 MB never stand in memory."""
    with default_storage.open(name, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


@require_safe
def document(request: HttpRequest, key: str) -> HttpResponseBase:
    """A PDF file. Three queries at most."""
    found = get_object_or_404(Document, pk=key)
    if not is_reached(found, request.user):
        raise Http404
    etag = f'"{found.sha256[:32]}"'
    kept = get_conditional_response(request, etag=etag)
    if kept is not None:
        kept.headers["Cache-Control"] = ASK_AGAIN
        return kept
    if not default_storage.exists(found.file.name):
        raise Http404
    response = StreamingHttpResponse(pieces_of(found.file.name), content_type="application/pdf")
    plain = found.name.encode("ascii", "replace").decode().replace("?", "-")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    )
    response.headers["Content-Length"] = str(found.size)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = ASK_AGAIN
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
