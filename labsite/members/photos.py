"""The file that waits with a member's request."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from people.models import ProfileChange


def send_photo(change: ProfileChange) -> HttpResponse:
    """The photo that came with a request, for its member or an editor: who asks is the caller's to check."""
    if not change.photo:
        raise Http404
    try:
        with change.photo.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
