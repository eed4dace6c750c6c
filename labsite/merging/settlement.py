"""What the rules of one model add to moving rows: refusals, warnings, rows to change, make or delete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from labsite.merging.twins import Move


@dataclass(frozen=True)
class Problem:
    """Why the two cannot be one, and the record whose page in the admin mends it, if there is one."""

    text: str
    record: models.Model | None = None


@dataclass
class Settlement:
    """`edits` and `deletions` are done before rows move, `additions` when the other record is gone."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    edits: list[tuple[models.Model, dict[str, Any]]] = field(default_factory=list)
    deletions: list[models.Model] = field(default_factory=list)
    additions: list[models.Model] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)  # of the record that stays
    texts: dict[str, list[str]] = field(default_factory=dict)  # put at the end of lists of the record that stays
    moves: dict[str, Move] = field(default_factory=dict)  # instead of those found by comparing rows

    @property
    def left_out(self) -> dict[str, set[Any]]:
        """The rows to be deleted, by the model whose rows they are."""
        keys: dict[str, set[Any]] = {}
        for row in self.deletions:
            keys.setdefault(row._meta.label_lower, set()).add(row.pk)
        return keys


def redirect(
    settlement: Settlement,
    model: type[models.Model],
    asked: dict[str, Any],
    target: str,
    kept: models.Model,
    merged: models.Model,
) -> None:
    """Has the old address `asked` lead to the record that stays; `target` is the column that says where it leads.

    One that led somewhere else, since its end was used again, leads here from now on. One query.
    """
    column = f"{target}_id"
    there = model._base_manager.filter(**asked, **{f"{target}__isnull": False}).first()
    if there is None:
        settlement.additions.append(model(**asked, **{column: kept.pk}))
    elif getattr(there, column) not in (kept.pk, merged.pk):
        settlement.edits.append((there, {column: kept.pk}))
