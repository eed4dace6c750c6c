"""Rows inside an admin page. The page takes as many queries with a hundred rows as with one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.models import BaseInlineFormSet, _get_foreign_key
from django.http import HttpRequest
from django.utils.translation import gettext as _

from labsite.lib.choosing import KeysSelect, KeysSelectMultiple
from labsite.lib.one_line import ONE_LINE_INPUTS
from labsite.lib.plain import PlainMixin, empty_rows


class LoadedMixin:
    """Prints what is chosen from `labels`, which `RowFormSet` fills. Other values cost Django's query per widget."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels: dict[str, str] = {}

    def optgroups(self, name: str, value: list[Any], attrs: Any = None) -> list[Any]:
        chosen = [str(each) for each in value if each not in (None, "")]
        if not chosen or not self.labels.keys() >= set(chosen):
            return super().optgroups(name, value, attrs)
        options = [self.create_option(name, each, self.labels[each], True, index) for index, each in enumerate(chosen)]
        if not self.is_required and not self.allow_multiple_selected:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class LoadedSelect(LoadedMixin, KeysSelect):
    pass


class LoadedSelectMultiple(LoadedMixin, KeysSelectMultiple):
    pass


def chosen_objects(instance: models.Model, name: str) -> list[models.Model]:
    """What the relation `name` of a loaded row leads to."""
    if instance._meta.get_field(name).many_to_many:
        return list(getattr(instance, name).all())
    chosen = getattr(instance, name)
    return [chosen] if chosen else []


class CellField(forms.BoundField):
    """A field in a table: named by its column and row, described by the help in the head of its column."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if not (widget or self.field.widget).is_hidden:
            # accessibility.js counts rows that are added: keep the number last
            place = {"field": self.label, "row": self.form.row_name, "number": self.form.row_number}
            attrs["aria-label"] = _("%(field)s, %(row)s %(number)s") % place
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if not described:
            return None
        table = self.form.prefix.rpartition("-")[0]
        return described.replace(f"{self.auto_id}_helptext", f"{table}-{self.name}-help")


class RowForm(forms.ModelForm):
    """A row that is stored and was not touched is not checked again, unless what is right for it hangs on the record
    that it belongs to: for a paper with a hundred authors that was four queries for each of them.
    """

    reads_parent = False

    def _post_clean(self) -> None:
        if self.reads_parent or not self.instance.pk or self.has_changed():
            super()._post_clean()


class StoredKeyField(forms.ModelChoiceField):
    """The key of a row, which its form has loaded: Django asks the database for it once more.

    A key that is not of this parent's rows has no loaded row, and is looked up and refused as Django does.
    """

    def __init__(self, instance: models.Model, field: forms.ModelChoiceField) -> None:
        super().__init__(field.queryset, initial=field.initial, required=field.required, widget=field.widget)
        self.instance = instance

    def to_python(self, value: Any) -> Any:
        return self.instance if str(value) == str(self.instance.pk) else super().to_python(value)


class RowFormSet(BaseInlineFormSet):
    """Gives every row its parent and its labels from what is loaded, and the cells of a table their names."""

    order_field = ""  # holds a row's place, where rows are numbered 1, 2, 3 …
    row_name = ""  # what a row of a table is called; empty where every field has its own label

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if self.row_name:
            form.row_name, form.row_number = self.row_name, "__prefix__" if index is None else index + 1
            for field in form.fields.values():
                field.bound_field_class = CellField
        if not form.instance.pk:
            return
        key = self._pk_field.name
        if isinstance(form.fields.get(key), forms.ModelChoiceField):
            form.fields[key] = StoredKeyField(form.instance, form.fields[key])
        setattr(form.instance, self.fk.name, self.instance)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, LoadedMixin):
                found = chosen_objects(form.instance, name)
                widget.labels.update({str(each.pk): field.label_from_instance(each) for each in found})

    def kept_forms(self) -> list[forms.ModelForm]:
        """The forms that say something and are not to be deleted."""
        said = [form for form in self.forms if getattr(form, "cleaned_data", None)]
        return [form for form in said if not form.cleaned_data.get("DELETE")]


def owner_field(model: type[models.Model], inline: Any) -> models.ForeignKey:
    """The field that says whose row a row inside the page of `model` is; `inline` is its class or one of them."""
    return _get_foreign_key(model, inline.model, fk_name=inline.fk_name)


def made_for(request: HttpRequest, name: str) -> dict[Any, Any]:
    """What was made for a request by key, and for copies of the request that are made after the first call."""
    return request.__dict__.setdefault(f"made_{name}", {})


_names_of_fields: dict[tuple[type, type[models.Model]], tuple[Any, ...]] = {}


class RowsMixin(PlainMixin):
    """Loads what the rows' autocompletes and names print."""

    form = RowForm
    formset = RowFormSet
    formfield_overrides = ONE_LINE_INPUTS
    extra = 0

    def get_extra(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> int:
        return empty_rows(request) or super().get_extra(request, obj, **kwargs)

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> Any:
        """Made once for a request: saving looks at the stored rows first, and then at what was typed."""
        made = made_for(request, "formsets")
        key = (type(self), obj and obj.pk, repr(sorted(kwargs.items())))
        if key not in made:
            made[key] = super().get_formset(request, obj, **kwargs)
        return made[key]

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """Django makes a whole form to learn the names of its fields; they are the same for every request."""
        key = (type(self), self.parent_model)
        if key not in _names_of_fields:
            _names_of_fields[key] = tuple(super().get_fields(request, obj))
        return _names_of_fields[key]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        fields = [self.model._meta.get_field(name) for name in self.autocomplete_fields]
        single = [field.name for field in fields if not field.many_to_many]
        many = [field.name for field in fields if field.many_to_many]
        rows = super().get_queryset(request)
        return (rows.select_related(*single) if single else rows).prefetch_related(*many)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelectMultiple(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class TabularRows(RowsMixin, admin.TabularInline):
    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.row_name = self.verbose_name
        return formset


class StackedRows(RowsMixin, admin.StackedInline):
    pass
