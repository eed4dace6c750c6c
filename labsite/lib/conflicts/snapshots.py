"""What a form was made from: every field and row of it, signed, in the form itself.

So what somebody had before their eyes is known without asking history, which tells nothing of writes that it does not
see, and a change that nobody sees in this form (derived columns, other rows) is no conflict. It is signed for one
record: what comes back is of our making or counts as nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.forms.models import BaseInlineFormSet

from labsite.lib.conflicts.values import Plain, stored

SALT = "labsite.lib.conflicts"
Values = dict[str, Plain]


@dataclass(frozen=True)
class Snapshot:
    """The values of a form by field, and of its rows by their table and key; `state` is the digest of what is stored
    that was read before them (states.py), "" where nobody read it.
    """

    fields: Values
    rows: dict[str, dict[str, Values]] = field(default_factory=dict)
    state: str = ""

    @property
    def digest(self) -> str:
        """Differs where anything does."""
        text = json.dumps([self.fields, self.rows], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def sign(self, record: str, state: str = "") -> str:
        """For a hidden input of the form of `record`, e.g. “people.person 12”, whose state was `state` before."""
        return signing.dumps([record, self.fields, self.rows, state], salt=SALT, compress=True)


def read_snapshot(text: str, record: str) -> Snapshot | None:
    """What `Snapshot.sign` wrote for this record; None for anything else."""
    try:
        of, fields, rows, state = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Snapshot(fields, rows, state) if of == record else None


def take_snapshot(form: forms.ModelForm, formsets: Iterable[BaseInlineFormSet]) -> Snapshot:
    """Of a form and its tables that were not posted."""
    rows = {
        each.prefix: {str(row.instance.pk): values_of_form(row, row_fields(each)) for row in each.initial_forms}
        for each in formsets
    }
    return Snapshot(values_of_form(form, editable_fields(form)), rows)


def values_of_form(form: forms.BaseForm, names: Iterable[str]) -> Values:
    return {name: stored(form, name) for name in names}


def editable_fields(form: forms.BaseForm) -> list[str]:
    return [name for name, each in form.fields.items() if not each.disabled]


def row_fields(formset: BaseInlineFormSet) -> list[str]:
    """The fields of a row that somebody fills in: neither its key, nor its record, nor the tick that deletes it."""
    own = {formset.model._meta.pk.name, formset.fk.name, "DELETE", "ORDER"}
    return [name for name in editable_fields(formset.empty_form) if name not in own]


def record_name(model: Any, key: Any) -> str:
    return f"{model._meta.label_lower} {key}"
