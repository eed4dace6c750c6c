"""Ends of addresses that publications and venues had before their records were merged."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.validators import slug_re

from publications.models import OldSlug, Venue


def follow_publications(slugs: Iterable[str]) -> dict[str, str]:
    """For those of `slugs` that lead to a published publication since a merge, its own. One query."""
    asked = [slug for slug in slugs if slug_re.match(slug)]
    found = OldSlug.objects.filter(slug__in=asked, publication__is_published=True)
    return dict(found.values_list("slug", "publication__slug"))


def follow_venues(slugs: Iterable[str]) -> dict[str, str]:
    """For those of `slugs` that lead to a public venue since a merge, that venue's. One query."""
    asked = [slug for slug in slugs if slug_re.match(slug)]
    return dict(
        OldSlug.objects.filter(slug__in=asked, venue__in=Venue.objects.public()).values_list("slug", "venue__slug")
    )
