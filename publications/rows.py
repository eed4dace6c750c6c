"""What one line of a list prints, as plain data that can be stored. Pure: reads a loaded publication."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse

from publications.author_line import Author, read_author
from publications.exporting import record_of
from publications.metadata import coins
from publications.models import Publication


def make_row(publication: Publication) -> dict[str, Any]:
    """The row of a publication loaded by `with_export_relations()`. Texts only: templates escape them."""
    code, venue = publication.code_link, publication.venue
    status = publication.status
    return {
        "slug": publication.slug,
        "title": publication.display_title,
        "name": publication.short_title or publication.title,
        "year": publication.year,
        "authors": [lean(asdict(read_author(row))) for row in publication.authorships.all()],
        "is_complete": publication.author_list_complete,
        "venue_tag": publication.venue_tag,
        "venue_name": venue.name if venue else "",
        "venue": reverse("publications:venue", args=[venue.slug]) if venue else "",
        "is_workshop": publication.is_workshop_paper,
        "track": publication.track,
        "status": publication.get_status_display() if status not in ("published", publication.kind) else "",
        "distinctions": [
            " · ".join(part for part in (each.text, each.rate) if part) for each in publication.distinctions.all()
        ],
        "code": code.url if code else "",
        "has_code": bool(code or publication.has_code),
        "is_published": publication.is_published,
        "is_retracted": publication.has_retraction,
        "notices": [
            {"kind": each.kind, "label": each.get_kind_display(), "date": each.date.display() if each.date else ""}
            for each in publication.notices.all()
        ],
        "links": [
            *({"label": own.get_scheme_display(), "url": own.url} for own in publication.identifiers.all() if own.url),
            *({"label": each.text, "url": each.url} for each in publication.links.all() if each != code),
        ],
        "coins": coins(record_of(publication)),
    }  # fmt: skip


def lean(author: dict[str, Any]) -> dict[str, Any]:
    """Without what is as in every other author: long lists stay small."""
    plain = asdict(Author(""))
    return {key: value for key, value in author.items() if value != plain[key] and key != "affiliation"}


def row_authors(row: dict[str, Any]) -> list[Author]:
    return [Author(**author) for author in row["authors"]]
