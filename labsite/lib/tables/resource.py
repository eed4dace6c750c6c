"""A table of records: rows are read, matched and planned by the same code that writes them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from tablib import Dataset

from labsite.lib.tables.cells import Cell, as_text, shown
from labsite.lib.tables.columns import Column
from labsite.lib.tables.files import FileRefused, Sheet
from labsite.lib.tables.lookups import Lookup
from labsite.lib.tables.matching import Matching
from labsite.lib.tables.plan import Change, Plan, Problem, RowPlan
from labsite.lib.tables.target import Target
from labsite.lib.text import match_key


class TableResource(Matching, Resource):
    """Base of the tables. A subclass has `Column`s and answers five questions about a row; see the methods below.

    Reading takes as many queries for a thousand rows as for one. Planning writes nothing: what rows would make is kept
    in memory, so that later rows find it. An empty cell leaves what is there, unless `empties` is set.
    """

    needs: ClassVar[tuple[tuple[str, ...], ...]] = ()  # of each of these groups of columns, one has to be in the file
    file_name: ClassVar[str] = "table"

    class Meta:
        instance_loader_class = BaseInstanceLoader
        report_skipped = True

    def __init__(
        self, *, sees_private: bool = False, empties: bool = False, makes_organizations: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.fields: dict[str, Column]
        if not sees_private:
            self.fields = {name: column for name, column in self.fields.items() if not column.private}
        self.empties, self.makes_organizations = empties, makes_organizations
        self.lookups: dict[str, Lookup] = {}
        self.present: dict[str, str] = {}
        self.ignored: list[str] = []
        self.numbers: list[int] = []
        self.claims: dict[int, int] = {}
        self.said: dict[tuple[int, str], tuple[str, int]] = {}
        self.reason = ""

    # What a table answers

    def load(self, rows: list[dict[str, Cell]] | None) -> None:
        """Fills `lookups`: with what an export writes, or with what `rows` of a file may name."""
        raise NotImplementedError

    def targets(self, queryset: models.QuerySet) -> Iterable[Target]:
        """What the rows of an export are about, in order."""
        raise NotImplementedError

    def find(self, values: dict[str, Any]) -> Target:
        """What the row is about, as it is stored or planned; a `ValidationError` by column name where that is open."""
        raise NotImplementedError

    def values_of(self, target: Target) -> dict[str, Any]:
        """Every column's value as it is now."""
        raise NotImplementedError

    def put(self, target: Target, values: dict[str, Any]) -> None:
        """Sets `values` on the records in memory and checks them; a `ValidationError` by column name refuses them."""
        raise NotImplementedError

    def store(self, target: Target, values: dict[str, Any]) -> None:
        """Writes the records; `values` are those that change."""
        raise NotImplementedError

    def accept(self, target: Target, values: dict[str, Any]) -> None:
        """Remembers what the row made or changed in rows that belong to its records, so that later rows find it."""
        raise NotImplementedError

    def label(self, target: Target) -> str:
        raise NotImplementedError

    # Out

    def export(self, queryset: models.QuerySet | None = None, **kwargs: Any) -> Dataset:
        """A dataset of `queryset`'s rows, with readable headings."""
        self.load(None)
        return super().export(queryset, lookups=self.lookups)

    def filter_export(self, queryset: Any, **kwargs: Any) -> list[Target]:
        return list(self.targets(queryset))

    def export_resource(self, instance: Target, selected_fields: Any = None, **kwargs: Any) -> list[Cell]:
        values = self.values_of(instance)
        return [column.write(values[name], self.lookups) for name, column in self.fields.items()]

    def template(self) -> Dataset:
        """The headings and one line as an example, which an import passes over."""
        data = Dataset(headers=[column.heading for column in self.fields.values()])
        data.append([column.example for column in self.fields.values()])
        return data

    # In

    @classmethod
    def get_result_class(cls) -> type[Plan]:
        return Plan

    @classmethod
    def get_diff_headers(cls) -> list[str]:
        return []

    def knows(self, heading: str) -> bool:
        return self.name_of(heading) is not None

    def name_of(self, heading: str) -> str | None:
        key = match_key(heading)
        return next((name for name, column in self.fields.items() if key in column.keys(name)), None)

    def open(self, sheet: Sheet) -> None:
        """Takes the headings of a file: case, blanks and hyphens make no difference, unknown ones are ignored.

        Raises `FileRefused` where a heading stands twice or one that is needed is missing.
        """
        for heading in sheet.headings:
            name = self.name_of(heading)
            if name is None:
                self.ignored.append(heading or "a column without heading")
            elif name in self.present:
                raise FileRefused(
                    f"Two columns are called “{self.fields[name].heading}” (“{self.present[name]}” and “{heading}”): "
                    "keep one of them."
                )
            else:
                self.present[name] = heading
        for group in self.needs:
            if not self.present.keys() & set(group):
                headings = " or ".join(f"“{self.fields[name].heading}”" for name in group)
                raise FileRefused(
                    f"The first row has no column {headings}. It says: {', '.join(sheet.headings)[:200]}. "
                    "Download the template to see how the columns are called."
                )
        self.numbers = sheet.numbers

    def plan(self, sheet: Sheet) -> Plan:
        """What `sheet` would change. Reads only."""
        self.open(sheet)
        return self.run(sheet, dry_run=True)

    def apply(self, sheet: Sheet, *, reason: str, digest: str, without_refused: bool = False) -> tuple[Plan, bool]:
        """Writes what `sheet` changes in one transaction.

        Nothing is written, and False is given, where the plan is no longer the one that `digest` stands for, and where
        rows are refused, unless the others are wanted `without_refused`.
        """
        self.open(sheet)
        self.reason = reason[:100]
        with transaction.atomic():
            plan = self.run(sheet, dry_run=False)
            may = plan.digest == digest and (without_refused or not plan.refused)
            if not may:
                transaction.set_rollback(True)
        return plan, may

    def run(self, sheet: Sheet, *, dry_run: bool) -> Plan:
        rows = [dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows]
        self.load([{name: row[heading] for name, heading in self.present.items()} for row in rows])
        # One transaction for all rows, or none: a savepoint for each would be two queries more.
        return self.import_data_inner(sheet.dataset(), dry_run, True, False, False)

    def import_row(self, row: dict[str, Cell], instance_loader: Any, **kwargs: Any) -> RowPlan:
        plan = RowPlan(number=self.numbers[kwargs["row_number"] - 1])
        known = {kind: len(lookup.records) for kind, lookup in self.lookups.items()}
        cells = {name: row[heading] for name, heading in self.present.items()}
        try:
            if self.is_example(cells):
                plan.label, plan.notes = "The example of the template", ["It was passed over."]
            else:
                self.plan_row(plan, cells, dry_run=kwargs["dry_run"])
                plan.notes += [note for kind, count in known.items() for note in self.lookups[kind].news_from(count)]
        except ValidationError as error:
            plan.import_type = plan.IMPORT_TYPE_INVALID
            plan.changes, plan.notes = [], []
            for kind, count in known.items():
                self.lookups[kind].forget_from(count)
            plan.problems = self.problems(error, cells)
            plan.label = plan.label or " ".join(filter(None, map(as_text, list(cells.values())[:3])))
        return plan

    def is_example(self, cells: dict[str, Cell]) -> bool:
        return all(as_text(cell) == as_text(self.fields[name].example) for name, cell in cells.items())

    def plan_row(self, plan: RowPlan, cells: dict[str, Cell], *, dry_run: bool) -> None:
        given = self.read(cells)
        target = self.find(given)
        plan.label = self.label(target)
        plan.notes += target.notes
        old = self.values_of(target)
        asked = {name: value for name, value in given.items() if value is not None or self.may_empty(name)}
        plan.kept = sum(name not in asked and bool(self.words(name, old[name])) for name in cells)
        before = {name: self.words(name, old[name]) for name in asked}
        after = {name: self.words(name, value) for name, value in asked.items()}
        differs = [name for name in asked if before[name] != after[name] and not self.fields[name].identity]
        told = {name for name in asked if target.is_new and self.fields[name].identity and after[name]}
        plan.changes = [
            Change(self.fields[name].heading, "" if name in told else before[name], after[name])
            for name in asked
            if name in told or name in differs
        ]
        self.check_shared(target, after)
        values = {name: asked[name] for name in differs}
        if values or target.is_new:
            plan.import_type = plan.IMPORT_TYPE_NEW if target.is_new else plan.IMPORT_TYPE_UPDATE
            self.put_or_restore(target, values)
            if not dry_run:
                self.store(target, values)
        self.accept(target, values)
        for part in target.parts:
            part.planned = True
        plan.label = self.label(target)
        self.say_shared(target, after, plan.number)
        if target.record is not None:
            self.claims[id(target.record)] = plan.number

    def may_empty(self, name: str) -> bool:
        return self.empties and self.fields[name].clearable

    def put_or_restore(self, target: Target, values: dict[str, Any]) -> None:
        """`put`, or everything as it was: other rows speak of the same records in memory."""
        before = [(part, copy.copy(part).__dict__) for part in target.parts]
        try:
            self.put(target, values)
        except ValidationError:
            for part, state in before:
                part.__dict__.clear()
                part.__dict__.update(state)
            raise

    def read(self, cells: dict[str, Cell]) -> dict[str, Any]:
        """The values of a row; None where a cell is empty. Every cell that cannot be read is named at once."""
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for name, cell in cells.items():
            try:
                values[name] = self.fields[name].read(cell, self.lookups)
            except ValidationError as error:
                errors[name] = error.messages
        if errors:
            raise ValidationError(errors)
        return values

    def words(self, name: str, value: Any) -> str:
        return self.fields[name].words(value, self.lookups)

    def problems(self, error: ValidationError, cells: dict[str, Cell]) -> list[Problem]:
        by_column = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        return [
            Problem(
                self.fields[name].heading if name in self.fields else "",
                shown(cells.get(name)),
                " ".join(messages),
            )
            for name, messages in by_column.items()
        ]

    def check_shared(self, target: Target, words: dict[str, str]) -> None:
        """Two rows that speak of one record have to say the same of it, or each import would undo the other's."""
        errors = {}
        for name, text in words.items():
            said = self.said.get((id(target.owner), name)) if self.fields[name].shared else None
            if said and said[0] != text:
                errors[name] = f"Row {said[1]} says “{said[0]}” of the same record: let both say the same."
        if errors:
            raise ValidationError(errors)

    def say_shared(self, target: Target, words: dict[str, str], number: int) -> None:
        for name, text in words.items():
            if self.fields[name].shared:
                self.said.setdefault((id(target.owner), name), (text, number))
