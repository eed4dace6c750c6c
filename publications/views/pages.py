"""Publications and venues, as visitors see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from activities.models import AwardReceipt, Mentorship, Metric, NewsItem, Project, Talk
from labsite.lib.search import read_question
from labsite.lib.web import plain_address_of, plain_addresses, same_in_every_language, site_root
from people.models import Person
from publications.exporting import FORMATS, record_of
from publications.facets import describe, make_facets, make_removals
from publications.filters import SORT_LABELS, SORTS, Selection, apply_selection, narrow, read_selection
from publications.formats.bibtex import write_bibtex
from publications.formats.csl import csl_item
from publications.formats.references import STYLES, format_reference
from publications.hints import read_hint
from publications.histogram import make_histogram
from publications.metadata import TypedLink, highwire_tags, link_header, link_set, schema_publication, typed_links
from publications.models import Authorship, PositionPublication, Publication, PublicationDigest, Topic, Venue
from publications.paging import PER_PAGE, read_page
from publications.queries import visible_to
from publications.records import Record
from publications.related import related_to, versions_of
from publications.venues import shelve_by_kind
from publications.views.exports import answer_with

SECTION = "publications"
MOST_PEOPLE = 30
VENUE_TYPES = {
    "conference": "EventSeries", "workshop": "EventSeries", "journal": "Periodical", "magazine": "Periodical",
    "book-series": "BookSeries",
}  # fmt: skip
NEWEST = 9999  # what has no year yet is newer than what has


@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """The list and its filters. The query string is the whole state."""
    listed = Publication.objects.listed()
    selection = read_selection(request.GET)
    page = read_page(request.GET, selection, apply_selection(selection, listed))
    selection.problems += page.problems
    facets = make_facets(selection, listed)
    style = (selection.values.get("style") or [""])[0]
    context = {
        "section": SECTION,
        "selection": selection,
        "facets": facets,
        "code_count": narrow(selection, listed, leave_out="code").filter(listed.q_with_code()).count(),
        "histogram": make_histogram(selection, facets),
        "description": describe(selection, facets),
        "page": page,
        "question": read_question(" ".join(selection.values.get("q", []))),
        "hint": read_hint(selection),
        "removals": [] if page.publications or selection.is_impossible else make_removals(selection, listed),
        "sorts": [(value, label, selection.address(sort=[value])) for value, label in offered_sorts(selection)],
        "formats": files(selection),
        "styles": [(value, label, selection.address(style=[value])) for value, (label, _) in STYLES.items()],
        "style": style,
        "references": format_page(page.publications, style, site_root(request)) if style else [],
        "plain_list": selection.address(style=None),
        "references_file": f"{plain('publications:references')}{selection.address()}" if style else "",
        "feed": f"{plain('publications:feed')}{selection.address(sort=None, style=None)}",
    }
    return render(request, "publications/publications.html", context)


def plain(name: str, *arguments: str) -> str:
    """The address of a file, which is the same in every language."""
    with plain_addresses():
        return reverse(name, args=arguments)


def files(selection: Selection) -> list[tuple[str, str]]:
    """Label and address of each format that what is listed can be taken along in."""
    return [
        (form.label, f"{plain('publications:export', form.name)}{selection.address()}") for form in FORMATS.values()
    ]


def format_page(publications: list[Publication], style: str, root: str) -> list[tuple[Publication, str]]:
    """Each publication with its reference. Seven queries; 2 to 50 ms for each reference that is not in memory yet."""
    keys = [publication.pk for publication in publications]
    rows = {row.pk: row for row in Publication.objects.filter(pk__in=keys).with_export_relations()}
    return [
        (publication, format_reference(csl_item(record_of(rows[publication.pk], root)), style))
        for publication in publications
        if publication.pk in rows
    ]


def offered_sorts(selection: Selection) -> list[tuple[str, str]]:
    """The orders that make sense: best match needs words, most cited needs a figure."""
    has_figures = PublicationDigest.objects.filter(citations_key__lte=0).exists()
    hidden = set()
    if not selection.values.get("q"):
        hidden.add("best")
    if not has_figures:
        hidden.add("cited")
    return [(value, label) for value, label in SORT_LABELS.items() if value not in hidden]


PAGE_TYPES = ["text/html", *(form.content_type for form in FORMATS.values())]


@require_safe
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is known of one publication; in another format where the Accept header asks for one.

    A draft is for staff only.
    """
    found = get_object_or_404(visible_to(request.user, Publication.objects.with_export_relations()), slug=slug)
    asked = request.get_preferred_type(PAGE_TYPES)
    form = next((form for form in FORMATS.values() if form.content_type == asked), None)
    record = record_of(found, site_root(request))
    links = signposts(found, record, request)
    if form:
        response = answer_with(found, form, request)
    else:
        response = render(request, "publications/publication.html", publication_context(found, record, links))
    address = plain("publications:linkset", found.slug)
    response["Link"] = link_header(record, links, f"{site_root(request)}{address}")
    patch_vary_headers(response, ["Accept"])
    return response


def publication_context(found: Publication, record: Record, links: list[TypedLink]) -> dict[str, Any]:
    item = csl_item(record)
    description = found.abstract or found.summary
    return {
        "section": SECTION,
        "publication": found,
        "record": record,
        "highwire": [(name, value) for name, value in highwire_tags(record, description or record.title) if value],
        "schema": schema_publication(record, found.summary),
        "typed_links": links,
        "bibtex": write_bibtex(record),
        "references": [(style, label, format_reference(item, style)) for style, (label, _) in STYLES.items()],
        "formats": citation_addresses(found),
        "versions": versions_of(found),
        "related": related_to(found),
        "crumbs": [(gettext("Publications"), reverse("publications:publications"))],
        **surroundings(found),
    }


def citation_addresses(publication: Publication) -> list[tuple[str, str, str]]:
    """Label, address and media type of each format a publication can be taken along in."""
    return [
        (form.label, plain("publications:cite", publication.slug, form.name), form.content_type)
        for form in FORMATS.values()
    ]


def signposts(publication: Publication, record: Record, request: HttpRequest) -> list[TypedLink]:
    """The typed links of a publication's page (FAIR Signposting, level 2)."""
    root = site_root(request)
    return typed_links(record, [(f"{root}{address}", kind) for _, address, kind in citation_addresses(publication)])


@require_safe
@same_in_every_language
def linkset(request: HttpRequest, slug: str) -> HttpResponse:
    """The typed links of one publication as RFC 9264 JSON."""
    found = get_object_or_404(visible_to(request.user, Publication.objects.with_export_relations()), slug=slug)
    record = record_of(found, site_root(request))
    data = link_set(record, signposts(found, record, request))
    return JsonResponse(data, content_type="application/linkset+json")


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic that a listed publication is about, with how many are."""
    counts = count_by(Publication.objects.listed().filter(topics__isnull=False), "topics")
    found = [(topic, counts[topic.pk]) for topic in Topic.objects.filter(pk__in=counts)]
    crumbs = [(gettext("Publications"), reverse("publications:publications"))]
    return render(request, "publications/topics.html", {"section": SECTION, "topics": found, "crumbs": crumbs})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """One topic: its years with counts, who writes about it, its newest publications, areas that share it."""
    found = get_object_or_404(Topic, slug=slug)
    listed = Publication.objects.listed().filter(topics=found)
    shown = list(listed.with_rows().order_by(*SORTS["newest"])[: PER_PAGE + 1])
    people = Authorship.objects.confirmed().filter(publication__in=listed.values("pk"), person__is_published=True)
    counts = dict(people.order_by().values_list("person").annotate(n=Count("publication")).values_list("person", "n"))
    members = Person.objects.published().members().filter(pk__in=counts)
    context = {
        "section": SECTION,
        "topic": found,
        "editions": sorted(count_by(listed, "year").items(), key=lambda row: row[0] or NEWEST, reverse=True),
        "people": sorted(((each, counts[each.pk]) for each in members), key=lambda row: -row[1])[:MOST_PEOPLE],
        "projects": Project.objects.published().filter(topics=found),
        "publications": shown[:PER_PAGE],
        "has_more": len(shown) > PER_PAGE,
        "crumbs": [
            (gettext("Publications"), reverse("publications:publications")),
            (gettext("Topics"), reverse("publications:topics")),
        ],
    }
    return render(request, "publications/topic.html", context)


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
        .prefetch_related("links", Prefetch("speakers", Person.objects.published())),
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
        "crumbs": [(gettext("Publications"), reverse("publications:publications"))],
    }
    return render(request, "publications/venues.html", context)


@require_safe
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    """One venue: its editions with counts, its workshops, its newest publications."""
    found = get_object_or_404(Venue.objects.select_related("parent"), slug=slug)
    listed = Publication.objects.listed()
    own = listed.filter(venue=found)
    workshops = count_by(listed.filter(venue__parent=found), "venue")
    shown = list(own.with_rows().order_by(*SORTS["newest"])[: PER_PAGE + 1])
    context = {
        "section": SECTION,
        "venue": found,
        "editions": sorted(count_by(own, "year").items(), key=lambda row: row[0] or NEWEST, reverse=True),
        "workshops": [(each, workshops[each.pk]) for each in Venue.objects.filter(pk__in=workshops)],
        "schema": schema_venue(found, site_root(request)),
        "publications": shown[:PER_PAGE],
        "has_more": len(shown) > PER_PAGE,
        "crumbs": [
            (gettext("Publications"), reverse("publications:publications")),
            (gettext("Venues"), reverse("publications:venues")),
        ],
    }
    return render(request, "publications/venue.html", context)


def schema_venue(venue: Venue, root: str) -> dict[str, Any]:
    """The venue as schema.org describes series of events, periodicals and the like."""
    address = plain_address_of(venue, root)
    data = {
        "@context": "https://schema.org",
        "@type": VENUE_TYPES.get(venue.kind, "CreativeWorkSeries"),
        "@id": f"{address}#venue",
        "name": venue.name,
        "alternateName": [name for name in (venue.short_name, *venue.aliases) if name],
        "url": venue.url or address,
    }
    return {key: value for key, value in data.items() if value}


def count_by(publications: QuerySet, column: str) -> dict[Any, int]:
    """How many there are for each value of `column`. One query."""
    rows = publications.order_by().values_list(column).annotate(number=Count("pk"))
    return dict(rows.values_list(column, "number"))
