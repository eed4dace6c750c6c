"""CSL-JSON as Zotero, Crossref and DataCite write it, to records. Pure: no database, no request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from people.names import NameParts, split_name
from publications.formats.addresses import find_identifiers, is_web_address
from publications.formats.bibtex_fields import PARTS
from publications.formats.bibtex_names import MAX_AUTHORS
from publications.formats.dates import read_csl_date
from publications.formats.markup import clean, plain_text
from publications.formats.words import read_status, unmark
from publications.identifiers import normalize_identifier
from publications.records import CSL_TYPES, Record, RecordAuthor

KINDS = {
    "journal-article": "journal-article", "article-magazine": "journal-article", "article-newspaper": "journal-article",
    "review": "journal-article", "proceedings-article": "conference-paper", "posted-content": "preprint",
    "preprint": "preprint", "book-chapter": "chapter", "book-section": "chapter", "book-part": "chapter",
    "entry-encyclopedia": "chapter", "dissertation": "thesis", "monograph": "book", "edited-book": "book",
    "reference-book": "book", "report-component": "report", "manuscript": "preprint", "article": "preprint",
} | {csl: kind for kind, csl in reversed(CSL_TYPES.items()) if csl not in ("article", "manuscript")}  # fmt: skip
TEXTS = {
    "short_title": ("title-short", "shortTitle"),
    "container_short": ("container-title-short", "journalAbbreviation"),
    "volume": ("volume",),
    "issue": ("issue",),
    "pages": ("page",),
    "article_number": ("article-number", "number"),
}
DATES = ("issued", "published", "published-print", "published-online", "posted", "event-date", "original-date")
ARXIV = re.compile(r"\s*arxiv\b", re.IGNORECASE)
ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\s*/?\Z", re.IGNORECASE)
INCOMPLETE = "The list of authors is not complete."
PREPRINT_SERVERS = {"arxiv", "biorxiv", "medrxiv", "chemrxiv", "research square", "ssrn", "openreview", "corr"}
SERIES = re.compile(
    r"lecture notes|communications in computer|advances in intelligent systems|ifip advances|studies in computational|"
    r"smart innovation|springer (?:series|proceedings)|ceur workshop|proceedings of machine learning research",
    re.IGNORECASE,
)
MEETING = re.compile(r"\b(?:proceedings|conference|workshop|symposium)\b", re.IGNORECASE)


def read_csl(text: str) -> dict[str, Any] | str | None:
    """One item of a CSL-JSON file, or a bare text. Raises `ValueError` in words for anything else."""
    try:
        item = json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("This JSON is nested too deep.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} of the item, column {error.colno}"
        raise ValueError(f"This is no valid JSON: {error.msg.lower()} ({place}).") from None
    except ValueError:  # a number of thousands of digits
        raise ValueError("This JSON holds a number that is too long.") from None
    if not isinstance(item, dict | str):
        raise ValueError("This is no CSL-JSON item, which is an object in braces.")
    return item


def items_of(data: dict[str, Any]) -> list[Any]:
    """The items that an object wraps, as Crossref's and Zotero's interfaces do; else the object itself."""
    inner = next((data[name] for name in ("message", "items", "references") if name in data), None)
    if "title" in data or not isinstance(inner, dict | list):
        return [data]
    return items_of(inner) if isinstance(inner, dict) else inner


def record_of_csl(item: dict[str, Any]) -> Record:
    """The record of one CSL-JSON item, Crossref's and DataCite's variants included.

    Mark-up in texts becomes plain text. Values of a wrong type count as absent, except a title. Raises `ValueError`
    in words where there is no title, or more than `MAX_AUTHORS` authors.
    """
    if not isinstance(item, dict):
        raise ValueError("This is no CSL-JSON item, which is an object in braces.")
    title = text_of(item, "title")
    if not title:
        raise ValueError("This item has no title: add one.")
    subtitle = text_of(item, "subtitle")
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title}: {subtitle}"
    identifiers = list(dict.fromkeys(identifiers_of(item)))
    kind = kind_of(item, identifiers)
    year, date = date_of(item)
    custom = item.get("custom")
    note = text_of(item, "note").removesuffix(INCOMPLETE).strip()
    title, note, retracted = unmark(title, note)
    publisher = text_of(item, "publisher")
    extra = {}
    isbn = first_valid("isbn", item.get("ISBN"))
    if isbn and kind in PARTS:
        extra["isbn"] = isbn
    elif isbn:
        identifiers.append(("isbn", isbn))
    return Record(
        key=text_of(item, "citation-key") or key_of(item),
        kind=kind,
        title=title,
        authors=tuple(authors_of(item)),
        authors_complete=not (isinstance(custom, dict) and custom.get("authors-complete") is False),
        year=year,
        date=date,
        container=container_of(item, kind),
        publisher="" if kind in ("thesis", "report") else publisher,
        institution=(institution_of(item) or publisher) if kind in ("thesis", "report") else "",
        abstract=text_of(item, "abstract"),
        note=note,
        identifiers=tuple(identifiers),
        links=tuple(dict.fromkeys(links_of(item))),
        topics=tuple(topics_of(item)),
        status=status_of(item, kind),
        retracted=retracted,
        extra=extra,
        **texts_of(item),
    )


def texts_of(item: dict[str, Any]) -> dict[str, str]:
    texts = {name: next(filter(None, (text_of(item, key) for key in keys)), "") for name, keys in TEXTS.items()}
    if ARXIV.match(texts["article_number"]):  # that is the identifier
        texts["article_number"] = ""
    return texts


def text_of(item: dict[str, Any], key: str) -> str:
    """The plain text of a value, which may be a text, a number or a list of either; "" for anything else."""
    value = item.get(key)
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str | int) and f"{each}".strip()), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return plain_text(f"{value}"[:200_000])


def key_of(item: dict[str, Any]) -> str:
    """Its id as a key; an address, and what Zotero makes of its own address, are none."""
    key = text_of(item, "id")
    return "" if "://" in key or "/" in key else key[:200]


def kind_of(item: dict[str, Any], identifiers: list[tuple[str, str]]) -> str:
    kind = KINDS.get(text_of(item, "type").lower(), "other")
    if kind == "chapter" and (event_of(item) or MEETING.search(container_of(item, kind))):
        return "conference-paper"
    words = {text_of(item, "genre").lower(), text_of(item, "subtype").lower()}
    if "preprint" in words or (kind in ("journal-article", "other") and is_of_arxiv(item, identifiers)):
        return "preprint"
    return kind


def is_of_arxiv(item: dict[str, Any], identifiers: list[tuple[str, str]]) -> bool:
    """Whether arXiv is all that published it."""
    own = any(scheme == "doi" and value.startswith("10.48550/arxiv.") for scheme, value in identifiers)
    return own or any(ARXIV.match(text_of(item, key)) for key in ("publisher", "container-title"))


def container_of(item: dict[str, Any], kind: str) -> str:
    """What it stands in: of several names the first that is not of a series of books."""
    value = item.get("container-title")
    names = [plain_text(each) for each in value if isinstance(each, str)] if isinstance(value, list) else []
    names = [name for name in names if name and not SERIES.match(name)] or [text_of(item, "container-title")]
    if names[0]:
        return names[0]
    if kind == "conference-paper":
        return event_of(item)
    places = (text_of(item, "publisher"), institution_of(item), text_of(item, "group-title"))
    return next((place for place in places if kind == "preprint" and place.lower() in PREPRINT_SERVERS), "")


def event_of(item: dict[str, Any]) -> str:
    event = item.get("event")
    named = text_of(event, "name") if isinstance(event, dict) else text_of(item, "event")
    return text_of(item, "event-title") or named


def institution_of(item: dict[str, Any]) -> str:
    found = item.get("institution")
    first = found[0] if isinstance(found, list) and found else found
    return text_of(first, "name") if isinstance(first, dict) else ""


def status_of(item: dict[str, Any], kind: str) -> str:
    return read_status(text_of(item, "status")) or ("preprint" if kind == "preprint" else "")


# Authors


def authors_of(item: dict[str, Any]) -> Iterator[RecordAuthor]:
    people = item.get("author")
    if not isinstance(people, list):
        return
    if len(people) > MAX_AUTHORS:
        raise ValueError(f"This item has {len(people):,} authors: {MAX_AUTHORS:,} are the most that can be kept.")
    for person in people:
        if isinstance(person, str):
            person = {"literal": person}
        if not isinstance(person, dict):
            continue
        name = name_of(person)
        if name.natural:
            yield RecordAuthor(name, orcid=orcid_of(person), affiliation=affiliation_of(person))


def name_of(person: dict[str, Any]) -> NameParts:
    literal = text_of(person, "literal") or text_of(person, "name")
    family, given = text_of(person, "family"), text_of(person, "given")
    if literal and not family:
        return NameParts(literal=literal)
    particles = [text_of(person, "dropping-particle"), text_of(person, "non-dropping-particle")]
    family = " ".join(part for part in (*particles, family) if part)
    if family and given:
        return NameParts(family=family, given=given, suffix=text_of(person, "suffix"))
    return split_name(family or given) if family or given else NameParts()


def orcid_of(person: dict[str, Any]) -> str:
    match = ORCID.search(text_of(person, "ORCID") or text_of(person, "orcid"))
    return match.group(1).upper() if match else ""


def affiliation_of(person: dict[str, Any]) -> str:
    found = person.get("affiliation")
    names = []
    for each in found if isinstance(found, list) else [found]:
        name = text_of(each, "name") if isinstance(each, dict) else clean(each) if isinstance(each, str) else ""
        names += [name] if name else []
    return "; ".join(dict.fromkeys(names))


# Dates


def date_of(item: dict[str, Any]) -> tuple[int | None, str]:
    """The year and the date: of the first date that has a year."""
    for key in DATES:
        found = read_csl_date(item.get(key))
        if found:
            return int(found[:4]), found if len(found) > 4 else ""
    return None, ""


def notes_on_date(item: Any) -> tuple[str, ...]:
    """What stands in place of the year of an item that has none; () where nothing does."""
    if not isinstance(item, dict) or date_of(item)[0]:
        return ()
    said = " ".join(filter(None, (said_in(item.get(key)) for key in DATES)))
    return (f"The year “{said[:80]}” could not be read. Write four digits.",) if said else ()


def said_in(date: Any) -> str:
    """What a date of CSL-JSON says, as one text."""
    if isinstance(date, dict):
        return next(filter(None, (said_in(date.get(name)) for name in ("date-parts", "raw", "literal"))), "")
    if isinstance(date, list):
        return "-".join(filter(None, map(said_in, date[:3])))
    is_text = isinstance(date, str | int | float) and not isinstance(date, bool)
    return f"{date}".strip()[:40] if is_text else ""


# Identifiers and links


def identifiers_of(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    doi = first_valid("doi", item.get("DOI"))
    if doi:
        yield "doi", doi
        yield from find_identifiers(doi)
    if ARXIV.match(text_of(item, "archive")):
        arxiv = first_valid("arxiv", item.get("archive_location") or item.get("archive-location"))
        if arxiv:
            yield "arxiv", arxiv
    pmid = first_valid("pmid", item.get("PMID"))
    if pmid:
        yield "pmid", pmid
    if re.match(r"arxiv\s*:", text_of(item, "number"), re.IGNORECASE):
        yield from find_identifiers(text_of(item, "number"))
    yield from address_identifiers(text_of(item, "URL"))


def address_identifiers(address: str) -> Iterator[tuple[str, str]]:
    for scheme, value in find_identifiers(address):
        if scheme != "doi" or "doi.org/" in address:
            yield scheme, value


def first_valid(scheme: str, value: Any) -> str:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str | int) and not isinstance(each, bool):
            for text in f"{each}"[:1_000].split() or [""]:
                try:
                    return normalize_identifier(scheme, clean(text.rsplit("/", 1)[-1] if scheme == "isbn" else text))
                except ValueError:
                    continue
    return ""


def links_of(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    address = text_of(item, "URL")
    if is_web_address(address) and not list(address_identifiers(address)):
        yield ("pdf" if address.lower().endswith(".pdf") else "publisher"), address
    found = item.get("link")
    for each in found if isinstance(found, list) else []:
        if isinstance(each, dict) and text_of(each, "content-type") == "application/pdf":
            address = text_of(each, "URL")
            if is_web_address(address):
                yield "pdf", address
                return


def topics_of(item: dict[str, Any]) -> Iterator[str]:
    words = item.get("keyword") or item.get("categories") or ""
    parts = words if isinstance(words, list) else re.split("[,;]", words) if isinstance(words, str) else []
    yield from dict.fromkeys(filter(None, (plain_text(part) for part in parts if isinstance(part, str))))
