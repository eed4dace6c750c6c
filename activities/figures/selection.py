"""The query string of the figures: `?group= since= until=`. A wrong value is explained and left out."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from labsite.lib.questions import printable
from people.models import Group
from publications.filters import YearField


@dataclass
class FigureSelection:
    """Of which group and of which years, both ends included; and what is wrong with the question."""

    groups: list[Group] = field(default_factory=list)
    group: Group | None = None
    since: int | None = None
    until: int | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.group or self.since or self.until)

    @property
    def query(self) -> str:
        """The query string with what is understood, without a question mark."""
        query = QueryDict(mutable=True)
        values = {"group": self.group.slug if self.group else "", "since": self.since, "until": self.until}
        for name, value in values.items():
            if value:
                query[name] = str(value)
        return query.urlencode()

    @property
    def words(self) -> str:
        """What it is narrowed to, in words; "" where it is about everything."""
        parts = [self.group.name] if self.group else []
        if self.since and self.until:
            parts.append(_("%(since)s to %(until)s") % {"since": self.since, "until": self.until})
        elif self.since:
            parts.append(_("since %(year)s") % {"year": self.since})
        elif self.until:
            parts.append(_("until %(year)s") % {"year": self.until})
        return _(", ").join(parts)

    def q_years(self, name: str) -> Q:
        """A number of a year within the span; whatever has none is outside as soon as there is a span."""
        condition = Q(**{f"{name}__gte": self.since}) if self.since else Q()
        return condition & (Q(**{f"{name}__lte": self.until}) if self.until else Q())

    def covers(self, year: int) -> bool:
        return (self.since or year) <= year <= (self.until or year)


def read_figure_selection(data: QueryDict) -> FigureSelection:
    """The filters in `data`. One query, for the groups to choose from."""
    selection = FigureSelection(groups=list(Group.objects.published()))
    asked = data.get("group", "")
    if asked:
        selection.group = next((group for group in selection.groups if group.slug == asked), None)
        if selection.group is None:
            message = _("There is no group “%(value)s” here.") % {"value": printable(asked)}
            selection.problems.append((_("Group"), message))
    selection.since = read_year(data.get("since", ""), _("Since"), selection)
    selection.until = read_year(data.get("until", ""), _("Until"), selection)
    if selection.since and selection.until and selection.since > selection.until:
        message = _("%(since)s comes after %(until)s: swap the two years.")
        span = {"since": selection.since, "until": selection.until}
        selection.problems.append((_("Years"), message % span))
        selection.since = selection.until = None
    return selection


def read_year(text: str, label: str, selection: FigureSelection) -> int | None:
    """A year of four digits; anything else becomes a problem of `selection`."""
    try:
        return int(YearField(required=False).clean(text) or 0) or None
    except ValidationError as error:
        selection.problems.append((label, " ".join(error.messages)))
        return None
