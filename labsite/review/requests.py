"""What members ask for: changes of their pages that wait for an editor, and to be taken off the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.members.wording import label_of
from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key
from people.models import ProfileChange, RemovalRequest

LONGEST_QUOTE = 200  # letters of a member's message
PERMISSIONS = ("people.change_person", "people.add_person")


def find(model: type, make_row: Callable[[Any], Row]) -> Callable[[Scope], list[Row]]:
    def find_waiting(scope: Scope) -> list[Row]:
        """Those that wait, the oldest first. One query."""
        waiting = model.objects.filter(status=model.Status.WAITING).select_related("person")
        oldest = waiting.order_by("created_at", "pk")[: scope.limit]
        return scope.without_dismissed(make_row(each) for each in oldest)

    return find_waiting


def make_change_row(change: ProfileChange) -> Row:
    fields = ", ".join(str(label_of(name)) for name in change.values)
    mend = Place(gettext("Look and decide"), reverse("admin:profile_change", args=[change.pk]))
    return make_row(
        change, gettext("%(fields)s. Asked %(asked_on)s.") % {"fields": fields, "asked_on": asked_on(change)}, mend
    )


def make_removal_row(request: RemovalRequest) -> Row:
    text = " ".join(request.message.split())
    quote = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    mend = Place(gettext("Look and answer"), reverse("admin:removal_request", args=[request.pk]))
    return make_row(
        request, gettext("“%(quote)s” Asked %(asked_on)s.") % {"quote": quote, "asked_on": asked_on(request)}, mend
    )


def make_row(request: Any, reason: str, mend: Place) -> Row:
    person = request.person
    key = make_key(person, f"{request._meta.model_name}-{request.pk}")
    return Row(key, (Place(person.name, change_url(person)),), reason, (person,), (mend,))


def asked_on(request: Any) -> str:
    return formats.date_format(timezone.localtime(request.created_at), "DATE_FORMAT")


KINDS = [
    Kind(
        "removals",
        _("member who asks to be taken off the site"),
        _("members who ask to be taken off the site"),
        _("They wait for an answer, which they read on their own page."),
        PERMISSIONS,
        find(RemovalRequest, make_removal_row),
        must_be_answered=True,
    ),
    Kind(
        "changes",
        _("change by a member that waits"),
        _("changes by members that wait"),
        _("Nothing of it shows before an editor agrees."),
        PERMISSIONS,
        find(ProfileChange, make_change_row),
        must_be_answered=True,
    ),
]
