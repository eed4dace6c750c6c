"""Public pages travel compressed. What is made for one account does not."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from labsite.page_cache.marking import LAYER, MARK

# Pictures, PDF and office files are compressed already.
TEXT = re.compile(
    r"text/|image/svg\+xml|application/(?:(?:[a-z0-9.-]+\+)?(?:json|xml)|x-bibtex|x-research-info-systems|yaml)(?:;|$)"
)


def is_text(content_type: str) -> bool:
    return TEXT.match(content_type) is not None


class CompressionMiddleware(GZipMiddleware):
    """gzip for text that is the same for everybody who asks.

    A page that holds a secret (a CSRF token, a draft) beside words from its address must not be compressed: its length
    would give the secret away bit by bit (the BREACH attack). Such pages are asked for with a cookie or set one, so
    these travel as they are.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        is_the_same_for_all = not request.COOKIES and not response.cookies and "Authorization" not in request.headers
        if LAYER in request.META and MARK in response.headers:
            return response  # it is kept as it is, and packed once for all
        if is_the_same_for_all and is_text(kind):
            return super().process_response(request, response)
        return response
