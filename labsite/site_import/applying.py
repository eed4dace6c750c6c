"""Does what a plan of a site says. Every write goes through a ledger, by which it is taken back.

The caller holds the transaction: all of it, or nothing.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.db import models

from labsite.lib.text import unique_slug
from labsite.merging.ledger import Ledger, pairs_of
from labsite.models import Document, SiteImport, SiteOrigin
from labsite.site_import.media import MediaStore
from labsite.site_import.rows import Change, Row
from labsite.site_import.survey import Survey

# What several records share has no origin of its own: it is found by what it says.
SHARED = frozenset({"organizations", "awards", "topics", "documents", "advisors"})


class Applying:
    """One plan being applied. Rows that others name come first."""

    def __init__(self, survey: Survey, store: MediaStore, ledger: Ledger) -> None:
        self.survey, self.store, self.ledger = survey, store, ledger
        self.done: set[int] = set()  # rows, by identity

    def write_all(self) -> None:
        """Everything but the publications and what belongs to them."""
        for planned in self.survey.plan.records:
            if planned.row is not None:
                self.write(planned.row)

    def write_extras(self) -> None:
        """What a site says of publications, which are there by now, and what names them."""
        for planned in self.survey.plan.records:
            row = planned.row
            if row is None or planned.kind == "publications":
                continue
            named = row.values.get("publication")
            if row.made is not None and isinstance(named, Row):
                self.change(row, [Change("publication", "publication", None, named, True)])
            elif row.made is None:
                self.change(row, [each for each in row.taken if each.column == "publication"])
        for planned in self.survey.plan.records:
            if planned.row is None:
                continue
            if planned.kind == "publications":
                self.write(planned.row)
            elif planned.row.pairs.get("publications"):
                self.fill_lists(planned.row)

    def write(self, row: Row) -> models.Model | None:
        """The record of `row`, made or completed; None where it cannot be, since what it needs was left out."""
        if id(row) in self.done:
            return row.record
        self.done.add(id(row))
        for value in (*row.values.values(), *(change.new for change in row.taken)):
            if isinstance(value, Row):
                self.write(value)
        if row.found is None:
            row.made = self.add(row)
        elif row.taken:
            self.change(row, row.taken)
        if row.record is not None:
            for child in row.children:
                if child.parent:
                    child.values[child.parent] = row
                self.write(child)
            self.fill_lists(row)
        return row.record

    def fill_lists(self, row: Row) -> None:
        """Puts records into lists: of a new record into all, of one that was here into those that are empty."""
        for name, others in (row.new_pairs if row.made is None else row.pairs).items():
            column = row.model._meta.get_field(name)
            through = column.remote_field.through
            keys = {record.pk: other for other in others if (record := self.write(other)) is not None}
            stored = set(getattr(row.record, name).values_list("pk", flat=True))
            for key, other in keys.items():
                if key not in stored:
                    if row.made is None:
                        row.filled.setdefault(name, []).append(other)
                    sides = {column.m2m_field_name(): row.record.pk, column.m2m_reverse_field_name(): key}
                    pair = through(**{f"{side}_id": value for side, value in sides.items()})
                    self.ledger.add(pair)
                    self.ledger.touch(pairs_of(through), [pair.pk])

    # One row

    def add(self, row: Row) -> models.Model | None:
        values = self.columns(row, {**row.defaults, **row.values})
        required = [column for column in row.model._meta.concrete_fields if column.many_to_one and not column.null]
        if any(values.get(column.attname) is None for column in required):
            return None
        record = row.model(**values)
        for column, media in row.files.items():
            setattr(record, column, self.store.take(column, media))
        if isinstance(record, Document):
            if not record.file:
                return None
            record.pk = PurePosixPath(record.file.name).stem
            record.created_by = self.ledger.user
        if any(column.name == "slug" for column in row.model._meta.concrete_fields):
            text = getattr(record, "name", "") or record.title
            record.slug = unique_slug(row.model._base_manager.all(), text, row.model._meta.model_name)
        self.ledger.add(record)
        return record

    def columns(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        """Values by the names of columns; a row by the key of its record."""
        found = {}
        for name, value in values.items():
            column = row.model._meta.get_field(name)
            if isinstance(value, Row):
                found[column.attname] = value.record.pk if value.record is not None else None
            else:
                found[column.attname] = value
        return found

    def change(self, row: Row, changes: list[Change]) -> None:
        values = {change.column: change.new for change in changes if change.column not in row.files}
        columns = {name: value for name, value in self.columns(row, values).items() if value is not None}
        for column, media in row.files.items():
            if any(change.column == column for change in changes) and (name := self.store.take(column, media)):
                columns[column] = name
        if columns:
            self.ledger.edit(row.record, columns)


def remember_origins(survey: Survey, batch: SiteImport) -> None:
    """Notes which record each record of the site became, so that it is found when the site is read again."""
    fresh: dict[tuple[str, str], SiteOrigin] = {}
    for planned in survey.plan.records:
        for row in planned.row.whole() if planned.row else ():
            if row.kind in SHARED or row.record is None or (row.kind, row.key) in survey.origins:
                continue
            fresh[row.kind, row.key] = SiteOrigin(
                site_import=batch, site=survey.plan.site, kind=row.kind, key=row.key,
                model=row.model._meta.label_lower, record_id=row.record.pk,
            )  # fmt: skip
    SiteOrigin.objects.bulk_create(fresh.values())
    survey.origins |= {name: (origin.model, origin.record_id) for name, origin in fresh.items()}
