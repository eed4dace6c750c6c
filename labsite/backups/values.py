"""A column's values as JSON that means the same on every database, and back.

Whole numbers, text, booleans and NULL stand as they are. JSON columns stand as the text of their JSON, so that a JSON
`null` is not taken for a NULL and no number is rounded. Moments are ISO 8601 in UTC, numbers with decimals are text,
bytes are Base64, durations are microseconds, UUIDs have their hyphens.
"""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date, parse_datetime, parse_time

from labsite.backups.problems import BackupProblem

Convert = Callable[[Any], Any]
# The first that fits: a moment is a kind of date for Django, an automatic key a kind of whole number.
KINDS: list[tuple[type[models.Field], str]] = [
    (models.JSONField, "json"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.DurationField, "duration"),
    (models.DecimalField, "decimal"),
    (models.FloatField, "float"),
    (models.BinaryField, "bytes"),
    (models.UUIDField, "uuid"),
    (models.IntegerField, "integer"),
    (models.CharField, "text"),
    (models.TextField, "text"),
    (models.FileField, "text"),
    (models.GenericIPAddressField, "address"),
]
KIND_NAMES = {kind for _, kind in KINDS}
MICROSECOND = datetime.timedelta(microseconds=1)


def kind_of(field: models.Field) -> str:
    """The kind of a field's column, that of its target for a key to another table. Raises `BackupProblem`."""
    while field.remote_field is not None:
        field = field.target_field
    for type_, kind in KINDS:
        if isinstance(field, type_):
            return kind
    raise BackupProblem(
        f"{field.model._meta.db_table}.{field.column} is a {type(field).__name__}, which archives cannot hold yet: "
        "add its kind to labsite/backups/values.py."
    )


# What a database gives → JSON


def from_json_column(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def from_moment(value: Any) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    if moment is None:
        raise ValueError(f"'{value}' is no moment")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def from_date(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def from_duration(value: Any) -> int:
    return value if isinstance(value, int) else value // MICROSECOND


def from_bytes(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode("ascii")


def from_uuid(value: Any) -> str:
    return str(value if isinstance(value, uuid.UUID) else uuid.UUID(value))


def from_decimal(places: int) -> Convert:
    """SQLite keeps decimals as floating point numbers: rounded to the column's places they are what was stored."""
    exponent = Decimal(1).scaleb(-places)

    def convert(value: Any) -> str:
        return format(Decimal(str(value)).quantize(exponent), "f")

    return convert


FROM: dict[str, Convert] = {
    "json": from_json_column, "boolean": bool, "moment": from_moment, "date": from_date, "time": from_date,
    "duration": from_duration, "float": repr, "bytes": from_bytes, "uuid": from_uuid, "address": str,
}  # fmt: skip


def reader_of(field: models.Field) -> Convert | None:
    """What turns the database's value of `field` into the archive's; None where it stays as it is."""
    while field.remote_field is not None:
        field = field.target_field
    kind = kind_of(field)
    return from_decimal(field.decimal_places) if kind == "decimal" else FROM.get(kind)


# JSON → what a database takes


def to_sqlite_moment(value: str) -> str:
    return str(parse_datetime(value).replace(tzinfo=None))  # type: ignore[union-attr]


def to_sqlite_time(value: str) -> str:
    return str(parse_time(value))


TO_SQLITE: dict[str, Convert] = {
    "boolean": int, "moment": to_sqlite_moment, "date": lambda value: str(parse_date(value)), "time": to_sqlite_time,
    "float": float, "bytes": base64.b64decode, "uuid": lambda value: uuid.UUID(value).hex,
}  # fmt: skip
TO_POSTGRESQL: dict[str, Convert] = {
    "duration": lambda value: f"{value} microseconds", "bytes": base64.b64decode,
}  # fmt: skip


def writer_of(kind: str, vendor: str) -> Convert | None:
    """What turns an archive's value of this kind into the database's; None where it stays as it is."""
    return (TO_POSTGRESQL if vendor == "postgresql" else TO_SQLITE).get(kind)


# Rows compared


def same_on_all(text: str) -> str:
    """The JSON of `text` in one spelling: PostgreSQL keeps neither the order of keys nor how a number was written."""
    if text in ("[]", "{}", "null", '""'):
        return text
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True, ensure_ascii=False)


def _number(text: str) -> Any:
    value = Decimal(text)
    if not value.is_finite() or abs(value.adjusted()) > 4000:
        return text
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
