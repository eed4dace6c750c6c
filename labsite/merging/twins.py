"""Rows that say the same once two records are one: two such rows become one. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from labsite.merging.relations import Relation, own_fields, relations_of


@dataclass(frozen=True)
class Rule:
    """Two rows with equal values in `fields` are one; not where one of `open` stands there, or `condition` fails."""

    fields: tuple[str, ...]
    open: tuple[Any, ...] = (None,)
    condition: models.Q | None = None


# What the forms refuse twice, though the database would take it.
FORM_RULES: dict[str, list[Rule]] = {
    "activities.mentorship": [Rule(("mentor", "mentee", "kind", "start", "end"), open=())],
    "people.profilelink": [Rule(("person", "kind", "url"), open=("",))],
    "publications.distinction": [Rule(("publication", "kind", "label"))],
}
# Rows of these are somebody each, however much two of them are alike.
NEVER_ALIKE = {"publications.authorship", "publications.import", "publications.importentry"}
ORDER = "order"  # where a row stands among others says nothing about what it says
EMPTY = (None, "", [], {})
WHOLE = -1  # the key of all that a row says, whatever the rules


@dataclass
class Move:
    """Everything that one relation moves: `count` rows, of which the `twins` become one with a row that is there."""

    relation: Relation
    kept: Any
    merged: Any
    count: int
    twins: list[Twin] = field(default_factory=list)


@dataclass
class Twin:
    """A row that is deleted, the row that says the same and stays, and what the latter gains and does not take over."""

    stays: models.Model
    goes: models.Model
    filled: dict[str, Any]
    lost: list[tuple[str, str, str]]
    moves: list[Move]


def plan_moves(model: type[models.Model], kept: Any, merged: Any, leave_out: dict[str, set[Any]]) -> list[Move]:
    """What moves from the record with the key `merged` to the one with `kept`, relation by relation.

    `leave_out` names rows, by relation, that are dealt with otherwise. One query for each relation, and as many as a
    record has relations for each pair of rows that become one.
    """
    moves = [plan_move(relation, kept, merged, leave_out.get(relation.name, set())) for relation in relations_of(model)]
    return [move for move in moves if move.count]


def plan_move(relation: Relation, kept: Any, merged: Any, leave_out: set[Any]) -> Move:
    rules = rules_of(relation)
    if not rules and not may_be_alike(relation):
        return Move(relation, kept, merged, relation.rows(merged).exclude(pk__in=leave_out).count())
    rows = [row for row in relation.rows(kept, merged) if row.pk not in leave_out]
    there = [row for row in rows if getattr(row, relation.field.attname) == kept]
    coming = [row for row in rows if getattr(row, relation.field.attname) == merged]
    twins = [make_twin(relation, *pair) for pair in pair_rows(relation, rules, there, coming)]
    return Move(relation, kept, merged, len(coming), twins)


def pair_rows(
    relation: Relation, rules: list[Rule], there: list[models.Model], coming: list[models.Model]
) -> list[tuple[models.Model, models.Model]]:
    """Pairs of a row that is there and one that says the same; a row is in one pair at most."""
    keys: dict[tuple, models.Model] = {}
    for row in there:
        for key in keys_of(relation, rules, row):
            keys.setdefault(key, row)
    pairs, used = [], set()
    for row in coming:
        found = [key for key in keys_of(relation, rules, row) if key in keys]
        same = next((keys[key] for key in found if applies(key, rules, row) and applies(key, rules, keys[key])), None)
        # What a rule of the database forbids twice cannot come in twice, so only equal rows can be left over.
        if same is not None and same.pk not in used:
            used.add(same.pk)
            pairs.append((same, row))
    return pairs


def applies(key: tuple, rules: list[Rule], row: models.Model) -> bool:
    """Whether the rule behind `key` is about `row`. A query where the rule has a condition."""
    condition = None if key[0] == WHOLE else rules[key[0]].condition
    if condition is None:
        return True
    return condition.check({each.name: stored(row, each.name) for each in row._meta.concrete_fields})


def rules_of(relation: Relation) -> list[Rule]:
    """The rules that two rows could break by pointing at one record."""
    meta, name = relation.model._meta, relation.field.name
    constraints = [each for each in meta.constraints if isinstance(each, models.UniqueConstraint)]
    rules = [Rule(tuple(each.fields), condition=each.condition) for each in constraints]
    rules += [Rule(tuple(names)) for names in meta.unique_together]
    if relation.field.unique:
        rules.append(Rule((name,)))
    return [each for each in [*rules, *FORM_RULES.get(meta.label_lower, [])] if name in each.fields]


def may_be_alike(relation: Relation) -> bool:
    """Whether two rows can be equal: not where each has a number, a name or an address of its own."""
    fields = own_fields(relation.model)
    return relation.model._meta.label_lower not in NEVER_ALIKE and not any(
        each.unique for each in fields if each != relation.field
    )


def keys_of(relation: Relation, rules: list[Rule], row: models.Model) -> Iterable[tuple]:
    """What `row` says to each rule, without the moving column; at last the whole row."""
    for number, rule in enumerate(rules):
        values = [stored(row, name) for name in rule.fields if name != relation.field.name]
        if not set(values) & set(rule.open):
            yield (number, *values)
    if may_be_alike(relation):
        fields = own_fields(relation.model)
        yield (WHOLE, *(stored(row, each.name) for each in fields if each != relation.field and each.name != ORDER))


def stored(row: models.Model, name: str) -> Any:
    """What stands in the column, as a value that can be compared and hashed."""
    column = row._meta.get_field(name)
    value = column.get_prep_value(getattr(row, column.attname))
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value


def make_twin(relation: Relation, stays: models.Model, goes: models.Model) -> Twin:
    filled, lost = {}, []
    for each in own_fields(relation.model):
        own, other = getattr(stays, each.attname), getattr(goes, each.attname)
        if each == relation.field or own == other or each.name == ORDER or other in EMPTY:
            continue
        if own in EMPTY:
            filled[each.attname] = other
        else:
            lost.append((str(each.verbose_name), str(own), str(other)))
    moves = plan_moves(relation.model, stays.pk, goes.pk, {})
    return Twin(stays, goes, filled, lost, moves)
