"""The query string of a report: `?from= until= group= style=`. A wrong value is explained, never ignored."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from activities.reporting.period import ReportPeriod, calendar_year, quick_choices
from labsite.lib.dates import PartialDate, parse_edtf
from labsite.lib.questions import printable
from people.models import Group
from publications.formats.references import STYLES

DEFAULT_STYLE = "apa"


@dataclass
class ReportSelection:
    """What is asked for. Where there are problems, no report is made."""

    period: ReportPeriod
    choices: list[Group]  # every group that can be chosen
    groups: list[Group] = field(default_factory=list)  # none means the whole lab
    style: str = DEFAULT_STYLE
    typed: dict[str, str] = field(default_factory=dict)  # what the form shows again
    problems: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The query string that names all of it, so that an address sent to others means the same next year."""
        query = QueryDict(mutable=True)
        query["from"], query["until"] = str(self.period.start), str(self.period.end)
        query.setlist("group", [group.slug for group in self.groups])
        if self.style != DEFAULT_STYLE:
            query["style"] = self.style
        return query.urlencode()

    @property
    def slug(self) -> str:
        """For names of files: the period and the groups."""
        return "-".join(["report", self.period.slug, *(group.slug for group in self.groups)])[:120]

    def quick(self, today: datetime.date) -> list[tuple[str, str, bool]]:
        """Label, address and whether it is chosen, of each usual period, with the same groups and style."""
        found = []
        for label, period in quick_choices(today):
            there = ReportSelection(period, self.choices, self.groups, self.style)
            found.append((label, f"?{there.query}", not self.problems and period == self.period))
        return found


def read_report_selection(data: QueryDict, today: datetime.date) -> ReportSelection:
    """What `data` asks for; without a period it is the last calendar year. Costs one query."""
    choices = list(Group.objects.published())
    selection = ReportSelection(calendar_year(today.year - 1), choices)
    selection.typed = {name: printable(data.get(name, "")) for name in ("from", "until")}
    for name in ("from", "until", "style"):
        if len(data.getlist(name)) > 1:
            selection.problems.append(_("“%(name)s” is given more than once: give it once.") % {"name": name})
    read_period(data, selection)
    read_groups(data, selection)
    style = data.get("style", "") or DEFAULT_STYLE
    if style in STYLES:
        selection.style = style
    else:
        words = _("There is no style “%(style)s”: use %(styles)s.")
        selection.problems.append(words % {"style": printable(style), "styles": ", ".join(STYLES)})
    if not selection.problems:
        selection.typed = {"from": str(selection.period.start), "until": str(selection.period.end)}
    return selection


def read_period(data: QueryDict, selection: ReportSelection) -> None:
    given = {name: data.get(name, "").strip() for name in ("from", "until")}
    if not any(given.values()):
        return
    dates = {}
    for name, text in given.items():
        if not text:
            words = {"from": _("Say where the period begins: fill in “from”."),
                     "until": _("Say where the period ends: fill in “until”.")}  # fmt: skip
            selection.problems.append(words[name])
            continue
        date = read_date(text)
        if date is None:
            words = _("“%(date)s” is not a date: write 2024, 2024-05 or 2024-05-31.")
            selection.problems.append(words % {"date": printable(text)})
        else:
            dates[name] = date
    if len(dates) < 2:
        return
    period = ReportPeriod(dates["from"], dates["until"])
    if period.last_day < period.first_day:
        words = _("The period ends (%(until)s) before it begins (%(from)s): swap the two dates.")
        selection.problems.append(words % {name: str(date) for name, date in dates.items()})
    else:
        selection.period = period


def read_date(text: str) -> PartialDate | None:
    try:
        return parse_edtf(text)
    except ValidationError:
        return None


def read_groups(data: QueryDict, selection: ReportSelection) -> None:
    """Groups in the order in which they are listed, each once."""
    asked = [slug for slug in dict.fromkeys(data.getlist("group")) if slug]
    known = {group.slug for group in selection.choices}
    for slug in asked:
        if slug not in known:
            words = _("There is no group “%(group)s” here.")
            selection.problems.append(words % {"group": printable(slug)})
    selection.groups = [group for group in selection.choices if group.slug in asked]
