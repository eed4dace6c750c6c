"""A comparison in words: what it said, what they wrote, what I wrote, and who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet, ModelChoiceIterator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.conflicts.authors import Authors
from labsite.lib.conflicts.posting import Choices, PostedForm
from labsite.lib.conflicts.snapshots import Values
from labsite.lib.conflicts.three_way import Change, Comparison, Fate, RowChange, TableChange, Verdict
from labsite.lib.conflicts.values import UPLOADED, Plain
from labsite.lib.questions import read_key

FATES = {
    Fate.THEY_ADDED: _("added by somebody else"),
    Fate.THEY_DELETED: _("deleted by somebody else"),
    Fate.I_ADDED: _("added by you"),
    Fate.I_DELETED: _("deleted by you"),
}
ROW = _("this row")


@dataclass(frozen=True)
class Line:
    """One thing that somebody changed, as the page prints it. `choice` names the input where one is to choose."""

    label: str
    before: str | None
    theirs: str
    mine: str
    verdict: Verdict
    note: str = ""
    who: str = ""
    choice: str = ""
    chosen: str = ""


class Labels:
    """What the keys of records are called, loaded with one query for each kind of record."""

    def __init__(self) -> None:
        self.wanted: dict[Any, set[int]] = defaultdict(set)
        self.names: dict[Any, dict[str, str]] = {}

    def want(self, field: forms.Field, *values: Plain | None) -> None:
        if isinstance(field, forms.ModelChoiceField):
            for value in values:
                each = value if isinstance(value, list) else [value]
                self.wanted[field.queryset.model].update(key for one in each if one and (key := read_key(str(one))))

    def load(self) -> None:
        for model, keys in self.wanted.items():
            rows = model._base_manager.filter(pk__in=keys)
            self.names[model] = {str(row.pk): str(row) for row in rows}

    def say(self, field: forms.Field, value: Plain | None) -> str | None:
        """The value as people read it; empty for nothing, None for what is not known any more."""
        if value is None:
            return None
        if isinstance(field, forms.ModelChoiceField):
            each = value if isinstance(value, list) else [value]
            return "\n".join(self.name_of(field, str(one)) for one in each if one)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(field, forms.FileField):
            return say_file(str(value))
        choices = getattr(field, "choices", None)
        if choices is not None and not isinstance(choices, ModelChoiceIterator):
            return str(dict(flatten(choices)).get(str(value), value))
        return str(value)

    def name_of(self, field: forms.ModelChoiceField, key: str) -> str:
        found = self.names.get(field.queryset.model, {}).get(key)
        return found or gettext("a record that is gone (number %(key)s)") % {"key": key[:20]}


def say_file(name: str) -> str:
    if name.startswith(UPLOADED):
        return gettext("the file you chose, %(name)s") % {"name": name.removeprefix(UPLOADED)[:100]}
    return gettext("a file, %(name)s") % {"name": name.rpartition("/")[2]} if name else ""


def flatten(choices: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from flatten(label)
        else:
            yield str("" if value is None else value), label


def describe(
    post: PostedForm, comparison: Comparison, authors: Authors, choices: Choices
) -> list[tuple[str, list[Line]]]:
    """The lines of the page under their headings: the record's own fields first, then each table's rows."""
    return Description(post, comparison, authors, choices).parts()


class Description:
    def __init__(self, post: PostedForm, comparison: Comparison, authors: Authors, choices: Choices) -> None:
        self.post, self.comparison, self.authors, self.choices = post, comparison, authors, choices
        self.labels = Labels()
        for name, change in comparison.fields.items():
            self.labels.want(post.form.fields[name], change.before, change.theirs, change.mine)
        for prefix, table in comparison.tables.items():
            fields = post.row_forms[prefix].fields
            for values in every_row(table, post, prefix):
                for name, value in values.items():
                    self.labels.want(fields[name], value)
        self.labels.load()

    def parts(self) -> list[tuple[str, list[Line]]]:
        found = [("", [self.field_line(name, change) for name, change in self.comparison.fields.items()])]
        for formset in self.post.formsets:
            table = self.comparison.tables[formset.prefix]
            lines = list(self.table_lines(formset, table))
            found.append((capfirst(str(formset.model._meta.verbose_name_plural)), lines))
        return [(heading, lines) for heading, lines in found if lines]

    def field_line(self, name: str, change: Change) -> Line:
        field = self.post.form.fields[name]
        who = self.authors.of_field(name) if change.verdict is not Verdict.MINE else ""
        return self.line(name, label_of(self.post.form, name), field, change, who)

    def line(self, choice: str, label: str, field: forms.Field, change: Change, who: str) -> Line:
        said = (self.labels.say(field, each) for each in (change.before, change.theirs, change.mine))
        return self.make(choice, label, *said, change.verdict, who=who)

    def make(
        self, choice: str, label: str, before: str | None, theirs: str, mine: str, verdict: Verdict, **more: str
    ) -> Line:
        is_open = verdict is Verdict.BOTH
        chosen = self.choices.get(choice, "") if is_open else ""
        return Line(
            label, before, theirs or "", mine or "", verdict, choice=choice if is_open else "", chosen=chosen, **more
        )

    def table_lines(self, formset: BaseInlineFormSet, table: TableChange) -> Iterator[Line]:
        prefix = formset.prefix
        if table.order:
            yield self.order_line(formset, table)
        for row in table.rows:
            who = self.authors.of_row(formset, row.key) if row.verdict is not Verdict.MINE else ""
            name = self.name_row(prefix, row)
            if row.fate is not Fate.CHANGED:
                yield self.row_line(prefix, row, name, who)
                continue
            form = self.post.row_forms[prefix]
            for field, change in row.fields.items():
                label = f"{name}: {label_of(form, field)}"
                author = who if change.verdict is not Verdict.MINE else ""
                yield self.line(f"{prefix}-{row.key}-{field}", label, form.fields[field], change, author)

    def row_line(self, prefix: str, row: RowChange, name: str, who: str) -> Line:
        gone = gettext("deleted")
        before = self.say_row(prefix, row.before)
        theirs = self.say_row(prefix, row.theirs)
        mine = self.say_row(prefix, row.mine.values if row.mine else None)
        if row.fate is Fate.THEY_DELETED:
            theirs, mine = gone, (mine if row.verdict is Verdict.BOTH else "")
        elif row.fate is Fate.I_DELETED:
            mine = gone
        return self.make(
            f"{prefix}-{row.key}",
            name,
            before,
            theirs or "",
            mine or "",
            row.verdict,
            note=str(FATES[row.fate]),
            who=who,
        )

    def order_line(self, formset: BaseInlineFormSet, table: TableChange) -> Line:
        change, prefix = table.order, formset.prefix
        stored = keyed_rows(self.post, table, prefix)
        before = stored | {row.key: row.before for row in table.rows if row.before}
        mine = stored | {row.key: row.mine.values for row in table.rows if row.mine}
        sides = ((change.before, before), (change.theirs, stored), (change.mine, mine))
        said = [None if keys is None else self.say_order(prefix, keys, rows) for keys, rows in sides]
        who = self.authors.of_table(formset) if change.verdict is not Verdict.MINE else ""
        return self.make(f"{prefix}-order", gettext("Order"), *said, change.verdict, who=who)

    def say_order(self, prefix: str, keys: Iterable[str], rows: Mapping[str, Values]) -> str:
        return "\n".join(
            f"{place}. {self.name_values(prefix, rows.get(key, {}))}" for place, key in enumerate(keys, start=1)
        )

    def name_row(self, prefix: str, row: RowChange) -> str:
        """By what people know the row: its first value that is a name."""
        return self.name_values(prefix, row.theirs or row.before or (row.mine.values if row.mine else {}))

    def name_values(self, prefix: str, values: Values) -> str:
        fields = self.post.row_forms[prefix].fields
        for name in sorted(values, key=lambda name: name not in ("printed_name", "name", "title", "heading", "value")):
            field, value = fields[name], values[name]
            is_name = value and isinstance(field, forms.ModelChoiceField) and isinstance(value, str)
            is_text = value and type(field) in (forms.CharField, forms.URLField)
            if is_name or is_text:
                return (self.labels.say(field, value) or "")[:80]
        said = [self.labels.say(fields[name], value) for name, value in values.items() if value]
        return next((each for each in said if each), str(ROW))[:80]

    def say_row(self, prefix: str, values: Values | None) -> str | None:
        if values is None:
            return None
        form = self.post.row_forms[prefix]
        pairs = [(label_of(form, name), self.labels.say(form.fields[name], value)) for name, value in values.items()]
        return "\n".join(f"{label}: {text}" for label, text in pairs if text)


def label_of(form: forms.BaseForm, name: str) -> str:
    return capfirst(str(form[name].label))


def keyed_rows(post: PostedForm, table: TableChange, prefix: str) -> dict[str, Values]:
    """Every row that is stored now, that I posted, or that the comparison is about."""
    found: dict[str, Values] = {row.key: row.before for row in table.rows if row.before}
    found |= {key: row.values for key, row in post.tables[prefix].known.items()}
    found |= {f"new-{row.index}": row.values for row in post.tables[prefix].added}
    found |= {row.key: row.theirs for row in table.rows if row.theirs}
    return found


def every_row(table: TableChange, post: PostedForm, prefix: str) -> Iterator[Mapping[str, Plain]]:
    """All values that the page may have to print."""
    for row in table.rows:
        yield from (each for each in (row.before, row.theirs, row.mine and row.mine.values) if each)
        for name, change in row.fields.items():
            yield from ({name: each} for each in (change.before, change.theirs, change.mine) if each is not None)
    if table.order:
        yield from keyed_rows(post, table, prefix).values()
