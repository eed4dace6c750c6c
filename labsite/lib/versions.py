"""Rows of history in bulk, and what changed between them; many-to-many values included."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from simple_history.models import ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

BATCH = 500


def write_versions(
    instances: Sequence[models.Model], user: Any = None, *, update: bool = True, reason: str = ""
) -> None:
    """One row of history for each of `instances`, all of one model and as they are stored, with its many-to-many rows.

    The database copies them itself: ten times as fast as django-simple-history's bulk functions, which also leave the
    many-to-many rows out, so that a revert to such a row would empty the field. Costs one statement, and one for each
    many-to-many field, per 500 instances.
    """
    for begin in range(0, len(instances), BATCH):
        batch = instances[begin : begin + BATCH]
        model = type(batch[0])
        user = user or model.history.model.get_default_history_user(batch[0])
        fixed = {
            "history_date": timezone.now(),
            "history_type": "~" if update else "+",
            "history_user_id": user.pk if user else None,
            "history_change_reason": reason or None,
        }
        keys = [instance.pk for instance in batch]
        _copy_rows(model, keys, fixed)
        for field in model.history.model._history_m2m_fields:
            _copy_many_to_many(model, field, keys, fixed["history_date"])


def _copy_rows(model: type[models.Model], keys: list[Any], fixed: dict[str, Any]) -> None:
    history = model.history.model
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in history.tracked_fields]
    fields = [history._meta.get_field(name.removesuffix("_id")) for name in fixed]
    values = [field.get_db_prep_save(value, connection) for field, value in zip(fields, fixed.values(), strict=True)]
    into = ", ".join([*columns, *(quote(field.column) for field in fields)])
    taken = ", ".join([*columns, *(_typed(field) for field in fields)])
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} ({into}) SELECT {taken} FROM {quote(model._meta.db_table)} "  # noqa: S608 - names are ours
            f"WHERE {quote(model._meta.pk.column)} IN ({places}) ORDER BY {quote(model._meta.pk.column)}",
            [*values, *keys],
        )


def _typed(field: models.Field) -> str:
    """A place for a value of `field`: PostgreSQL asks what type a bare value in a SELECT is of."""
    return f"CAST(%s AS {field.db_type(connection)})" if connection.vendor == "postgresql" else "%s"


def _copy_many_to_many(
    model: type[models.Model], field: models.ManyToManyField, keys: list[Any], date: datetime.datetime
) -> None:
    history, through = model.history.model, field.remote_field.through
    copies = getattr(history(), field.name).model
    quote = connection.ops.quote_name
    columns = [quote(column.column) for column in through._meta.concrete_fields]
    moment = history._meta.get_field("history_date").get_db_prep_save(date, connection)
    places = ", ".join(["%s"] * len(keys))
    taken = ", ".join(f"link.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(copies._meta.db_table)} ({quote('history_id')}, {', '.join(columns)}) "  # noqa: S608 - names are ours
            f"SELECT version.{quote('history_id')}, {taken} FROM {quote(through._meta.db_table)} link "
            f"JOIN {quote(history._meta.db_table)} version "
            f"ON version.{quote(model._meta.pk.column)} = link.{quote(field.m2m_column_name())} "
            f"WHERE version.{quote('history_date')} = %s AND link.{quote(field.m2m_column_name())} IN ({places})",
            [moment, *keys],
        )


def held_keys(column: models.ManyToManyField, rows: Sequence[Any]) -> dict[int, set[Any]]:
    """By row of history, the keys that a many-to-many field held. One query."""
    copies = getattr(rows[0], column.name).model
    target = f"{column.m2m_reverse_field_name()}_id"
    found: dict[int, set[Any]] = defaultdict(set)
    keys = {row.history_id for row in rows}
    for history, key in copies.objects.filter(history_id__in=keys).values_list("history_id", target):
        found[history].add(key)
    return found


def set_changes(
    records: Sequence[Any], model: type[models.Model], hidden: frozenset[str] = frozenset(), *, whole_lists: bool = True
) -> None:
    """Gives each record, newest first, `history_delta_changes` for a template. One query per many-to-many field.

    Of `hidden` fields it says that they changed, and not what they held. Without `whole_lists` a many-to-many field
    says only what came and what went, for one query more: a group may hold hundreds of rights.
    """
    records = list(records)
    if not records:
        return
    read = _values if whole_lists else _moved_values
    many = {field.name: read(field, records) for field in records[0]._history_m2m_fields}
    single = {field.name for field in records[0].tracked_fields if field.editable} - many.keys() - hidden
    for newer, older in pairwise(records):
        delta = newer.diff_against(older, included_fields=single, foreign_keys_are_objs=True)
        for name, lists in many.items():
            before, after = lists(older, newer)
            if before != after:
                delta.changes.append(ModelChange(name, before, after))
        newer.history_delta_changes = HistoricalRecordContextHelper(model, newer).context_for_delta_changes(delta)
        newer.history_delta_changes += [
            {"field": capfirst(model._meta.get_field(name).verbose_name), "old": gettext("private"), "new": "…"}
            for name in sorted(hidden)
            if getattr(newer, name) != getattr(older, name)
        ]


# Of two rows of history, the older one first, what a many-to-many field held in the shape django-simple-history prints.
Lists = Callable[[Any, Any], tuple[list[dict[str, Any]], list[dict[str, Any]]]]


def _moved_values(field: models.ManyToManyField, records: list[Any]) -> Lists:
    """What only one of the two held."""
    held = held_keys(field, records)
    name, target = field.m2m_reverse_field_name(), field.related_model
    moved = {key for newer, older in pairwise(records) for key in held[newer.history_id] ^ held[older.history_id]}
    needed = [each.name for each in target._meta.concrete_fields if each.many_to_one and not each.null]
    found = target._base_manager.select_related(*needed).in_bulk(moved) if moved else {}

    def shown(keys: set[Any]) -> list[dict[str, Any]]:
        return [{name: found.get(key, f"deleted ({key})")} for key in sorted(keys)]

    def lists(older: Any, newer: Any) -> Any:
        before, after = held[older.history_id], held[newer.history_id]
        return shown(before - after), shown(after - before)

    return lists


def _values(field: models.ManyToManyField, records: list[Any]) -> Lists:
    """All that either held."""
    name = field.m2m_reverse_field_name()
    rows = getattr(records[0], field.name).model.objects.filter(history__in=records).select_related(name)
    values: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by(f"{name}_id"):
        values[row.history_id].append({name: getattr(row, name) or f"deleted ({getattr(row, f'{name}_id')})"})
    return lambda older, newer: (values[older.history_id], values[newer.history_id])


# One click writes the record first, then its many-to-many values, then its rows: versions this near are one edit.
ONE_EDIT = datetime.timedelta(seconds=1)


def end_of_version(version: Any) -> datetime.datetime:
    """The last moment at which the record and its rows were as `version`, a row of history, says. One query."""
    key = type(version.instance)._meta.pk.attname
    later = type(version).objects.filter(
        **{key: getattr(version, key)}, history_date__gt=version.history_date + ONE_EDIT
    )
    first = later.order_by("history_date").values_list("history_date", flat=True).first()
    return first - datetime.timedelta(microseconds=1) if first else timezone.now()


def restore_rows(parent: models.Model, model: type[models.Model], column: str, moment: datetime.datetime) -> int:
    """Makes the rows of `model` that belong to `parent` through `column` what they were then; gives how many changed.

    Rows added since are deleted, rows deleted since come back under their old keys, changed ones are written back.
    What such a row pointed to and is gone is left empty where it may be, else the row stays away.
    """
    past = {row.pk: row for row in model.history.as_of(moment).filter(**{column: parent.pk})}
    now = {row.pk: row for row in model._default_manager.filter(**{column: parent.pk})}
    changed = 0
    for key in now.keys() - past.keys():
        now[key].delete()
        changed += 1
    for key, row in past.items():
        if not drop_lost_targets(row):
            continue
        many = {field.name: targets_then(row, field) for field in row._history._history_m2m_fields}
        if (
            key in now
            and same_values(row, now[key])
            and all(
                set(getattr(now[key], name).values_list("pk", flat=True)) == set(keys) for name, keys in many.items()
            )
        ):
            continue
        row.save()
        for name, keys in many.items():
            getattr(row, name).set(keys)
        changed += 1
    return changed


def same_values(one: models.Model, other: models.Model) -> bool:
    excluded = set(getattr(type(one).history.model, "_history_excluded_fields", ()))
    names = [field.attname for field in one._meta.concrete_fields if field.name not in excluded]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def targets_then(row: models.Model, field: models.ManyToManyField) -> list[Any]:
    """The keys that `field` of an earlier row held and that still exist."""
    column = f"{field.m2m_reverse_field_name()}_id"
    keys = getattr(row._history, field.name).values_list(column, flat=True)
    return list(field.related_model._default_manager.filter(pk__in=list(keys)).values_list("pk", flat=True))


def drop_lost_targets(row: models.Model) -> bool:
    """Empties links of `row` to records that are gone; False where such a link may not be empty."""
    for field in row._meta.concrete_fields:
        target = getattr(row, field.attname) if field.many_to_one or field.one_to_one else None
        if target is None or field.related_model._default_manager.filter(pk=target).exists():
            continue
        if not field.null:
            return False
        setattr(row, field.attname, None)
        try:
            row.validate_constraints()  # one that needs an address or a document has neither now
        except ValidationError:
            return False
    return True
