"""What a record says otherwise than a publication of ours, field by field, and which of it is taken by default.

Never wrong silently: what is empty here is filled; what differs is taken only if the publication still says what the
same source said when it was last read, or if a preprint has been published. Everything else is a question, and what
an editor wrote stays until an editor says otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from labsite.lib.text import fold, match_key
from labsite.lib.web import plain_address_of
from people.names import NameParts, split_name
from publications.importing.matching import family_of
from publications.importing.venue_names import VenueMatch
from publications.models import Authorship, Notice, Publication
from publications.records import Record, RecordAuthor

LABELS = {
    "title": "Title", "other_titles": "Other title", "short_title": "Nickname", "kind": "Type", "year": "Year",
    "date": "Date", "preprint_date": "Preprint date", "status": "Status", "venue": "Venue",
    "venue_text": "Venue as printed", "volume": "Volume", "issue": "Issue", "pages": "Pages",
    "article_number": "Article number", "publisher": "Publisher", "institution": "Institution",
    "abstract": "Abstract", "note": "Note", "bibtex_key": "BibTeX key", "is_selected": "Selected",
    "has_code": "Code is available", "authors": "Authors", "identifiers": "Identifiers", "links": "Links",
    "topics": "Topics", "distinctions": "Distinctions", "extra": "Other BibTeX fields", "people": "Links to people",
    "notices": "Retraction",
}  # fmt: skip
# What tells a published paper from its preprint: one that is published takes all of it from the new record.
OF_THE_PRINTING = (
    "kind", "year", "date", "status", "venue", "venue_text", "volume", "issue", "pages", "article_number", "publisher",
)  # fmt: skip
SCALARS = (
    "title", "short_title", *OF_THE_PRINTING, "preprint_date", "institution", "abstract", "note", "bibtex_key",
    "is_selected", "has_code",
)  # fmt: skip
PRINTED = {"conference-paper", "workshop-paper", "journal-article", "book", "chapter"}
UNPUBLISHED = {"preprint", "submitted"}
SOURCES_REMEMBERED = 8


@dataclass(frozen=True)
class Change:
    """One field that a record says otherwise. `old` and `new` are JSON; `take` is the proposal, `reason` its ground."""

    field: str
    old: Any
    new: Any
    take: bool
    reason: str
    is_decided: bool = False  # by an editor

    @property
    def is_open(self) -> bool:
        """Whether an editor is still to say which value counts."""
        return not self.take and not self.is_decided

    @property
    def label(self) -> str:
        return LABELS[self.field]

    @property
    def stamp(self) -> str:
        """Changes if either side does: a decision holds only for what was shown."""
        return digest([self.old, self.new])

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "label": self.label, "stamp": self.stamp}


def digest(value: Any) -> str:
    """Eight letters that change with `value`."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def source_of(record: Record) -> str:
    """Names the place a record came from: a later version of it has the same name."""
    return record.key or next((f"{scheme}:{value}" for scheme, value in record.identifiers), "") or record.title[:60]


def values_of(record: Record, venue: VenueMatch) -> dict[str, Any]:
    """What a publication made of `record` would say, field by field, as JSON."""
    kind = record.kind
    if kind == "conference-paper" and (venue.venue.is_workshop if venue.venue else venue.new_kind == "workshop"):
        kind = "workshop-paper"
    return {
        "title": record.title,
        "short_title": record.short_title,
        "kind": kind,
        "year": record.year,
        "date": record.date,
        "preprint_date": record.preprint_date,
        "status": record.status or ("preprint" if kind == "preprint" else "published"),
        "venue": venue.label,
        "venue_text": record.container,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "article_number": record.article_number,
        "publisher": record.publisher,
        "institution": record.institution,
        "abstract": record.abstract,
        "note": record.note,
        "bibtex_key": record.key,
        "is_selected": record.is_selected,
        "has_code": record.has_code,
    }


def stored_values(publication: Publication) -> dict[str, Any]:
    """What `publication` says, in the shape of `values_of`. Reads self.venue."""
    values = {name: getattr(publication, name) for name in SCALARS if name != "venue"}
    values["date"], values["preprint_date"] = str(publication.date or ""), str(publication.preprint_date or "")
    values["venue"] = publication.venue.label if publication.venue else ""
    return values


def means_the_same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field differ in spelling alone."""
    if one == other:
        return True
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if name == "kind":
        return {one, other} <= {"conference-paper", "workshop-paper"}
    if name == "pages":
        return Record(pages=one).page_range == Record(pages=other).page_range
    if name in ("date", "preprint_date"):
        return one.startswith(other)
    return (
        match_key(one) == match_key(other) != "" and len(one) < 400 or " ".join(one.split()) == " ".join(other.split())
    )


class Comparison:
    """One record beside one publication (loaded by `with_export_relations()`)."""

    def __init__(self, record: Record, venue: VenueMatch, publication: Publication) -> None:
        self.record, self.venue, self.publication = record, venue, publication
        self.values, self.stored = values_of(record, venue), stored_values(publication)
        read = publication.raw_record.get("read") if isinstance(publication.raw_record, dict) else None
        before = read.get(source_of(record)) if isinstance(read, dict) else None
        self.before: dict[str, str] = before if isinstance(before, dict) else {}

    @property
    def is_upgrade(self) -> bool:
        """The paper is published now, and here it is still a preprint."""
        here = self.stored["kind"] == "preprint" or self.stored["status"] in UNPUBLISHED
        return here and self.record.kind in PRINTED

    @property
    def is_lesser(self) -> bool:
        """The record is of the preprint, and here the paper is published: it only adds what is missing."""
        return self.record.kind in ("preprint", "other") and not (
            self.stored["kind"] in ("preprint", "other") or self.stored["status"] in UNPUBLISHED
        )

    def changes(self) -> list[Change]:
        return [*self._scalars(), *self._authors(), *self._additions()]

    def reading(self) -> dict[str, str]:
        """What this source says now, for comparing it with what it says next time."""
        own = {name: digest(value) for name, value in self.values.items() if value not in ("", None, False)}
        own["authors"] = digest([author.name.natural for author in self.record.authors])
        for name, items in self._items().items():
            own[name] = ",".join(sorted(digest(item) for item in items))
        return own

    def _scalars(self) -> Iterator[Change]:
        for name in SCALARS:
            old, new = self.stored[name], self.values[name]
            if new in ("", None, False) or means_the_same(name, old, new) or self._is_settled(name, old, new):
                continue
            change = self._judge(name, old, new)
            if change:
                yield change

    def _is_settled(self, name: str, old: Any, new: Any) -> bool:
        """Whether an editor saw this very difference before, or the value is not one that a record can know better."""
        if name == "venue_text":  # how it is printed matters only where nothing says it yet
            return bool(old or self.stored["venue"])
        if name == "bibtex_key":  # a key under which others cite it never changes by itself
            return True
        if name == "status":
            return not self.is_upgrade or not self.record.status and self.values["kind"] == "preprint"
        if self.is_lesser and name in OF_THE_PRINTING:
            return True
        if name == "kind" and new == "other":
            return True
        return self.before.get(name) == digest(new)

    def _judge(self, name: str, old: Any, new: Any) -> Change | None:
        if old in ("", None, False):
            return Change(name, old, new, True, "empty here")
        if name in ("date", "preprint_date") and str(new).startswith(str(old)):
            return Change(name, old, new, True, "more precise")
        if self.is_upgrade and name in OF_THE_PRINTING:
            return Change(name, old, new, True, "published since")
        if name in self.before and self.before[name] == digest(old):
            return Change(name, old, new, True, "the source changed, and nobody edited it here")
        if name == "title":
            known = {match_key(title) for title in self.publication.other_titles if isinstance(title, str)}
            if match_key(new) in known:
                return None
            return Change("other_titles", self.publication.other_titles, new, True, "another title it is known by")
        if name in ("venue", "kind", "year", "date", "institution", "publisher", "note", "abstract", "pages") or old:
            return Change(name, old, new, False, "differs from what is here: choose")
        return None

    # Authors

    def _authors(self) -> Iterator[Change]:
        rows = list(self.publication.authorships.all())
        names = [author.name.natural for author in self.record.authors]
        here = [row.printed_name for row in rows]
        if not names or same_names(rows, self.record.authors):
            if (
                names
                and self.record.authors_complete
                and not self.publication.author_list_complete
                and all(row.position for row in rows)
            ):
                yield Change("authors", "list not complete", "list complete", True, "the record has the whole list")
            return
        if not rows:
            yield Change("authors", [], names, True, "empty here")
        elif self.before.get("authors") == digest(names):
            return
        elif not self.publication.author_list_complete and all_paired(rows, self.record.authors):
            yield Change("authors", here, names, True, "the list here is not complete")
        elif not self.record.authors_complete and begins_alike(rows, self.record.authors):
            return
        else:
            again = sorted(map(name_key, self.record.authors)) == sorted(map(row_key, rows))
            yield Change("authors", here, names, False, "another order: choose" if again else "other names: choose")

    # What is only ever added

    def _items(self) -> dict[str, list[Any]]:
        record = self.record
        return {
            "identifiers": [list(item) for item in record.identifiers],
            "links": [list(item) for item in record.links],
            "distinctions": [list(item) for item in record.distinctions],
            "topics": list(record.topics),
            "extra": [[name, value] for name, value in record.extra.items()],
            "notices": [[record.retracted]] if record.retracted else [],
        }

    def _additions(self) -> Iterator[Change]:
        publication = self.publication
        here: dict[str, set[Any]] = {
            "identifiers": {(each.scheme, each.value) for each in publication.identifiers.all()},
            "links": {plain_address(each.url) for each in publication.links.all()},
            "distinctions": {each.kind for each in publication.distinctions.all()},
            "topics": {fold(topic.name) for topic in publication.topics.all()},
            "extra": set(publication.extra),
            "notices": {True for notice in publication.notices.all() if notice.kind == Notice.Kind.RETRACTION},
        }
        keys = {
            "identifiers": lambda item: (item[0], item[1]),
            "links": lambda item: plain_address(item[1]),
            "distinctions": lambda item: item[0],
            "topics": fold,
            "extra": lambda item: item[0],
            "notices": lambda item: True,
        }
        for name, items in self._items().items():
            if name == "links":  # our own exports name our own page where nothing else is known
                own = plain_address_of(publication)
                items = [item for item in items if urlsplit(item[1]).path != own]
            gone = set(self.before.get(name, "").split(","))  # an editor took these away since
            missing = [item for item in items if keys[name](item) not in here[name] and digest(item) not in gone]
            if missing:
                yield Change(name, [], missing, True, "missing here")


def plain_address(address: str) -> str:
    return address.strip().rstrip("/").removeprefix("https://").removeprefix("http://").removeprefix("www.").lower()


# Author lists


def name_key(author: RecordAuthor) -> tuple[str, str]:
    return key_of_name(author.name)


def row_key(row: Authorship) -> tuple[str, str]:
    return key_of_name(split_name(row.printed_name))


def key_of_name(name: NameParts) -> tuple[str, str]:
    """The family name and the first letter of the given name: what every printing of a name has."""
    given = fold(name.given or " ".join(name.literal.split()[:-1])).strip()
    return family_of(name), given[:1]


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] and (not one[1] or not other[1] or one[1] == other[1])


def same_names(rows: list[Authorship], authors: tuple[RecordAuthor, ...]) -> bool:
    """Whether both lists name the same people in the same order, however they are printed."""
    return len(rows) == len(authors) and all(
        row.printed_name == author.name.natural or alike(row_key(row), name_key(author))
        for row, author in zip(rows, authors, strict=True)
    )


def begins_alike(rows: list[Authorship], authors: tuple[RecordAuthor, ...]) -> bool:
    """Whether a cut list of authors is the beginning of the one here."""
    return len(authors) <= len(rows) and same_names(rows[: len(authors)], authors)


def pair_authors(rows: list[Authorship], authors: tuple[RecordAuthor, ...]) -> list[Authorship | None]:
    """For each author the row that prints the same name, each row once; exact names are paired first."""
    left = list(rows)
    found: list[Authorship | None] = [None] * len(authors)
    tests = (
        lambda row, author: row.printed_name == author.name.natural,
        lambda row, author: alike(row_key(row), name_key(author)),
    )
    for test in tests:
        for place, author in enumerate(authors):
            if found[place] is None:
                row = next((each for each in left if test(each, author)), None)
                if row is not None:
                    found[place] = row
                    left.remove(row)
    return found


def all_paired(rows: list[Authorship], authors: tuple[RecordAuthor, ...]) -> bool:
    return len([row for row in pair_authors(rows, authors) if row]) == len(rows)
