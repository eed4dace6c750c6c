"""The pages of a record's versions: an address that names no record is answered as any other that leads nowhere.

django-simple-history asks the database for whatever stands in the address, and a key that is no number raises there.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from labsite.lib.questions import read_key


def check_keys(*keys: str) -> None:
    """Raises `Http404` unless each is the number of a record or of a version."""
    if any(read_key(key) is None for key in keys):
        raise Http404


class HistoryPagesAdmin(SimpleHistoryAdmin):
    """For records whose keys are numbers, as all of ours are. Raises `Http404` for keys that are none."""

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list of versions, whose address writes its key as the admin quotes keys."""
        check_keys(unquote(object_id))
        return super().history_view(request, object_id, *args, **kwargs)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """One version, whose keys are taken as they stand in the address."""
        check_keys(object_id, version_id)
        return super().history_form_view(request, object_id, version_id, *args, **kwargs)
