"""Publications and venues, as visitors see them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from activities.models import Project
from labsite.lib.search import read_question
from labsite.lib.together import load_together
from labsite.lib.web import (
    ENDLESS,
    around_slug,
    plain_address,
    plain_address_of,
    same_in_every_language,
    site_root,
)
from labsite.page_cache.marking import shared_page
from people.models import Person
from publications.counting import Counts, count_by_year, count_list, count_members, count_named, count_values
from publications.exporting import FORMATS, record_of
from publications.facets import describe, load_labels, make_facets, make_removals
from publications.filters import SORT_LABELS, Selection, read_selection
from publications.formats.bibtex import write_bibtex
from publications.formats.csl import csl_item
from publications.formats.references import STYLES, format_reference
from publications.hints import read_hint
from publications.histogram import make_histogram
from publications.metadata import TypedLink, highwire_tags, link_header, link_set, schema_publication, typed_links
from publications.models import Publication, Topic, Venue
from publications.paging import PER_PAGE, load_newest, read_page
from publications.queries import visible_to
from publications.records import Record
from publications.related import related_to, versions_of
from publications.venues import shelve_by_kind
from publications.views import PLACES, SELECTION
from publications.views.exports import answer_with
from publications.views.surroundings import load_publication

SECTION = "publications"
BY_YEAR = ("newest", "oldest")  # orders whose lists have years for headings
MOST_PEOPLE = 30
MOST_SHELVES = 500  # venues or topics on one page
VENUE_TYPES = {
    "conference": "EventSeries", "workshop": "EventSeries", "journal": "Periodical", "magazine": "Periodical",
    "book-series": "BookSeries",
}  # fmt: skip


@shared_page(*SELECTION, *PLACES)
@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """The list and its filters. The query string is the whole state."""
    selection = read_selection(request.GET)
    counts = count_list(selection)
    style = (selection.values.get("style") or [""])[0]
    page = read_page(request.GET, selection, counts, in_full=bool(style))
    selection.problems += page.problems
    labels = load_labels(selection, counts)
    facets = make_facets(selection, counts, labels)
    context = {
        "section": SECTION,
        "selection": selection,
        "facets": facets,
        "code_count": None if "code" in counts.samples else counts.facets["code"].get("code:yes", 0),
        "histogram": make_histogram(selection, facets),
        "description": describe(selection, facets),
        "page": page,
        "years": [] if style or page.sort not in BY_YEAR else by_year(page.publications),
        "question": read_question(" ".join(selection.values.get("q", []))),
        "hint": read_hint(selection, labels),
        "removals": [] if page.publications or selection.is_impossible else make_removals(selection),
        "sorts": [(value, label, selection.address(sort=[value])) for value, label in offered_sorts(selection, counts)],
        "formats": files(selection),
        "styles": [(value, label, selection.address(style=[value])) for value, (label, _) in STYLES.items()],
        "style": style,
        "references": format_page(page.publications, style, site_root(request)) if style else [],
        "plain_list": selection.address(style=None),
        "references_file": f"{plain_address('publications:references')}{selection.address()}" if style else "",
        "feed": f"{plain_address('publications:feed')}{selection.address(sort=None, style=None)}",
        "json_feed": f"{plain_address('publications:json_feed')}{selection.address(sort=None, style=None)}",
        "embed_query": selection.address(sort=None),
    }
    response = render(request, "publications/publications.html", context)
    if selection.is_combined:
        response.headers["X-Robots-Tag"] = ENDLESS
    return response


def by_year(publications: list[Publication]) -> list[tuple[int | None, list[Publication]]]:
    """Publications in the order of years, by year."""
    return [(year, list(rows)) for year, rows in groupby(publications, key=lambda each: each.year)]


def files(selection: Selection) -> list[tuple[str, str]]:
    """Label and address of each format that what is listed can be taken along in."""
    query = selection.address()
    return [(form.label, plain_address("publications:export", form.name) + query) for form in FORMATS.values()]


def format_page(publications: list[Publication], style: str, root: str) -> list[tuple[Publication, str]]:
    """Each publication, loaded in full, with its reference. No query; 0.3 to 10 ms for each that is not in memory."""
    return [(each, format_reference(csl_item(record_of(each, root)), style)) for each in publications]


def offered_sorts(selection: Selection, counts: Counts) -> list[tuple[str, str]]:
    """The orders that make sense: best match needs words, most cited needs a figure."""
    hidden = set()
    if not selection.values.get("q"):
        hidden.add("best")
    if not counts.has_citations:
        hidden.add("cited")
    return [(value, label) for value, label in SORT_LABELS.items() if value not in hidden]


PAGE_TYPES = ["text/html", *(form.content_type for form in FORMATS.values())]


@shared_page(by_accept=True)
@require_safe
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is known of one publication; in another format where the Accept header asks for one.

    A draft is for staff only.
    """
    found, around = load_publication(slug, request.user)
    asked = request.get_preferred_type(PAGE_TYPES)
    form = next((form for form in FORMATS.values() if form.content_type == asked), None)
    record = record_of(found, site_root(request))
    links = signposts(found, record, request)
    if form:
        response = answer_with(found, form, request)
    else:
        response = render(request, "publications/publication.html", publication_context(found, around, record, links))
    address = file_of(found, "publications:linkset")
    response["Link"] = link_header(record, links, f"{site_root(request)}{address}")
    patch_vary_headers(response, ["Accept"])
    return response


def publication_context(
    found: Publication, around: dict[str, Any], record: Record, links: list[TypedLink]
) -> dict[str, Any]:
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
        **around,
    }


def citation_addresses(publication: Publication) -> list[tuple[str, str, str]]:
    """Label, address and media type of each format a publication can be taken along in."""
    return [
        (form.label, file_of(publication, "publications:cite", form.name), form.content_type)
        for form in FORMATS.values()
    ]


def file_of(publication: Publication, name: str, *further: str) -> str:
    """The address of a file about one publication."""
    before, after = around_slug(name, settings.LANGUAGE_CODE, *further)
    return f"{before}{publication.slug}{after}"


def signposts(publication: Publication, record: Record, request: HttpRequest) -> list[TypedLink]:
    """The typed links of a publication's page (FAIR Signposting, level 2)."""
    root = site_root(request)
    return typed_links(record, [(f"{root}{address}", kind) for _, address, kind in citation_addresses(publication)])


@shared_page()
@require_safe
@same_in_every_language
def linkset(request: HttpRequest, slug: str) -> HttpResponse:
    """The typed links of one publication as RFC 9264 JSON."""
    found = get_object_or_404(visible_to(request.user, Publication.objects.with_export_relations()), slug=slug)
    record = record_of(found, site_root(request))
    data = link_set(record, signposts(found, record, request))
    return JsonResponse(data, content_type="application/linkset+json")


@shared_page()
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The topics that most listed publications are about, with how many are."""
    counts = count_values("topic", MOST_SHELVES)
    found = [(topic, counts[topic.slug]) for topic in Topic.objects.filter(slug__in=counts)]
    crumbs = [(gettext("Publications"), reverse("publications:publications"))]
    return render(request, "publications/topics.html", {"section": SECTION, "topics": found, "crumbs": crumbs})


@shared_page()
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """One topic: its years with counts, who writes about it, its newest publications, areas that share it."""
    found = find_shelf(request, Topic.objects.all(), slug)
    facet = f"topic:{found.slug}"
    shown = load_newest(facet, PER_PAGE + 1)
    counts = count_members(facet)
    most = sorted(counts, key=lambda each: (-counts[each], each))[:MOST_PEOPLE]
    around = load_together(
        people=Person.objects.published().filter(slug__in=most),
        projects=Project.objects.published().filter(topics=found),
    )
    context = {
        "section": SECTION,
        "topic": found,
        "editions": list(count_by_year(facet).items()),
        "people": sorted(((each, counts[each.slug]) for each in around["people"]), key=lambda row: -row[1]),
        "projects": around["projects"],
        "publications": shown[:PER_PAGE],
        "has_more": len(shown) > PER_PAGE,
        "crumbs": [
            (gettext("Publications"), reverse("publications:publications")),
            (gettext("Topics"), reverse("publications:topics")),
        ],
    }
    return render(request, "publications/topic.html", context)


@shared_page()
@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    """The venues where most listed publications appeared, by kind, workshops under their conference."""
    counts = count_values("venue", MOST_SHELVES)
    rows = Venue.objects.filter(Q(slug__in=counts) | Q(workshops__slug__in=counts)).distinct()
    context = {
        "section": SECTION,
        "kinds": shelve_by_kind(rows.order_by("short_name", "name"), counts),
        "crumbs": [(gettext("Publications"), reverse("publications:publications"))],
    }
    return render(request, "publications/venues.html", context)


@shared_page()
@require_safe
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    """One venue: its editions with counts, its workshops, its newest publications."""
    found = find_shelf(request, Venue.objects.select_related("parent"), slug)
    facet = f"venue:{found.slug}"
    workshops = {f"venue:{each.slug}": each for each in Venue.objects.filter(parent=found)[:MOST_SHELVES]}
    counts = count_named(list(workshops))
    shown = load_newest(facet, PER_PAGE + 1)
    context = {
        "section": SECTION,
        "venue": found,
        "editions": list(count_by_year(facet).items()),
        "workshops": [(each, counts[facet]) for facet, each in workshops.items() if facet in counts],
        "schema": schema_venue(found, site_root(request)),
        "publications": shown[:PER_PAGE],
        "has_more": len(shown) > PER_PAGE,
        "crumbs": [
            (gettext("Publications"), reverse("publications:publications")),
            (gettext("Venues"), reverse("publications:venues")),
        ],
    }
    return render(request, "publications/venue.html", context)


def find_shelf(request: HttpRequest, rows: QuerySet, slug: str) -> Any:
    """A venue or topic; one that only drafts name for editors alone. Raises `Http404`. One query, editors two."""
    found = rows.public().filter(slug=slug).first()
    if found is None and request.user.has_perm(f"publications.view_{rows.model._meta.model_name}"):
        found = rows.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


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
