"""What the fields of a form hold, in one plain shape for what is stored and for what was posted."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

Plain = str | bool | list[str]


def plain(field: forms.Field, value: Any) -> Plain:
    """`value`, stored or typed, in the shape in which the two are equal where the field calls them equal.

    Records are their keys; lists of records are sorted, because their order means nothing. What the field cannot read
    stays as it was typed. Asks no database.
    """
    if isinstance(field, forms.FileField):
        return str(value.name if isinstance(value, FieldFile) else value or "") or ""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted(key_of(each) for each in value or ())
    if isinstance(field, forms.ModelChoiceField):
        return key_of(value)
    try:
        return plain_text(read(field, value))
    except (ValidationError, ValueError, TypeError):
        return plain_text(value)


def key_of(value: Any) -> str:
    return "" if value is None else str(getattr(value, "pk", value)).strip()


def read(field: forms.Field, value: Any) -> Any:
    if not isinstance(field, forms.MultiValueField):
        return field.to_python(value)
    parts = value if isinstance(value, list | tuple) else inner_widget(field).decompress(value)
    return field.clean(parts) if any(parts) else None


def plain_text(value: Any) -> Plain:
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def inner_widget(field: forms.Field) -> forms.Widget:
    """Without the admin's buttons around it."""
    return getattr(field.widget, "widget", field.widget)


def stored(form: forms.BaseForm, name: str) -> Plain:
    """What a form that was not posted shows in this field."""
    field = form.fields[name]
    return plain(field, field.prepare_value(form.get_initial_for_field(field, name)))


def posted(field: forms.Field, data: QueryDict, files: MultiValueDict, key: str, before: Plain) -> Plain:
    """What was typed into the input called `key`. A file input that was left alone means `before`."""
    if isinstance(field, forms.FileField):
        return posted_file(field, data, files, key, before)
    return plain(field, field.widget.value_from_datadict(data, files, key))


def posted_file(field: forms.Field, data: QueryDict, files: MultiValueDict, key: str, before: Plain) -> Plain:
    if key in files:
        return f"{UPLOADED}{files[key].name}"
    widget = inner_widget(field)
    clears = isinstance(widget, forms.ClearableFileInput) and data.get(widget.clear_checkbox_name(key))
    return "" if clears else before


UPLOADED = "upload:"  # in front of the name of a file that came with the form


def inputs_of(field: forms.Field, key: str) -> list[str]:
    """The names of everything that the field called `key` posts."""
    return list(inputs_for(inner_widget(field), key))


def inputs_for(widget: forms.Widget, key: str) -> list[str]:
    if isinstance(widget, forms.MultiWidget):
        pairs = zip(widget.widgets, widget.widgets_names, strict=True)
        return [name for each, end in pairs for name in inputs_for(each, key + end)]
    if isinstance(widget, forms.ClearableFileInput):
        return [key, widget.clear_checkbox_name(key)]
    return [key]


def as_posted(form: forms.BaseForm, name: str, key: str) -> dict[str, list[str]]:
    """What a browser would post of what the form shows in this field, with `key` as its name."""
    bound = form[name]
    return values_of(inner_widget(bound.field), key, bound.value())


def values_of(widget: forms.Widget, key: str, value: Any) -> dict[str, list[str]]:
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, list | tuple) else widget.decompress(value)
        found: dict[str, list[str]] = {}
        for each, end, part in zip(widget.widgets, widget.widgets_names, parts, strict=False):
            found |= values_of(each, key + end, part)
        return found
    if isinstance(widget, forms.FileInput):
        return {}  # nothing posted leaves the file as it is
    if isinstance(widget, forms.CheckboxInput):
        return {key: ["on"]} if value else {}
    formatted = widget.format_value(value)
    if isinstance(formatted, list | tuple):
        return {key: [str(each) for each in formatted if each not in (None, "")]}
    return {key: ["" if formatted is None else str(formatted)]}
