"""What a plan is made of: rows that a site says there are, beside the rows that are here. Nothing here writes.

A row that is here keeps what it says: only what is empty is filled, what differs is named and stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from labsite.lib.text import BLANKS
from labsite.site_import.records import Media, Place, Problem, Unused

NEW, UPDATE, UNCHANGED, DIFFERS = "new", "update", "unchanged", "differs"
QUESTION, LEFT_OUT = "question", "left-out"
STATES = (NEW, UPDATE, DIFFERS, QUESTION, LEFT_OUT, UNCHANGED)  # in the order in which an editor wants to see them
EMPTY = (None, "", [], {}, ())
PRIVATE = frozenset({"email", "phone", "office"})  # reports are kept, and say of these only that there is one
LONGEST_VALUE = 300  # letters of a value that has no place, in a report
LONGEST_TEXT = 10_000  # letters of one that has: an editor reads a whole biography before it is taken


@dataclass(frozen=True)
class Change:
    """One column: what it holds, what the site says, and whether that is taken. Without a label it is not shown."""

    label: str
    column: str
    old: Any
    new: Any
    take: bool


@dataclass(eq=False)
class Row:
    """A row of `model`. In `values`, by column, another `Row` stands for whatever that becomes.

    `defaults` are taken by a new row alone. `parent` is the column that names whose part it is; `pairs` are lists of
    other records, by column; `files` are pictures or documents, by column.
    """

    model: type[models.Model]
    key: str  # of its origin; see `origin_key`
    kind: str  # of its origin
    label: str
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Media] = field(default_factory=dict)
    parent: str = ""
    found: models.Model | None = None
    children: list[Row] = field(default_factory=list)
    pairs: dict[str, list[Row]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    made: models.Model | None = None  # once it is applied
    filled: dict[str, list[Row]] = field(default_factory=dict)  # what was put into lists of a record that was here

    @property
    def record(self) -> models.Model | None:
        """The stored record: the one that was here, or the one that was made."""
        return self.made or self.found

    @property
    def taken(self) -> list[Change]:
        return [change for change in self.changes if change.take]

    @property
    def new_pairs(self) -> dict[str, list[Row]]:
        """The lists that are to be filled: those of a new record, and those that are empty here."""
        if self.found is None:
            return {name: others for name, others in self.pairs.items() if others}
        return {
            name: others for name, others in self.pairs.items() if others and not getattr(self.found, name).exists()
        }

    def whole(self) -> Iterator[Row]:
        """The row and its parts."""
        yield self
        for child in self.children:
            yield from child.whole()


@dataclass
class Planned:
    """One record of the site, and what becomes of it."""

    kind: str
    key: str
    place: Place
    label: str
    row: Row | None = None
    problem: str = ""  # why it is left out, or the question
    candidates: list[dict[str, Any]] = field(default_factory=list)  # whom it may be: {"id", "slug", "name", "reasons"}
    notes: list[str] = field(default_factory=list)
    chosen: str = ""  # what an editor decided: the end of an address, “new” or “skip”
    is_made: bool = False  # it was not here before this import
    is_repeated: bool = False  # the site says it twice: another record of it counts

    @property
    def state(self) -> str:
        if self.row is None:
            return QUESTION if self.candidates and self.chosen != "skip" else LEFT_OUT
        if self.row.found is None or self.is_made:
            return UNCHANGED if self.is_repeated else NEW
        parts = list(self.row.whole())
        if any(part.found is None or part.taken or part.filled or part.new_pairs for part in parts):
            return UPDATE
        return DIFFERS if any(part.changes for part in parts) else UNCHANGED

    def as_json(self) -> dict[str, Any]:
        """The record for a page or a machine; the keys are a contract."""
        parts = list(self.row.whole()) if self.row else []
        found = self.row.found if self.row else None
        data = {
            "kind": self.kind, "key": self.key, "place": str(self.place), "label": self.label, "state": self.state,
            "record": str(found) if found else "", "slug": slug_of_person(self.row), "problem": self.problem,
            "candidates": self.candidates, "chosen": self.chosen, "notes": self.notes,
            "says": facts_of(self.row) if self.row and (found is None or self.is_made) else [],
            "changes": [
                {"field": change.label, "take": change.take, "of": part.label if part is not self.row else "",
                 **({} if change.column in PRIVATE else {"old": in_words(change.old), "new": in_words(change.new)})}
                for part in parts for change in part.changes if change.label
            ],
            "added": [part.label for part in parts[1:] if part.found is None] + [
                f"{part.model._meta.get_field(name).verbose_name}: {', '.join(other.label for other in others)}"
                for part in parts if part.found is not None for name, others in (part.filled or part.new_pairs).items()
            ],
            "added_kinds": [part.kind for part in parts[1:] if part.found is None],  # of the first in `added`
        }  # fmt: skip
        return {name: value for name, value in data.items() if value not in ("", [])}


@dataclass
class Plan:
    """Everything that would be done with one site."""

    kind: str
    site: str
    records: list[Planned] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    chores: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Counter[str]]:
        """By kind of record, how many are in each state."""
        found: dict[str, Counter[str]] = {}
        for each in self.records:
            found.setdefault(each.kind, Counter())[each.state] += 1
        return found


def slug_of_person(row: Row | None) -> str:
    """The end of the address of the person who somebody of the site is here; "" for nobody, and for other records."""
    return row.found.slug if row and row.kind == "people" and row.found else ""


def facts_of(row: Row) -> list[dict[str, str]]:
    """What a new row would hold, by the names of its fields; of what is private only that there is some."""
    facts = []
    for name, value in row.values.items():
        if value not in EMPTY:
            fact = {"field": str(row.model._meta.get_field(name).verbose_name)}
            facts.append(fact if name in PRIVATE else {**fact, "value": in_words(value)})
    files = [
        {"field": str(row.model._meta.get_field(name).verbose_name), "value": media.path}
        for name, media in row.files.items()
    ]
    return [*facts, *files]


def in_words(value: Any) -> str:
    """A value as a reader wants it, cut only where no page could hold it."""
    if isinstance(value, Row):
        value = value.label
    text = {None: "", True: "yes", False: "no"}.get(value) if value in (None, True, False) else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def origin_key(*parts: object) -> str:
    """What a record is found by when the site is read again. A digest, so that it says nothing about anybody."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def is_same(old: Any, new: Any) -> bool:
    """Whether two values say the same; blanks and ends of lines make no difference."""
    return BLANKS.sub(" ", str(old)).strip() == BLANKS.sub(" ", str(new)).strip()


def compare(row: Row) -> None:
    """Finds what the site says otherwise than the row that is here, or in addition to it."""
    if row.found is None:
        return
    for name, value in row.values.items():
        if value in EMPTY:
            continue
        column, old = row.model._meta.get_field(name), getattr(row.found, name)
        is_open_end = name == "end" and not old and not getattr(row.found, "end_is_unknown", True)
        if isinstance(value, Row):
            same = old is not None and value.found is not None and value.found.pk == old.pk
        else:
            same = is_same(old, value)
        if not same:
            take = (old in EMPTY) and not is_open_end  # “present” is a fact, not a gap
            row.changes.append(Change(str(column.verbose_name), name, old, value, take))
            row.changes += accompanying(row.found, name) if take else []
    for name, media in row.files.items():
        if not getattr(row.found, name):
            column = row.model._meta.get_field(name)
            row.changes.append(Change(str(column.verbose_name), name, "", media, True))


def accompanying(found: models.Model, name: str) -> list[Change]:
    """What has to change with a column: a private fact that comes in is private, an end that is known is known."""
    visibility = f"{name}_visibility"
    if getattr(found, visibility, "private") != "private":
        column = found._meta.get_field(visibility)
        return [Change(str(column.verbose_name), visibility, getattr(found, visibility), "private", True)]
    if name == "end" and getattr(found, "end_is_unknown", False):
        return [Change(str(found._meta.get_field("end_is_unknown").verbose_name), "end_is_unknown", True, False, True)]
    return []


def fit(row: Row, place: Place, unused: list[Unused]) -> str:
    """Brings each value into the form that its column holds. What no column can hold is reported and left behind.

    Gives in words why there can be no such row, "" where there can.
    """
    for name, value in list(row.values.items()):
        column = row.model._meta.get_field(name)
        if isinstance(value, (Row, models.Model)):
            continue
        if value in EMPTY:
            del row.values[name]
            continue
        try:
            value = value.replace("\x00", "").strip() if isinstance(value, str) else value
            row.values[name] = column.clean(value, None)
        except ValidationError as error:
            del row.values[name]
            told = ("", "It is not in a form that can be kept.") if name in PRIVATE else (
                str(value)[:LONGEST_VALUE], " ".join(error.messages),
            )  # fmt: skip
            unused.append(Unused(place, f"{row.kind}.{name}", *told))
    fit_period(row, place, unused)
    lacking = [
        str(column.verbose_name)
        for column in row.model._meta.concrete_fields
        if column.name in REQUIRED.get(row.model._meta.label, ()) and row.values.get(column.name) in EMPTY
    ]
    return f"It has no {' and no '.join(lacking)}." if lacking else ""


def fit_period(row: Row, place: Place, unused: list[Unused]) -> None:
    """An end before its start stays behind: one of the two is wrong, and nobody here knows which."""
    for start, end in (("start", "end"), ("date", "end_date")):
        first, last = row.values.get(start), row.values.get(end)
        if first and last and hasattr(first, "earliest") and last.latest < first.earliest:
            del row.values[end]
            unused.append(Unused(place, f"{row.kind}.{end}", str(last), f"It is before the start ({first})."))
    if row.values.get("end"):
        row.defaults.pop("end_is_unknown", None)


REQUIRED = {
    "people.Person": ("name",), "people.Group": ("name",), "people.Organization": ("name",),
    "people.Membership": ("role",), "people.Education": ("organization", "degree"), "people.Course": ("name",),
    "people.ProfileSection": ("heading", "body"), "people.ProfileLink": ("url",), "people.PersonName": ("name",),
    "activities.NewsItem": ("date", "body"), "activities.Talk": ("event",), "activities.TalkLink": ("label",),
    "activities.Project": ("name",), "activities.ProjectLink": ("url", "label"), "activities.Award": ("title",),
    "labsite.Page": ("title", "body"), "labsite.LabProfile": ("name",),
}  # fmt: skip
