"""DBLP by person: https://dblp.org/faq/ (XML of a person's page, by pid)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from labsite.lib.http import LIST_LIMIT, Web, WebError
from publications.formats.addresses import is_web_address
from publications.records import Record, RecordAuthor, SourceEntry
from publications.sources.answers import (
    all_text,
    author_name,
    identifier_of_address,
    known_identifiers,
    known_orcid,
    read_xml,
)
from publications.sources.source import read_each

PID = re.compile(
    r"\A(?:https?://(?:www\.)?(?:dblp\.org|dblp\.uni-trier\.de|dblp\.dagstuhl\.de)/pid/)?"
    r"([a-z0-9]+/[A-Za-z0-9]+(?:-[0-9]+)?)(?:\.(?:html|xml|bib|rdf|nt))?/?\Z"
)
HOMONYM_NUMBER = re.compile(r" [0-9]{4}\Z")  # “Yihua Zhang 0001”: DBLP's number among people of one name
KINDS = {
    "article": "journal-article", "inproceedings": "conference-paper", "incollection": "chapter", "book": "book",
    "phdthesis": "thesis", "mastersthesis": "thesis", "data": "dataset",
}  # fmt: skip
SPACING = 1.0


def pid_of(address: str) -> str:
    """The pid of a DBLP person's address or the pid itself; raises `ValueError` that says where to find it."""
    match = PID.match(address.strip().partition("?")[0].partition("#")[0])
    if not match:
        raise ValueError(
            f"'{address}' is not a person's page of DBLP: open the page and copy its address, "
            "which looks like https://dblp.org/pid/12/3456."
        )
    return match.group(1)


class DBLP:
    name = "DBLP"
    hosts = ("dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de")

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        web.take_turn(self.hosts[0], SPACING)
        address = f"https://dblp.org/pid/{value}.xml"
        root = read_xml(web.get(address, self.name, self.hosts, accept="application/xml", limit=LIST_LIMIT))
        if root.tag != "dblpperson":
            raise WebError("DBLP answers something that is not a person's page: try again later.")
        own_orcid = next((orcid for url in root.iterfind("person/url") if (orcid := known_orcid(all_text(url)))), "")
        works = [work for work in root.iterfind("r/*") if work.tag in KINDS]

        def read(work: etree._Element) -> Record:
            return read_record(work, value, own_orcid)

        yield from read_each(self, works, lambda work: work.get("key", ""), read)


def read_record(work: etree._Element, pid: str, own_orcid: str) -> Record:
    """One work of the page; the person's own ORCID iD goes to the author that has their pid."""
    title = all_text(work.find("title")).removesuffix(".")
    if not title:
        raise ValueError("it has no title")
    year = all_text(work.find("year"))
    journal, booktitle = all_text(work.find("journal")), all_text(work.find("booktitle"))
    addresses = [all_text(each) for each in work.iterfind("ee")]
    pairs = [pair for address in addresses if (pair := identifier_of_address(address))]
    volume = all_text(work.find("volume"))
    is_preprint = work.tag == "article" and (work.get("publtype") == "informal" or journal == "CoRR")
    if is_preprint and volume.startswith("abs/"):
        pairs.append(("arxiv", volume.removeprefix("abs/")))
    return Record(
        kind=kind_of(work, booktitle, is_preprint),
        status="preprint" if is_preprint else "published",
        title=title,
        authors=tuple(read_author(author, pid, own_orcid) for author in work.iterfind("author")),
        year=int(year) if re.fullmatch(r"[12][0-9]{3}", year) else None,
        container="" if is_preprint else journal or booktitle,
        volume="" if is_preprint else volume,
        issue=all_text(work.find("number")),
        pages=all_text(work.find("pages")),
        publisher=all_text(work.find("publisher")),
        institution=all_text(work.find("school")),
        identifiers=known_identifiers([*pairs, ("isbn", all_text(work.find("isbn")))]),
        links=tuple(("publisher", address) for address in addresses if is_plain_link(address)),
    )


def is_plain_link(address: str) -> bool:
    return is_web_address(address) and identifier_of_address(address) is None


def kind_of(work: etree._Element, booktitle: str, is_preprint: bool) -> str:
    """The kind of publication; DBLP writes workshops as “SAFL@NeurIPS” or “ICCV (Workshops)”."""
    if is_preprint:
        return "preprint"
    if work.tag == "inproceedings" and ("@" in booktitle or "workshop" in booktitle.lower()):
        return "workshop-paper"
    return KINDS[work.tag]


def read_author(author: etree._Element, pid: str, own_orcid: str) -> RecordAuthor:
    orcid = known_orcid(author.get("orcid", "")) or (own_orcid if author.get("pid") == pid else "")
    return RecordAuthor(author_name(HOMONYM_NUMBER.sub("", all_text(author))), orcid=orcid)
