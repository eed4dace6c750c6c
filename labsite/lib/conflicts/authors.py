"""Who changed a record, and when, as its history tells. Asked only when two edits meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.utils import formats, timezone
from django.utils.translation import gettext

from labsite.lib.versions import held_keys

MOST_VERSIONS = 50  # of one record that are looked through, newest first


def say_who(version: Any, user: Any) -> str:
    """“Ada Quint, at 14:02”, or “you, on 3 May 2024, at 14:02”; the reason where no person did it."""
    if version is None:
        return ""
    author, reason = version.history_user, version.history_change_reason
    if author is not None and author == user:
        name = gettext("you")
    elif author is not None:
        name = author.get_full_name() or author.get_username()
    else:
        name = reason or gettext("somebody")
    moment = timezone.localtime(version.history_date)
    clock = formats.time_format(moment, "H:i")
    if moment.date() == timezone.localdate():
        return gettext("%(name)s, at %(time)s") % {"name": name, "time": clock}
    day = formats.date_format(moment, "DATE_FORMAT")
    return gettext("%(name)s, on %(day)s, at %(time)s") % {"name": name, "day": day, "time": clock}


def newest_version(model: type[models.Model], key: Any) -> Any:
    """The last thing that happened to a record, its deletion included; None where the model has no history."""
    if not hasattr(model, "history"):
        return None
    versions = model.history.filter(**{model._meta.pk.attname: key}).select_related("history_user")
    return versions.order_by("-history_date", "-history_id").first()


class Authors:
    """Who changed what of one record. One query for its fields, and one for each table that is asked about."""

    def __init__(self, record: models.Model, user: Any) -> None:
        self.record, self.user = record, user
        self._versions: list[Any] | None = None
        self._rows: dict[str, dict[str, Any]] = {}

    @property
    def versions(self) -> list[Any]:
        if self._versions is None:
            self._versions = []
            if hasattr(type(self.record), "history"):
                own = type(self.record).history.filter(**{self.record._meta.pk.attname: self.record.pk})
                own = own.select_related("history_user").order_by("-history_date", "-history_id")
                self._versions = list(own[:MOST_VERSIONS])
        return self._versions

    @property
    def last(self) -> str:
        return say_who(self.versions[0], self.user) if self.versions else ""

    def of_field(self, name: str) -> str:
        """Who gave the field its value of today; whoever was there last where that cannot be told."""
        try:
            column = type(self.record)._meta.get_field(name)
        except FieldDoesNotExist:
            return self.last
        held = self.held(column)
        for newer, older in pairwise(self.versions):
            if held(newer) != held(older):
                return say_who(newer, self.user)
        return self.last

    def held(self, column: models.Field) -> Callable[[Any], Any]:
        """What tells a field's value of a version. One query for a many-to-many field."""
        if not column.many_to_many:
            return lambda version: getattr(version, column.attname, None)
        kept = self.versions and column in self.versions[0]._history_m2m_fields
        keys = held_keys(column, self.versions) if kept else {}
        return lambda version: keys.get(version.history_id, set())

    def of_row(self, formset: BaseInlineFormSet, key: str) -> str:
        return say_who(self.rows(formset).get(key), self.user)

    def of_table(self, formset: BaseInlineFormSet) -> str:
        """Who changed any of its rows last."""
        rows = self.rows(formset).values()
        return say_who(max(rows, key=lambda each: each.history_date, default=None), self.user)

    def rows(self, formset: BaseInlineFormSet) -> dict[str, Any]:
        """By key, the newest version of each row that belongs or belonged to the record."""
        if formset.prefix not in self._rows:
            self._rows[formset.prefix] = newest_by_key(self.versions_of_rows(formset), formset.model._meta.pk.attname)
        return self._rows[formset.prefix]

    def versions_of_rows(self, formset: BaseInlineFormSet) -> Iterable[Any]:
        if not hasattr(formset.model, "history"):
            return []
        own = formset.model.history.filter(**{formset.fk.attname: self.record.pk}).select_related("history_user")
        return own.order_by("-history_date", "-history_id")[: 100 * MOST_VERSIONS]


def newest_by_key(versions: Iterable[Any], attribute: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for version in versions:
        found.setdefault(str(getattr(version, attribute)), version)
    return found
