"""Venues in the order a reader looks for them. Pure: reads loaded rows, asks the database nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from publications.models import Venue

PLURALS = {
    Venue.Kind.CONFERENCE: _("Conferences"),
    Venue.Kind.WORKSHOP: _("Workshops"),
    Venue.Kind.JOURNAL: _("Journals"),
    Venue.Kind.MAGAZINE: _("Magazines"),
    Venue.Kind.PREPRINT_SERVER: _("Preprint servers"),
    Venue.Kind.BOOK_SERIES: _("Book series"),
    Venue.Kind.INSTITUTION: _("Institutions"),
    Venue.Kind.OTHER: _("Other venues"),
}


@dataclass(frozen=True)
class Shelf:
    """A venue that belongs to no other here, and those that belong to it: a conference and its workshops."""

    venue: Venue
    parts: list[Venue]


def nest_venues(venues: Iterable[Venue]) -> list[Shelf]:
    """Every venue exactly once, in the given order, under the topmost of its parents that is among them.

    Parents of parents and parents in a circle lose nothing.
    """
    rows = {venue.pk: venue for venue in venues}
    parts: dict[int, list[Venue]] = {}
    for venue in rows.values():
        parts.setdefault(_top_of(venue, rows), []).append(venue)
    return [Shelf(rows[pk], [each for each in parts[pk] if each.pk != pk]) for pk in rows if pk in parts]


def _top_of(venue: Venue, rows: dict[int, Venue]) -> int:
    seen = [venue.pk]
    while venue.parent_id in rows:
        venue = rows[venue.parent_id]
        if venue.pk in seen:
            return min(seen)
        seen.append(venue.pk)
    return venue.pk


def shelve_by_kind(venues: Iterable[Venue], numbers: dict[str, int]) -> list[tuple[str, list[Shelf]]]:
    """The venues with publications (`numbers` by slug) and what they belong to, by kind. Sets `publication_count`."""
    rows = {venue.pk: venue for venue in venues}
    counts = {venue.pk: numbers[venue.slug] for venue in rows.values() if venue.slug in numbers}
    needed: set[int] = set()
    for pk in counts:
        while pk in rows and pk not in needed:
            needed.add(pk)
            pk = rows[pk].parent_id
    for pk in needed:
        rows[pk].publication_count = counts.get(pk, 0)
    kinds: dict[str, list[Shelf]] = {kind: [] for kind in PLURALS}
    for shelf in nest_venues(venue for pk, venue in rows.items() if pk in needed):
        kinds[shelf.venue.kind].append(shelf)
    return [(PLURALS[kind], shelves) for kind, shelves in kinds.items() if shelves]
