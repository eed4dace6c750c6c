"""Awards, news and research, as visitors see them."""

from __future__ import annotations

from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from activities.models import AwardReceipt, Grant, NewsItem, Project, ProjectRole, Talk
from activities.news import read_news_selection
from labsite.lib.questions import printable
from people.models import Person
from publications.models import Publication

NEWS_PER_PAGE = 50
KIND_HEADINGS = {
    Project.Kind.RESEARCH_AREA: gettext_lazy("Research areas"),
    Project.Kind.PROJECT: gettext_lazy("Projects"),
    Project.Kind.SOFTWARE: gettext_lazy("Software"),
    Project.Kind.DATASET: gettext_lazy("Data sets"),
}


@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """Every time a published person received an award, by year or (`?by=person`) by person."""
    receipts = AwardReceipt.objects.public().with_page_relations()
    by = request.GET.get("by", "year")
    groups = by_person(receipts) if by == "person" else by_year(receipts)
    context = {"section": "awards", "by": "person" if by == "person" else "year", "groups": groups}
    context["problem"] = (
        "" if by in ("year", "person") else _("Awards are shown by year or by person. You see them by year.")
    )
    return render(request, "activities/awards.html", context)


def by_year(receipts: QuerySet) -> list[tuple[str, str, list[AwardReceipt]]]:
    """(heading, address, receipts), newest first; what has no year comes last."""
    grouped = groupby(receipts, key=lambda receipt: str(receipt.year.year) if receipt.year else "")
    return [(year or _("Undated"), "", list(rows)) for year, rows in grouped]


def by_person(receipts: QuerySet) -> list[tuple[str, str, list[AwardReceipt]]]:
    groups: dict[Person, list[AwardReceipt]] = {}
    for receipt in receipts:
        for person in receipt.people.all():
            groups.setdefault(person, []).append(receipt)
    ordered = sorted(groups, key=lambda person: (person.sort_key, person.slug))
    return [(person.name, person.get_absolute_url(), groups[person]) for person in ordered]


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The news, newest first, by year; `?kind=` narrows it, `?person=` to one person, `?page=` turns the page."""
    selection = read_news_selection(request.GET)
    pages = Paginator(selection.items.with_relations(), NEWS_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    asked = request.GET.get("page", "")
    if asked and asked != str(page.number):
        selection.problems.append(
            _("There is no page “%(asked)s”: the news has %(pages)s.")
            % {"asked": printable(asked), "pages": pages.num_pages}
        )
    context = {
        "section": "news",
        "page": page,
        "kind": selection.kind,
        "kinds": [choice for choice in NewsItem.Kind.choices if choice[0] != NewsItem.Kind.PERSONAL],
        "person": selection.person,
        "problems": selection.problems,
        "feed": f"{reverse('activities:news_feed')}?{selection.query}".rstrip("?"),
        "today": timezone.localdate(),
    }
    return render(request, "activities/news.html", context)


@require_safe
def research(request: HttpRequest) -> HttpResponse:
    """Areas, projects, software and data sets, with their people."""
    projects = Project.objects.published().prefetch_related(published_roles(), "topics")
    kinds = [
        (heading, rows)
        for kind, heading in KIND_HEADINGS.items()
        if (rows := [project for project in projects if project.kind == kind])
    ]  # fmt: skip
    return render(request, "activities/research.html", {"section": "research", "kinds": kinds})


def published_roles() -> Prefetch:
    roles = ProjectRole.objects.filter(person__is_published=True).select_related("person")
    return Prefetch("roles", roles)


@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """One area or project with its people, papers, talks, grants and links."""
    related = (
        published_roles(),
        Prefetch("talks", Talk.objects.published().select_related("publication").prefetch_related("links")),
        "topics",
        "links",
    )
    found = get_object_or_404(
        Project.objects.prefetch_related(*related, Prefetch("grants", Grant.objects.select_related("funder"))),
        slug=slug,
    )
    if not found.is_published and not request.user.has_perm("activities.view_project"):
        raise Http404
    context = {
        "section": "research",
        "project": found,
        "publications": Publication.objects.published().filter(projects=found).with_rows(),
        "crumbs": [(_("Research"), reverse("activities:research"))],
    }
    return render(request, "activities/project.html", context)
