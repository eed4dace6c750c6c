"""Instances and tuples made of rows that came out of the database as JSON, as the querysets would make them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import signals
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, QuerySet, ValuesListIterable, get_related_populators

# PostgreSQL gives these as text: JSON knows no decimals, and a field decodes its own JSON.
KEPT_AS_TEXT = {"DecimalField", "JSONField"}
READ_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "DateField": datetime.date.fromisoformat,
    "DateTimeField": datetime.datetime.fromisoformat,
    "DecimalField": Decimal,
}
NOT_IN_JSON = {"BinaryField", "DurationField", "FloatField", "TimeField", "UUIDField"}


def decoders_of(kinds: list[str]) -> list[tuple[int, Callable[[str], Any]]]:
    """What PostgreSQL's driver would have done for columns of these kinds, by their places."""
    return [(at, READ_FROM_TEXT[kind]) for at, kind in enumerate(kinds) if kind in READ_FROM_TEXT]


def make_reader(
    queryset: QuerySet, compiler: Any, decoders: list[tuple[int, Callable]], *, is_long: bool
) -> Callable[[list[list[Any]]], list[Any]]:
    """What makes instances or tuples of rows as they come out of JSON, with the fields' own conversions."""
    convert = make_converter(compiler, decoders, is_long=is_long)
    if queryset._iterable_class is ValuesListIterable:
        return lambda rows: list(map(tuple, convert(rows)))
    if queryset._iterable_class is not ModelIterable:
        if queryset.query.values_select == ("pk",):
            return list
        raise ValueError("Only instances and rows of values_list() can be loaded together.")
    select, info, annotations = compiler.select, compiler.klass_info, compiler.annotation_col_map
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [each[0].target.attname for each in select[first:last]]
    make = make_maker(info["model"], queryset.db, names)
    fill = [make_filler(each, queryset.db) for each in get_related_populators(info, select, queryset.db)]

    def read(rows: list[list[Any]]) -> list[Any]:
        found = []
        for row in convert(rows):
            instance = make(row[first:last])
            for populate in fill:
                populate(row, instance)
            for name, at in (annotations or {}).items():
                setattr(instance, name, row[at])
            found.append(instance)
        return found

    return read


def make_maker(model: type[models.Model], db: str, names: list[str]) -> Callable[[list[Any]], models.Model]:
    """What makes an instance of the values of these fields, as `from_db` does.

    A model that does nothing of its own when it is made gets its values without its fields being asked one by one,
    which takes most of the time of a load.
    """
    is_plain = model.__init__ is models.Model.__init__ and model.from_db.__func__ is models.Model.from_db.__func__
    if not is_plain or signals.pre_init.has_listeners(model) or signals.post_init.has_listeners(model):
        return lambda values: model.from_db(db, names, values)

    def make(values: list[Any]) -> models.Model:
        instance = model.__new__(model)
        instance._state = state = ModelState()
        state.adding, state.db = False, db
        instance.__dict__.update(zip(names, values, strict=True))
        return instance

    return make


def make_filler(populator: Any, db: str) -> Callable[[list[Any], models.Model], None]:
    """What sets the record that a row was selected with, and those beyond it."""
    first, last, key = populator.cols_start, populator.cols_end, populator.pk_idx
    if populator.reorder_for_init:
        raise ValueError("Models that inherit tables cannot be loaded together.")
    make = make_maker(populator.model_cls, db, populator.init_list)
    fill = [make_filler(each, db) for each in populator.related_populators]

    def populate(row: list[Any], owner: models.Model) -> None:
        values = row[first:last]
        instance = None if values[key] is None else make(values)
        populator.local_setter(owner, instance)
        if instance is not None:
            for each in fill:
                each(row, instance)
            populator.remote_setter(instance, owner)

    return populate


def make_converter(
    compiler: Any, decoders: list[tuple[int, Callable]], *, is_long: bool
) -> Callable[[list[list[Any]]], Iterable[list[Any]]]:
    """What joins long rows, reads dates and applies the conversions of the database and the fields."""
    connection = compiler.connection
    own = compiler.get_converters([each[0] for each in compiler.select])
    converters = [(at, calls, expression) for at, (calls, expression) in own.items()]

    def convert(rows: list[list[Any]]) -> Iterator[list[Any]]:
        for found in rows:
            row = [value for piece in found for value in piece] if is_long else found
            for at, decode in decoders:
                if row[at] is not None:
                    row[at] = decode(row[at])
            for at, calls, expression in converters:
                value = row[at]
                for call in calls:
                    value = call(value, expression, connection)
                row[at] = value
            yield row

    return convert
