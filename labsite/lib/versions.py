"""Rows of history in bulk, and what changed between them; many-to-many values included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.db import models
from simple_history.models import ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

BATCH = 500


def write_versions(instances: Sequence[models.Model], user: Any = None, *, update: bool = True) -> None:
    """One row of history for each of `instances`, all of one model, with its many-to-many rows.

    django-simple-history's bulk functions leave the latter out, and a revert to such a row would empty the field.
    Costs one query, and two for each many-to-many field, per 500 instances.
    """
    for begin in range(0, len(instances), BATCH):
        batch = list(instances[begin : begin + BATCH])
        written = type(batch[0]).history.bulk_history_create(batch, update=update, default_user=user)
        for field in written[0]._history_m2m_fields:
            _copy_rows(type(batch[0]), field, written)


def _copy_rows(model: type[models.Model], field: models.ManyToManyField, records: list[Any]) -> None:
    by_id = {getattr(record, model._meta.pk.attname): record for record in records}
    through, owner = field.remote_field.through, f"{field.m2m_field_name()}_id"
    copies = getattr(records[0], field.name).model
    names = [column.attname for column in through._meta.concrete_fields]
    rows = through._default_manager.filter(**{f"{owner}__in": list(by_id)})
    copies.objects.bulk_create(
        copies(history=by_id[getattr(row, owner)], **{name: getattr(row, name) for name in names}) for row in rows
    )


def set_changes(records: Sequence[Any], model: type[models.Model]) -> None:
    """Gives each record, newest first, `history_delta_changes` for a template. One query per many-to-many field."""
    records = list(records)
    if not records:
        return
    many = {field.name: _values(field, records) for field in records[0]._history_m2m_fields}
    single = {field.name for field in records[0].tracked_fields if field.editable} - many.keys()
    for newer, older in pairwise(records):
        delta = newer.diff_against(older, included_fields=single, foreign_keys_are_objs=True)
        for name, values in many.items():
            if values[newer.history_id] != values[older.history_id]:
                delta.changes.append(ModelChange(name, values[older.history_id], values[newer.history_id]))
        newer.history_delta_changes = HistoricalRecordContextHelper(model, newer).context_for_delta_changes(delta)


def _values(field: models.ManyToManyField, records: list[Any]) -> dict[int, list[dict[str, Any]]]:
    """By row of history what `field` held, in the shape django-simple-history prints."""
    name = field.m2m_reverse_field_name()
    rows = getattr(records[0], field.name).model.objects.filter(history__in=records).select_related(name)
    values: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by(f"{name}_id"):
        values[row.history_id].append({name: getattr(row, name) or f"deleted ({getattr(row, f'{name}_id')})"})
    return values
