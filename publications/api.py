"""`/api/v1/`: the record, read-only, for programs. The same filters as the page, cursors, conditional requests.

`/api/v1/openapi.json` describes it. Lists are in the order of keys, so that a cursor stays right while records come
and go; `q` only narrows.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from labsite.lib.web import site_root
from labsite.problems import CONTENT_TYPE, problem
from people.models import Person
from publications.exporting import record_of
from publications.filters import apply_selection, read_selection
from publications.formats.csl import csl_item
from publications.models import Publication, Topic, Venue

PER_PAGE = 50
MOST_PER_PAGE = 200
FORBIDDEN = "A query string may not hold NUL characters: leave them out."


class Api(NinjaAPI):
    """Describes what goes wrong with the media type that it has. Search engines list pages, not what repeats them."""

    def create_response(self, *args: Any, **options: Any) -> HttpResponse:
        response = super().create_response(*args, **options)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def get_openapi_schema(self, **options: Any) -> Any:
        described = super().get_openapi_schema(**options)
        answers = (
            answer
            for operations in described["paths"].values()
            for operation in operations.values()
            for status, answer in operation["responses"].items()
            if int(status) >= 400
        )
        for answer in answers:
            answer["content"] = dict.fromkeys([CONTENT_TYPE], *answer["content"].values())
        return described


api = Api(title="Labsite", version="1", docs_url=None, urls_namespace="api", description=__doc__ or "")


class Problem(Schema):
    """What is wrong with a question (RFC 9457): `detail` says it in words, `title` is the name of the status."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str = Field("", description="The number to name when writing about this.")


class AuthorOut(Schema):
    """One author in order."""

    name: str = Field(description="As printed on the publication.")
    family: str = ""
    given: str = ""
    person: str = Field("", description="The person's slug, where the link is certain.")
    orcid: str = ""
    is_equal: bool = False
    is_corresponding: bool = False


class IdentifierOut(Schema):
    """A number in somebody's register, e.g. scheme “doi”."""

    scheme: str
    value: str


class PublicationOut(Schema):
    """One publication."""

    slug: str
    url: str
    key: str = Field(description="Its key in BibTeX and CSL-JSON.")
    type: str
    title: str
    is_retracted: bool
    year: int | None
    date: str = Field(description="EDTF level 0: 2024, 2024-05 or 2024-05-31; empty where unknown.")
    venue: str = Field("", description="The venue's slug.")
    venue_name: str = ""
    authors: list[AuthorOut]
    authors_complete: bool
    identifiers: list[IdentifierOut]
    links: list[dict[str, str]]
    topics: list[str] = Field(description="Slugs.")
    distinctions: list[str]
    abstract: str
    summary: str
    has_code: bool
    changed: str = Field(description="When anything of this last changed, ISO 8601.")


class PublicationList(Schema):
    """A page of publications; `next` is the address of the next one."""

    count: int
    next: str | None
    results: list[PublicationOut]


class PersonOut(Schema):
    slug: str
    url: str
    name: str
    given_name: str
    family_name: str
    native_name: str
    orcid: str
    headline: str
    is_member: bool


class PersonList(Schema):
    count: int
    next: str | None
    results: list[PersonOut]


class VenueOut(Schema):
    slug: str
    url: str
    name: str
    short_name: str
    kind: str
    parent: str | None


class TopicOut(Schema):
    slug: str
    url: str
    name: str


class PublicationFilters(Schema):
    """The filters of `/publications/`; those that are lists may repeat."""

    venue: list[str] = Field([], description="Slugs of venues.")
    year: list[str] = Field([], description="Four digits, or “none” for what has no year.")
    author: list[str] = Field([], description="Slugs of people.")
    type: list[str] = []
    topic: list[str] = Field([], description="Slugs of topics.")
    award: list[str] = []
    since: str = ""
    until: str = ""
    code: str = Field("", description="“yes” for what has code.")
    workshops: str = Field("", description="“hide” leaves out workshop papers.")
    q: str = ""


class Place(Schema):
    cursor: int = Field(0, ge=0, le=2**53, description="From `next`; 0 begins at the start.")
    limit: int = Field(PER_PAGE, ge=1, le=MOST_PER_PAGE, description="How many at most.")


@api.exception_handler(HttpError)
def answer_problem(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, str(error))


@api.exception_handler(ValidationError)
def answer_mistake(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a parameter should have been, as one text like every other problem."""
    told = [f"{each['loc'][-1]}: {each['msg']}" for each in error.errors]
    return problem(request, 422, ". ".join(told))


def next_address(request: HttpRequest, last: int) -> str:
    query = request.GET.copy()
    query["cursor"] = str(last)
    return f"{site_root(request)}{request.path}?{query.urlencode()}"


def clean_query(request: HttpRequest) -> QueryDict:
    if any("\x00" in value for values in request.GET.lists() for value in [values[0], *values[1]]):
        raise HttpError(422, FORBIDDEN)
    return request.GET


@api.get("/publications/", response={200: PublicationList, 422: Problem}, summary="Publications of the list")
def publications(request: HttpRequest, place: Query[Place], filters: Query[PublicationFilters]) -> Any:
    """Publications that `/publications/` lists under the same filters; a value that means nothing is answered 422."""
    selection = read_selection(clean_query(request))
    problems = [problem for problem in selection.problems if problem.name not in ("sort", "page")]
    if problems:
        raise HttpError(422, " ".join(f"{problem.label}: {problem.message}" for problem in problems))
    found = apply_selection(selection, Publication.objects.listed()).order_by("pk")
    rows = list(found.filter(pk__gt=place.cursor).with_export_relations().select_related("digest")[: place.limit + 1])
    shown = rows[: place.limit]
    return {
        "count": found.count(),
        "next": next_address(request, shown[-1].pk) if len(rows) > place.limit else None,
        "results": [publication_data(row, request) for row in shown],
    }


@api.get("/publications/{slug}/", response={200: PublicationOut, 404: Problem}, summary="One publication")
def publication(request: HttpRequest, slug: str) -> Any:
    rows = Publication.objects.published().with_export_relations().select_related("digest")
    return publication_data(find(rows, slug), request)


@api.get(
    "/publications/{slug}/csl/", response={200: dict[str, Any], 404: Problem}, summary="One publication as CSL-JSON"
)
def publication_csl(request: HttpRequest, slug: str) -> Any:
    found = find(Publication.objects.published().with_export_relations(), slug)
    return csl_item(record_of(found, site_root(request)))


@api.get("/people/", response={200: PersonList, 422: Problem}, summary="Members, past and present")
def people(request: HttpRequest, place: Query[Place]) -> Any:
    clean_query(request)
    found = Person.objects.published().members().order_by("pk")
    rows = list(found.filter(pk__gt=place.cursor)[: place.limit + 1])
    shown = rows[: place.limit]
    return {
        "count": found.count(),
        "next": next_address(request, shown[-1].pk) if len(rows) > place.limit else None,
        "results": [person_data(row, request, is_member=True) for row in shown],
    }


@api.get("/people/{slug}/", response={200: PersonOut, 404: Problem}, summary="One person")
def person(request: HttpRequest, slug: str) -> Any:
    found = find(Person.objects.published().with_memberships(), slug)
    return person_data(found, request, is_member=bool(found.memberships.all()))


@api.get("/venues/", response=list[VenueOut], summary="Venues that a listed publication appeared at")
def venues(request: HttpRequest) -> Any:
    own = Venue.objects.listed()
    return [
        {
            "slug": venue.slug, "url": address(request, venue), "name": venue.name, "short_name": venue.short_name,
            "kind": venue.kind, "parent": venue.parent.slug if venue.parent else None,
        }
        for venue in own.select_related("parent")
    ]  # fmt: skip


@api.get("/topics/", response=list[TopicOut], summary="Topics of listed publications")
def topics(request: HttpRequest) -> Any:
    return [
        {"slug": topic.slug, "url": address(request, topic), "name": topic.name} for topic in Topic.objects.listed()
    ]


def find(queryset: Any, slug: str) -> Any:
    found = queryset.filter(slug=slug).first() if "\x00" not in slug else None
    if found is None:
        shown = "".join(char for char in slug if char.isprintable())[:60]
        raise HttpError(404, f"There is nothing under “{shown}” here.")
    return found


def address(request: HttpRequest, instance: Any) -> str:
    return f"{site_root(request)}{instance.get_absolute_url()}"


def person_data(row: Person, request: HttpRequest, *, is_member: bool) -> dict[str, Any]:
    names = ("slug", "name", "given_name", "family_name", "native_name", "orcid", "headline")
    return {name: getattr(row, name) for name in names} | {"url": address(request, row), "is_member": is_member}


def publication_data(row: Publication, request: HttpRequest) -> dict[str, Any]:
    record = record_of(row, site_root(request))
    digest = getattr(row, "digest", None)
    authors = [
        {
            "name": authorship.shown_name,
            "family": author.name.family,
            "given": author.name.given,
            "person": authorship.linked_person.slug if authorship.linked_person else "",
            "orcid": author.orcid,
            "is_equal": authorship.is_equal,
            "is_corresponding": authorship.is_corresponding,
        }
        for authorship, author in zip(row.authorships.all(), record.authors, strict=True)
    ]
    return {
        "slug": row.slug,
        "url": record.address,
        "key": record.key,
        "type": row.kind,
        "title": record.title,
        "is_retracted": bool(record.retracted),
        "year": row.year,
        "date": record.date,
        "venue": row.venue.slug if row.venue else "",
        "venue_name": record.container,
        "authors": authors,
        "authors_complete": record.authors_complete,
        "identifiers": [{"scheme": scheme, "value": value} for scheme, value in record.identifiers],
        "links": [{"type": kind, "url": url} for kind, url in record.links],
        "topics": [topic.slug for topic in row.topics.all()],
        "distinctions": [distinction.kind for distinction in row.distinctions.all()],
        "abstract": row.abstract,
        "summary": row.summary,
        "has_code": bool(row.has_code or row.code_link),
        "changed": digest.changed_at.isoformat() if digest else "",
    }
