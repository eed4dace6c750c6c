"""What the page of an import prints: tabs with counts, and its entries with the publications they are compared with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from publications.importing.planning import Decisions
from publications.models import Import, ImportEntry, Publication
from publications.records import Record, record_from_json

State, Result = ImportEntry.State, ImportEntry.Result
PLANNED = [
    ("decide", "To decide", Q(has_question=True)),
    *((state.value, state.label, Q(state=state)) for state in State),
]
APPLIED = [
    *((result.value, result.label, Q(result=result)) for result in Result),
    ("kept", "Edited since, and kept", Q(effect__undone__0__isnull=False)),
]


@dataclass(frozen=True)
class Tab:
    """One choice of entries, with how many there are."""

    name: str
    label: str
    count: int
    is_shown: bool


class Tabs:
    """Which entries of an import are shown. One query."""

    def __init__(self, batch: Import, shown: str) -> None:
        parts = PLANNED if batch.state == Import.State.PLANNED else APPLIED
        counts = batch.entries.aggregate(
            total=Count("pk"), **{f"n_{name}": Count("pk", filter=condition) for name, _, condition in parts}
        )
        names = [name for name, _, _ in parts if counts[f"n_{name}"]]
        first = "decide" if "decide" in names else ""
        self.shown = shown if shown in names or shown == "all" else first
        self.tabs = [
            Tab(name, label, counts[f"n_{name}"], name == self.shown)
            for name, label, _ in parts
            if name in names
        ]  # fmt: skip
        self.tabs.append(Tab("all", "All", counts["total"], self.shown in ("", "all")))
        self.total = counts["total"]
        self.questions = counts.get("n_decide", 0)
        self.changed = counts.get("n_created", 0) + counts.get("n_updated", 0)
        self.left = counts.get("n_conflict", 0)
        condition = next((condition for name, _, condition in parts if name == self.shown), Q())
        self.rows: QuerySet = batch.entries.filter(condition).order_by("number")


@dataclass
class ShownEntry:
    """One entry as the page prints it."""

    row: ImportEntry
    record: Record | None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    decided: Decisions = field(default_factory=Decisions)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The fields that differ, with both values in words."""
        return [
            {
                **change,
                "old_text": in_words(named(change["field"], change["old"])),
                "new_text": in_words(named(change["field"], change["new"])),
            }
            for change in self.row.plan.get("changes", [])
        ]

    @property
    def authors(self) -> list[dict[str, Any]]:
        return self.row.plan.get("authors", [])

    @property
    def is_choice(self) -> bool:
        """Whether it may be the same as something: also once it is decided, so that it can be decided otherwise."""
        decided = bool(self.decided.choice or self.decided.target)
        return self.row.state == State.DUPLICATE or (decided and bool(self.candidates))

    @property
    def venue(self) -> dict[str, Any]:
        return self.row.plan.get("venue", {})

    @property
    def author_counts(self) -> Counter[str]:
        return Counter(author["choice"] for author in self.authors)

    @property
    def has_author_question(self) -> bool:
        return any(author["choice"] == "ask" for author in self.authors)

    @property
    def undone(self) -> list[str]:
        return self.row.effect.get("undone") or []

    @property
    def title(self) -> str:
        if self.record:
            return self.record.title
        return str(self.row.publication) if self.row.publication else self.row.plan.get("title") or self.row.label


LONGEST_TEXT, MOST_ITEMS = 300, 20  # letters and items of a value on the page


CHOICES: dict[str, dict[str, str]] = {
    "kind": dict(Publication.Kind.choices),
    "status": dict(Publication.Status.choices),
}


def named(field: str, value: Any) -> Any:
    """A value of a field with choices as people read it."""
    return CHOICES[field].get(value, value) if field in CHOICES else value


def in_words(value: Any) -> str:
    """A value as a reader wants it: lists parted by semicolons, long texts cut, "" for nothing."""
    if isinstance(value, list):
        items = [" ".join(map(str, item)) if isinstance(item, list) else str(item) for item in value]
        more = f"; and {len(items) - MOST_ITEMS} more" if len(items) > MOST_ITEMS else ""
        return "; ".join(items[:MOST_ITEMS]) + more
    if value is None or value is False:
        return ""
    text = "yes" if value is True else str(value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def show_entries(rows: list[ImportEntry]) -> list[ShownEntry]:
    """The rows with what they may be the same as. Six queries, whatever the number."""
    found = {each["id"] for row in rows for each in row.plan.get("found", []) if each["id"] > 0}
    found |= {row.publication_id for row in rows if row.publication_id}
    stored = {each.pk: each for each in Publication.objects.filter(pk__in=found).with_list_relations()}
    shown = []
    for row in rows:
        row.publication = stored.get(row.publication_id)
        candidates = [
            {**each, "publication": stored.get(each["id"]), "entry": -each["id"]}
            for each in row.plan.get("found", [])
            if each["id"] in stored or each["id"] < 0
        ]
        record = record_from_json(row.record) if row.record else None
        shown.append(ShownEntry(row, record, candidates, Decisions.of(row.plan.get("decided"))))
    return shown
