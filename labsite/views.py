"""Pages of the house: home, search, pages of the lab's own, robots."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from activities.models import AwardReceipt, NewsItem, Project
from labsite.context import lab_of
from labsite.lib.dates import q_active
from labsite.lib.questions import printable, problem_of_words
from labsite.lib.search import Question, read_question
from labsite.lib.together import Number, Plan, load_together
from labsite.lib.web import schema_organization, site_root
from labsite.models import Page
from labsite.page_cache.marking import shared_page
from labsite.suggestions import suggest
from people.models import Group, Membership, Person
from publications.facet_names import ALL, SELECTED
from publications.filters import read_selection
from publications.hints import read_hint
from publications.models import FacetTotal, Publication, PublicationFacet, Topic, Venue
from publications.paging import best_places

NEWS_ON_HOME = 6
SELECTED_ON_HOME = 6
MEMBERS_ON_HOME = 12
AREAS_ON_HOME = 6
GROUPS_ON_HOME = 12  # the page of people has all
MOST_COUNTED = 1_000  # members: of more it is said that they are more
RESULTS_PER_KIND = 20


@shared_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who we are, the groups, the people, selected papers and the latest news."""
    context = home_context(timezone.localdate())
    context["lab"] = profile = lab_of(request)
    context["schema"] = schema_organization(
        f"{site_root(request)}/", profile.organization,
        name=profile.name, description=profile.tagline, sameAs=profile.url,
    )  # fmt: skip
    return render(request, "labsite/home.html", context)


def home_context(today: datetime.date) -> dict[str, Any]:
    """What the home page shows besides the lab's profile. One query."""
    rows = HOME.load(today=today)
    return {
        "today": today,
        "numbers": numbers(
            rows["people_number"], sum(count for (count,) in rows["papers_number"]), rows["awards_number"]
        ),
        "areas": rows["areas"],
        "groups": rows["groups"],
        "members": rows["members"][:MEMBERS_ON_HOME],
        "has_more_members": len(rows["members"]) > MEMBERS_ON_HOME,
        "publications": rows["publications"],
        "news": rows["news"],
    }


def home_querysets(today: datetime.date) -> dict[str, QuerySet | Number]:
    current = Person.objects.published().current(today)
    # Beginning with memberships, of which those who left have no more than those who stay.
    active = Membership.objects.filter(q_active(today), person__is_published=True)
    selected = PublicationFacet.objects.filter(facet=SELECTED).order_by("digest").values("digest")[:SELECTED_ON_HOME]
    return {
        "people_number": Number(active.order_by("person").values("person").distinct()[: MOST_COUNTED + 1]),
        "papers_number": FacetTotal.objects.filter(facet=ALL, year=0).values_list("number"),
        "awards_number": Number(AwardReceipt.objects.public()),
        "areas": Project.objects.published().filter(kind=Project.Kind.RESEARCH_AREA)[:AREAS_ON_HOME],
        "groups": Group.objects.published().with_page_relations()[:GROUPS_ON_HOME],
        "members": current.with_memberships()[: MEMBERS_ON_HOME + 1],
        "publications": Publication.objects.published()
        .filter(digest__place__in=selected)
        .with_rows(summary=True)
        .order_by("digest__place"),
        "news": NewsItem.objects.public().newest_first().with_relations()[:NEWS_ON_HOME],
    }


HOME = Plan(home_querysets, today=datetime.date)


def numbers(people: int, papers: int, awards: int) -> list[tuple[str, str, str]]:
    """How much there is of what, in words, and where it is listed; nothing that there is none of."""
    found = [
        (people, MOST_COUNTED, ngettext("member", "members", people), reverse("people:people")),
        (papers, papers, ngettext("publication", "publications", papers), reverse("publications:publications")),
        (awards, awards, ngettext("award", "awards", awards), reverse("activities:awards")),
    ]
    return [
        (f"{most:,}+" if number > most else f"{number:,}", words, address)
        for number, most, words, address in found if number
    ]  # fmt: skip


@shared_page("q")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People, publications, venues, topics and news that hold every word of `?q=`, or the beginning of one."""
    words = request.GET.get("q", "").strip()
    problem = problem_of_words(words)
    context: dict[str, Any] = {"search_words": printable(words) if problem else words, "problem": problem}
    if words and not problem:
        question = read_question(words)
        context["question"] = question
        context |= find_everything(words, question)
        context["is_empty"] = not any(context[kind] for kind in FOUND)
        context["hint"] = read_hint(read_selection(request.GET))
        context["suggestions"] = suggest(words) if context["is_empty"] else []
    return render(request, "labsite/search.html", context)


FOUND = ("people", "publications", "venues", "topics", "news")


def find_everything(words: str, question: Question) -> dict[str, list[Any]]:
    """At most twenty of each kind; one more tells the page that there are more. Three queries."""
    most = RESULTS_PER_KIND + 1
    places = best_places(question, most) if question.terms else []
    topics = Topic.objects.public()
    for word in question.words:
        topics = topics.filter(Q(slug__contains=word) | Q(name__icontains=word))
    found = load_together(
        rows=Publication.objects.published().filter(digest__place__in=places).with_rows(),
        people=Person.objects.published().search(words).with_memberships()[:most],
        venues=Venue.objects.public().search(words)[:most],
        topics=topics[:most],
        news=NewsItem.objects.public().search(words).newest_first()[:most],
    )
    rows = {row.digest.place: row for row in found.pop("rows")}
    return {**found, "publications": [rows[place] for place in places if place in rows]}


@shared_page()
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the lab's own."""
    found = get_object_or_404(Page, slug=slug)
    if not found.is_published and not request.user.has_perm("labsite.view_page"):
        raise Http404
    return render(request, "labsite/page.html", {"page": found, "crumbs": []})


@shared_page()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be read but rooms with doors and endless combinations, in every language. RFC 9309.

    An address with an “&” has two filters or more, or one and an order.
    """
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in kept_from_robots()), "Crawl-delay: 1"]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {site_root(request)}/sitemap.xml", ""]), content_type="text/plain"
    )


def kept_from_robots() -> list[str]:
    """Beginnings of addresses, `*` standing for any signs."""
    found = ["/publications/export.*?", "/publications/references.txt?", "/feeds/publications.atom?"]
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            doors = [reverse("admin:index"), reverse("search"), reverse("members:overview"), reverse("members:login")]
            lists = [reverse("publications:publications"), reverse("people:people"), reverse("activities:report")]
        found += [*doors, *(f"{path}?*&" for path in lists)]
    return found
