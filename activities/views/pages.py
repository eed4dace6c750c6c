"""Awards, news and research, as visitors see them."""

from __future__ import annotations

from functools import cache
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from activities.models import AwardReceipt, Grant, NewsItem, Project, ProjectRole, Talk
from activities.news import narrowed_news, read_news_selection
from labsite.lib.questions import printable
from labsite.lib.together import Number, Plan, load_together
from labsite.page_cache.marking import shared_page
from people.models import Person
from publications.models import Publication

AWARDS_PER_PAGE = 200
MOST_PAPERS = 100  # of a project that its page prints
KIND_HEADINGS = {
    Project.Kind.RESEARCH_AREA: gettext_lazy("Research areas"),
    Project.Kind.PROJECT: gettext_lazy("Projects"),
    Project.Kind.SOFTWARE: gettext_lazy("Software"),
    Project.Kind.DATASET: gettext_lazy("Data sets"),
}


@shared_page("by", "page")
@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """Every time a published person received an award, by year or (`?by=person`) by person, on pages of 200."""
    pages = Paginator(AwardReceipt.objects.public(), AWARDS_PER_PAGE)
    rows = AWARDS.load()
    pages.count = rows["number"]
    page = pages.get_page(request.GET.get("page"))
    receipts = rows["receipts"]
    if page.number > 1:
        receipts = load_together(receipts=page.object_list.with_page_relations())["receipts"]
    by = request.GET.get("by", "year")
    groups = by_person(receipts) if by == "person" else by_year(receipts)
    context = {"section": "awards", "by": "person" if by == "person" else "year", "groups": groups, "page": page}
    context["problem"] = (
        "" if by in ("year", "person") else _("Awards are shown by year or by person. You see them by year.")
    )
    return render(request, "activities/awards.html", context)


def by_year(receipts: list[AwardReceipt]) -> list[tuple[str, str, list[AwardReceipt]]]:
    """(heading, address, receipts), newest first; what has no year comes last."""
    grouped = groupby(receipts, key=lambda receipt: str(receipt.year.year) if receipt.year else "")
    return [(year or _("Undated"), "", list(rows)) for year, rows in grouped]


def by_person(receipts: list[AwardReceipt]) -> list[tuple[str, str, list[AwardReceipt]]]:
    groups: dict[Person, list[AwardReceipt]] = {}
    for receipt in receipts:
        for person in receipt.people.all():
            groups.setdefault(person, []).append(receipt)
    ordered = sorted(groups, key=lambda person: (person.sort_key, person.slug))
    return [(person.name, person.get_absolute_url(), groups[person]) for person in ordered]


@shared_page("kind", "person", "page")
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The news, newest first, by year; `?kind=` narrows it, `?person=` to one person, `?page=` turns the page."""
    selection = read_news_selection(request.GET)
    pages = Paginator(selection.items, NewsItem.PER_PAGE)
    given = {"kind": selection.kind, "person": selection.person and selection.person.pk}
    given = {name: value for name, value in given.items() if value}
    rows = first_news(*given).load(**given)
    pages.count = rows["number"]
    page = pages.get_page(request.GET.get("page"))
    page.object_list = (
        rows["items"] if page.number == 1 else load_together(items=page.object_list.with_relations())["items"]
    )
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


@shared_page()
@require_safe
def research(request: HttpRequest) -> HttpResponse:
    """Areas, projects, software and data sets, with their people."""
    projects = RESEARCH.load()["projects"]
    kinds = [
        (heading, rows)
        for kind, heading in KIND_HEADINGS.items()
        if (rows := [project for project in projects if project.kind == kind])
    ]  # fmt: skip
    return render(request, "activities/research.html", {"section": "research", "kinds": kinds})


def published_roles() -> Prefetch:
    roles = ProjectRole.objects.filter(person__is_published=True).select_related("person")
    return Prefetch("roles", roles)


@shared_page()
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """One area or project with its people, papers, talks, grants and links."""
    rows = PROJECT.load(slug=slug)
    if not rows["projects"]:
        raise Http404
    found = rows["projects"][0]
    if not found.is_published and not request.user.has_perm("activities.view_project"):
        raise Http404
    context = {
        "section": "research",
        "project": found,
        "publications": rows["publications"][:MOST_PAPERS],
        "number": rows["number"],
        "crumbs": [(_("Research"), reverse("activities:research"))],
    }
    return render(request, "activities/project.html", context)


def award_querysets() -> dict[str, QuerySet | Number]:
    receipts = AwardReceipt.objects.public()
    return {"receipts": receipts.with_page_relations()[:AWARDS_PER_PAGE], "number": Number(receipts)}


@cache
def first_news(*given: str) -> Plan:
    """The first page of the news and the number of items; `given`: by which of “kind” and “person” it is narrowed."""

    def make(kind: str = "", person: int = 0) -> dict[str, QuerySet | Number]:
        items = narrowed_news(kind, person)
        return {"items": items.with_relations()[: NewsItem.PER_PAGE], "number": Number(items)}

    types = {"kind": str, "person": int}
    return Plan(make, **{name: types[name] for name in given})


def research_querysets() -> dict[str, QuerySet]:
    return {"projects": Project.objects.published().prefetch_related(published_roles(), "topics")}


def project_querysets(slug: str) -> dict[str, QuerySet | Number]:
    """One area or project with what hangs on it, and the newest of its papers."""
    related = (
        published_roles(),
        Prefetch("talks", Talk.objects.published().select_related("publication").prefetch_related("links")),
        "topics",
        "links",
        Prefetch("grants", Grant.objects.select_related("funder")),
    )
    links = Project.publications.through.objects.filter(project__slug=slug)
    papers = Publication.objects.published().filter(pk__in=links.values("publication"))
    return {
        "projects": Project.objects.filter(slug=slug).prefetch_related(*related),
        "publications": papers.with_rows()[:MOST_PAPERS],
        "number": Number(papers),
    }


AWARDS = Plan(award_querysets)
RESEARCH = Plan(research_querysets)
PROJECT = Plan(project_querysets, slug=str)
