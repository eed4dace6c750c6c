"""Turns the rows of an archive into records with new keys. Asks the database for keys and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from labsite.lib.bulk import next_keys
from labsite.models import LabProfile
from labsite.site_archive.fields import WrongValue, check_text, expect, from_json, shown
from labsite.site_archive.kinds import KEY, KINDS, Kind, Part, list_fields, plain_fields
from labsite.site_archive.reading import Rows

LONGEST_KEY = 200


@dataclass
class Built:
    """`records` are by model, in the order in which they are to be stored; `places` say where each stands."""

    records: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)
    joined: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)  # rows of many-to-many fields
    places: dict[int, str] = field(default_factory=dict)  # by id() of the record
    problems: list[str] = field(default_factory=list)

    def place_of(self, record: models.Model) -> str:
        return self.places[id(record)]

    def note(self, place: str, problem: str) -> None:
        self.problems.append(f"{place}: {problem}.")


class Builder:
    """Builds the records of all kinds at once, because rows of one refer to rows of others."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.built = Built()
        self.keys: dict[type[models.Model], dict[str, Any]] = {}

    def build(self) -> Built:
        for kind in KINDS:
            self.keys[kind.model] = self.keys_of(kind)
        for kind in KINDS:
            self.add_rows(kind.model, self.rows.get(kind.name, []), kind.parts, f"data/{kind.name}.json", kind=kind)
        self.give_keys()
        return self.built

    def keys_of(self, kind: Kind) -> dict[str, models.Model]:
        """By key, an empty record for each row: what other rows refer to."""
        found: dict[str, models.Model] = {}
        for number, row in enumerate(self.rows.get(kind.name, []), start=1):
            place = f"data/{kind.name}.json, row {number}"
            key = row.get(kind.key)
            if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
                self.built.note(place, f"'{kind.key}' is {shown(key)}: write a text of up to {LONGEST_KEY} letters")
            elif key in found:
                self.built.note(place, f"'{kind.key}' is {shown(key)}, like that of a row before: name it otherwise")
            else:
                found[key] = kind.model()
        return found

    def add_rows(
        self, model: type[models.Model], rows: Any, parts: Mapping[str, Part], place: str, *,
        kind: Kind | None = None, parent: tuple[str, models.Model] | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.built.note(place, "is no list of rows")
            return
        for number, row in enumerate(rows, start=1):
            key = row.get(kind.key) if kind else None
            here = f"{place}, row {number}" + (f" ({key[:60]})" if isinstance(key, str) else "")
            record = self.keys[model].get(key) if kind and isinstance(key, str) else None  # type: ignore[arg-type]
            record = model() if record is None else record
            if parent:
                setattr(record, *parent)
            self.built.records.setdefault(model, []).append(record)
            self.built.places[id(record)] = here
            has_key = kind is not None and kind.key == KEY
            self.fill(record, row, parts, here, parent=parent[0] if parent else "", has_key=has_key)

    def fill(
        self, record: models.Model, row: dict[str, Any], parts: Mapping[str, Part], here: str, *,
        parent: str, has_key: bool,
    ) -> None:  # fmt: skip
        model = type(record)
        fields = {field.name: field for field in plain_fields(model, parent)}
        lists = {field.name: field for field in list_fields(model)}
        for name in row.keys() - fields.keys() - lists.keys() - parts.keys() - ({KEY} if has_key else set()):
            self.built.note(here, f"'{str(name)[:40]}' is no member of such a row: remove it")
        for name, field_ in fields.items():
            if name not in row:
                if field_.primary_key or (field_.is_relation and not field_.null):
                    self.built.note(here, f"'{name}' is missing")
                continue
            try:
                value = self.target(field_, row[name]) if field_.is_relation else from_json(field_, row[name])
            except WrongValue as error:
                self.built.note(here, f"'{name}' {error}")
                continue
            setattr(record, name, value)
        for name, field_ in lists.items():
            self.join(record, field_, row.get(name, []), here)
        for name, part in parts.items():
            self.add_rows(part.model, row.get(name, []), part.parts, f"{here}, {name}", parent=(part.parent, record))

    def target(self, field_: models.Field, key: Any) -> models.Model | None:
        """The record that `key` names. Raises `WrongValue` where there is none."""
        if key is None and field_.null:
            return None
        check_text(expect(key, str, "the key of a row"))
        found = self.keys[field_.related_model].get(key)
        if found is None:
            raise WrongValue(f"names {shown(key)}, and there is no such row: add it, or correct the name")
        return found

    def join(self, record: models.Model, field_: models.ManyToManyField, keys: Any, here: str) -> None:
        through = field_.remote_field.through
        try:
            if len({*expect(keys, list, "a list of keys")}) != len(keys):
                raise WrongValue("names one row twice")
            targets = [self.target(field_, key) for key in keys]
        except (WrongValue, TypeError) as error:  # a list of lists has no set
            words = str(error) if isinstance(error, WrongValue) else "is no list of keys"
            self.built.note(here, f"'{field_.name}' {words}")
            return
        rows = self.built.joined.setdefault(through, [])
        for target in targets:
            row = through(**{field_.m2m_field_name(): record, field_.m2m_reverse_field_name(): target})
            rows.append(row)

    def give_keys(self) -> None:
        """New numbers for all records, so that they may refer to each other in circles."""
        for model, records in self.built.records.items():
            if model is LabProfile:
                numbers = [LabProfile.SINGLE_ID] * len(records)
            elif isinstance(model._meta.pk, models.AutoField):
                numbers = next_keys(model, len(records))
            else:
                numbers = [record.pk for record in records]
            for record, number in zip(records, numbers, strict=True):
                record.pk = number
        for records in [*self.built.records.values(), *self.built.joined.values()]:
            for record in records:
                take_keys(record)


def take_keys(record: models.Model) -> None:
    """Has the record's columns hold the keys of the records it refers to, which it got before they had one."""
    for field_ in record._meta.concrete_fields:
        if field_.is_relation and field_.is_cached(record):
            target = field_.get_cached_value(record)
            setattr(record, field_.attname, target.pk if target is not None else None)
