"""What was posted, read into plain values; and the form as it is posted once both edits are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import forms
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from labsite.lib.conflicts.snapshots import Snapshot, Values, editable_fields, row_fields
from labsite.lib.conflicts.three_way import (
    Comparison,
    Fate,
    PostedRow,
    PostedTable,
    RowChange,
    TableChange,
    Verdict,
    weave,
)
from labsite.lib.conflicts.values import as_posted, inputs_of, posted
from labsite.lib.questions import read_key

Choices = Mapping[str, str]  # by the name of a choice: “theirs” or “mine”


class PostedForm:
    """A form that was posted, beside the form of what is stored now, which was not."""

    def __init__(
        self,
        form: forms.ModelForm,
        formsets: Iterable[BaseInlineFormSet],
        data: QueryDict,
        files: MultiValueDict,
        before: Snapshot | None,
    ) -> None:
        self.form, self.formsets, self.data, self.files = form, list(formsets), data, files
        self.row_forms = {each.prefix: each.empty_form for each in self.formsets}
        self.row_names = {each.prefix: row_fields(each) for each in self.formsets}
        self.fields = self.read_fields(before)
        self.tables = {each.prefix: self.read_table(each) for each in self.formsets}

    def read_fields(self, before: Snapshot | None) -> Values:
        earlier = before.fields if before else {}
        return {
            name: posted(
                self.form.fields[name], self.data, self.files, self.form.add_prefix(name), earlier.get(name, "")
            )
            for name in editable_fields(self.form)
        }

    def read_table(self, formset: BaseInlineFormSet) -> PostedTable:
        prefix = formset.prefix
        total = min(read_key(self.data.get(f"{prefix}-TOTAL_FORMS", "")) or 0, formset.absolute_max)
        initial = read_key(self.data.get(f"{prefix}-INITIAL_FORMS", "")) or 0
        empty = self.read_row(prefix, "__prefix__", QueryDict())
        key_name = formset.model._meta.pk.name
        known: dict[str, PostedRow] = {}
        added = []
        for index in range(total):
            key = read_key(self.data.get(f"{prefix}-{index}-{key_name}", ""))
            values = self.read_row(prefix, index, self.data)
            is_deleted = bool(self.data.get(f"{prefix}-{index}-DELETE"))
            if key is not None and index < initial:
                known[str(key)] = PostedRow(index, values, is_deleted)
            elif not is_deleted and self.says_something(prefix, values, empty):
                added.append(PostedRow(index, values))
        return PostedTable(known, tuple(added))

    def read_row(self, prefix: str, index: int | str, data: QueryDict) -> Values:
        """The values of one row; of an empty one those that the form begins with, where no data are given."""
        fields = self.row_forms[prefix].fields
        if not data:
            form = self.row_forms[prefix]
            return {name: posted_initial(form, name) for name in self.row_names[prefix]}
        return {
            name: posted(fields[name], data, self.files, f"{prefix}-{index}-{name}", "")
            for name in self.row_names[prefix]
        }

    def says_something(self, prefix: str, values: Values, empty: Values) -> bool:
        """A row of which only the number is filled in, by the script, says nothing."""
        place = order_field_of(self.formsets, prefix)
        return any(value != empty[name] for name, value in values.items() if name != place)


def posted_initial(form: forms.ModelForm, name: str) -> object:
    field = form.fields[name]
    values = QueryDict(mutable=True)
    for key, each in as_posted(form, name, name).items():
        values.setlist(key, each)
    return posted(field, values, MultiValueDict(), name, "")


def order_field_of(formsets: Iterable[BaseInlineFormSet], prefix: str) -> str:
    return next((getattr(each, "order_field", "") for each in formsets if each.prefix == prefix), "")


class JoinedForm:
    """The post that says both: what is stored now, with what of mine is taken."""

    def __init__(self, post: PostedForm, comparison: Comparison, choices: Choices) -> None:
        self.post, self.comparison, self.choices = post, comparison, choices
        self.data, self.files = post.data.copy(), post.files.copy()

    def takes_mine(self, name: str, verdict: Verdict) -> bool:
        return verdict is Verdict.MINE or (verdict is Verdict.BOTH and self.choices.get(name) == "mine")

    def join(self) -> tuple[QueryDict, MultiValueDict]:
        for name, change in self.comparison.fields.items():
            if not self.takes_mine(name, change.verdict):
                self.take_stored(self.post.form, name, self.post.form.add_prefix(name))
        for formset in self.post.formsets:
            self.join_table(formset, self.comparison.tables[formset.prefix])
        return self.data, self.files

    def take_stored(self, form: forms.BaseForm, name: str, key: str) -> None:
        for each in inputs_of(form.fields[name], key):
            self.data.pop(each, None)
            self.files.pop(each, None)
        for each, values in as_posted(form, name, key).items():
            self.data.setlist(each, values)

    def join_table(self, formset: BaseInlineFormSet, table: TableChange) -> None:
        """Writes the rows anew: those stored now, then those to be added."""
        prefix = formset.prefix
        changes = {row.key: row for row in table.rows}
        self.drop(prefix)
        left: list[str] = []
        index = 0
        indexes: dict[str, int] = {}
        for form in formset.initial_forms:
            key = str(form.instance.pk)
            change = changes.get(key)
            self.data[f"{prefix}-{index}-{formset.model._meta.pk.name}"] = key
            self.write_row(formset, form, change, index)
            if change and change.fate is Fate.I_DELETED and self.takes_mine(f"{prefix}-{key}", change.verdict):
                self.data[f"{prefix}-{index}-DELETE"] = "on"
            else:
                left.append(key)
            indexes[key] = index
            index += 1
        self.data[f"{prefix}-INITIAL_FORMS"] = str(index)
        for row in self.added_rows(prefix, table):
            for name in self.post.row_names[prefix]:
                self.copy_mine(prefix, row.mine.index, name, index)
            left.append(row.key)
            indexes[row.key] = index
            index += 1
        self.data[f"{prefix}-TOTAL_FORMS"] = str(index)
        if table.order_field:
            self.number(prefix, table, left, indexes)

    def drop(self, prefix: str) -> None:
        limits = {f"{prefix}-MIN_NUM_FORMS", f"{prefix}-MAX_NUM_FORMS"}
        for key in [each for each in self.data if each.startswith(f"{prefix}-") and each not in limits]:
            del self.data[key]

    def write_row(
        self, formset: BaseInlineFormSet, form: forms.ModelForm, change: RowChange | None, index: int
    ) -> None:
        prefix = formset.prefix
        for name in self.post.row_names[prefix]:
            field = change.fields.get(name) if change else None
            if field and self.takes_mine(f"{prefix}-{change.key}-{name}", field.verdict):
                self.copy_mine(prefix, change.mine.index, name, index)
            else:
                self.take_stored(form, name, f"{prefix}-{index}-{name}")

    def added_rows(self, prefix: str, table: TableChange) -> list[RowChange]:
        """What I added, and what I want back that they deleted."""
        return [
            row
            for row in table.rows
            if row.fate is Fate.I_ADDED
            or (row.fate is Fate.THEY_DELETED and self.takes_mine(f"{prefix}-{row.key}", row.verdict))
        ]

    def copy_mine(self, prefix: str, source: int, name: str, index: int) -> None:
        field = self.post.row_forms[prefix].fields[name]
        own = inputs_of(field, f"{prefix}-{source}-{name}")
        for before, after in zip(own, inputs_of(field, f"{prefix}-{index}-{name}"), strict=True):
            if before in self.post.data:
                self.data.setlist(after, self.post.data.getlist(before))

    def number(self, prefix: str, table: TableChange, left: list[str], indexes: dict[str, int]) -> None:
        """Places without a gap: one side's order, and behind their neighbours the rows that only the other has."""
        theirs, mine = table.orders
        change = table.order
        leading, other = (
            (mine, theirs) if change and self.takes_mine(f"{prefix}-order", change.verdict) else (theirs, mine)
        )
        order = weave(leading, other, left)
        for place, key in enumerate([*order, *(key for key in left if key not in order)], start=1):
            self.data[f"{prefix}-{indexes[key]}-{table.order_field}"] = str(place)
