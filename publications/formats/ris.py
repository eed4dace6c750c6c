"""RIS, as Reference Manager, EndNote, Zotero and Mendeley read it."""

from __future__ import annotations

from collections.abc import Iterator

from people.names import NameParts
from publications.formats.csl import csl_note
from publications.records import RIS_TYPES, Record


def write_ris(record: Record) -> str:
    """One RIS entry, ending in a blank line. Line breaks in a value become blanks: RIS cannot keep them."""
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in ris_fields(record) if value and value.strip()]
    return "\r\n".join([f"TY  - {RIS_TYPES[record.kind]}", *lines, "ER  - ", "", ""])


def ris_fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "ID", record.key
    yield "TI", record.marked_title
    yield "ST", record.short_title
    for author in record.authors:
        yield "AU", ris_name(author.name)
    yield "PY", f"{record.year:04d}" if record.year else record.date[:4]
    yield "DA", ris_date(record.date)
    yield ("JO" if record.kind == "journal-article" else "T2"), record.series
    yield "J2", record.container_short
    yield "VL", record.volume
    yield "IS", record.issue
    begin, end = record.page_range
    yield "SP", begin
    yield "EP", end
    yield "C7", record.article_number
    yield "PB", record.publisher or record.institution
    yield "AB", record.abstract
    yield "N1", csl_note(record)
    yield "DO", record.identifier("doi")
    yield "SN", record.identifier("isbn")
    yield "AN", f"arXiv:{record.identifier('arxiv')}" if record.identifier("arxiv") else record.identifier("pmid")
    for topic in record.topics:
        yield "KW", topic
    yield "L1", record.link("pdf")
    yield "UR", record.link("publisher", "project") or record.address


def ris_name(name: NameParts) -> str:
    """“Family, Given, Suffix”; a name in one piece stays so."""
    return name.literal or ", ".join(part for part in (name.family, name.given, name.suffix) if part)


def ris_date(date: str) -> str:
    """RIS dates are YYYY/MM/DD/ with empty parts where unknown."""
    if not date:
        return ""
    return "/".join([*date.split("-"), "", "", ""][:3]) + "/"
