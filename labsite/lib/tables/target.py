"""The records that a row is about: kept together, checked, written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


@dataclass
class Target:
    """What one row is about: `record`, which no other row may be about, and `owner`, of which the shared columns speak.

    A table whose rows speak of one record alone has it in both places. `record` is None where the row says nothing
    of one (a person without a stay here).
    """

    owner: Any
    record: Any = None
    notes: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[Any]:
        return [self.owner] if self.record is None or self.record is self.owner else [self.owner, self.record]

    @property
    def is_new(self) -> bool:
        return any(part._state.adding and part.pk is None and not hasattr(part, "planned") for part in self.parts)


def check_record(record: models.Model, values: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> None:
    """Sets `values` on `record` and checks it by its model's rules; a `ValidationError` is by column name.

    Relations were looked up, and what has to be unique decided which record this is: neither is asked again.
    `columns` says in which column a field's error is shown, where its name is another.
    """
    for name, value in values.items():
        setattr(record, name, value)
    untouched = [
        each.name for each in record._meta.fields if each.is_relation or (record.pk and each.name not in values)
    ]
    try:
        record.clean_fields(exclude=untouched)
        record.clean()
    except ValidationError as error:
        names = columns or {}
        by_field = error.message_dict
        raise ValidationError({names.get(name, name): texts for name, texts in by_field.items()}) from error


def save_record(record: models.Model, reason: str) -> None:
    """Writes a record, and first what it points to and is not stored yet; `reason` goes into their histories."""
    for column in record._meta.concrete_fields:
        related = getattr(record, column.name) if column.is_relation and column.is_cached(record) else None
        if related is not None and related._state.adding:
            save_record(related, reason)
        if related is not None:
            setattr(record, column.name, related)  # its key is known only now
    record._change_reason = reason
    record.save()
