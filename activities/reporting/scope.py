"""Whose work a report counts: people with a page here who were members on some day of its period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.reporting.period import ReportPeriod
from labsite.lib.dates import PartialDate
from people.models import Group, Membership


def q_touching(period: ReportPeriod, prefix: str = "") -> Q:
    """Stretches of time that have a day in common with `period`, inclusive at both ends.

    An unknown start counts as begun and no end as lasting. Of what ended nobody knows when, only its start is certain:
    it has to lie in the period.
    """
    start, end, unknown = f"{prefix}start", f"{prefix}end", f"{prefix}end_is_unknown"
    begun = Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__starts_on_or_before": period.last_day})
    going = Q(**{f"{end}__isnull": True, unknown: False}) | Q(**{f"{end}__ends_on_or_after": period.first_day})
    begun_in_it = Q(**{unknown: True, f"{start}__isnull": False, f"{start}__ends_on_or_after": period.first_day})
    return begun & (going | begun_in_it)


def q_dated(period: ReportPeriod, date: str, until: str = "") -> Q:
    """Rows whose column `date` can be a day of `period`; with `until`, whose stretch of time touches it."""
    ends = Q(**{f"{date}__ends_on_or_after": period.first_day})
    if until:
        ends |= Q(**{f"{until}__ends_on_or_after": period.first_day})
    return Q(**{f"{date}__starts_on_or_before": period.last_day}) & ends


@dataclass(frozen=True)
class Scope:
    """A period and the groups that are asked about; no groups means the whole lab."""

    period: ReportPeriod
    groups: Sequence[Group] = ()

    def memberships(self) -> QuerySet:
        """Stays of people with a page, in one of the groups if any are chosen, at whatever time."""
        found = Membership.objects.filter(person__is_published=True)
        return found.filter(group__in=[group.pk for group in self.groups]) if self.groups else found

    def stays(self) -> QuerySet:
        """Those that touch the period."""
        return self.memberships().filter(q_touching(self.period))

    def is_member(self, person: str) -> Exists:
        """Whether the person at this path of the outer query was a member on some day of the period."""
        return Exists(self.stays().filter(person=OuterRef(person)))

    def people(self) -> QuerySet:
        """Keys of everyone who was."""
        return self.stays().values("person")


def began_before(start: PartialDate | None, date: PartialDate) -> bool:
    """Whether `start` is certainly before `date`, compared as exactly as both are known. An unknown start is."""
    if start is None:
        return True
    shared = min(len(str(start)), len(str(date)))
    return str(start)[:shared] < str(date)[:shared]
