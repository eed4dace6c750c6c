"""What an import would do, in words: each row's changes, or why it is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from import_export.results import Result, RowResult


@dataclass(frozen=True)
class Change:
    """A cell that would change, as text; `old` is "" for what is new."""

    heading: str
    old: str
    new: str


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column (empty where it is the row as a whole), what was found, and the mend."""

    heading: str
    found: str
    message: str


@dataclass(eq=False)
class RowPlan(RowResult):
    """One row of the file. `kept` counts cells that are empty in the file and stay as they are in the record."""

    number: int = 0
    label: str = ""
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.import_type = self.IMPORT_TYPE_SKIP


class Plan(Result):
    """Every row of a file; `digest` is the same for two plans that say the same."""

    rows: list[RowPlan]

    def of(self, kind: str) -> list[RowPlan]:
        return [row for row in self.rows if row.import_type == kind]

    @property
    def new(self) -> list[RowPlan]:
        return self.of(RowResult.IMPORT_TYPE_NEW)

    @property
    def changed(self) -> list[RowPlan]:
        return self.of(RowResult.IMPORT_TYPE_UPDATE)

    @property
    def unchanged(self) -> list[RowPlan]:
        return self.of(RowResult.IMPORT_TYPE_SKIP)

    @property
    def refused(self) -> list[RowPlan]:
        return self.of(RowResult.IMPORT_TYPE_INVALID)

    @property
    def kept(self) -> int:
        return sum(row.kept for row in self.rows)

    @property
    def digest(self) -> str:
        said = [
            [row.number, row.import_type, row.label]
            + [[change.heading, change.old, change.new] for change in row.changes]
            + [[problem.heading, problem.message] for problem in row.problems]
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def writes(self) -> bool:
        return any(row.import_type in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE) for row in self.rows)
