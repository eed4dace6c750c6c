"""Publications and venues, as visitors see them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import AwardReceipt, Mentorship, Metric, NewsItem, Project, Talk
from publications.facets import describe, make_facets, make_removals
from publications.filters import SORT_LABELS, SORTS, Problem, Selection, apply_selection, printable, read_selection
from publications.models import PositionPublication, Publication, Venue
from publications.venues import shelve_by_kind

PER_PAGE = 50
SECTION = "publications"
NEWEST = 9999  # what has no year yet is newer than what has


@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """The list and its filters. The query string is the whole state."""
    listed = Publication.objects.listed()
    selection = read_selection(request.GET)
    found = order(apply_selection(selection, listed), selection)
    page = read_page(request, found.with_list_relations(), selection)
    facets = make_facets(selection, listed)
    context = {
        "section": SECTION,
        "selection": selection,
        "facets": facets,
        "description": describe(selection, facets),
        "page": page,
        "removals": [] if page.object_list or selection.is_impossible else make_removals(selection, listed),
        "sorts": [(value, label, selection.address(sort=[value])) for value, label in SORT_LABELS.items()],
        "previous": selection.address(page=[str(page.number - 1)]) if page.has_previous() else "",
        "next": selection.address(page=[str(page.number + 1)]) if page.has_next() else "",
    }
    return render(request, "publications/publications.html", context)


def order(queryset: QuerySet, selection: Selection) -> QuerySet:
    return queryset if selection.values.get("sort") else queryset.order_by(*SORTS["newest"])


def read_page(request: HttpRequest, queryset: QuerySet, selection: Selection) -> Page:
    """The page that `?page=` names; the first, with a problem explained, where there is no such page."""
    paginator = Paginator(queryset, PER_PAGE)
    asked = request.GET.get("page", "").strip()
    if not asked:
        return paginator.page(1)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    if 1 <= number <= paginator.num_pages:
        return paginator.page(number)
    message = f"There is no page “{printable(asked)}”: this list has {paginator.num_pages}. You see the first."
    selection.problems.append(Problem("page", "Page", message))
    return paginator.page(1)


@require_safe
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is known of one publication. A draft is for staff only."""
    visible = Publication.objects.all()
    if not request.user.has_perm("publications.view_publication"):
        visible = visible.published()
    found = get_object_or_404(visible.with_list_relations().prefetch_related("topics"), slug=slug)
    context = {"section": SECTION, "publication": found, **surroundings(found)}
    context["crumbs"] = [("Publications", reverse("publications:publications"))]
    return render(request, "publications/publication.html", context)


def surroundings(publication: Publication) -> dict[str, QuerySet]:
    """What other records say of a publication, as far as it is published."""
    positions = PositionPublication.objects.filter(publication=publication, position__person__is_published=True)
    return {
        "awards": AwardReceipt.objects.filter(publication=publication).with_page_relations(),
        "mentorships": Mentorship.objects.published().filter(publications=publication).select_related(
            "mentor", "mentee"
        ),
        "projects": Project.objects.published().filter(publications=publication),
        "positions": positions.select_related("position__person", "position__organization"),
        "talks": Talk.objects.published()
        .filter(publication=publication)
        .select_related("publication")
        .prefetch_related("links"),
        "news": NewsItem.objects.public().filter(publications=publication).newest_first(),
        "metrics": Metric.objects.published().filter(publication=publication),
        "today": timezone.localdate(),
    }  # fmt: skip


@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    """Every venue that a listed publication appeared at, by kind, workshops under their conference."""
    counts = count_by(Publication.objects.listed().filter(venue__isnull=False), "venue")
    context = {
        "section": SECTION,
        "kinds": shelve_by_kind(Venue.objects.order_by("short_name", "name"), counts),
        "crumbs": [("Publications", reverse("publications:publications"))],
    }
    return render(request, "publications/venues.html", context)


@require_safe
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    """One venue: its editions with counts, its workshops, its newest publications."""
    found = get_object_or_404(Venue.objects.select_related("parent"), slug=slug)
    listed = Publication.objects.listed()
    own = listed.filter(venue=found)
    workshops = count_by(listed.filter(venue__parent=found), "venue")
    shown = list(own.with_list_relations()[: PER_PAGE + 1])
    context = {
        "section": SECTION,
        "venue": found,
        "editions": sorted(count_by(own, "year").items(), key=lambda row: row[0] or NEWEST, reverse=True),
        "workshops": [(each, workshops[each.pk]) for each in Venue.objects.filter(pk__in=workshops)],
        "publications": shown[:PER_PAGE],
        "has_more": len(shown) > PER_PAGE,
        "crumbs": [
            ("Publications", reverse("publications:publications")),
            ("Venues", reverse("publications:venues")),
        ],
    }
    return render(request, "publications/venue.html", context)


def count_by(publications: QuerySet, column: str) -> dict[Any, int]:
    """How many there are for each value of `column`. One query."""
    rows = publications.order_by().values_list(column).annotate(number=Count("pk"))
    return dict(rows.values_list(column, "number"))
