"""What a publication says to machines: Highwire tags, schema.org, COinS, links. Pure: from records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from publications.identifiers import identifier_url
from publications.records import Record, RecordAuthor

# https://schema.org types by kind of publication
SCHEMA_TYPES = {
    "thesis": "Thesis", "report": "Report", "book": "Book", "chapter": "Chapter", "dataset": "Dataset",
    "software": "SoftwareSourceCode",
}  # fmt: skip
DEFAULT_SCHEMA_TYPE = "ScholarlyArticle"
LASTING = ("doi", "handle", "arxiv", "acl", "pmid")  # whose addresses are meant to last, the most lasting first
MANY_AUTHORS = 10  # beyond this the Link header leaves authors to the link set (FAIR Signposting)


def highwire_tags(record: Record, abstract: str) -> Iterator[tuple[str, str]]:
    """`citation_*` tags in the order Google Scholar's inclusion guidelines list them.

    `abstract` is sent even where it is only a summary: without one, Zotero takes the page's description.
    """
    yield "citation_title", record.marked_title
    for author in record.authors:
        yield "citation_author", author.name.inverted
        if author.affiliation:
            yield "citation_author_institution", author.affiliation
        if author.orcid:
            yield "citation_author_orcid", f"https://orcid.org/{author.orcid}"
    yield "citation_publication_date", record.best_date.replace("-", "/")
    yield container_tag(record.kind), record.institution if record.kind in ("thesis", "report") else record.series
    yield "citation_volume", record.volume
    yield "citation_issue", record.issue
    begin, end = record.page_range
    yield "citation_firstpage", begin
    yield "citation_lastpage", end
    yield "citation_doi", record.identifier("doi")
    yield "citation_arxiv_id", record.identifier("arxiv")
    yield "citation_pmid", record.identifier("pmid")
    yield "citation_isbn", record.identifier("isbn")
    yield "citation_publisher", record.publisher
    yield "citation_pdf_url", record.link("pdf")
    yield "citation_abstract_html_url", record.address
    yield "citation_abstract", abstract
    for topic in record.topics:
        yield "citation_keywords", topic


def container_tag(kind: str) -> str:
    return {
        "journal-article": "citation_journal_title",
        "thesis": "citation_dissertation_institution",
        "report": "citation_technical_report_institution",
        "book": "citation_inbook_title",
        "chapter": "citation_inbook_title",
    }.get(kind, "citation_conference_title")


def schema_person(author: RecordAuthor) -> dict[str, Any]:
    name = author.name
    data: dict[str, Any] = {"@type": "Person", "name": name.natural}
    if not name.literal:
        data |= {"givenName": name.given, "familyName": name.family}
    if author.address:
        data |= {"@id": f"{author.address}#person", "url": author.address}
    if author.orcid:
        data["sameAs"] = f"https://orcid.org/{author.orcid}"
    if author.affiliation:
        data["affiliation"] = {"@type": "Organization", "name": author.affiliation}
    return {key: value for key, value in data.items() if value}


def schema_publication(record: Record, description: str = "") -> dict[str, Any]:
    """The schema.org description of a publication, its authors in order."""
    identifiers = [identifier_url(scheme, value) for scheme, value in record.identifiers]
    container_type = "Periodical" if record.kind == "journal-article" else "PublicationVolume"
    data = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(record.kind, DEFAULT_SCHEMA_TYPE),
        "@id": f"{record.address}#publication",
        "url": record.address,
        "mainEntityOfPage": record.address,
        "name": record.marked_title,
        "headline": record.marked_title[:110],
        "alternateName": record.short_title,
        "author": [schema_person(author) for author in record.authors],
        "datePublished": record.best_date,
        "isPartOf": {"@type": container_type, "name": record.series} if record.series else None,
        "volumeNumber": record.volume if record.kind == "book" else "",
        "pagination": record.pages,
        "publisher": {"@type": "Organization", "name": record.publisher} if record.publisher else None,
        "abstract": record.abstract,
        "description": description,
        "keywords": ", ".join(record.topics),
        "sameAs": [address for address in identifiers if address],
        "creativeWorkStatus": "Retracted" if record.retracted else "",
    }
    return {key: value for key, value in data.items() if value}


def coins(record: Record) -> str:
    """The title of a COinS span (OpenURL 1.0 key/value pairs), by which Zotero finds the entries of a list.

    The address of the page is left to whoever prints it, since this is stored.
    """
    is_article = record.kind in ("journal-article", "preprint", "proposal", "dataset", "software", "other")
    genre = {
        "journal-article": "article", "conference-paper": "proceeding", "workshop-paper": "proceeding",
        "chapter": "bookitem", "book": "book", "report": "report", "thesis": "dissertation", "preprint": "preprint",
    }.get(record.kind, "article")  # fmt: skip
    model = "dissertation" if genre == "dissertation" else "journal" if is_article else "book"
    title_key = "rft.title" if model in ("dissertation",) or genre in ("book", "report") else "rft.atitle"
    begin, end = record.page_range
    first = record.authors[0].name if record.authors else None
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{model}"),
        ("rfr_id", "info:sid/labsite"),
        ("rft.genre", genre if genre != "dissertation" else ""),
        (title_key, record.marked_title),
        ("rft.jtitle" if is_article else "rft.btitle", record.series if title_key == "rft.atitle" else ""),
        ("rft.date", record.best_date),
        ("rft.volume", record.volume),
        ("rft.issue", record.issue),
        ("rft.spage", begin),
        ("rft.epage", end),
        ("rft.isbn", record.identifier("isbn")),
        ("rft.aufirst", first.given if first else ""),
        ("rft.aulast", first.family if first else ""),
        *(("rft.au", author.name.natural) for author in record.authors[:50]),
        ("rft_id", f"info:doi/{record.identifier('doi')}" if record.identifier("doi") else ""),
    ]
    return form_encoded([(key, value) for key, value in pairs if value])


def form_encoded(pairs: list[tuple[str, str]]) -> str:
    """As `urllib.parse.urlencode`, for keys that need no encoding: one call for all values instead of one for each.

    Line breaks in values become blanks.
    """
    if not pairs:
        return ""
    lines = "\n".join(str(value).replace("\n", " ") for _, value in pairs)
    values = quote_plus(lines, safe="\n").split("\n")
    return "&".join(f"{key}={value}" for (key, _), value in zip(pairs, values, strict=True))


@dataclass(frozen=True)
class TypedLink:
    """One link of FAIR Signposting (https://signposting.org/FAIR/), level 2."""

    rel: str
    href: str
    type: str = ""
    profile: str = ""


def typed_links(record: Record, formats: list[tuple[str, str]]) -> list[TypedLink]:
    """All links of a publication's page. `formats`: pairs of address and media type of its exports."""
    pdf = record.link("pdf")
    lasting = next(((scheme, value) for scheme in LASTING if (value := record.identifier(scheme))), None)
    links = [TypedLink("cite-as", identifier_url(*lasting) if lasting else record.address)]
    links += [
        TypedLink("author", f"https://orcid.org/{author.orcid}" if author.orcid else author.address)
        for author in record.authors
        if author.orcid or author.address
    ]
    schema = SCHEMA_TYPES.get(record.kind, DEFAULT_SCHEMA_TYPE)
    links += [TypedLink("type", f"https://schema.org/{kind}") for kind in (schema, "AboutPage")]
    links += [TypedLink("describedby", address, media_type) for address, media_type in formats]
    if pdf:
        links.append(TypedLink("item", pdf, "application/pdf"))
    return links


def link_header(record: Record, links: list[TypedLink], link_set: str) -> str:
    """The value of the Link header; of a paper with more than ten authors the link set alone names them."""
    shown = [link for link in links if link.rel != "author" or len(record.authors) <= MANY_AUTHORS]
    shown.append(TypedLink("linkset", link_set, "application/linkset+json"))
    return ", ".join(
        f'<{header_address(link.href)}>; rel="{link.rel}"' + (f'; type="{link.type}"' if link.type else "")
        for link in shown
    )


def header_address(address: str) -> str:
    """An address with the signs that would end it in a header written as percent codes."""
    return "".join(char if char.isascii() and char not in '<>" ,;\r\n' else percent(char) for char in address)


def percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def link_set(record: Record, links: list[TypedLink]) -> dict[str, Any]:
    """The same links as RFC 9264 JSON."""
    context: dict[str, Any] = {"anchor": record.address}
    for link in links:
        entry = {"href": link.href} | ({"type": link.type} if link.type else {})
        context.setdefault(link.rel, []).append(entry)
    return {"linkset": [context]}
