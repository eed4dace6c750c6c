"""What one line of a list prints, as plain data that can be stored. Pure: reads a loaded publication.

What is stored knows no language: words are English, dates are EDTF, addresses are the plain ones. They are put into
the visitor's language when they are printed (publications.printing).
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import Any

from django.db.models import Choices
from django.utils import translation

from labsite.lib.english import english_choices
from labsite.lib.web import plain_addresses
from publications.author_line import Author, read_author, shorten_authors
from publications.identifiers import Scheme
from publications.metadata import coins
from publications.models import Distinction, Link, Notice, Publication
from publications.records import Record


def make_row(publication: Publication, record: Record) -> dict[str, Any]:
    """The row of a publication loaded by `with_export_relations()`. Texts only: templates escape them.

    `record` is the publication's, which the caller has.
    """
    venue = publication.venue
    with plain_addresses():
        address = venue.get_absolute_url() if venue else ""
    with translation.override("en"):
        return _row_in_english(publication, record, address)


def _row_in_english(publication: Publication, record: Record, venue_address: str) -> dict[str, Any]:
    code, venue = publication.code_link, publication.venue
    status = publication.status
    return {
        "slug": publication.slug,
        "title": publication.display_title,
        "name": publication.short_title or publication.title,
        "year": publication.year,
        "authors": [lean(author) for author in kept_authors(publication)],
        "is_complete": publication.author_list_complete,
        "venue_tag": publication.venue_tag,
        "venue_name": venue.name if venue else "",
        "venue": venue_address,
        "is_workshop": publication.is_workshop_paper,
        "track": publication.track,
        "status": label_of(Publication.Status, status) if status not in ("published", publication.kind) else "",
        "distinctions": [distinction_row(each) for each in publication.distinctions.all()],
        "code": code.address if code else "",
        "has_code": bool(code or publication.has_code),
        "is_published": publication.is_published,
        "is_retracted": publication.has_retraction,
        "notices": [
            {"kind": each.kind, "label": label_of(Notice.Kind, each.kind), "date": str(each.date or "")}
            for each in publication.notices.all()
        ],
        "links": links_of(publication, code),
        "coins": coins(record),
    }  # fmt: skip


def links_of(publication: Publication, code: Link | None) -> list[dict[str, str]]:
    """Where it can be read, registers first; the address of its code has a place of its own."""
    registers = [(label_of(Scheme, own.scheme), own.url) for own in publication.identifiers.all()]
    links = [
        (link.label or label_of(Link.Kind, link.kind), link.address) for link in publication.links.all() if link != code
    ]
    return [{"label": label, "url": url} for label, url in (*registers, *links) if url]


def label_of(choices: type[Choices], value: str) -> str:
    """The English label of a choice. Django's own way takes ten times as long, which imports feel."""
    return labels_of(choices).get(value, value)


@cache
def labels_of(choices: type[Choices]) -> dict[str, str]:
    return dict(english_choices(choices))


def distinction_row(distinction: Distinction) -> dict[str, Any]:
    """Its words and, as far as they are known, the numbers of its rate."""
    percent = distinction.rate_percent
    numbers = {
        "percent": f"{percent.normalize():f}" if percent is not None else "",
        "selected": distinction.selected,
        "submissions": distinction.submissions,
    }
    return {"text": str(distinction.text), **{key: value for key, value in numbers.items() if value not in ("", None)}}


MOST_AUTHORS = 60


def kept_authors(publication: Publication) -> list[Author]:
    """All authors; of a collaboration of more than sixty the first ones, whoever has a page here, and the last."""
    authors = [read_author(row) for row in publication.authorships.all()]
    if len(authors) <= MOST_AUTHORS or not all(author.is_placed for author in authors):
        return authors
    return shorten_authors(authors, keep=lambda author: bool(author.slug))


PLAIN = Author("")._asdict()


def lean(author: Author) -> dict[str, Any]:
    """Without what is as in every other author: long lists stay small."""
    return {key: value for key, value in author._asdict().items() if value != PLAIN[key] and key != "affiliation"}


def row_authors(row: dict[str, Any]) -> list[Author]:
    return [Author(**author) for author in row["authors"]]


def people_of(publication: Publication) -> frozenset[tuple[str, str]]:
    """Slug and name of the authors with a page here, of a publication loaded with its row. No query."""
    if publication.stored_row:
        return _people_in(publication.stored_row)
    return _with_page(publication.row["authors"])


@lru_cache(maxsize=3000)
def _people_in(stored_row: str) -> frozenset[tuple[str, str]]:
    return _with_page(json.loads(stored_row)["authors"])


def _with_page(authors: list[dict[str, Any]]) -> frozenset[tuple[str, str]]:
    return frozenset((author["slug"], author["person_name"]) for author in authors if author.get("slug"))
