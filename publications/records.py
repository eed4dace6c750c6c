"""A publication as plain data: what every reader of a format yields and every writer takes. Pure: no database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from people.names import NameParts

# BibTeX, RIS and CSL types of each kind of publication (values of `Publication.Kind`).
BIBTEX_TYPES = {
    "conference-paper": "inproceedings", "workshop-paper": "inproceedings", "journal-article": "article",
    "preprint": "misc", "report": "techreport", "thesis": "phdthesis", "proposal": "unpublished", "book": "book",
    "chapter": "incollection", "dataset": "misc", "software": "misc", "other": "misc",
}  # fmt: skip
RIS_TYPES = {
    "conference-paper": "CPAPER", "workshop-paper": "CPAPER", "journal-article": "JOUR", "preprint": "UNPB",
    "report": "RPRT", "thesis": "THES", "proposal": "UNPB", "book": "BOOK", "chapter": "CHAP", "dataset": "DATA",
    "software": "COMP", "other": "GEN",
}  # fmt: skip
CSL_TYPES = {
    "conference-paper": "paper-conference", "workshop-paper": "paper-conference", "journal-article": "article-journal",
    "preprint": "article", "report": "report", "thesis": "thesis", "proposal": "manuscript", "book": "book",
    "chapter": "chapter", "dataset": "dataset", "software": "software", "other": "document",
}  # fmt: skip


@dataclass(frozen=True)
class RecordAuthor:
    """One author in order. `orcid` and `address` (of their page) are set where the link to a person is certain."""

    name: NameParts
    orcid: str = ""
    address: str = ""
    affiliation: str = ""
    is_equal: bool = False
    is_corresponding: bool = False


@dataclass(frozen=True)
class Record:
    """One publication. Texts are Unicode; "" and () mean unknown. `date` is EDTF level 0.

    `source` holds the fields of the BibTeX entry it was read from, word for word, and `source_type` its type: a
    field nobody has edited since is written back as it came.
    """

    key: str = ""
    kind: str = "other"
    title: str = ""
    short_title: str = ""
    authors: tuple[RecordAuthor, ...] = ()
    authors_complete: bool = True
    year: int | None = None
    date: str = ""
    container: str = ""  # the venue in full, or as printed
    container_short: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_number: str = ""
    publisher: str = ""
    institution: str = ""
    abstract: str = ""
    note: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()  # (scheme, value)
    links: tuple[tuple[str, str], ...] = ()  # (kind, address)
    topics: tuple[str, ...] = ()
    distinctions: tuple[tuple[str, str], ...] = ()  # (a kind of `Distinction`, its label or "")
    status: str = ""  # a value of `Publication.Status`; "" where nothing says
    preprint_date: str = ""
    has_code: bool = False
    is_selected: bool = False
    address: str = ""  # of its page here
    retracted: str = ""  # the date of the retraction or "yes"
    extra: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    source_type: str = ""

    def identifier(self, scheme: str) -> str:
        """The first identifier of `scheme`, or ""."""
        return next((value for own, value in self.identifiers if own == scheme), "")

    def link(self, *kinds: str) -> str:
        """The first address of one of `kinds`, in the order of `kinds`, or ""."""
        return next((address for kind in kinds for own, address in self.links if own == kind), "")

    @property
    def marked_title(self) -> str:
        """The title as every export prints it: a retracted paper says so first."""
        return f"[Retracted] {self.title}" if self.retracted else self.title

    @property
    def series(self) -> str:
        """The container without the year at its end, which references print elsewhere."""
        year = str(self.year or "")
        return self.container.removesuffix(year).rstrip(" ,") if year else self.container

    @property
    def page_range(self) -> tuple[str, str]:
        """The first and the last page, however the range is written; "" where there is none."""
        begin, _, end = self.pages.replace("–", "-").replace("--", "-").partition("-")
        return begin, end

    @property
    def best_date(self) -> str:
        """The publication date as precisely as known; the year alone where no date is; "" where neither is."""
        return self.date or (f"{self.year:04d}" if self.year else "")

    def as_json(self) -> dict[str, Any]:
        """The record as JSON keeps it, without what is empty; `record_from_json` gives it back."""
        data = {name: value for name, value in vars(self).items() if value != DEFAULTS[name]}
        if self.authors:  # `asdict` copies every text: it takes three times as long as reading the entry
            data["authors"] = tuple(vars(author) | {"name": vars(author.name)} for author in self.authors)
        return data


DEFAULTS: dict[str, Any] = asdict(Record())


def record_from_json(data: dict[str, Any]) -> Record:
    """The record that `as_json` wrote. Raises `TypeError` for keys that are not of a record."""
    values = dict(data)
    authors = tuple(
        RecordAuthor(**{**author, "name": NameParts(**author.get("name", {}))}) for author in values.pop("authors", ())
    )
    for each in fields(Record):
        if isinstance(values.get(each.name), list):
            values[each.name] = tuple(tuple(item) if isinstance(item, list) else item for item in values[each.name])
    return Record(authors=authors, **values)


@dataclass(frozen=True)
class SourceEntry:
    """One entry of an input: a record, or why it is none, or an identifier to be asked for online.

    `line` is where it begins, from 1; `label` names it in a report (its key, or its first words); `read` is how many
    bytes of the input were read when it was found, for progress.
    """

    line: int
    label: str = ""
    record: Record | None = None
    problem: str = ""  # why it is rejected, and the mend
    notes: tuple[str, ...] = ()  # what was understood otherwise than it is written
    lookup: tuple[str, str] | None = None  # (scheme, value) of a bare identifier
    read: int = 0
    known: int = 0  # the publication that the same source became before: of those that may be it, it is this one
    is_draft: bool = False  # what it makes is not shown until somebody publishes it
