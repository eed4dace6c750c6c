"""Records to publications."""

from __future__ import annotations

from django.db import transaction

from labsite.lib.dates import parse_edtf
from labsite.lib.text import unique_slug
from publications.formats.bibtex import bibtex_key_of
from publications.models import Authorship, Identifier, Link, Publication, Venue
from publications.records import Record

LONGEST_KEY = Publication._meta.get_field("bibtex_key").max_length


@transaction.atomic
def create_publication(record: Record, venue: Venue | None = None) -> Publication:
    """A new publication with everything that `record` states. No author is linked to a person.

    The fields it was read from are kept word for word, so that an export gives back what nobody has edited.
    Raises `ValidationError` where the record cannot be one, with nothing stored.
    """
    key = bibtex_key_of(record.key)
    publication = Publication(
        slug=free_slug(record.title),
        bibtex_key="" if not key or len(key) > LONGEST_KEY or key_is_taken(key) else key,
        kind=record.kind,
        title=record.title,
        short_title=record.short_title,
        year=record.year,
        date=parse_edtf(record.date or None),
        venue=venue,
        venue_text=record.container,
        volume=record.volume,
        issue=record.issue,
        pages=record.pages,
        article_number=record.article_number,
        publisher=record.publisher,
        institution=record.institution,
        abstract=record.abstract,
        note=record.note,
        author_list_complete=record.authors_complete,
        extra=dict(record.extra),
        raw_record={"bibtex": {"type": record.source_type, "fields": dict(record.source)}} if record.source else {},
    )
    publication.full_clean()
    publication.save()
    rows: list[Authorship | Identifier | Link] = [
        Authorship(
            publication=publication,
            position=position,
            printed_name=author.name.natural,
            affiliation_text=author.affiliation,
        )
        for position, author in enumerate(record.authors, start=1)
    ]
    rows += [Identifier(publication=publication, scheme=scheme, value=value) for scheme, value in record.identifiers]
    rows += [
        Link(publication=publication, kind=kind, url=address, order=order)
        for order, (kind, address) in enumerate(record.links)
    ]
    for row in rows:
        row.full_clean()
        row.save()
    return publication


def free_slug(title: str) -> str:
    """The end of an address under which no other publication stands or is cited."""
    slug = unique_slug(Publication.objects.all(), title, "publication")
    return unique_slug(Publication.objects.all(), f"{title[:60]} publication", "p") if key_is_taken(slug) else slug


def key_is_taken(key: str) -> bool:
    """Whether another publication is exported under `key`. One query."""
    return Publication.objects.with_citation_key(key).exists()
