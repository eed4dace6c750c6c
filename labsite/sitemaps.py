"""The map of the site for search engines: every public page once, with its last change where known."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse

from activities.models import Project
from labsite.models import Page
from people.models import Group, Person
from publications.models import Publication, Topic, Venue

LISTS = [
    "home", "people:people", "publications:publications", "publications:venues", "publications:topics",
    "activities:awards", "activities:mentorship", "activities:news", "activities:research",
    "activities:figures",
]  # fmt: skip


def with_last_edit(queryset: QuerySet) -> QuerySet:
    """Loads as `last_edit` when the record was last written, from its history. No query of its own."""
    history = queryset.model.history.model.objects.filter(id=OuterRef("pk")).order_by("-history_date")
    return queryset.annotate(last_edit=Subquery(history.values("history_date")[:1]))


class Lists(Sitemap):
    def items(self) -> list[str]:
        return LISTS

    def location(self, item: str) -> str:
        return reverse(item)


class Records(Sitemap):
    """Records with a page and a history; `rows`, of each kind, gives those that are public."""

    limit = 10_000
    rows: Callable[[], QuerySet]

    def items(self) -> QuerySet:
        return with_last_edit(self.rows()).order_by("pk")

    def lastmod(self, item: Any) -> datetime.datetime | None:
        return item.last_edit


class Publications(Records):
    def items(self) -> QuerySet:
        return (
            Publication.objects.published().select_related("digest").only("slug", "digest__changed_at").order_by("pk")
        )

    def get_latest_lastmod(self) -> datetime.datetime | None:
        """Of all of them, without loading any."""
        rows = Publication.objects.published().order_by()
        return rows.aggregate(latest=Max("digest__changed_at"))["latest"]

    def lastmod(self, item: Publication) -> datetime.datetime | None:
        digest = getattr(item, "digest", None)
        return digest.changed_at if digest else None


class People(Records):
    def rows(self) -> QuerySet:
        return Person.objects.published().members().filter(kept_out_of_search=False)


class Groups(Records):
    def rows(self) -> QuerySet:
        return Group.objects.published()


class Venues(Records):
    def rows(self) -> QuerySet:
        return Venue.objects.listed()


class Topics(Records):
    def rows(self) -> QuerySet:
        return Topic.objects.listed()


class Research(Records):
    def rows(self) -> QuerySet:
        return Project.objects.published()


class Pages(Records):
    def rows(self) -> QuerySet:
        return Page.objects.published()


SITEMAPS: dict[str, type[Sitemap]] = {
    "lists": Lists,
    "people": People,
    "groups": Groups,
    "publications": Publications,
    "venues": Venues,
    "topics": Topics,
    "research": Research,
    "pages": Pages,
}
