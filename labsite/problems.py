"""Errors for programs: what is wrong as JSON, RFC 9457 (“problem details”), where a page would be of no use."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from labsite.lib.web import without_language
from labsite.operations.request_ids import NAME

CONTENT_TYPE = "application/problem+json"
API = "/api/"
JSON = ("application/json", CONTENT_TYPE)


def wants_problem(request: HttpRequest) -> bool:
    """Whether a program asks: anything below /api/, or for JSON and for no page."""
    if without_language(request.path).startswith(API):
        return True
    accept = request.headers.get("Accept", "").lower()
    return any(each in accept for each in JSON) and "text/html" not in accept


def problem(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """`status`, its name, and a sentence that says what to do. The number is the one that the log knows."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if request_id := request.META.get(NAME, ""):
        told["request_id"] = request_id
    response = JsonResponse(told, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    return response
