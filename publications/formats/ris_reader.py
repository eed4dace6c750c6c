"""RIS as EndNote, Zotero, Mendeley, Web of Science and publishers write it, to records. Pure: no database."""

from __future__ import annotations

import re

from people.names import SUFFIXES, NameParts, split_name
from publications.formats.addresses import find_identifiers, is_web_address
from publications.formats.bibtex_fields import PARTS
from publications.formats.bibtex_names import MAX_AUTHORS
from publications.formats.csl_reader import INCOMPLETE, address_identifiers
from publications.formats.dates import edtf, read_iso, read_written
from publications.formats.markup import plain_text
from publications.formats.words import read_status, unmark
from publications.identifiers import normalize_identifier
from publications.records import Record, RecordAuthor

KINDS = {
    "CPAPER": "conference-paper", "CONF": "conference-paper", "JOUR": "journal-article", "EJOUR": "journal-article",
    "JFULL": "journal-article", "MGZN": "journal-article", "NEWS": "journal-article", "INPR": "journal-article",
    "ABST": "journal-article", "UNPB": "preprint", "MANSCPT": "preprint", "RPRT": "report", "THES": "thesis",
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "WHOLE": "book", "CHAP": "chapter", "ECHAP": "chapter",
    "ENCYC": "chapter", "DATA": "dataset", "AGGR": "dataset", "COMP": "software",
}  # fmt: skip
TAG = re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,2}-(?:[ \t](.*)|\s*)\Z", re.DOTALL)
MAX_FIELDS = 20_000
TITLES = ("TI", "T1", "CT")
CONTAINERS = {
    "journal-article": ("JF", "JO", "T2", "JA", "J2", "J1", "BT"),
    "chapter": ("BT", "T2", "JO", "JF"),
    "conference-paper": ("T2", "BT", "JO", "JF", "C3", "T3"),
}
SHORT = ("J2", "JA", "J1")
AUTHORS = ("AU", "A1")
ABSTRACTS = ("AB", "N2")
DATES = ("DA", "PY", "Y1")
LINKS = (("UR", "publisher"), ("L1", "pdf"), ("L2", "publisher"), ("LK", "publisher"))
PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)


def record_of_ris(text: str) -> tuple[Record, list[str]]:
    """The record of one RIS entry, from its line “TY” on, and notes. Raises `ValueError` in words where there is no
    title, or more than `MAX_AUTHORS` authors.
    """
    fields, notes = read_tags(text)
    if "ER" not in fields:
        notes.append("The line “ER  - ” that ends an entry is missing.")
    title = first(fields, *TITLES) or (first(fields, "BT") if "T2" not in fields else "") or first(fields, "ST")
    if not title:
        raise ValueError("This entry has no title: add a line “TI  - ”.")
    kind = KINDS.get(first(fields, "TY").upper(), "other")
    identifiers = list(dict.fromkeys(identifiers_of(fields)))
    if kind == "other" and any(scheme == "arxiv" for scheme, _ in identifiers):
        kind = "preprint"
    authors, complete, note = authors_of(fields), True, first(fields, "N1")
    if note.endswith(INCOMPLETE):
        complete, note = False, note.removesuffix(INCOMPLETE).strip()
    title, note, retracted = unmark(title, note)
    year, date = date_of(fields, notes)
    extra = {}
    for number in isbns(fields):
        if kind in PARTS:
            extra["isbn"] = number
        else:
            identifiers.append(("isbn", number))
    container = container_of(fields, kind, title)
    short = first(fields, *SHORT)
    publisher, institution = first(fields, "PB"), ""
    if kind in ("thesis", "report"):
        publisher, institution = "", publisher
    return Record(
        key=first(fields, "ID")[:200],
        kind=kind,
        title=title,
        short_title="" if first(fields, "ST") == title else first(fields, "ST"),
        authors=authors,
        authors_complete=complete,
        year=year,
        date=date,
        container=container,
        container_short="" if short == container else short,
        volume=first(fields, "VL"),
        issue=first(fields, "IS", "CP"),
        pages=pages_of(fields),
        article_number=first(fields, "C7", "M7"),
        publisher=publisher,
        institution=institution,
        abstract=first(fields, *ABSTRACTS),
        note=note,
        identifiers=tuple(identifiers),
        links=tuple(dict.fromkeys(links_of(fields, notes))),
        topics=topics_of(fields),
        status=read_status(note) or ("preprint" if kind == "preprint" else ""),
        retracted=retracted,
        extra=extra,
    ), notes


def read_tags(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """The values of each tag, in order. A line without a tag goes on with the one before it."""
    fields: dict[str, list[str]] = {}
    last: list[str] = []
    for number, line in enumerate(text.splitlines()):
        match = TAG.match(line)
        if match:
            last = fields.setdefault(match.group(1), [])
            last.append((match.group(2) or "").strip())
        elif last and line.strip():
            last[-1] = f"{last[-1]}\n{line.strip()}" if last is fields.get("KW") else f"{last[-1]} {line.strip()}"
        if number > MAX_FIELDS:
            raise ValueError(f"This entry has more than {MAX_FIELDS:,} lines: look for a missing line “ER  - ”.")
    return fields, []


def first(fields: dict[str, list[str]], *tags: str) -> str:
    """The first value that says something, as plain text."""
    return next((text for tag in tags for value in fields.get(tag, ()) if (text := plain_text(value))), "")


def authors_of(fields: dict[str, list[str]]) -> tuple[RecordAuthor, ...]:
    names = next((fields[tag] for tag in AUTHORS if any(fields.get(tag, ()))), [])
    if len(names) > MAX_AUTHORS:
        raise ValueError(f"This entry has {len(names):,} authors: {MAX_AUTHORS:,} are the most that can be kept.")
    parts = [name_of(plain_text(name)) for name in names]
    return tuple(RecordAuthor(name) for name in parts if name.natural)


def name_of(text: str) -> NameParts:
    """“Family, Given, Suffix”; what has no comma is one piece, as the format says of corporations."""
    family, _, rest = (part.strip() for part in text.partition(","))
    if not rest:
        return (
            split_name(family) if family.count(" ") in (1, 2) and looks_personal(family) else NameParts(literal=family)
        )
    given, _, suffix = (part.strip() for part in rest.partition(","))
    if given.lower() in SUFFIXES:  # in BibTeX's order
        given, suffix = suffix, given
    return NameParts(family=family, given=given, suffix=suffix) if given else split_name(text)


def looks_personal(text: str) -> bool:
    """Whether two or three words without a comma are a person's: an initial among them gives it away."""
    words = text.split()
    return len(words) in (2, 3) and any(re.fullmatch(r"(?:[A-Z]\.-?)+|[A-Z]", word) for word in words)


def date_of(fields: dict[str, list[str]], notes: list[str]) -> tuple[int | None, str]:
    """The year, and the date where one of its fields is in that year and more exact."""
    found = [date for tag in DATES for text in fields.get(tag, ()) if (date := ris_date(text))]
    years = [ris_date(text)[:4] for tag in ("PY", "Y1", "DA") for text in fields.get(tag, ()) if ris_date(text)]
    if not years:
        if given := first(fields, "PY", "Y1", "DA"):
            notes.append(f"The year “{given[:80]}” could not be read. Write four digits.")
        return None, ""
    best = max((date for date in found if date[:4] == years[0]), key=len, default="")
    return int(years[0]), best if len(best) > 4 else ""


def ris_date(text: str) -> str:
    """EDTF of “2024/05/31/Spring”, “2024”, “2024-05-31”, “May 31, 2024” or “2024 May”; "" for anything else."""
    text = " ".join(text.split()).strip("/ ")
    year, _, rest = text.partition("/")
    if len(year) == 4 and year.isdigit() and year.isascii():
        month, day, *_ = [*rest.split("/"), "", ""]
        return edtf(year, month.strip(), day.strip())
    return read_iso(text)[0] or read_written(text)


def container_of(fields: dict[str, list[str]], kind: str, title: str) -> str:
    found = first(fields, *CONTAINERS.get(kind, ("T2", "JO", "JF", "BT")))
    return "" if found == title else found


def pages_of(fields: dict[str, list[str]]) -> str:
    begin, end = first(fields, "SP"), first(fields, "EP")
    if not end or begin == end or "-" in begin or "–" in begin:
        return begin
    return f"{begin}–{end}" if begin else end


def isbns(fields: dict[str, list[str]]) -> list[str]:
    """The first ISBN among the serial numbers; ISSNs have no place."""
    for value in fields.get("SN", ()):
        for text in re.split(r"[\s;,]+(?=97|[\dX-]{9,})", value)[:10]:
            try:
                return [normalize_identifier("isbn", text.split("(")[0])]
            except ValueError:
                continue
    return []


def identifiers_of(fields: dict[str, list[str]]) -> list[tuple[str, str]]:
    found = []
    for value in [*fields.get("DO", ()), *fields.get("DOI", ())][:5]:
        found += find_identifiers(value)
        found += [("doi", doi) for doi in valid("doi", value)]
    is_pubmed = not fields.get("DB") or PUBMED.search(" ".join(fields["DB"]))
    for value in fields.get("AN", ())[:5]:
        found += find_identifiers(value)
        found += [("pmid", number) for number in valid("pmid", value) if is_pubmed]
    for tag in ("M3", "C2", "C6", "PM"):
        for value in fields.get(tag, ())[:5]:
            found += [each for each in find_identifiers(value) if tag != "M3" or each[0] == "doi"]
    for tag, _ in LINKS:
        for value in fields.get(tag, ())[:20]:
            found += address_identifiers(value)
    return sorted(
        dict.fromkeys(found), key=lambda each: ("doi", "arxiv").index(each[0]) if each[0] in ("doi", "arxiv") else 2
    )


def valid(scheme: str, text: str) -> list[str]:
    try:
        return [normalize_identifier(scheme, plain_text(text))]
    except ValueError:
        return []


def links_of(fields: dict[str, list[str]], notes: list[str]) -> list[tuple[str, str]]:
    found = []
    for tag, kind in LINKS:
        for value in fields.get(tag, ())[:20]:
            for address in value.split()[:20]:
                if is_web_address(address):
                    if not list(address_identifiers(address)) or tag == "L1":
                        found.append((kind, address))
                elif tag == "L1":
                    notes.append(f"{tag}: “{address[:80]}” is no full web address: no link was made.")
    return found


def topics_of(fields: dict[str, list[str]]) -> tuple[str, ...]:
    """Keywords: one a line, or several with semicolons, as some programs write them."""
    words = [word for value in fields.get("KW", ()) for line in value.split("\n") for word in line.split(";")]
    return tuple(dict.fromkeys(filter(None, map(plain_text, words))))[:200]
