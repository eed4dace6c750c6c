"""Web addresses that do not answer any more, as `manage.py check_links` found them."""

from __future__ import annotations

from django.db.models import Model
from django.urls import resolve
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.links import DeadLink, dead_links
from labsite.review.rows import Kind, Place, Row, Scope, make_key


def find_dead_links(scope: Scope) -> list[Row]:
    """Dead addresses with the records that name them, the longest dead first.

    One query for the addresses and, where there are any, one for each model that names addresses.
    """
    found = dead_links(scope.limit + len(scope.dismissed))
    return scope.without_dismissed(make_row(link) for link in found)


def make_row(link: DeadLink) -> Row:
    since = formats.date_format(timezone.localtime(link.failing_since), gettext("j F Y"))
    return Row(
        key=make_key(link.url),
        about=tuple(Place(place.label, place.url) for place in link.places),
        reason=gettext("%(url)s does not answer since %(since)s. %(problem)s")
        % {"url": link.url, "since": since, "problem": link.problem},
        subjects=tuple(record_at(place.url) for place in link.places),
        mends=(Place(gettext("Mend the link"), link.places[0].url),),
    )


def record_at(address: str) -> Model:
    """The record whose admin page this is, not loaded: to ask who may change it."""
    match = resolve(address.partition("#")[0])
    return match.func.model_admin.model(pk=int(match.kwargs["object_id"]))


KINDS = [
    Kind(
        "dead-links",
        _("dead link"),
        _("dead links"),
        _("Addresses that failed for days, or each time they were asked."),
        ("people.add_person", "people.change_person", "publications.change_publication"),
        find_dead_links,
    )
]
