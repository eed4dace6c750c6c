"""What became of every entry of an input. The five counts add up to the number of entries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from weakref import finalize

from publications.importing.planning import Choice, EntryPlan, Result, State

# The names of the counts in the report, in order.
COUNTS = {
    Result.CREATED: "created", Result.UPDATED: "updated", Result.UNCHANGED: "unchanged", Result.CONFLICT: "conflicts",
    Result.REJECTED: "rejected",
}  # fmt: skip


def forecast(plan: EntryPlan) -> str:
    """What applying the plan would report."""
    if plan.state == State.REJECTED:
        return Result.REJECTED
    if plan.choice == Choice.OPEN:
        return Result.CONFLICT
    if plan.state == State.NEW:
        return Result.CREATED if plan.choice == Choice.CREATE else Result.UNCHANGED
    if plan.state == State.UPDATE:
        if any(change.take for change in plan.changes):
            return Result.UPDATED
        return Result.CONFLICT if any(change.is_open for change in plan.changes) else Result.UNCHANGED
    return Result.UNCHANGED


def spool() -> IO[str]:
    """What is written to it stays in memory up to a megabyte, then in a file without a name."""
    return SpooledTemporaryFile(2**20, "w+", encoding="utf-8")  # noqa: SIM115 - read as long as the report is


@dataclass
class Report:
    """Counts and, entry by entry, the line where it stands, what became of it and why."""

    name: str = ""
    dry_run: bool = False
    key: int | None = None  # of the Import, to take it back
    counts: Counter[str] = field(default_factory=Counter)
    questions: int = 0  # authors that more than one person may be, or nobody certainly
    _lines: IO[str] = field(default_factory=spool, repr=False)

    def __post_init__(self) -> None:
        finalize(self, self._lines.close)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What became of each entry, in order."""
        return list(self.each_entry())

    def each_entry(self) -> Iterator[dict[str, Any]]:
        """The same one by one. They wait in a file: a hundred thousand are more than memory is for."""
        self._lines.seek(0)
        for line in self._lines:
            yield json.loads(line)

    def add(self, plans: Iterable[EntryPlan]) -> None:
        self._lines.seek(0, SEEK_END)
        for plan in plans:
            result = plan.result or forecast(plan)
            self.counts[result] += 1
            self.questions += plan.questions if result in (Result.CREATED, Result.UPDATED) else 0
            entry = {
                "number": plan.number,
                "line": plan.entry.line,
                "label": plan.entry.label,
                "result": COUNTS[result],
                "title": plan.record.title if plan.record else "",
                "publication": plan.publication.slug if plan.publication else "",
                "reason": reason_of(plan, result),
                "notes": plan.notes,
            }
            told = {name: value for name, value in entry.items() if value not in ("", [])}
            self._lines.write(f"{json.dumps(told)}\n")

    def as_json(self) -> dict[str, Any]:
        """The report for machines; the keys are a contract."""
        return {**self.head(), "entries": self.entries}

    def head(self) -> dict[str, Any]:
        """The report without its entries."""
        return {
            "input": self.name,
            "dry_run": self.dry_run,
            "import": self.key,
            "total": sum(self.counts.values()),
            **{name: self.counts[result] for result, name in COUNTS.items()},
            "open_author_questions": self.questions,
        }

    def sentence(self) -> str:
        """The counts in words."""
        numbers = ", ".join(f"{self.counts[result]:,} {name}" for result, name in COUNTS.items())
        total = sum(self.counts.values())
        return f"{total:,} {'entry' if total == 1 else 'entries'}: {numbers}."


def reason_of(plan: EntryPlan, result: str) -> str:
    left = ", ".join(change.label.lower() for change in plan.changes if change.is_open)
    if left and not plan.problem and result in (Result.CONFLICT, Result.UPDATED):
        return f"Differs from what is here: {left}."
    return plan.problem
