"""Awards per year by kind, as the awards page counts them: each time one was received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.figures.columns import Columns, Series
from activities.figures.figure import Figure, Table, peaks, per_year
from activities.figures.selection import FigureSelection
from activities.models import Award, AwardReceipt
from people.models import Membership
from publications.models import Publication


def receipts(selection: FigureSelection) -> QuerySet:
    """Public receipts; with a group, those of a person who is or was in it, or of one of its papers."""
    rows = AwardReceipt.objects.public().order_by()
    if selection.group:
        members = Membership.objects.filter(group=selection.group).values("person")
        received = AwardReceipt.people.through.objects.filter(
            awardreceipt=OuterRef("pk"), person__is_published=True, person__in=members
        )
        papers = Publication.objects.published().of_group(selection.group).values("pk")
        rows = rows.filter(Exists(received) | Q(publication__in=papers, people__isnull=True))
    return rows


def award_rows(selection: FigureSelection) -> QuerySet:
    """How many receipts there are of each year and kind."""
    return receipts(selection).values_list(Left("year", 4), "award__kind").annotate(count=Count("pk", distinct=True))


def count_awards(selection: FigureSelection, rows: Iterable[tuple]) -> tuple[Counter[tuple[int, str]], int]:
    """Receipts by (year, kind), and how many have no year."""
    counts: Counter[tuple[int, str]] = Counter()
    undated = 0
    for text, kind, count in rows:
        if not text:
            undated += count
        elif selection.covers(int(str(text))):
            counts[int(str(text)), kind] += count
    return counts, 0 if selection.since or selection.until else undated


def make_figure(selection: FigureSelection, found: Iterable[tuple] | None = None) -> Figure:
    """Of the rows of `award_rows`; they are asked for where they are not given."""
    counts, undated = count_awards(selection, award_rows(selection) if found is None else found)
    labels = dict(Award.Kind.choices)
    years, series = per_year(counts, list(labels))
    totals = [sum(values) for values in zip(*series.values(), strict=True)]
    rows = [
        [str(year), *(values[index] for values in series.values()), totals[index]] for index, year in enumerate(years)
    ]
    notes = []
    if undated:
        text = ngettext(
            "%(count)s award has no year and is neither in the picture nor in the table.",
            "%(count)s awards have no year and are neither in the picture nor in the table.",
            undated,
        )
        notes.append(text % {"count": undated})
    headings = [_("Year"), *(str(labels[kind]) for kind in series), _("All")]
    return Figure(
        name="awards",
        title=_("Awards per year"),
        takeaway=takeaway(years, totals),
        table=Table(_("Awards by year and kind"), headings, rows),
        chart=Columns(years, [Series(str(labels[kind]), series[kind]) for kind in series]) if years else None,
        notes=notes,
    )


def takeaway(years: list[int], totals: list[int]) -> str:
    if not years:
        return _("No award with a year is recorded.")
    count, top = sum(totals), peaks(years, totals)
    values = {"count": count, "first": years[0], "last": years[-1], "peak": max(totals), "year": top[-1]}
    if len(years) == 1:
        return ngettext("%(count)s award in %(year)s.", "%(count)s awards in %(year)s.", count) % values
    if len(top) > 1:
        text = ngettext(
            "%(count)s award from %(first)s to %(last)s.", "%(count)s awards from %(first)s to %(last)s.", count
        )
        return text % values
    text = ngettext(
        "%(count)s award from %(first)s to %(last)s; the most were received in %(year)s: %(peak)s.",
        "%(count)s awards from %(first)s to %(last)s; the most were received in %(year)s: %(peak)s.",
        count,
    )
    return text % values
