"""Public pages travel compressed. What is made for one account does not."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Pictures and PDF are compressed already.
TEXT = ("text/", "application/json", "application/ld+json", "application/xml", "application/atom+xml", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """gzip for text that is the same for everybody who asks.

    A page that holds a secret (a CSRF token, a draft) beside words from its address must not be compressed: its length
    would give the secret away bit by bit (the BREACH attack). Such pages are asked for with a cookie or set one, so
    these travel as they are.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        is_the_same_for_all = not request.COOKIES and not response.cookies and "Authorization" not in request.headers
        if is_the_same_for_all and kind.startswith(TEXT):
            return super().process_response(request, response)
        return response
