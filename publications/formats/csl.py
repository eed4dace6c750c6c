"""CSL-JSON items (Citation Style Language data, schema 1.0)."""

from __future__ import annotations

from typing import Any

from publications.records import CSL_TYPES, Record, RecordAuthor


def csl_item(record: Record) -> dict[str, Any]:
    """The CSL-JSON item of one record; keys without a value are left out."""
    item: dict[str, Any] = {
        "id": record.key,
        "citation-key": record.key,
        "type": CSL_TYPES[record.kind],
        "title": record.marked_title,
        "title-short": record.short_title,
        "author": [csl_name(author) for author in record.authors],
        "issued": csl_date(record.best_date),
        "container-title": record.series,
        "container-title-short": record.container_short,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages.replace("--", "-").replace("–", "-"),
        "number": record.article_number,
        "publisher": record.publisher or record.institution,
        "abstract": record.abstract,
        "DOI": record.identifier("doi"),
        "ISBN": record.identifier("isbn") or record.extra.get("isbn", ""),
        "PMID": record.identifier("pmid"),
        "URL": record.link("publisher", "pdf", "project") or record.address,
        "keyword": ", ".join(record.topics),
        "note": csl_note(record),
        "status": "retracted" if record.retracted else "",
        "custom": {} if record.authors_complete else {"authors-complete": False},
    }
    arxiv = record.identifier("arxiv")
    if arxiv:
        item |= {"archive": "arXiv", "archive_location": arxiv}
    return {key: value for key, value in item.items() if value}


def csl_name(author: RecordAuthor) -> dict[str, str]:
    name = author.name
    if name.literal:
        return {"literal": name.literal}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {key: value for key, value in parts.items() if value}


def csl_date(date: str) -> dict[str, Any]:
    """`{"date-parts": [[2024, 5]]}` for “2024-05”; {} where nothing is known."""
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}


def csl_note(record: Record) -> str:
    retraction = f"Retracted{'' if record.retracted == 'yes' else f', {record.retracted}'}." if record.retracted else ""
    unknown = "" if record.authors_complete else "The list of authors is not complete."
    return " ".join(part for part in (retraction, record.note, unknown) if part)
