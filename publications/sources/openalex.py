"""OpenAlex by author: https://docs.openalex.org/api-entities/works (JSON, paged by cursor)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.conf import settings

from labsite.lib.http import LIST_LIMIT, Web
from publications.formats.addresses import is_web_address
from publications.formats.dates import edtf
from publications.records import Record, RecordAuthor, SourceEntry
from publications.sources.answers import (
    author_name,
    flag_at,
    identifier_of_address,
    known_identifiers,
    known_orcid,
    list_at,
    plain_title,
    text_at,
    year_at,
)
from publications.sources.source import read_each

AUTHOR = re.compile(r"\A(?:https?://(?:api\.)?openalex\.org/(?:authors/)?(?:people/)?)?(A[0-9]{4,12})/?\Z", re.I)
FIELDS = (
    "id,doi,title,publication_year,publication_date,type,is_retracted,authorships,primary_location,locations,biblio,ids"
)
PAGE = 100
MOST_PAGES = 100
MOST_AUTHORS = 100  # a list of works tells no more of each
KINDS = {
    "preprint": "preprint", "book": "book", "book-chapter": "chapter", "dataset": "dataset", "dissertation": "thesis",
    "report": "report", "software": "software",
}  # fmt: skip
SOURCE_KINDS = {"journal": "journal-article", "conference": "conference-paper", "repository": "preprint"}


def author_of(address: str) -> str:
    """OpenAlex's id of an author, or an ORCID iD, from either or its address; raises `ValueError` for anything else."""
    match = AUTHOR.match(address.strip())
    found = match.group(1).upper() if match else known_orcid(address)
    if not found:
        raise ValueError(f"'{address}' is not an author of OpenAlex: give an id like A5023888391, or an ORCID iD.")
    return found


class OpenAlex:
    name = "OpenAlex"
    hosts = ("api.openalex.org",)

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        field = "author.id" if value.startswith("A") else "author.orcid"
        key = f"&api_key={quote(settings.OPENALEX_KEY)}" if settings.OPENALEX_KEY else ""
        query = f"filter={field}:{value}&per-page={PAGE}&select={FIELDS}{key}"
        cursor, count = "*", 0
        for _page in range(MOST_PAGES):
            address = f"https://api.openalex.org/works?{query}&cursor={quote(cursor)}"
            page = web.get(address, self.name, self.hosts, accept="application/json", limit=LIST_LIMIT).json()
            works = list_at(page, "results")
            yield from read_each(self, works, lambda work: text_at(work, "title"), read_record, first=count + 1)
            count += len(works)
            cursor = text_at(page, "meta", "next_cursor")
            if not cursor or not works:
                return


def read_record(work: Any) -> Record:
    """One work. A date on the first of January is how OpenAlex writes a year alone."""
    title = plain_title(text_at(work, "title"))
    if not title:
        raise ValueError("it has no title")
    date = edtf(*text_at(work, "publication_date").split("-")[:3])
    kind = kind_of(work)
    authors = tuple(read_author(each) for each in list_at(work, "authorships"))
    return Record(
        kind=kind,
        status="preprint" if kind == "preprint" else "published",
        title=title,
        authors=authors,
        authors_complete=len(authors) < MOST_AUTHORS,
        year=year_at(work, "publication_year"),
        date="" if kind == "preprint" or date.endswith("-01-01") else date,
        container="" if kind == "preprint" else text_at(work, "primary_location", "source", "display_name"),
        volume=text_at(work, "biblio", "volume"),
        issue=text_at(work, "biblio", "issue"),
        pages=pages_of(work),
        identifiers=known_identifiers(pairs_of(work)),
        links=links_of(work),
        retracted="yes" if flag_at(work, "is_retracted") else "",
    )


def kind_of(work: Any) -> str:
    """By its type; an article by where it appeared."""
    kind = text_at(work, "type")
    if kind in ("article", "review", "letter"):
        return SOURCE_KINDS.get(text_at(work, "primary_location", "source", "type"), "journal-article")
    return KINDS.get(kind, "other")


def pages_of(work: Any) -> str:
    pages = dict.fromkeys(filter(None, (text_at(work, "biblio", "first_page"), text_at(work, "biblio", "last_page"))))
    return "–".join(pages)


def pairs_of(work: Any) -> Iterator[tuple[str, str]]:
    yield "doi", text_at(work, "doi")
    yield "pmid", text_at(work, "ids", "pmid")
    for location in list_at(work, "locations"):
        pair = identifier_of_address(text_at(location, "landing_page_url"))
        if pair and pair[0] != "doi":  # the DOI of another location can be of another version
            yield pair


def links_of(work: Any) -> tuple[tuple[str, str], ...]:
    pdf = text_at(work, "primary_location", "pdf_url")
    page = text_at(work, "primary_location", "landing_page_url")
    found = [("pdf", pdf), ("publisher", "" if identifier_of_address(page) else page)]
    return tuple((kind, address) for kind, address in found if is_web_address(address))


def read_author(authorship: Any) -> RecordAuthor:
    """The author as printed on the work, where OpenAlex kept that."""
    name = text_at(authorship, "raw_author_name") or text_at(authorship, "author", "display_name")
    if not name:
        raise ValueError("an author has no name")
    places = [place for place in list_at(authorship, "raw_affiliation_strings") if isinstance(place, str)]
    return RecordAuthor(
        author_name(name),
        orcid=known_orcid(text_at(authorship, "author", "orcid")),
        affiliation="; ".join(places),
        is_corresponding=flag_at(authorship, "is_corresponding"),
    )
