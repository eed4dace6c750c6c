"""A record cut to what a publication can hold: lengths, years, addresses. What does not fit is kept and named."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError

from labsite.lib.dates import parse_edtf, validate_not_far_off
from labsite.lib.models import validate_http_url
from labsite.lib.text import clean_text
from publications.models import Authorship, Identifier, Link, Publication
from publications.records import Record, RecordAuthor

LENGTHS = {
    name: Publication._meta.get_field(name).max_length
    for name in (
        "title", "short_title", "volume", "issue", "pages", "article_number", "publisher", "institution", "note",
    )
}  # fmt: skip
LONGEST_VENUE = Publication._meta.get_field("venue_text").max_length
LONGEST_KEY = Publication._meta.get_field("bibtex_key").max_length
LONGEST_NAME = Authorship._meta.get_field("printed_name").max_length
LONGEST_AFFILIATION = Authorship._meta.get_field("affiliation_text").max_length
LONGEST_VALUE = Identifier._meta.get_field("value").max_length
LONGEST_ADDRESS = Link._meta.get_field("url").max_length
MOST_AUTHORS = 5_000
LONGEST_TEXT = 100_000  # letters of an abstract
FIRST_YEAR = 1400
# Whole books and the like: a paper's ISBN is that of its proceedings, which many papers share.
WITH_ISBN = {"book", "thesis", "report", "other", "software", "dataset"}


class Unfit(ValueError):
    """A record that cannot be a publication, and the mend, in words."""


@dataclass(frozen=True)
class Fitted:
    """A record that fits, and in words what was left out of it or understood otherwise."""

    record: Record
    notes: tuple[str, ...] = field(default=())


def fit_record(record: Record) -> Fitted:
    """`record` cut to what a publication can hold. Raises `Unfit` where nothing sensible is left."""
    notes: list[str] = []
    extra = dict(record.extra)
    title = clean_text(record.title)
    if not title:
        raise Unfit("This entry has no title that can be read: add one.")
    if len(title) > LENGTHS["title"]:
        raise Unfit(f"The title has {len(title):,} letters: {LENGTHS['title']} are the most that can be kept.")
    if len(record.authors) > MOST_AUTHORS:
        raise Unfit(f"This entry has {len(record.authors):,} authors: {MOST_AUTHORS:,} are the most that can be kept.")
    texts = {name: fit_text(record, name, extra, notes) for name in LENGTHS if name not in ("title", "note")}
    year, date = fit_date(record, notes)
    identifiers = fit_identifiers(record, extra)
    return Fitted(
        replace(
            record, title=title, **texts, year=year, date=date, preprint_date=fit_edtf(record.preprint_date),
            note=fit_note(record, extra, notes),
            container=clean_text(record.container)[:LONGEST_VENUE], abstract=clean_abstract(record.abstract),
            authors=tuple(fit_authors(record)), identifiers=identifiers, links=fit_links(record, notes),
            extra=extra,
        ),
        tuple(notes),
    )  # fmt: skip


def fit_text(record: Record, name: str, extra: dict[str, str], notes: list[str]) -> str:
    text = clean_text(getattr(record, name))
    if len(text) <= LENGTHS[name]:
        return text
    extra.setdefault(name.replace("_", ""), text)
    notes.append(f"{name.replace('_', ' ').capitalize()} is too long ({len(text)} letters): kept in the extra fields.")
    return ""


def fit_note(record: Record, extra: dict[str, str], notes: list[str]) -> str:
    if len(record.note) <= LENGTHS["note"]:
        return clean_text(record.note)
    extra.setdefault("annotation", record.note)
    notes.append(f"The note is too long ({len(record.note):,} letters): kept in the extra fields.")
    return ""


def clean_abstract(text: str) -> str:
    return "\n\n".join(part for part in map(clean_text, text[:LONGEST_TEXT].split("\n\n")) if part)


def fit_date(record: Record, notes: list[str]) -> tuple[int | None, str]:
    year, date = record.year, fit_edtf(record.date)
    if year is not None:
        try:
            validate_not_far_off(year)
        except ValidationError as error:
            notes.append(f"The year was left out: {error.messages[0]}")
            year = None
        if year is not None and year < FIRST_YEAR:
            notes.append(f"The year {year} was left out: it is before {FIRST_YEAR}.")
            year = None
    if date and year and not date.startswith(f"{year:04d}"):
        notes.append(f"The date {date} is not in {year} and was left out.")
        date = ""
    return year, date if year else ""


def fit_edtf(text: str) -> str:
    """`text` if it is a date, else ""."""
    try:
        date = parse_edtf(text or None)
    except ValidationError:
        return ""
    return str(date) if date else ""


def fit_authors(record: Record) -> list[RecordAuthor]:
    fitted = []
    for author in record.authors:
        name = author.name.natural
        if len(name) > LONGEST_NAME:
            raise Unfit(f"The name “{name[:60]}…” has {len(name)} letters: is an “and” missing between two authors?")
        if clean_text(name):
            fitted.append(replace(author, affiliation=clean_text(author.affiliation)[:LONGEST_AFFILIATION]))
    return fitted


def fit_identifiers(record: Record, extra: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Each identifier once. An arXiv DOI gives the arXiv number too, so that either is found again."""
    found: dict[tuple[str, str], None] = {}
    for scheme, value in record.identifiers:
        if scheme == "isbn" and record.kind not in WITH_ISBN:
            extra.setdefault("isbn", value)
        elif len(value) <= LONGEST_VALUE:
            found[(scheme, value)] = None
            if scheme == "doi" and value.startswith("10.48550/arxiv."):
                found[("arxiv", value.removeprefix("10.48550/arxiv."))] = None
    return tuple(found)


def fit_links(record: Record, notes: list[str]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for kind, address in record.links:
        try:
            validate_http_url(address)
        except ValidationError:
            notes.append(f"“{address[:80]}” is no web address and was left out.")
            continue
        if len(address) > LONGEST_ADDRESS:
            notes.append(f"An address of {len(address)} letters was left out: {address[:60]}…")
        else:
            found[(kind, address)] = None
    return tuple(found)
