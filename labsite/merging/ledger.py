"""Every write of a merge goes through a ledger, which notes it so that it can be taken back, and tells history.

The entries are JSON, in the order they were done:

| act | notes |
|---|---|
| `move` | model, field, from, to, keys: rows that pointed at one record and now point at another |
| `edit` | model, key, fields: for each the value before and after; added: texts put at the end of lists |
| `delete` | model, rows: each as it was |
| `add` | model, rows: each as it was made |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

from labsite.lib.changes import records_written
from labsite.lib.text import DerivedTextField
from labsite.lib.versions import write_versions
from labsite.merging.relations import Relation, has_history

BATCH = 500
PLAIN = (str, int, float, bool, list, dict, type(None))


def dump_value(row: models.Model, field: models.Field) -> Any:
    """The column's value as JSON keeps it."""
    value = field.value_from_object(row)
    return value if isinstance(value, PLAIN) else field.value_to_string(row)


def dump_row(row: models.Model) -> dict[str, Any]:
    """Every column of a row as JSON keeps it; derived ones are left out."""
    return {
        field.attname: dump_value(row, field)
        for field in row._meta.concrete_fields
        if not isinstance(field, DerivedTextField)
    }


def load_row(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    """The row that `dump_row` noted, not saved."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: columns[name].to_python(value) for name, value in values.items() if name in columns})


class Ledger:
    """Writes, notes and remembers whose history is to be written. Lives within one transaction."""

    def __init__(self, user: Any, reason: str) -> None:
        self.user, self.reason = user, reason
        self.entries: list[dict[str, Any]] = []
        self.touched: dict[type[models.Model], set[Any]] = defaultdict(set)

    def note(self, act: str, model: type[models.Model], **values: Any) -> None:
        self.entries.append({"act": act, "model": model._meta.label, **values})

    def sign(self, row: models.Model) -> None:
        """Has the history of this write say who did it and why."""
        row._history_user, row._change_reason = self.user, self.reason

    def touch(self, relation: Relation, keys: Iterable[Any]) -> None:
        """Notes that these rows of `relation` changed. Pairs have no history: that of the record they belong to has."""
        if not relation.is_of_pairs:
            self.touched[relation.model].update(keys)
            return
        owner = relation.model._meta.auto_created
        column = next(each for each in relation.model._meta.concrete_fields if each.related_model is owner)
        rows = relation.model._base_manager.filter(pk__in=keys)
        self.touched[owner].update(rows.values_list(column.attname, flat=True))

    def move(self, relation: Relation, before: Any, after: Any) -> None:
        """Has everything that points at `before` point at `after`."""
        rows = relation.rows(before)
        keys = list(rows.values_list("pk", flat=True))
        if not keys:
            return
        rows.order_by().update(**{relation.field.attname: after})
        for some in batched(keys):
            self.touch(relation, some)
        values = {"field": relation.field.name, "from": before, "to": after, "keys": keys}
        self.note("move", relation.model, **values)

    def edit(self, row: models.Model, values: dict[str, Any], added: dict[str, list[str]] | None = None) -> None:
        """Sets columns, by their attribute names, puts texts at the end of lists, and saves the row."""
        row.refresh_from_db()
        columns = {column.attname: column for column in row._meta.concrete_fields}
        before = {name: dump_value(row, columns[name]) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        for name, texts in (added or {}).items():
            setattr(row, name, [*getattr(row, name), *texts])
        changes = {name: [before[name], dump_value(row, columns[name])] for name in values}
        changes = {name: change for name, change in changes.items() if change[0] != change[1]}
        texts = {name: texts for name, texts in (added or {}).items() if texts}
        if changes or texts:
            self.sign(row)
            row.save()
            self.note("edit", type(row), key=row.pk, fields=changes, added=texts)

    def delete(self, row: models.Model) -> None:
        """Deletes a row that nothing points at any more."""
        self.note("delete", type(row), rows=[dump_row(row)])
        if row._meta.auto_created:
            self.touch(pairs_of(type(row)), [row.pk])
        self.sign(row)
        row.delete()

    def add(self, row: models.Model) -> None:
        self.sign(row)
        row.save(force_insert=True)
        self.note("add", type(row), rows=[dump_row(row)])

    def close(self, *records: models.Model) -> None:
        """Writes the history of what moved, and says to whoever derives from it, and from `records`, that it did."""
        for model, keys in self.touched.items():
            for some in batched(sorted(keys)):
                rows = list(model._base_manager.filter(pk__in=some).order_by("pk"))
                if rows and has_history(model):
                    write_versions(rows, self.user, reason=self.reason)
                records_written.send(sender=model, instances=rows)
        for record in records:
            records_written.send(sender=type(record), instances=[record])


def pairs_of(model: type[models.Model]) -> Relation:
    """A table of pairs as a relation, from whichever side."""
    return Relation(model, next(each for each in model._meta.concrete_fields if each.many_to_one))


def batched(keys: list[Any]) -> Iterator[list[Any]]:
    """`keys` in parts that a database takes as parameters of one query."""
    for begin in range(0, len(keys), BATCH):
        yield keys[begin : begin + BATCH]


def model_of(entry: dict[str, Any]) -> type[models.Model]:
    return apps.get_model(entry["model"])
