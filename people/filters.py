"""The query string of the people list: `?role= status= group= q= on=`. A wrong value is explained, never a failure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.dates import PartialDate, parse_edtf
from labsite.lib.questions import WordsField, printable
from people.directory import LETTERS, OTHER, Directory, Place, load_directory
from people.models import Group, Membership, Person

PLACES = ("page", "after", "before")
STATUSES = {"current": _("Current"), "upcoming": _("Joining soon"), "alumni": _("Alumni")}
NAMES = ("status", "role", "group", "letter", "q", "on")
LETTER_NAMES = {**{letter: letter.upper() for letter in LETTERS}, OTHER: _("Other")}


class WordField(forms.CharField):
    """One word out of `words`, a dict of value and label."""

    def __init__(self, *, words: dict[str, str], unknown: str, **kwargs: Any) -> None:
        self.words, self.unknown = words, unknown
        super().__init__(**kwargs)

    def validate(self, value: str) -> None:
        if value and value not in self.words:
            raise ValidationError(self.unknown % {"value": printable(value), "words": ", ".join(self.words)})


class GroupField(forms.CharField):
    def validate(self, value: str) -> None:
        if value and ("\x00" in value or not Group.objects.published().filter(slug=value).exists()):
            raise ValidationError(gettext("There is no group “%(value)s” here.") % {"value": printable(value)})


class MomentField(forms.CharField):
    """A year, a month or a day."""

    def clean(self, value: Any) -> PartialDate | None:
        try:
            return parse_edtf(super().clean(value))
        except ValidationError as error:
            raise ValidationError(
                gettext("“%(value)s” is not a date: write 2024, 2024-05 or 2024-05-31.")
                % {"value": printable(str(value))}
            ) from error


class WordFilter(django_filters.Filter):
    field_class = WordField


class GroupFilter(django_filters.Filter):
    field_class = GroupField


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class WordsFilter(django_filters.Filter):
    field_class = WordsField


class PersonFilter(django_filters.FilterSet):
    """Parses and checks the query string; `find_people` applies it, since status is a matter of the day."""

    status = WordFilter(label=_("Status"), words=STATUSES, unknown=_("There is no status “%(value)s”: use %(words)s."))
    role = WordFilter(
        label=_("Role"), words=dict(Membership.Role.choices), unknown=_("There is no role “%(value)s”: use %(words)s.")
    )
    group = GroupFilter(label=_("Group"))
    letter = WordFilter(
        label=_("Letter"), words=LETTER_NAMES, unknown=_("There is no letter “%(value)s”: use %(words)s.")
    )
    q = WordsFilter(label=_("Name"))
    on = MomentFilter(label=_("On"))

    class Meta:
        model = Person
        fields: list[str] = []


@dataclass
class PersonSelection:
    """What is asked for: clean values, the day it is about, and what is wrong."""

    day: datetime.date
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.problems) or any(self.values.values())

    @property
    def is_combined(self) -> bool:
        """Whether two filters and more are chosen, or some that mean nothing: of such lists there is no end."""
        return bool(self.problems) or sum(map(bool, self.values.values())) > 1

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """What is chosen, each as (label, text, address without it)."""
        texts = {"status": STATUSES, "role": dict(Membership.Role.choices), "letter": LETTER_NAMES}
        labels = {
            "status": gettext("Status"),
            "role": gettext("Role"),
            "group": gettext("Group"),
            "letter": gettext("Letter"),
            "q": gettext("Name"),
            "on": gettext("As of"),
        }
        return [
            (labels[name], texts.get(name, {}).get(str(value), str(value)), self.address(**{name: ""}))
            for name, value in self.values.items()
            if value
        ]

    def address(self, **changes: str) -> str:
        """The query string with `changes`; empty values are left out."""
        merged = {name: str(self.values.get(name) or "") for name in NAMES} | changes
        query = QueryDict(mutable=True)
        for name in (*NAMES, *PLACES):
            if merged.get(name):
                query[name] = merged[name]
        return f"?{query.urlencode()}" if query else "?"


def read_person_selection(data: QueryDict, today: datetime.date) -> PersonSelection:
    """The filters in `data`. `on` means its last day; without it the day is `today`. Costs at most one query."""
    form = PersonFilter(data, queryset=Person.objects.none()).form
    form.is_valid()
    values = {name: form.cleaned_data.get(name) or None for name in NAMES if name not in form.errors}
    problems = [(str(form.fields[name].label), " ".join(errors)) for name, errors in form.errors.items()]
    moment = values.get("on")
    return PersonSelection(day=moment.latest if moment else today, values=values, problems=problems)


def find_people(selection: PersonSelection, place: Place) -> Directory:
    """The page of the list of people that is asked for; nobody where a filter has a problem."""
    if selection.problems:
        return Directory()
    scope = {name: selection.values.get(name) or "" for name in ("status", "group", "role", "letter")}
    return load_directory(selection.day, words=selection.values.get("q") or "", place=place, **scope)
