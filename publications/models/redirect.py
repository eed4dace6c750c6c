"""Addresses that were merged away."""

from __future__ import annotations

from django.db import models

from publications.models.publication import Publication
from publications.models.venue import Venue


class OldSlug(models.Model):
    """The end of an address that leads to another publication or venue since two were merged."""

    slug = models.SlugField(max_length=80)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, blank=True, related_name="old_slugs"
    )
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, null=True, blank=True, related_name="old_slugs")

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="publications_oldslug_of_one",
                condition=models.Q(publication__isnull=True, venue__isnull=False)
                | models.Q(publication__isnull=False, venue__isnull=True),
            ),
            models.UniqueConstraint(
                name="publications_oldslug_publication_once",
                fields=["slug"],
                condition=models.Q(publication__isnull=False),
            ),
            models.UniqueConstraint(
                name="publications_oldslug_venue_once", fields=["slug"], condition=models.Q(venue__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.slug
