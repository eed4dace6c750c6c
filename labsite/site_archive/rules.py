"""The rules that records must keep before they are stored: those of their fields, and of each model's constraints.

What `Model.full_clean` asks, asked without a query a row: references were found already, and what must be unique is
held against the other rows of the archive, for there are none in the database. Constraints are the database's, and
`clean` asks it: both come when the rows are stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from labsite.site_archive.building import Built


def check_records(built: Built) -> None:
    """Notes in `built.problems` whatever a row's fields, or two rows together, break."""
    for model, records in built.records.items():
        references = [field.name for field in model._meta.concrete_fields if field.is_relation]
        for record in records:
            note_errors(built, record, partial(record.clean_fields, exclude=references))
        for fields, condition, words in unique_sets(model):
            check_unique(built, records, fields, condition, words)


def explain_refusal(built: Built) -> None:
    """Notes which rows break a constraint that the database holds: it refuses them, and does not say which."""
    for model, records in built.records.items():
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                for record in records:
                    note_errors(built, record, partial(constraint.validate, model, record))


def clean_records(built: Built) -> None:
    """The rules of each model's `clean`, once all rows are stored."""
    for records in built.records.values():
        for record in records:
            note_errors(built, record, record.clean)


def note_errors(built: Built, record: models.Model, check: Callable[[], None]) -> None:
    try:
        check()
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in found.items():
            prefix = f"'{name}': " if name and name != "__all__" else ""
            for message in messages:
                built.note(built.place_of(record), f"{prefix}{message.rstrip('.')}")


def unique_sets(model: type[models.Model]) -> Iterator[tuple[tuple[str, ...], models.Q | None, str]]:
    """The columns that only one row may have so, under which condition, and what to say."""
    for field in model._meta.concrete_fields:
        if field.unique:
            yield (field.attname,), None, f"Another row has the same '{field.name}'"
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            columns = tuple(model._meta.get_field(name).attname for name in constraint.fields)
            yield columns, constraint.condition, str(constraint.violation_error_message).rstrip(".")


def check_unique(
    built: Built, records: Iterable[models.Model], columns: tuple[str, ...], condition: models.Q | None, words: str
) -> None:
    """Notes every row that says the same in `columns` as one before. An empty place (NULL) is like no other."""
    alike: dict[tuple[Any, ...], list[models.Model]] = defaultdict(list)
    for record in records:
        values = tuple(str(value) if (value := getattr(record, name)) is not None else None for name in columns)
        if None not in values and (condition is None or holds(condition, record)):
            alike[values].append(record)
    for found in alike.values():
        for record in found[1:]:
            built.note(built.place_of(record), f"{words} (the same as {built.place_of(found[0])})")


def holds(condition: models.Q, record: models.Model) -> bool:
    """Whether a constraint's condition is true of a record. Knows equality, `isnull`, not, and, or."""
    results = [
        holds(child, record) if isinstance(child, models.Q) else holds_one(*child, record)
        for child in condition.children
    ]
    found = any(results) if condition.connector == models.Q.OR else all(results)
    return found != condition.negated


def holds_one(lookup: str, value: Any, record: models.Model) -> bool:
    name, _, kind = lookup.partition("__")
    here = getattr(record, record._meta.get_field(name).attname)
    if kind == "isnull":
        return (here is None) == value
    if kind:
        raise ValueError(f"The condition '{lookup}' of a constraint is not known here.")
    return here == value
