"""Records to publications."""

from __future__ import annotations

from django.db import transaction

from labsite.lib.dates import parse_edtf
from labsite.lib.text import unique_slug
from publications.formats.bibtex import bibtex_key_of
from publications.models import Authorship, Identifier, Link, Publication, Venue
from publications.records import Record


@transaction.atomic
def create_publication(record: Record, venue: Venue | None = None) -> Publication:
    """A new publication with everything that `record` states. No author is linked to a person.

    The fields it was read from are kept word for word, so that an export gives back what nobody has edited.
    Raises `ValidationError` where the record cannot be one, with nothing stored.
    """
    key = bibtex_key_of(record.key)
    publication = Publication(
        slug=unique_slug(Publication.objects.all(), record.title, "publication"),
        bibtex_key="" if not key or key_is_taken(key) else key,
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
    for position, author in enumerate(record.authors, start=1):
        Authorship.objects.create(
            publication=publication,
            position=position,
            printed_name=author.name.natural,
            affiliation_text=author.affiliation,
        )
    for scheme, value in record.identifiers:
        Identifier.objects.create(publication=publication, scheme=scheme, value=value)
    for order, (kind, address) in enumerate(record.links):
        Link.objects.create(publication=publication, kind=kind, url=address, order=order)
    return publication


def key_is_taken(key: str) -> bool:
    """Whether another publication is exported under `key`. One query."""
    return Publication.objects.with_citation_key(key).exists()
