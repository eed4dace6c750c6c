"""What a record and the rows inside its page hold now, as a digest: two that are alike say that nobody wrote since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import connection, models

Table = tuple[type[models.Model], models.ForeignKey]  # of rows inside the page, and their field that holds the record


def digest_of_state(record: models.Model, tables: Iterable[Table]) -> str:
    """A query for each table, one for each relation to many of theirs and two for the record's versions and values.

    In a transaction it holds the rows, so that nobody writes them before we do. Columns that are derived count for
    nothing: they change behind everybody's back.
    """
    model = type(record)
    found: list[Any] = [model._meta.label_lower, record.pk, _newest_version(model, record.pk)]
    for rows_of, column in [(model, model._meta.pk), *tables]:
        rows = rows_of._base_manager.filter(**{column.attname: record.pk}).order_by("pk")
        if connection.features.has_select_for_update and connection.in_atomic_block:
            rows = rows.select_for_update()
        found.append(list(rows.values_list(*_columns(rows_of))))
        found += [_links(each, column, record.pk) for each in rows_of._meta.many_to_many]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _newest_version(model: type[models.Model], key: Any) -> Any:
    if not hasattr(model, "history"):
        return None
    versions = model.history.filter(**{model._meta.pk.attname: key}).order_by("-history_date", "-history_id")
    return versions.values_list("pk", flat=True).first()


def _columns(model: type[models.Model]) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields if each.editable or each.primary_key]


def _links(relation: models.ManyToManyField, column: models.Field, key: Any) -> list[Any]:
    """Which records the rows of a table lead to by a relation to many."""
    through, owner, target = relation.remote_field.through, relation.m2m_field_name(), relation.m2m_reverse_field_name()
    path = owner if column.primary_key else f"{owner}__{column.name}"
    pairs = through._base_manager.filter(**{path: key}).values_list(f"{owner}_id", f"{target}_id")
    return sorted(pairs)
