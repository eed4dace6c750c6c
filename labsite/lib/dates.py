"""Dates known to the year, the month or the day, after EDTF level 0 (ISO 8601-2:2019): 2024, 2024-05, 2024-05-31.

A date is stored as the text it was given as, so it keeps its precision: nothing invents a 1 January.
Texts of different precision sort as strings (2024 < 2024-05 < 2024-05-31), which is why the column
must compare byte by byte on every database.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import bytewise_collation

EDTF_PATTERN = re.compile(r"\A(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
YEARS_AHEAD = 5  # how far ahead a year can be entered: accepted papers appear next year, not in 2999
EDTF_HELP = _("Year, month or day, as exact as it is known: 2024, 2024-05 or 2024-05-31.")


@dataclass(frozen=True, order=True)
class PartialDate:
    """One EDTF level 0 date. `month` and `day` are None where they are not known."""

    text: str

    def __post_init__(self) -> None:
        match = EDTF_PATTERN.match(self.text)
        if not match:
            raise ValueError(gettext("'%(text)s' is not a date: write 2024, 2024-05 or 2024-05-31") % vars(self))
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            datetime.date(year, month or 1, day or 1)
        except ValueError as error:
            raise ValueError(gettext("'%(text)s' is not a day of the calendar") % vars(self)) from error

    def __str__(self) -> str:
        return self.text

    @property
    def year(self) -> int:
        return int(self.text[:4])

    @property
    def month(self) -> int | None:
        return int(self.text[5:7]) if len(self.text) > 4 else None

    @property
    def day(self) -> int | None:
        return int(self.text[8:10]) if len(self.text) > 7 else None

    @property
    def earliest(self) -> datetime.date:
        """The first day this date can mean."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> datetime.date:
        """The last day this date can mean."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def display(self) -> str:
        """The date in words of the active language, as exact as it is known: 2024, May 2024, 31 May 2024."""
        if self.day:
            return formats.date_format(self.earliest, pgettext("format of a day", "j F Y"))
        if self.month:
            return formats.date_format(self.earliest, pgettext("format of a month", "F Y"))
        return pgettext("a year on its own", "%(year)s") % {"year": self.text}


def parse_edtf(value: Any) -> PartialDate | None:
    """A `PartialDate` from text, a date or None; raises `ValidationError` that quotes the input."""
    if value is None or isinstance(value, PartialDate):
        return value
    if isinstance(value, datetime.date):
        return PartialDate(value.isoformat()[:10])
    text = str(value).strip()
    if not text:
        return None
    try:
        return PartialDate(text)
    except ValueError as error:
        raise ValidationError(f"{error}.", code="invalid_edtf") from error


def validate_not_far_off(year: int) -> None:
    """Refuses a year that nobody can have planned for: a mistyped one would lead every list."""
    latest = timezone.localdate().year + YEARS_AHEAD
    if year > latest:
        message = gettext("%(year)s is too far off: %(latest)s is the latest year that can be entered now.")
        raise ValidationError(message % {"year": year, "latest": latest})


def display_period(start: PartialDate | None, end: PartialDate | None, *, end_is_unknown: bool = False) -> str:
    """A period in words. No start and no end is an undated period and prints nothing."""
    if start and start == end:
        return start.display()
    ends = {"start": start.display() if start else "", "end": end.display() if end else ""}
    if start and end:
        return gettext("%(start)s – %(end)s") % ends
    if start:
        return (gettext("from %(start)s") if end_is_unknown else gettext("%(start)s – present")) % ends
    return gettext("until %(end)s") % ends if end else ""


def display_stored(text: str) -> str:
    """A date that was stored as text: in words where it is EDTF, as it is where it is not."""
    try:
        return PartialDate(text).display()
    except ValueError:
        return text


def known(value: Any) -> PartialDate | None:
    """The date, or None where there is none or where what was given is no date (which its own field reports)."""
    return value if isinstance(value, PartialDate) else None


class EDTFFormField(forms.CharField):
    """A text input for a date; what was typed stays in it on an error."""

    def clean(self, value: Any) -> PartialDate | None:
        return parse_edtf(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "").strip()


class EDTFField(models.CharField):
    """A nullable text column that holds an EDTF level 0 date and gives a `PartialDate` or None."""

    description = _("Date known to the year, month or day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=10, null=True, blank=True)
        kwargs.setdefault("help_text", EDTF_HELP)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "blank"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        # A PostgreSQL locale would ignore the hyphens when it compares; SQLite compares bytes already.
        return {**super().db_parameters(connection), "collation": bytewise_collation(connection)}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> PartialDate | None:
        return PartialDate(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        return parse_edtf(value)

    def get_prep_value(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            return value
        parsed = parse_edtf(value)
        return str(parsed) if parsed else None

    def value_to_string(self, obj: models.Model) -> str | None:
        return self.get_prep_value(self.value_from_object(obj))

    def run_validators(self, value: Any) -> None:
        super().run_validators(str(value) if value else None)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": EDTFFormField, "empty_value": None, **kwargs})


@EDTFField.register_lookup
class EndsOnOrAfter(models.Lookup):
    """`end__ends_on_or_after=day`: the last day the stored date can mean is not before `day`."""

    lookup_name = "ends_on_or_after"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        # "~" sorts after "-", so "2024~" stands behind every day of 2024.
        return f"({left} || '~') > {right}", [*left_params, *right_params]


@EDTFField.register_lookup
class StartsOnOrBefore(models.Lookup):
    """`start__starts_on_or_before=day`: the first day the stored date can mean is not after `day`."""

    lookup_name = "starts_on_or_before"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <= {right}", [*left_params, *right_params]


def q_active(on: datetime.date, prefix: str = "") -> models.Q:
    """Periods that cover the day `on`, inclusive at both ends. An unknown start counts as begun."""
    start, end, unknown = f"{prefix}start", f"{prefix}end", f"{prefix}end_is_unknown"
    begun = models.Q(**{f"{start}__isnull": True}) | models.Q(**{f"{start}__starts_on_or_before": on})
    going = models.Q(**{f"{end}__isnull": True, unknown: False}) | models.Q(**{f"{end}__ends_on_or_after": on})
    return begun & going


def q_upcoming(on: datetime.date, prefix: str = "") -> models.Q:
    """Periods that begin after the day `on`."""
    start = f"{prefix}start"
    return models.Q(**{f"{start}__isnull": False}) & ~models.Q(**{f"{start}__starts_on_or_before": on})


class Period(models.Model):
    """A stretch of time with either end known as far as it is known. An open end is NULL and prints "present"."""

    start = EDTFField(
        _("start"),
        help_text=_(
            "Year, month or day, as exact as it is known: 2024, 2024-05 or 2024-05-31. Leave empty if unknown."
        ),
    )
    end = EDTFField(
        _("end"),
        help_text=_(
            "Year, month or day, as exact as it is known: 2024, 2024-05 or 2024-05-31. "
            "Leave empty while it lasts: the page says “present”."
        ),
    )
    end_is_unknown = models.BooleanField(
        _("ended, date unknown"), default=False, help_text=_("Tick when it is over but nobody knows since when.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_end_not_before_start",
                condition=models.Q(start__isnull=True)
                | models.Q(end__isnull=True)
                | models.Q(end__ends_on_or_after=models.F("start")),
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_end_unknown_or_given",
                condition=models.Q(end__isnull=True) | models.Q(end_is_unknown=False),
                violation_error_message=_("An end date is given: untick “ended, date unknown”."),
            ),
        ]

    def clean(self) -> None:
        super().clean()
        start, end = known(self.start), known(self.end)
        if start and end and end.latest < start.earliest:
            message = gettext("The end (%(end)s) is before the start (%(start)s).")
            raise ValidationError({"end": message % {"end": end, "start": start}})
        if self.end and self.end_is_unknown:
            raise ValidationError({"end_is_unknown": _("An end date is given: untick this box or clear the date.")})

    @property
    def period(self) -> str:
        return display_period(self.start, self.end, end_is_unknown=self.end_is_unknown)

    def is_active(self, on: datetime.date) -> bool:
        """The same rule as `q_active`, for a loaded object."""
        if self.start and self.start.earliest > on:
            return False
        return self.end.latest >= on if self.end else not self.end_is_unknown
