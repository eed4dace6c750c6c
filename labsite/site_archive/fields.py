"""A field's value as JSON, back, and as JSON Schema describes it.

Dates are EDTF level 0 (2024, 2024-05, 2024-05-31), numbers with decimals are text with the column's places, moments
are ISO 8601 in UTC; a file is its name below `media/`. References are the key of the other row.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from labsite.backups.values import kind_of, reader_of
from labsite.lib.dates import EDTFField

DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
# PostgreSQL stores no NUL, and half a pair of surrogates is no character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
EXACT = 2**53  # whole numbers up to here are the same in every program
DEEPEST = 50  # levels of a JSON column


class WrongValue(ValueError):
    """What is wrong with a value, in words that go on after the name of the field."""


# Database → JSON


def to_json(field: models.Field, row: models.Model) -> Any:
    """The value of a column that is no reference."""
    value = field.value_from_object(row)
    if isinstance(field, models.FileField):
        return value.name or ""
    if value is None:
        return None
    if isinstance(field, EDTFField):
        return str(value)
    if isinstance(field, models.JSONField):
        return same_everywhere(value)
    read = reader_of(field)
    return read(value) if read and kind_of(field) != "boolean" else value


def same_everywhere(value: Any) -> Any:
    """A JSON value in one spelling: PostgreSQL keeps neither the order of keys nor how a number was written."""
    if isinstance(value, dict):
        return {key: same_everywhere(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [same_everywhere(each) for each in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    return value


# JSON → database


def from_json(field: models.Field, value: Any) -> Any:
    """What the model takes for `value`. Raises `WrongValue`. Lengths and choices are for the model to check."""
    if isinstance(field, models.JSONField):
        check_json(expect(value, field.default, f"a {field.default.__name__} of JSON"))
        return value
    if value is None:
        if field.null:
            return None
        raise WrongValue("is null: write a value, or an empty text")
    kind = kind_of(field)
    if kind == "boolean":
        return expect(value, bool, "true or false")
    if kind == "integer":
        if isinstance(value, bool):
            raise WrongValue("is true or false: write a whole number")
        return expect(value, int, "a whole number")
    text = expect(value, str, "a text")
    check_text(text)
    if kind == "decimal":
        if not DECIMAL.fullmatch(text):
            raise WrongValue(f"is '{text[:40]}': write a number as a text, \"12.50\"")
        return Decimal(text)
    if kind == "moment":
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise WrongValue(f"is '{text[:40]}': write a moment with its time zone, 2024-05-31T12:00:00+00:00")
        return moment
    return text


def expect(value: Any, type_: type, words: str) -> Any:
    if not isinstance(value, type_):
        raise WrongValue(f"is {shown(value)}: write {words}")
    return value


def shown(value: Any) -> str:
    text = str(value)
    return f"'{text[:40]}{'…' if len(text) > 40 else ''}'"


def check_text(text: str) -> None:
    if UNSTORABLE.search(text):
        raise WrongValue("holds a NUL or half a character, which no text may: remove it")


def check_json(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise WrongValue(f"is nested more than {DEEPEST} levels deep")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, each in value.items():
            check_text(key)
            check_json(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            check_json(each, depth + 1)


# JSON Schema


def schema_of(field: models.Field) -> dict[str, Any]:
    """What a column that is no reference holds, after JSON Schema 2020-12."""
    described: dict[str, Any] = {"title": capfirst(str(field.verbose_name))}
    if field.help_text:
        described["description"] = str(field.help_text)
    return described | type_of(field)


def type_of(field: models.Field) -> dict[str, Any]:
    if isinstance(field, EDTFField):
        return {"type": ["string", "null"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "$comment": "EDTF level 0"}
    if isinstance(field, models.FileField):
        return {"type": "string", "$comment": "The name of a file below media/; empty where there is none."}
    kind = kind_of(field)
    if kind == "json":
        return {"type": {list: "array", dict: "object"}[field.default]}
    if field.choices:
        known = [{"const": value, "title": str(label)} for value, label in field.flatchoices if value != ""]
        return {"oneOf": known + ([{"const": "", "title": "not said"}] if field.blank else [])}
    found: dict[str, Any] = {"type": {"boolean": "boolean", "integer": "integer"}.get(kind, "string")}
    if kind == "decimal":
        found["pattern"] = rf"^-?\d{{1,{field.max_digits - field.decimal_places}}}(\.\d{{1,{field.decimal_places}}})?$"
    elif kind == "moment":
        found["format"] = "date-time"
    elif kind == "text" and field.max_length:
        found["maxLength"] = field.max_length
    if kind == "text" and not field.blank:
        found["minLength"] = 1
    for validator in field._validators if kind == "integer" else ():
        if isinstance(validator, MinValueValidator):
            found["minimum"] = validator.limit_value
        if isinstance(validator, MaxValueValidator):
            found["maximum"] = validator.limit_value
    if field.null:
        found["type"] = [found["type"], "null"]
    return found
