"""Publications as scripts read them: what they are found by, and the lines that lists show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from publications.facet_names import ALL
from publications.models import Publication, PublicationDigest, PublicationFacet
from publications.places import year_of
from publications.row_html import publication_row

FACTS, ROWS = 1_000, 20  # records in a file of facts, and in one of lines

LAST = 2**62

Found = dict[str, Any]


def digests(begin: int, end: int):
    """The digests of what the public list shows, with keys from `begin` up to `end`."""
    listed = PublicationFacet.objects.filter(facet=ALL).values("digest")
    return PublicationDigest.objects.filter(
        publication__gte=begin, publication__lt=end, place__in=listed, publication__is_published=True
    ).order_by("publication")


def keys() -> Iterator[int]:
    """The keys of what the public list shows. One query."""
    return digests(0, LAST).values_list("publication", flat=True).iterator(chunk_size=2_000)


def facts(begin: int, end: int) -> Found:
    """Of each publication [key, end of its address, place as 16 hexadecimal digits, year, order by citations, facets].

    Facets are numbers in the list of their names. Places order lists, the newest first. Two queries.
    """
    rows = list(digests(begin, end).values_list("publication", "publication__slug", "place", "citations_key"))
    asked = PublicationFacet.objects.filter(digest__publication__gte=begin, digest__publication__lt=end)
    by_place: dict[int, list[str]] = {}
    for place, facet in asked.order_by("facet", "digest").values_list("digest", "facet"):
        by_place.setdefault(place, []).append(facet)
    named: dict[str, int] = {}
    found = []
    for key, slug, place, cited in rows:
        own = [named.setdefault(facet, len(named)) for facet in by_place.get(place, ()) if facet != ALL]
        found.append([key, slug, f"{place:016x}", year_of(place) or 0, cited, own])
    return {"facets": list(named), "rows": found} if found else {}


def title_keys(begin: int, end: int) -> Found:
    """By key, what lists sort by title with."""
    return {str(key): text for key, text in digests(begin, end).values_list("publication", "title_key")}


def texts(begin: int, end: int) -> Found:
    """By key, the folded words of title, authors and all else: where words must stand together, scripts look there."""
    rows = digests(begin, end).values_list("publication", "title_text", "author_text", "body_text")
    return {str(key): [title, authors, body] for key, title, authors, body in rows}


def rows(begin: int, end: int) -> Found:
    """By key, the line of a list as the site's own pages print it, in the active language."""
    listed = digests(begin, end).values("publication")
    found = Publication.objects.published().filter(pk__in=listed).with_lines().order_by("pk")
    return {str(each.pk): str(publication_row(each)) for each in found}
