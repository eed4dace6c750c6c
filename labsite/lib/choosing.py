"""Keys of records that come from outside: what is none is a choice of nothing, never a failure of the page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from labsite.lib.questions import printable, read_key


class KeysMixin:
    """For widgets that look the chosen records up: Django's fail with a value that cannot be a key."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if read_key(str(each)) is not None], attr)


class KeysSelect(KeysMixin, AutocompleteSelect):
    """An autocomplete of one record."""


class KeysSelectMultiple(KeysMixin, AutocompleteSelectMultiple):
    """An autocomplete of several."""


class KeysField(ModelMultipleChoiceField):
    """A choice of several records. SQLite fails with a number that is longer than those it stores."""

    def _check_values(self, value: Any) -> QuerySet:
        for each in value if isinstance(value, list | tuple) else []:
            if isinstance(each, str) and each.isdecimal() and read_key(each) is None:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": printable(each)})
        return super()._check_values(value)


class ChosenRowsMixin:
    """For an admin: an act is refused where a chosen row is none, instead of failing; so is a choice of several."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", KeysField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        if any(read_key(key) is None for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.error(request, gettext("One of the chosen rows is no record: choose them in the list again."))
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset)
