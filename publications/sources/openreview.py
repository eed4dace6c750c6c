"""OpenReview by identifier: https://docs.openreview.net/getting-started/using-the-api (version 2, then version 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from labsite.lib.http import Web, WebError
from labsite.lib.text import clean_text
from publications.formats.addresses import is_web_address
from publications.records import Record, RecordAuthor, SourceEntry
from publications.sources.answers import author_name, known_identifiers, list_at, text_at, value_at

APIS = ("https://api2.openreview.net/notes?id={}", "https://api.openreview.net/notes?id={}")
DISTINCTIONS = {"oral": "oral", "spotlight": "spotlight", "top 5%": "oral", "top-5%": "oral", "top 25%": "spotlight",
                "top-25%": "spotlight"}  # fmt: skip
UNDECIDED = re.compile(r"\b(submitted|submission|under review|decision pending|withdrawn|rejected|desk)\b", re.I)
PREPRINT = re.compile(r"\b(corr|arxiv)\b", re.I)
MANNER = re.compile(r"\b(oral|spotlight|poster|notable top \d+%|notable-top-\d+%|conference|accepted by)(?!\w)", re.I)
YEAR = re.compile(r"\b(19|20)\d{2}\b")


class OpenReview:
    name = "OpenReview"
    hosts = ("api2.openreview.net", "api.openreview.net")

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        for api in APIS:
            note = self.note(web, api.format(quote(value, safe="")))
            if note is not None:
                record = read_record(note, value)
                yield SourceEntry(1, record.title[:80], record)
                return
        raise WebError("OpenReview does not know it, or keeps it closed: check it for slips.", status=404)

    def note(self, web: Web, address: str) -> Any:
        """The note at `address`; None where this version of the API has none that is public."""
        try:
            notes = list_at(web.get(address, self.name, self.hosts, accept="application/json").json(), "notes")
        except WebError as error:
            if error.status in (400, 403, 404):
                return None
            raise
        return next(iter(notes), None)


def field_of(note: Any, name: str) -> Any:
    """A field of the note's content; version 2 wraps each in an object."""
    value = value_at(note, "content", name)
    return value.get("value") if isinstance(value, dict) else value


def text_of(note: Any, name: str) -> str:
    return text_at({name: field_of(note, name)}, name)


def read_record(note: Any, value: str) -> Record:
    """The submission; its venue says whether it was accepted, and where."""
    title = text_of(note, "title")
    if not title:
        raise ValueError("it has no title")
    venue = text_of(note, "venue")
    kind, status = standing_of(venue, text_of(note, "venueid"))
    is_placed = kind != "preprint"
    return Record(
        kind=kind,
        status=status,
        title=title,
        authors=read_authors(note),
        year=year_of(venue, note) if is_placed else None,
        container=clean_text(MANNER.sub(" ", venue)) if is_placed else "",
        abstract=text_of(note, "abstract"),
        identifiers=known_identifiers([("openreview", value)]),
        links=links_of(note, value),
        distinctions=distinctions_of(venue) if is_placed else (),
    )


def standing_of(venue: str, venue_id: str) -> tuple[str, str]:
    """The kind of publication and its status; "" where being at the venue says enough."""
    if not venue or UNDECIDED.search(venue):
        return "preprint", "submitted"
    if PREPRINT.search(venue):
        return "preprint", "preprint"
    if "workshop" in f"{venue} {venue_id}".lower():
        return "workshop-paper", ""
    return ("journal-article" if venue_id.startswith("TMLR") else "conference-paper"), ""


def links_of(note: Any, value: str) -> tuple[tuple[str, str], ...]:
    """The PDF: on OpenReview itself, or at the address that the submission names."""
    pdf = text_of(note, "pdf")
    if pdf.startswith("/"):
        return (("pdf", f"https://openreview.net/pdf?id={quote(value)}"),)
    return (("pdf", pdf),) if is_web_address(pdf) else ()


def read_authors(note: Any) -> tuple[RecordAuthor, ...]:
    """The authors in order; an anonymous submission has none to tell."""
    names = list_at({"authors": field_of(note, "authors")}, "authors")
    printed = [text_at({"authors": name}, "authors") for name in names]
    return tuple(RecordAuthor(author_name(name)) for name in printed if name and name != "Anonymous")


def distinctions_of(venue: str) -> tuple[tuple[str, str], ...]:
    words = venue.lower()
    return tuple((kind, "") for word, kind in DISTINCTIONS.items() if re.search(rf"\b{re.escape(word)}", words))[:1]


def year_of(venue: str, note: Any) -> int | None:
    """The year that the venue names; where it names none, that of the publication date (milliseconds since 1970)."""
    found = YEAR.search(venue)
    if found:
        return int(found.group())
    moment = value_at(note, "pdate")
    return datetime.fromtimestamp(moment / 1000, UTC).year if isinstance(moment, int) and 0 < moment < 1e14 else None
