"""The fields of a BibTeX or biblatex entry as a record, and which field said what. Pure: no database.

docs/formats.md lists the fields. What has no place in a record is kept word for word in `Record.extra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from publications.formats.addresses import address_of, find_identifiers, identifiers_alone, is_web_address
from publications.formats.bibtex_fields import (
    AWARDS,
    CONTAINERS,
    FALSE,
    KINDS,
    LINKS,
    PARTS,
    SELECTED,
    SPOKEN_OF,
    TEXTS,
    TOPICS,
)
from publications.formats.bibtex_names import LEGEND, ReadAuthors, annotate, read_authors, read_legend
from publications.formats.dates import edtf, month_and_day, read_iso
from publications.formats.latex import decode_latex, unknown_macros
from publications.formats.words import read_distinction, read_status, unmark
from publications.identifiers import normalize_identifier
from publications.records import Record

ARXIV_JOURNAL = re.compile(
    r"\s*(?:corr|arxiv(?:\.org)?(?:\s+e-?prints?|\s+preprint)?(?:[\s,:.]+arxiv)?[\s:,.]*(?:[a-z-]*[./\d]+(?:v\d+)?)?"
    r"\s*(?:\[[\w.-]+\])?|arxiv\s*:.*)\s*\Z",
    re.IGNORECASE,
)
YEAR = re.compile(r"\s*[({\[]?\s*(\d{4})\s*([a-z])?\s*[)}\]]?\s*\Z", re.ASCII)
LONGEST_NOTE = 300
LEGENDS = ("annotation", "annote", "additional_info", "note")  # where entries say what signs behind names mean


@dataclass
class Reading:
    """A record, which fields each part of it was read from, and notes on what was understood otherwise than written.

    The parts are names of `Record`'s attributes; ("id", scheme, value) is one identifier, ("link", kind, address) one
    link.
    """

    record: Record
    places: dict[object, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_fields(entry_type: str, key: str, fields: dict[str, str]) -> Reading:
    """What an entry says. `fields`: by lower-case name, as written. Raises `ValueError` where it has no title, or
    more authors than can be kept.
    """
    return _Reader(entry_type, fields).read(key)


class _Reader:
    def __init__(self, entry_type: str, fields: dict[str, str]) -> None:
        self.type = entry_type
        self.fields = fields
        self.places: dict[object, list[str]] = {}
        self.used: set[str] = set()
        self.notes: list[str] = []
        self.identifiers: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []

    def read(self, key: str) -> Reading:
        title = self.title()
        if not title:
            raise ValueError("This entry has no title: add one.")
        authors = self.authors()
        self.read_identifiers()
        kind = KINDS.get(self.type, "other")
        if self.is_on_arxiv or (kind == "other" and self.has("arxiv")):
            kind = "preprint"
        self.read_isbn(kind)
        self.read_links()
        container = self.container()
        year, date = self.date()
        texts = {name: self.text(name, fields) for name, fields in TEXTS.items()}
        if texts["volume"].startswith("abs/"):  # DBLP's way to name an arXiv paper
            texts["volume"] = ""
        note, distinctions, status = self.note()
        title, note, retracted = unmark(title, note)
        self.places["retracted"] = [*self.places.get("title", []), *self.places.get("note", [])]
        record = Record(
            key=key, kind=kind, title=title, authors=authors.authors, authors_complete=authors.complete, year=year,
            date=date, container=container, note=note, distinctions=distinctions, retracted=retracted,
            status=status or ("preprint" if kind == "preprint" else ""), is_selected=self.selected(),
            has_code=self.has_code(), topics=self.topics(), identifiers=tuple(self.identifiers),
            links=tuple(self.links), source=self.fields, source_type=self.type,
            extra={name: text for name, text in self.fields.items() if name not in self.used}, **texts,
        )  # fmt: skip
        return Reading(record, self.places, [note[:LONGEST_NOTE] for note in self.notes])

    def place(self, part: object, *names: str) -> None:
        self.used.update(names)
        self.places.setdefault(part, []).extend(names)

    def plain(self, name: str) -> str:
        return decode_latex(self.fields.get(name, ""))

    def text(self, part: str, names: Iterable[str]) -> str:
        """The first field of `names` that says something; the others stay in `extra`."""
        for name in names:
            if name in self.fields and (text := self.plain(name)):
                self.place(part, name)
                return text
        return ""

    def has(self, scheme: str) -> bool:
        return any(own == scheme for own, _ in self.identifiers)

    def title(self) -> str:
        title = self.text("title", ("title",))
        for macro in unknown_macros(self.fields.get("title", ""))[:5]:
            self.notes.append(f"{macro} in the title is no TeX we know: it was kept as it is written.")
        subtitle = self.plain("subtitle")
        if title and subtitle:
            self.place("title", "subtitle")
            return f"{title}{' ' if title[-1] in ':?!.–—' else ': '}{subtitle}"
        return title

    def authors(self) -> ReadAuthors:
        explained = [(name, read_legend(self.fields.get(name, ""))) for name in LEGENDS]
        read = read_authors(self.fields.get("author", ""), {k: v for _, legend in explained for k, v in legend.items()})
        self.notes += read.notes[:10]
        if read.has_signs:  # the facts are exported, not the signs
            self.used.update(["author", *(name for name, legend in explained if legend and self.is_legend(name))])
        elif read.authors:
            self.place("authors", "author")
        for macro in unknown_macros(self.fields.get("author", ""))[:5]:
            self.notes.append(f"{macro} in the authors is no TeX we know: it was kept as it is written.")
        annotation = self.fields.get("author+an")
        if not annotation:
            return read
        authors, placed = annotate(read.authors, annotation)
        if placed and read.has_signs:  # both are written anew, for neither field says all of the authors
            self.used.add("author+an")
        elif placed:
            self.place("authors", "author+an")
        return replace(read, authors=authors)

    def is_legend(self, name: str) -> bool:
        """Whether a field says nothing but what signs behind names mean; the note is printed and stays."""
        return name != "note" and not re.search(r"\w", LEGEND.sub("", self.fields[name]))

    @property
    def is_on_arxiv(self) -> bool:
        """Whether the journal it stands in is arXiv, or none while its type asks for one and it is on arXiv."""
        journal = self.fields.get("journaltitle") or self.fields.get("journal", "")
        if journal:
            return bool(len(journal) < 100 and ARXIV_JOURNAL.match(decode_latex(journal)))
        return self.type == "article" and self.has("arxiv") and "booktitle" not in self.fields

    def container(self) -> str:
        for name, sub in CONTAINERS:
            title = self.plain(name)
            if not title:
                continue
            self.place("container", name)
            if sub and (subtitle := self.plain(sub)):
                self.place("container", sub)
                title = f"{title}: {subtitle}"
            return "arXiv" if name.startswith("journal") and self.is_on_arxiv else title
        return ""

    # Dates

    def date(self) -> tuple[int | None, str]:
        found, note = read_iso(self.fields.get("date", "").strip("{} \n"))  # its “~” means “about”, not a blank
        if found:
            self.place("date", "date")
            if note:
                self.notes.append(f"The date {note}.")
            if (year := self.plain("year")) and year != found[:4]:
                self.notes.append(f"The date says {found[:4]}, the year {year}: the date counts.")
            self.place("date", *({"year", "month", "day"} & self.fields.keys()))
            return int(found[:4]), found if len(found) > 4 else ""
        if self.fields.get("date"):
            self.notes.append(f"The date “{self.plain('date')}” could not be read: it was kept as it is.")
        match = YEAR.match(self.plain("year"))
        if not match or int(match.group(1)) == 0:
            if (written := self.plain("year")) and not read_status(written):
                self.notes.append(
                    f"The year “{written[:80]}” could not be read: it was kept as it is. Write four digits."
                )
            return None, ""
        year, letter = match.groups()
        self.place("date", "year")
        if letter:
            self.notes.append(f"The year “{year}{letter}” was read as {year}.")
        month, day = month_and_day(self.plain("month"))
        if not month:
            return int(year), ""
        self.place("date", "month")
        written = self.plain("day")
        if not day and written.isdigit() and len(edtf(year, month, written)) == 10:
            self.place("date", "day")
            day = int(written)
        return int(year), edtf(year, month, day)

    # Identifiers and links

    def identify(self, scheme: str, value: str, *names: str) -> None:
        if (scheme, value) not in self.identifiers:
            self.identifiers.append((scheme, value))
        self.place(("id", scheme, value), *names)

    def normal(self, scheme: str, name: str) -> str:
        raw = address_of(self.fields[name])
        try:
            value = normalize_identifier(scheme, raw)
        except ValueError as error:
            self.notes.append(f"{name}: {error} It was kept as it is.")
            return ""
        return value if len(value) <= 300 else ""

    def read_identifiers(self) -> None:
        for name, scheme in (("doi", "doi"), ("pmid", "pmid")):
            if self.fields.get(name) and (value := self.normal(scheme, name)):
                self.identify(scheme, value, name)
        self.read_eprint()
        for name in ("url", "ee", "arxiv", "openreview", "html"):
            address = address_of(self.fields.get(name, ""))
            found = find_identifiers(address) if address and not address.startswith("/") else []
            if len(found) == 1 and (found[0][0] != "doi" or "doi.org/" in address):
                self.identify(*found[0], name)
        for name in SPOKEN_OF:
            for found in identifiers_alone(address_of(self.fields.get(name, ""))):
                self.identify(*found)
        for name in ("journal", "journaltitle", "volume", "pdf", "url_pdf", "url_preprint"):
            for scheme, value in find_identifiers(self.fields.get(name, "")[:LONGEST_NOTE]):
                if scheme == "arxiv":
                    self.identify(scheme, value)
        self.read_doi_of_arxiv()

    def read_doi_of_arxiv(self) -> None:
        """arXiv's own DOI is the arXiv identifier in other words."""
        for scheme, value in list(self.identifiers):
            if scheme == "doi" and value.startswith("10.48550/arxiv."):
                for found in find_identifiers(value):
                    self.identify(*found)

    def read_eprint(self) -> None:
        prefix = self.fields.get("archiveprefix", self.fields.get("eprinttype", "arxiv")).strip().lower()
        scheme = {"arxiv": "arxiv", "pubmed": "pmid", "hdl": "handle", "doi": "doi"}.get(prefix)
        if not self.fields.get("eprint") or not scheme:
            return
        if value := self.normal(scheme, "eprint"):
            names = [name for name in ("archiveprefix", "eprinttype") if name in self.fields]
            self.identify(scheme, value, "eprint", *names)

    def read_isbn(self, kind: str) -> None:
        if self.fields.get("isbn") and kind not in PARTS and (value := self.normal("isbn", "isbn")):
            self.identify("isbn", value, "isbn")

    def read_links(self) -> None:
        for name, kind in LINKS.items():
            text = self.fields.get(name, "").strip()
            if not text or name in self.used:
                continue
            address = address_of(text)
            if is_web_address(address):
                kind = "pdf" if name == "url" and address.lower().endswith(".pdf") else kind
                if (kind, address) not in self.links:
                    self.links.append((kind, address))
                self.place(("link", kind, address), name)
            elif name != "howpublished" and text.lower() not in (FALSE | {"true"}) and not self.is_arxiv_id(name, text):
                self.notes.append(f"{name}: “{text[:80]}” is no full web address: it was kept, but is no link.")

    def is_arxiv_id(self, name: str, text: str) -> bool:
        return name == "arxiv" and bool(find_identifiers(text))

    def has_code(self) -> bool:
        return any(self.fields.get(name, "").strip().lower() not in FALSE for name in ("code", "url_code", "github"))

    # al-folio, Hugo Blox, notes

    def selected(self) -> bool:
        for name in SELECTED:
            if name in self.fields:
                self.place("is_selected", name)
                return self.fields[name].strip().lower() not in FALSE
        return False

    def topics(self) -> tuple[str, ...]:
        for name in TOPICS:
            if self.fields.get(name, "").strip():
                self.place("topics", name)
                return tuple(dict.fromkeys(filter(None, map(decode_latex, re.split("[,;]", self.fields[name])))))
        return ()

    def note(self) -> tuple[str, tuple[tuple[str, str], ...], str]:
        distinctions, status = [], read_status(self.plain("pubstate"))
        if status:
            self.place("status", "pubstate")
        note = self.text("note", ("note",))
        if found := read_distinction(note):
            self.place("distinctions", "note")
            distinctions.append(found)
            note = ""
        status = status or read_status(note) or read_status(self.plain("year"))
        for name in AWARDS:
            text = self.plain(name)
            if text and not (name == "award" and "award_name" in self.used):
                self.place("distinctions", name)
                distinctions += [read_distinction(words, any_words=True) for words in text.split(";")]
        return note, tuple(dict.fromkeys(filter(None, distinctions))), status
