"""Publications as records and files: BibTeX, RIS, CSL-JSON. Reads loaded rows; a list is streamed in batches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from labsite.lib.web import plain_addresses
from people.names import NameParts, split_name
from publications.formats.bibtex import write_bibtex
from publications.formats.csl import csl_item
from publications.formats.ris import write_ris
from publications.metadata import schema_publication
from publications.models import Authorship, Publication
from publications.records import Record, RecordAuthor

BATCH = 500


@dataclass(frozen=True)
class Format:
    """A format of export: how one record is written, and what stands between and around records."""

    name: str
    label: str
    content_type: str
    write: Callable[[Record], str]
    begin: str = ""
    between: str = "\n"
    end: str = ""


FORMATS = {
    "bib": Format("bib", "BibTeX", "application/x-bibtex", write_bibtex),
    "ris": Format("ris", "RIS", "application/x-research-info-systems", write_ris, between=""),
    "json": Format(
        "json", "CSL-JSON", "application/vnd.citationstyles.csl+json",
        lambda record: json.dumps(csl_item(record), ensure_ascii=False, indent=1),
        begin="[\n", between=",\n", end="\n]\n",
    ),
    "jsonld": Format(
        "jsonld", "JSON-LD", "application/ld+json",
        lambda record: json.dumps(schema_publication(record), ensure_ascii=False, indent=1),
        begin="[\n", between=",\n", end="\n]\n",
    ),
}  # fmt: skip


# Columns that no format writes: not read, so that a published copy's file of everything does not depend on them either.
UNWRITTEN = ("summary", "content_warning", "editor_note", "search_text", "match_key")


def record_of(publication: Publication, root: str = "") -> Record:
    """The record of a publication loaded by `with_export_relations()`. `root`: the site's address without a slash.

    It is the same in every language: addresses are the plain ones.
    """
    with plain_addresses():
        return _record_of(publication, root)


def _record_of(publication: Publication, root: str) -> Record:
    notices = [notice for notice in publication.notices.all() if notice.kind == "retraction"]
    bibtex = publication.raw_record.get("bibtex") if isinstance(publication.raw_record, dict) else None
    source = bibtex if isinstance(bibtex, dict) else {}
    fields = source.get("fields")
    return Record(
        key=publication.citation_key,
        kind=publication.kind,
        title=publication.display_title,
        short_title=publication.short_title,
        authors=tuple(author_of(row, root) for row in publication.authorships.all()),
        authors_complete=publication.author_list_complete,
        year=publication.year,
        date=str(publication.date or ""),
        container=publication.venue_text or (publication.venue.name if publication.venue else ""),
        container_short=publication.venue.short_name if publication.venue else "",
        volume=publication.volume,
        issue=publication.issue,
        pages=publication.pages,
        article_number=publication.article_number,
        publisher=publication.publisher,
        institution=publication.institution,
        abstract=publication.abstract,
        note=publication.note,
        identifiers=tuple((each.scheme, each.value) for each in publication.identifiers.all()),
        links=tuple(
            (each.kind, f"{root}{each.address}" if each.document_id else each.url) for each in publication.links.all()
        ),
        topics=tuple(topic.name for topic in publication.topics.all()),
        distinctions=tuple((each.kind, each.label) for each in publication.distinctions.all()),
        status="" if publication.status == Publication.Status.PUBLISHED else publication.status,
        preprint_date=str(publication.preprint_date or ""),
        has_code=publication.has_code,
        is_selected=publication.is_selected,
        address=f"{root}{publication.get_absolute_url()}",
        retracted=str(notices[0].date or "yes") if notices else "",
        extra=publication.extra if isinstance(publication.extra, dict) else {},
        source={str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {},
        source_type=str(source.get("type", "")),
    )


def author_of(row: Authorship, root: str = "") -> RecordAuthor:
    """One author. The printed name decides; a linked person lends the parts of the name only if it is printed so."""
    person, shown = row.linked_person, row.shown_name
    if person and person.family_name and person.given_name and shown == person.name:
        name = NameParts(family=person.family_name, given=person.given_name)
    else:
        name = split_name(shown)
    return RecordAuthor(
        name=name,
        orcid=person.orcid if person else "",
        address=f"{root}{person.get_absolute_url()}" if person else "",
        affiliation=row.affiliation_text,
        is_equal=row.is_equal,
        is_corresponding=row.is_corresponding,
    )


def write_one(publication: Publication, form: Format, root: str) -> str:
    """One publication as a whole file."""
    return f"{form.begin}{form.write(record_of(publication, root))}{form.end}"


def stream(publications: QuerySet, form: Format, root: str) -> Iterator[str]:
    """A file piece by piece, in the order of `publications`. A fixed number of queries for each 500; a valid file
    where there is nothing.
    """
    yield form.begin
    between = ""
    for publication in publications.with_export_relations().defer(*UNWRITTEN).iterator(chunk_size=BATCH):
        yield between + form.write(record_of(publication, root))
        between = form.between
    yield form.end
