"""Members over time by role, from the periods of memberships.

Counted is who was here at some time of a year, once, in the highest role of that year. What nobody knows is not made
up: a stay counts in the years that are certain. Of one that ended nobody knows when, that is its first year; of one
that began nobody knows when, its last.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.figures.columns import Columns, Series
from activities.figures.figure import Figure, Table, per_year
from activities.figures.selection import FigureSelection
from labsite.lib.dates import PartialDate
from people.directory import ROLE_HEADINGS, ROLE_ORDER
from people.models import Group, Membership


@dataclass(frozen=True)
class Stay:
    """A membership of somebody with a public page."""

    person: int
    role: str
    group: int | None
    start: PartialDate | None
    end: PartialDate | None
    end_is_unknown: bool

    @property
    def is_vague(self) -> bool:
        """Whether it lasted longer, as far as anybody knows, than the years it is counted in."""
        return self.start is None or self.end_is_unknown

    def years(self, today: datetime.date) -> range:
        """The years, up to today's, in which it is certain."""
        start = self.start.year if self.start else None
        end = self.end.year if self.end else None
        if start is None and end is None:
            return range(0) if self.end_is_unknown else range(today.year, today.year + 1)
        first = start if start is not None else end
        last = end if end is not None else start if self.end_is_unknown else today.year
        return range(first, min(last, today.year) + 1)


def stay_rows() -> QuerySet:
    """Every stay that is public, as `Stay` is made of it."""
    rows = Membership.objects.filter(person__is_published=True).order_by("pk")
    return rows.values_list("person", "role", "group", "start", "end", "end_is_unknown")


def load_stays() -> list[Stay]:
    """Every stay that is public. One query."""
    return [Stay(*row) for row in stay_rows()]


def members_of(stays: Iterable[Stay], group: Group | None) -> set[int]:
    """Keys of everybody who is, was or will be a member: of `group`, where there is one."""
    return {stay.person for stay in stays if group is None or stay.group == group.pk}


def count_members(
    stays: Iterable[Stay], selection: FigureSelection, today: datetime.date
) -> tuple[Counter[tuple[int, str]], int]:
    """Members by (year, role), each once a year; and how many people have a stay that is vague."""
    highest: dict[tuple[int, int], str] = {}
    vague = set()
    for stay in stays:
        if selection.group and stay.group != selection.group.pk:
            continue
        if stay.is_vague:
            vague.add(stay.person)
        for year in stay.years(today):
            if selection.covers(year):
                known = highest.setdefault((stay.person, year), stay.role)
                highest[stay.person, year] = min(known, stay.role, key=ROLE_ORDER.__getitem__)
    return Counter((year, role) for (_person, year), role in highest.items()), len(vague)


def make_figure(selection: FigureSelection, stays: Iterable[Stay], today: datetime.date) -> Figure:
    counts, vague = count_members(stays, selection, today)
    years, series = per_year(counts, list(ROLE_ORDER))
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    rows = [
        [str(year), *(values[index] for values in series.values()), totals[index]] for index, year in enumerate(years)
    ]
    notes = [_("Everybody counts once a year, in the highest role of that year.")]
    if vague:
        text = ngettext(
            "The beginning or end of the stay of %(count)s person is not known: it counts in the year that is.",
            "The beginning or end of the stays of %(count)s people is not known: they count in the year that is.",
            vague,
        )
        notes.append(text % {"count": vague})
    headings = [_("Year"), *(str(ROLE_HEADINGS[role]) for role in series), _("All")]
    chart = Columns(years, [Series(str(ROLE_HEADINGS[role]), series[role]) for role in series], is_stepped=True)
    return Figure(
        name="members",
        title=_("Members over time"),
        takeaway=takeaway(years, totals),
        table=Table(_("Members by year and role"), headings, rows),
        chart=chart if years else None,
        notes=notes if years else [],
    )


def takeaway(years: list[int], totals: list[int]) -> str:
    if not years:
        return _("No membership with a known year is recorded.")
    values = {"first": years[0], "begun": totals[0], "last": years[-1], "count": totals[-1], "peak": max(totals)}
    now = ngettext("%(count)s member in %(last)s", "%(count)s members in %(last)s", totals[-1]) % values
    if len(years) == 1:
        return _("%(now)s.") % {"now": now}
    values["now"] = now
    if max(totals) > max(totals[0], totals[-1]):
        values["year"] = years[totals.index(max(totals))]
        return _("%(now)s, %(begun)s in %(first)s; the most were here in %(year)s: %(peak)s.") % values
    return _("%(now)s, %(begun)s in %(first)s.") % values
