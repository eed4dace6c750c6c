"""ORCID by person: https://info.orcid.org/documentation/api-tutorials/api-tutorial-read-data-on-a-record/ (3.0).

A work that several sources gave has several put-codes: ORCID groups them by identifier, and a group is one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from labsite.lib.http import LIST_LIMIT, Web, WebError
from publications.formats.addresses import is_web_address
from publications.formats.dates import edtf
from publications.records import Record, RecordAuthor, SourceEntry
from publications.sources.answers import (
    author_name,
    known_identifiers,
    known_orcid,
    list_at,
    plain_title,
    text_at,
)
from publications.sources.doi import Crossref, DataCite
from publications.sources.source import read_each

API = "https://pub.orcid.org/v3.0"
DETAILS_A_REQUEST = 100  # the most that ORCID answers at once
MOST_FAILURES = 3
SCHEMES = {"doi": "doi", "arxiv": "arxiv", "pmid": "pmid", "isbn": "isbn", "handle": "handle"}
KINDS = {
    "journal-article": "journal-article", "conference-paper": "conference-paper", "preprint": "preprint",
    "working-paper": "preprint", "book": "book", "edited-book": "book", "book-chapter": "chapter", "report": "report",
    "dissertation": "thesis", "dissertation-thesis": "thesis", "supervised-student-publication": "other",
    "data-set": "dataset", "software": "software",
}  # fmt: skip
OTHER_ROLES = frozenset({"editor", "chair-or-translator", "translator", "assignee", "support-staff", "other-inventor"})


def orcid_of(address: str) -> str:
    """The ORCID iD of a bare iD or its address; raises `ValueError` for anything else."""
    found = known_orcid(address)
    if not found:
        raise ValueError(f"'{address}' is not an ORCID iD, such as 0000-0002-1825-0097: check it for slips.")
    return found


class Orcid:
    name = "ORCID"
    hosts = ("pub.orcid.org",)

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        """The person's works; where ORCID has but one author of a work with a DOI, its register is asked."""
        groups = list_at(self.ask(web, f"{API}/{value}/works"), "group")
        completer = Completer(web)
        for begin in range(0, len(groups), DETAILS_A_REQUEST):
            batch = groups[begin : begin + DETAILS_A_REQUEST]
            details = self.details(web, value, batch)

            def read(group: Any, details: dict[str, Any] = details) -> Record:
                return read_group(group, details)

            for entry in read_each(self, batch, lambda group: title_of(first_summary(group)), read, first=begin + 1):
                yield completer.complete(entry)

    def ask(self, web: Web, address: str) -> Any:
        return web.get(address, self.name, self.hosts, accept="application/json", limit=LIST_LIMIT).json()

    def details(self, web: Web, value: str, groups: list[Any]) -> dict[str, Any]:
        """The whole works by put-code: summaries lack the contributors. Without an answer the summaries must do."""
        codes = [code for group in groups if (code := put_code(group))]
        if not codes:
            return {}
        try:
            works = list_at(self.ask(web, f"{API}/{value}/works/{','.join(codes)}"), "bulk")
        except WebError:
            return {}
        found = [work.get("work") for work in works if isinstance(work, dict)]
        return {text_at(work, "put-code"): work for work in found if isinstance(work, dict)}


class Completer:
    """Asks for the authors of works with a DOI, and stops asking when the services fail."""

    def __init__(self, web: Web) -> None:
        self.web, self.failures = web, 0

    def complete(self, entry: SourceEntry) -> SourceEntry:
        record = entry.record
        doi = record.identifier("doi") if record else ""
        if record is None or not doi or len(record.authors) > 1 or self.failures >= MOST_FAILURES:
            return entry
        for source in (Crossref(), DataCite()):
            try:
                found = next(source.entries(self.web, doi))
            except WebError as error:
                if error.status != 404:
                    self.failures += 1
                    break
            except ValueError:
                break
            else:
                return merged(entry, found)
        return replace(entry, notes=(*entry.notes, f"The authors of {doi} could not be looked up."))


def merged(entry: SourceEntry, found: SourceEntry) -> SourceEntry:
    """The registered record with the identifiers and addresses that ORCID has besides."""
    record, own = found.record, entry.record
    if record is None or own is None:
        return entry
    pairs = known_identifiers([*record.identifiers, *own.identifiers])
    links = tuple(dict.fromkeys([*record.links, *own.links]))
    return replace(entry, record=replace(record, identifiers=pairs, links=links), notes=(*entry.notes, *found.notes))


def first_summary(group: Any) -> Any:
    """The summary that the person prefers: ORCID orders them so."""
    summaries = list_at(group, "work-summary")
    if not summaries:
        raise ValueError("the group is empty")
    return summaries[0]


def put_code(group: Any) -> str:
    """The number of the preferred summary; "" for a group of another shape, which its own entry reports."""
    try:
        code = text_at(first_summary(group), "put-code")
    except ValueError:
        return ""
    return code if code.isascii() and code.isdigit() else ""


def title_of(summary: Any) -> str:
    parts = (text_at(summary, "title", "title", "value"), text_at(summary, "title", "subtitle", "value"))
    return ": ".join(plain_title(part) for part in parts if part)


def read_group(group: Any, details: dict[str, Any]) -> Record:
    """One work: what the preferred summary says, the identifiers of all, the contributors of the whole work."""
    summary = first_summary(group)
    title = title_of(summary)
    if not title:
        raise ValueError("it has no title")
    kind = KINDS.get(text_at(summary, "type").lower().replace("_", "-"), "other")
    date = edtf(*(text_at(summary, "publication-date", part, "value") for part in ("year", "month", "day")))
    authors = read_authors(details.get(text_at(summary, "put-code")))
    is_preprint = kind == "preprint"
    return Record(
        kind=kind,
        status="preprint" if is_preprint else "",
        title=title,
        authors=authors,
        authors_complete=len(authors) > 1,  # many records name their owner alone
        year=int(date[:4]) if date else None,
        date="" if is_preprint else date,
        preprint_date=date if is_preprint else "",
        container="" if is_preprint else text_at(summary, "journal-title", "value"),
        identifiers=known_identifiers(pairs_of([group, *list_at(group, "work-summary")])),
        links=links_of(summary),
    )


def pairs_of(holders: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The identifiers of the work itself: those of the volume it is part of, or of other versions, are not its own."""
    for holder in holders:
        for each in list_at(holder, "external-ids", "external-id"):
            scheme = SCHEMES.get(text_at(each, "external-id-type").lower())
            if scheme and text_at(each, "external-id-relationship").lower() in ("self", ""):
                yield scheme, text_at(each, "external-id-value")


def links_of(summary: Any) -> tuple[tuple[str, str], ...]:
    address = text_at(summary, "url", "value")
    own = is_web_address(address) and "doi.org/" not in address
    return (("publisher", address),) if own else ()


def read_authors(work: Any) -> tuple[RecordAuthor, ...]:
    """The contributors in order, once each: ORCID repeats a person for every role."""
    found: dict[tuple[str, str], RecordAuthor] = {}
    for each in list_at(work, "contributors", "contributor"):
        role = text_at(each, "contributor-attributes", "contributor-role").lower().replace("_", "-")
        name = text_at(each, "credit-name", "value")
        if name and role not in OTHER_ROLES:
            orcid = known_orcid(text_at(each, "contributor-orcid", "path"))
            found.setdefault((name, orcid), RecordAuthor(author_name(name), orcid=orcid))
    return tuple(found.values())
