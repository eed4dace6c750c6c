"""What merging two records would do, in words and as what is to be done. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext

from labsite.merging.columns import Choice, compare_columns
from labsite.merging.relations import relations_of
from labsite.merging.rules import RULES, settle
from labsite.merging.settlement import Problem, Settlement
from labsite.merging.twins import Move, Twin, plan_moves
from labsite.merging.wording import count_words, find_examples, name_row, words_of

MERGEABLE = frozenset(RULES)
MOST_SUMMED = 5  # kinds of things that one sentence names


class MergeRefused(ValueError):
    """Why two records cannot be merged, or a merge cannot be taken back, in words for the editor."""


@dataclass(frozen=True)
class Line:
    """One kind of thing that moves: “12 publications”, the first few by name, and which become one with others."""

    words: str
    examples: list[str]
    more: int
    joined: list[str]


@dataclass
class MergePlan:
    """`kept` takes over everything of `merged`, which goes."""

    kept: models.Model
    merged: models.Model
    columns: list[Choice]
    moves: list[Move]
    settlement: Settlement

    @property
    def problems(self) -> list[Problem]:
        return self.settlement.problems

    @cached_property
    def lines(self) -> list[Line]:
        """What moves, in words, most first. One query for each kind of thing."""
        left_out = self.settlement.left_out
        return [
            make_line(move, left_out.get(move.relation.model._meta.label_lower, set()))
            for move in sorted(self.moves, key=lambda move: -move.count)
        ]

    @property
    def summary(self) -> str:
        """“12 publications, 2 awards and 1 talk”, without what is there already; “nothing” where nothing moves."""
        counts = [(move.relation, move.count - len(move.twins)) for move in self.moves]
        parts = [count_words(*pair) for pair in sorted(counts, key=lambda pair: -pair[1]) if pair[1]]
        if len(parts) > MOST_SUMMED + 1:
            parts[MOST_SUMMED:] = [gettext("%(parts)s more kinds of things") % {"parts": len(parts) - MOST_SUMMED}]
        return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part) or "nothing"

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the page that shows this plan would."""
        shown = [
            self.kept.pk, self.merged.pk, str(self.kept), str(self.merged), self.settlement.warnings,
            self.settlement.notes, self.settlement.names, self.settlement.addresses,
            [problem.text for problem in self.problems],
            [(each.name, each.kept_text, each.merged_text, each.proposed) for each in self.columns],
            [(line.words, line.examples, line.joined) for line in self.lines],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def plan_merge(kept: models.Model, merged: models.Model, choices: Mapping[str, str] | None = None) -> MergePlan:
    """What merging `merged` into `kept` would do under `choices` (column name → “kept” or “merged”).

    Two records of one mergeable model, else `MergeRefused`. Writes nothing. The queries are as many as the model has
    relations, and a few: more only for pairs of rows that become one.
    """
    check_pair(kept, merged)
    columns = compare_columns(kept, merged)
    values = {name: value for column in columns for name, value in column.values(choices or {}).items()}
    settlement = settle(kept, merged, values, choices or {})
    moves = plan_moves(type(kept), kept.pk, merged.pk, left_out(type(kept), kept, settlement))
    moves = [settlement.moves.get(move.relation.name, move) for move in moves]
    moves = [move for move in moves if move.count]
    return MergePlan(kept, merged, columns, moves, settlement)


def check_pair(kept: models.Model, merged: models.Model) -> None:
    name = kept._meta.verbose_name
    if type(kept) is not type(merged) or kept._meta.label_lower not in MERGEABLE:
        raise MergeRefused(
            gettext("A %(name)s and a %(verbose_name)s cannot be merged.")
            % {"name": name, "verbose_name": merged._meta.verbose_name}
        )
    if kept.pk == merged.pk:
        raise MergeRefused(
            gettext("“%(kept)s” is one %(name)s already: choose another one to merge it with.")
            % {"kept": kept, "name": name}
        )


def left_out(model: type[models.Model], kept: models.Model, settlement: Settlement) -> dict[str, set[Any]]:
    """By relation, the rows that do not move: those to be deleted, and the one that stays where it belongs to the
    one that goes."""
    found = {}
    for relation in relations_of(model):
        keys = set(settlement.left_out.get(relation.model._meta.label_lower, set()))
        if relation.model is model:
            keys.add(kept.pk)
        found[relation.name] = keys
    return found


def make_line(move: Move, left_out: Iterable[Any]) -> Line:
    examples = find_examples(move.relation, move.merged, set(left_out))
    joined = [describe_twin(move, twin) for twin in move.twins]
    return Line(count_words(move.relation, move.count), examples, move.count - len(examples), joined)


def describe_twin(move: Move, twin: Twin) -> str:
    """How two rows become one: what stays, and what is not taken over."""
    name = name_row(move.relation, twin.stays) or words_of(move.relation).one
    lost = "; ".join(
        gettext("%(label)s: “%(own)s” stays, “%(other)s” goes") % {"label": label, "own": own, "other": other}
        for label, own, other in twin.lost
    )
    return f"{name} ({lost})" if lost else name
