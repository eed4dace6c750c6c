"""What a record and the rows inside its page hold now, as a digest: two that are alike say that nobody wrote since."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, models

from labsite.lib.conflicts.authors import newest_version

Table = tuple[type[models.Model], models.ForeignKey]  # of rows inside the page, and their field that holds the record


def digest_of_state(record: models.Model, tables: Iterable[Table], *, without: Collection[str] = ()) -> str:
    """A query for each table, one for each relation to many of theirs and two for the record's versions and values.

    In a transaction it holds the rows, so that nobody writes them before we do; what a relation to many links is not
    held. Columns that are derived count for nothing, nor do those of the record that are to be left out: they change
    behind everybody's back.
    """
    model = type(record)
    last = newest_version(model, record.pk)
    found: list[Any] = [model._meta.label_lower, record.pk, last.pk if last else None]
    for rows_of, column in [(model, model._meta.pk), *tables]:
        rows = rows_of._base_manager.filter(**{column.attname: record.pk}).order_by("pk")
        if connection.features.has_select_for_update and connection.in_atomic_block:
            # Not against those who only point at the row: who edits an account need not wait for its owner's import.
            rows = rows.select_for_update(no_key=connection.features.has_select_for_no_key_update)
        left_out = without if rows_of is model else ()
        found.append(list(rows.values_list(*[name for name in _columns(rows_of) if name not in left_out])))
        found += [_links(each, column, record.pk) for each in rows_of._meta.many_to_many]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _columns(model: type[models.Model]) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields if each.editable or each.primary_key]


def _links(relation: models.ManyToManyField, column: models.Field, key: Any) -> list[Any]:
    """Which records the rows of a table lead to by a relation to many."""
    through, owner, target = relation.remote_field.through, relation.m2m_field_name(), relation.m2m_reverse_field_name()
    path = owner if column.primary_key else f"{owner}__{column.name}"
    pairs = through._base_manager.filter(**{path: key}).values_list(f"{owner}_id", f"{target}_id")
    return sorted(pairs)
