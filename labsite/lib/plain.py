"""A form for browsers without JavaScript: `?plain=3` shows it with plain lists and three empty rows in each table.

The autocompletes of an admin page look names up while one types, and its rows are added by a script. Neither happens
without one, so the same form can be asked for in plain HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import ForeignKeyRawIdWidget, ManyToManyRawIdWidget
from django.http import HttpRequest

from labsite.lib.choosing import KeysField, KeysSelect, KeysSelectMultiple

MOST_ROWS = 20
MOST_CHOICES = 2_000  # rows that a plain list may hold: beyond it, the number of the record is typed


def empty_rows(request: HttpRequest) -> int | None:
    """How many empty rows each table of a plain form has; None where no plain form was asked for."""
    asked = request.GET.get("plain")
    if asked is None:
        return None
    return min(int(asked), MOST_ROWS) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1


class PlainMixin:
    """For an admin, and for the rows inside one."""

    def get_autocomplete_fields(self, request: HttpRequest) -> Sequence[str]:
        return [] if empty_rows(request) is not None else super().get_autocomplete_fields(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if self.is_too_long(db_field, request):
            kwargs["widget"] = ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site)
        elif "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeysSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if self.is_too_long(db_field, request):
            kwargs["widget"] = ManyToManyRawIdWidget(db_field.remote_field, self.admin_site)
        elif "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeysSelectMultiple(db_field, self.admin_site, using=kwargs.get("using"))
        kwargs.setdefault("form_class", KeysField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def is_too_long(self, db_field: Any, request: HttpRequest) -> bool:
        if empty_rows(request) is None or db_field.name not in self.autocomplete_fields:
            return False
        rows = db_field.remote_field.model._default_manager.order_by()
        return rows[: MOST_CHOICES + 1].count() > MOST_CHOICES
