"""arXiv by identifier: https://info.arxiv.org/help/api/user-manual.html (Atom, one request in three seconds)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from lxml import etree

from labsite.lib.http import Web, WebError
from publications.formats.dates import edtf
from publications.records import Record, RecordAuthor, SourceEntry
from publications.sources.answers import (
    all_text,
    author_name,
    identifier_of_address,
    known_identifiers,
    read_xml,
)

NAMES = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}
SPACING = 3.0


class Arxiv:
    name = "arXiv"
    hosts = ("export.arxiv.org", "arxiv.org")

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        web.take_turn(self.hosts[0], SPACING)
        address = f"https://export.arxiv.org/api/query?max_results=1&id_list={quote(value, safe='/')}"
        root = read_xml(web.get(address, self.name, self.hosts, accept="application/atom+xml"))
        found = root.find("a:entry", NAMES)
        # An unknown identifier comes as a feed without entry, or with one that is an error or has no title.
        if found is None or "/api/errors" in text_of(found, "a:id") or not text_of(found, "a:title"):
            raise WebError("arXiv does not know it: check it for slips.", status=404)
        record = read_record(found, value)
        yield SourceEntry(1, record.title[:80], record, notes=tuple(notes_of(found)))


def text_of(entry: etree._Element, path: str) -> str:
    return all_text(entry.find(path, NAMES))


def read_record(entry: etree._Element, value: str) -> Record:
    """The preprint. `published` is the date of its first version."""
    date = edtf(*text_of(entry, "a:published").partition("T")[0].split("-")[:3])
    doi = text_of(entry, "x:doi")
    return Record(
        kind="preprint",
        status="preprint",
        title=text_of(entry, "a:title"),
        authors=tuple(read_author(author) for author in entry.iterfind("a:author", NAMES)),
        year=int(date[:4]) if date else None,
        preprint_date=date,
        abstract=text_of(entry, "a:summary"),
        identifiers=known_identifiers([("arxiv", value), ("doi", doi)]),
        links=(("pdf", f"https://arxiv.org/pdf/{value}"),),
    )


def read_author(author: etree._Element) -> RecordAuthor:
    return RecordAuthor(author_name(text_of(author, "a:name")), affiliation=text_of(author, "x:affiliation"))


def notes_of(entry: etree._Element) -> Iterator[str]:
    """What the authors say of where it appeared: words, not facts that can be relied on."""
    for label, path in (("Comment", "x:comment"), ("Journal reference", "x:journal_ref")):
        text = text_of(entry, path)
        if text:
            yield f"{label} on arXiv: {text}"
    for link in entry.iterfind("a:link[@title='doi']", NAMES):
        pair = identifier_of_address(link.get("href", ""))
        if pair:
            yield f"arXiv names a published version: {pair[1]}"
