"""What the tables of activities share: how they find people, organizations, venues and publications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from labsite.lib.tables.cells import Cell, split_list
from labsite.lib.tables.lookups import Lookup, last_part
from labsite.lib.tables.resource import TableResource
from people.tables.finding import load_organizations, load_people_by_name
from publications.models import Publication, Venue

BATCH = 500  # keys a query
PUBLICATION_MEND = "Write the end of its address, /publications/…/."
PERSON_HELP = "The end of their address, /people/…/; in a file of your own also an ORCID iD or a full name."


def load_publications(rows: list[dict[str, Cell]] | None, column: str) -> Lookup:
    """The publications that `column` of the rows names, by address. One query for each 500."""
    lookup = Lookup("publication", "publications", PUBLICATION_MEND)
    named = {last_part(text) for row in rows or () for text in split_list(row.get(column) or "")}
    slugs = sorted(named)
    for begin in range(0, len(slugs), BATCH):
        found = Publication.objects.filter(slug__in=slugs[begin : begin + BATCH])
        for publication in found.only("id", "slug", "title"):
            lookup.add(publication, publication.slug, keys=[publication.slug])
    return lookup


def load_venues() -> Lookup:
    """All venues by address and names. One query."""
    lookup = Lookup(
        "venue", "venues", "Write its short name or the end of its address; print an unknown one as “Venue as printed”."
    )
    for venue in Venue.objects.order_by("pk"):
        aliases = [alias for alias in venue.aliases if isinstance(alias, str)]
        lookup.add(venue, venue.slug, keys=[venue.slug], names=[venue.name, venue.short_name, *aliases])
    return lookup


def venue_text(venue: Venue, lookup: Lookup) -> str:
    return lookup.text_for(venue, venue.label, venue.slug)


class ActivityTable(TableResource):
    """What the tables of activities share: how they find people, organizations, venues and publications."""

    publication_column = ""
    kinds: tuple[str, ...] = ()

    def load(self, rows: list[dict[str, Cell]] | None) -> None:
        loaders = {
            "people": load_people_by_name,
            "organizations": lambda: load_organizations(makes=self.makes_organizations),
            "venues": load_venues,
            "publications": lambda: load_publications(rows, self.publication_column),
        }
        self.lookups = {kind: loaders[kind]() for kind in self.kinds} if rows is not None else {
            kind: loaders[kind]() for kind in self.kinds if kind == "venues"
        }  # fmt: skip
        if rows is not None:
            self.load_records()

    def load_records(self) -> None:
        """Loads what rows may be about."""
        raise NotImplementedError

    def attach(self, records: Iterable[models.Model], **kinds: str) -> None:
        """Gives records what their relations lead to from what is loaded, so that no row asks for it."""
        known = {kind: {each.pk: each for each in self.lookups[kind].records} for kind in kinds.values()}
        for record in records:
            for name, kind in kinds.items():
                key = getattr(record, f"{name}_id")
                if key in known[kind]:
                    setattr(record, name, known[kind][key])

    def needed(self, values: dict[str, Any], *names: str) -> None:
        """Refuses a row in which one of these cells is empty."""
        errors = {
            name: f"This cell is empty: every row needs “{self.fields[name].heading}”."
            for name in names
            if not values.get(name)
        }
        if errors:
            raise ValidationError(errors)
