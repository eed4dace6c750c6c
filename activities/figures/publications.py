"""Papers per year by type of venue, as the public list counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.figures.columns import Columns, Series
from activities.figures.figure import Figure, Table, peaks, per_year
from activities.figures.selection import FigureSelection
from publications.models import Publication, Venue
from publications.queries import PublicationQuerySet

Kind = Publication.Kind
TYPES = {
    "conference": gettext_lazy("Conference"),
    "journal": gettext_lazy("Journal or magazine"),
    "workshop": gettext_lazy("Workshop"),
    "preprint": gettext_lazy("Preprint"),
    "thesis": gettext_lazy("Thesis or report"),
    "book": gettext_lazy("Book or chapter"),
    "other": gettext_lazy("Other"),
}
OF_VENUE = {
    Venue.Kind.CONFERENCE: "conference", Venue.Kind.WORKSHOP: "workshop", Venue.Kind.JOURNAL: "journal",
    Venue.Kind.MAGAZINE: "journal", Venue.Kind.PREPRINT_SERVER: "preprint",
}  # fmt: skip
OF_KIND = {
    Kind.CONFERENCE_PAPER: "conference", Kind.WORKSHOP_PAPER: "workshop", Kind.JOURNAL_ARTICLE: "journal",
    Kind.PREPRINT: "preprint", Kind.REPORT: "thesis", Kind.THESIS: "thesis", Kind.PROPOSAL: "thesis",
    Kind.BOOK: "book", Kind.CHAPTER: "book",
}  # fmt: skip


def listed_papers(selection: FigureSelection) -> PublicationQuerySet:
    """The papers of the public list, of a group and of years where these are chosen."""
    papers = Publication.objects.listed().filter(selection.q_years("year"))
    return (papers.of_group(selection.group) if selection.group else papers).order_by()


def venue_type(kind: str, venue_kind: str | None) -> str:
    """The type of a paper's venue; where the venue has none that tells, the paper's own."""
    if kind == Kind.WORKSHOP_PAPER:
        return "workshop"
    return OF_VENUE.get(venue_kind or "") or OF_KIND.get(kind, "other")


def paper_rows(selection: FigureSelection) -> QuerySet:
    """How many papers there are of each year, type and type of venue: few rows, however many papers there are."""
    return listed_papers(selection).values_list("year", "kind", "venue__kind").annotate(count=Count("pk"))


def count_papers(rows: Iterable[tuple]) -> tuple[Counter[tuple[int, str]], Counter[str]]:
    """Papers by (year, type), and those without a year by type."""
    dated: Counter[tuple[int, str]] = Counter()
    undated: Counter[str] = Counter()
    for year, kind, venue_kind, count in rows:
        name = venue_type(kind, venue_kind)
        if year is None:
            undated[name] += count
        else:
            dated[year, name] += count
    return dated, undated


def make_figure(selection: FigureSelection, found: Iterable[tuple] | None = None) -> Figure:
    """Of the rows of `paper_rows`; they are asked for where they are not given."""
    dated, undated = count_papers(paper_rows(selection) if found is None else found)
    years, series = per_year(dated, list(TYPES))
    kinds = [kind for kind in TYPES if kind in series or undated[kind]]
    labels = [str(TYPES[kind]) for kind in kinds]
    rows = [
        [str(year), *(dated[year, kind] for kind in kinds), sum(dated[year, kind] for kind in kinds)] for year in years
    ]
    lost = sum(undated.values())
    if lost:
        rows.append([_("Undated"), *(undated[kind] for kind in kinds), lost])
    notes = []
    if lost:
        text = ngettext(
            "%(count)s paper has no year and is not in the picture.",
            "%(count)s papers have no year and are not in the picture.",
            lost,
        )
        notes.append(text % {"count": lost})
    caption = _("Papers by year and type of venue")
    return Figure(
        name="publications",
        title=_("Papers per year"),
        takeaway=takeaway(years, [sum(values) for values in zip(*series.values(), strict=True)], lost),
        table=Table(caption, [_("Year"), *labels, _("All")], rows),
        chart=Columns(years, [Series(str(TYPES[kind]), series[kind]) for kind in series]) if years else None,
        notes=notes,
    )


def takeaway(years: list[int], totals: list[int], undated: int) -> str:
    """How many, since when, and in which year the most."""
    if not years:
        return _("No paper with a year is listed.") if undated else _("No paper is listed.")
    count, top = sum(totals), peaks(years, totals)
    values = {"count": count, "first": years[0], "last": years[-1], "peak": max(totals), "year": top[-1]}
    if len(years) == 1:
        return ngettext("%(count)s paper in %(year)s.", "%(count)s papers in %(year)s.", count) % values
    if len(top) > 1:
        text = ngettext(
            "%(count)s paper from %(first)s to %(last)s.", "%(count)s papers from %(first)s to %(last)s.", count
        )
        return text % values
    text = ngettext(
        "%(count)s paper from %(first)s to %(last)s; the most came out in %(year)s: %(peak)s.",
        "%(count)s papers from %(first)s to %(last)s; the most came out in %(year)s: %(peak)s.",
        count,
    )
    return text % values
