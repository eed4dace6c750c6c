"""Ends of addresses that people had before their records were merged."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.validators import slug_re
from django.urls import reverse

from labsite.lib.web import plain_addresses
from people.models import OldAddress


def follow_people(slugs: Iterable[str]) -> dict[str, str]:
    """For those of `slugs` that lead to a published person since a merge, that person's. One query."""
    with plain_addresses():
        paths = {reverse("people:person", args=[slug]): slug for slug in slugs if slug_re.match(slug)}
    found = OldAddress.objects.filter(path__in=paths, person__is_published=True)
    return {paths[path]: slug for path, slug in found.values_list("path", "person__slug")}
