"""The stretch of time that a report is about, and what falls into it. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from labsite.lib.dates import PartialDate, display_period

ACADEMIC_YEAR_BEGINS = 9  # September
A_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class ReportPeriod:
    """From the first day that `start` can mean to the last that `end` can mean."""

    start: PartialDate
    end: PartialDate

    @property
    def first_day(self) -> datetime.date:
        return self.start.earliest

    @property
    def last_day(self) -> datetime.date:
        return self.end.latest

    @property
    def is_whole_years(self) -> bool:
        first, last = self.first_day, self.last_day
        return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)

    @property
    def text(self) -> str:
        """In words: “2025”, “September 2024 – August 2025”."""
        return display_period(self.start, self.end)

    @property
    def slug(self) -> str:
        """For names of files: “2025”, “2024-09-to-2025-08”."""
        return str(self.start) if self.start == self.end else f"{self.start}-to-{self.end}"

    def touches(self, start: PartialDate | None, end: PartialDate | None) -> bool:
        """Whether a stretch of time has a day in common with this one, as far as its dates say. An end that is not
        given is open.
        """
        begun = start is None or start.earliest <= self.last_day
        return begun and (end is None or end.latest >= self.first_day)

    def holds(self, date: PartialDate | None) -> bool:
        """Whether `date` can be a day of this period; what has no date is in none."""
        return date is not None and self.touches(date, date)

    def remark(self, date: PartialDate) -> str:
        """What a reader has to know of a date that may lie outside: “year only”, “month only”, or nothing."""
        if date.month is None:
            return "" if self.is_whole_years else _("year only")
        is_inside = self.first_day <= date.earliest and date.latest <= self.last_day
        return "" if date.day or is_inside else _("month only")


def calendar_year(year: int) -> ReportPeriod:
    return ReportPeriod(PartialDate(f"{year:04d}"), PartialDate(f"{year:04d}"))


def quick_choices(today: datetime.date) -> Iterator[tuple[str, ReportPeriod]]:
    """Label and period of what is asked for most often."""
    yield _("This year"), calendar_year(today.year)
    yield _("Last year"), calendar_year(today.year - 1)
    begin = today.year - 1 if today.month >= ACADEMIC_YEAR_BEGINS else today.year - 2
    yield (
        _("Last academic year"),
        ReportPeriod(
            PartialDate(f"{begin}-{ACADEMIC_YEAR_BEGINS:02d}"),
            PartialDate(f"{begin + 1}-{ACADEMIC_YEAR_BEGINS - 1:02d}"),
        ),
    )
    yield _("Last 12 months"), ReportPeriod(day(year_before(today) + A_DAY), day(today))


def year_before(date: datetime.date) -> datetime.date:
    """The same day a year earlier; of 29 February the 28th."""
    if (date.month, date.day) == (2, 29):
        return date.replace(year=date.year - 1, day=28)
    return date.replace(year=date.year - 1)


def day(date: datetime.date) -> PartialDate:
    return PartialDate(date.isoformat())
