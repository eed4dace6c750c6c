"""All that a person's page and CV print, loaded by one query.

Nothing that is not published is among it: drafts of people, publications, groups, sections and projects stay out.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet

from activities.lineage import Edge, edge_querysets, part_edges, read_edges
from activities.models import AwardReceipt, GrantRole, Metric, NewsItem, Project, ProjectRole, Service, Talk
from labsite.lib.together import Number, Plan
from people.directory import current_membership
from people.models import Education, Membership, Person, Position, PositionPerson, ProfileSection
from publications.models import Authorship, FacetTotal, PositionPublication, Publication, PublicationFacet
from publications.rows import people_of

NEWS_ON_PAGE = 8
MOST_PAPERS = 100  # of a person that a page prints
NEWEST_PAPERS = 50  # that it prints of whoever has more, beside the way to the list of all
WORK = (Position.Kind.EMPLOYMENT, Position.Kind.INTERNSHIP)


@dataclass
class ServiceGroup:
    """Services of one kind."""

    kind: str
    label: str
    services: list[Service]


@dataclass
class Profile:
    """One person's record as a visitor may see it on the day `today`."""

    person: Person
    today: datetime.date
    membership: Membership | None
    contact: dict[str, str]
    publications: list[Publication]
    publication_count: int
    leading: list[Publication]
    others: list[Publication]
    unplaced: list[Publication]
    selected: list[Publication]
    areas: list[Project]
    projects: list[Project]
    sections: list[ProfileSection]
    positions: list[Position]
    education: list[Education]
    awards: list[AwardReceipt]
    grant_roles: list[GrantRole]
    mentees: list[Edge]
    mentors: list[Edge]
    services: list[ServiceGroup]
    talks: list[Talk]
    news: list[NewsItem]
    has_more_news: bool
    metrics: list[Metric]

    @property
    def has_more_publications(self) -> bool:
        """Whether only the newest are loaded."""
        return self.publication_count > len(self.publications)

    @property
    def is_member(self) -> bool:
        return bool(self.person.memberships.all())

    @cached_property
    def coauthors(self) -> list[tuple[str, str, int]]:
        """Slug, name and number of joint publications of everyone with a page here, most first. No query."""
        counts: Counter[tuple[str, str]] = Counter()
        for publication in self.publications:
            counts.update(people_of(publication))
        found = [(slug, name, number) for (slug, name), number in counts.items() if slug != self.person.slug]
        return sorted(found, key=lambda row: (-row[2], row[1]))

    @property
    def interests(self) -> list[ProfileSection]:
        return [section for section in self.sections if section.kind == ProfileSection.Kind.INTERESTS]

    @property
    def skills(self) -> list[ProfileSection]:
        return [section for section in self.sections if section.kind == ProfileSection.Kind.SKILLS]

    @property
    def research(self) -> list[ProfileSection]:
        return [section for section in self.sections if section.kind == ProfileSection.Kind.RESEARCH]

    @property
    def remarks(self) -> list[ProfileSection]:
        """Sections that are neither research, interests nor skills."""
        kinds = (ProfileSection.Kind.CONTACT, ProfileSection.Kind.OTHER)
        return [section for section in self.sections if section.kind in kinds]

    @property
    def work(self) -> list[Position]:
        return [position for position in self.positions if position.kind in WORK]

    @property
    def research_positions(self) -> list[Position]:
        return [position for position in self.positions if position.kind not in WORK]


def load_profile(person: Person, viewer: Any, today: datetime.date, *, most: int | None = None) -> Profile:
    """The record of `person`, who comes with memberships. One query, whatever there is.

    With `most`, the newest so many publications of the person and the number of all; a second query for their selected
    ones where these are more.
    """
    rows = (RECORD if most is None else NEWEST_RECORD).load(person=person.pk)
    count = rows.get("count", len(rows["publications"]))
    selected = None
    if person.show_selected and count > len(rows["publications"]):
        selected = list(papers_of(person.pk).selected().with_rows()[:most])
    return make_profile(person, viewer, today, rows, count, selected)


def load_page_profile(person: Person, viewer: Any, today: datetime.date) -> Profile:
    """What the page of `person` shows of their record: of the publications the newest lines, which is all that is
    loaded of them. One query more than `load_profile`, which counts them; for a draft the same ones.

    The facets of a publication say whose it is, in the order of lists: whoever wrote thousands costs no more.
    """
    if not person.is_published:
        return load_profile(person, viewer, today, most=MOST_PAPERS)
    facets = facets_naming(person.slug)
    count = sum(number for (number,) in PAPER_COUNTS.load(**facets)["counts"])
    record = PAGE_RECORD if count <= MOST_PAPERS else LONG_PAGE_RECORD
    rows = record.load(person=person.pk, **facets)
    selected = None
    if person.show_selected and count > len(rows["publications"]):
        selected = SELECTED.load(person=person.pk)["publications"]
    return make_profile(person, viewer, today, rows, count, selected)


def facets_naming(slug: str) -> dict[str, str]:
    """The facets that say whose a publication is: of members and guests of the lab, and what no list shows."""
    return {"member": f"author:{slug}", "guest": f"guest:{slug}", "unlisted": f"unlisted:{slug}"}


def make_profile(
    person: Person, viewer: Any, today: datetime.date, rows: dict[str, Any], count: int,
    selected: list[Publication] | None,
) -> Profile:  # fmt: skip
    """The record of loaded rows, of `count` publications in all; without `selected`, those of the loaded ones."""
    publications = rows["publications"]
    own = rows["authorships"]
    leading_ids = {key for key, position, is_equal in own if position == 1 or is_equal}
    placed_ids = {key for key, position, _ in own if position is not None}
    roles = rows["project_roles"]
    news = rows["news"] if person.show_news else []
    mentees, mentors = part_edges(read_edges(rows), person)
    if selected is None:
        selected = [each for each in publications if each.is_selected] if person.show_selected else []
    return Profile(
        person=person,
        today=today,
        membership=current_membership(person, today),
        contact={
            field: getattr(person, field) for field in ("email", "phone", "office") if person.shows(field, viewer)
        },
        publications=publications,
        publication_count=count,
        leading=[each for each in publications if each.pk in leading_ids],
        others=[each for each in publications if each.pk in placed_ids - leading_ids],
        unplaced=[each for each in publications if each.pk not in placed_ids | leading_ids],
        selected=selected,
        areas=[role.project for role in roles if role.project.kind == Project.Kind.RESEARCH_AREA],
        projects=[role.project for role in roles if role.project.kind != Project.Kind.RESEARCH_AREA],
        sections=rows["sections"],
        positions=rows["positions"],
        education=rows["education"],
        awards=rows["awards"],
        grant_roles=rows["grant_roles"],
        mentees=mentees,
        mentors=mentors,
        services=group_services(rows["services"]),
        talks=rows["talks"],
        news=news[:NEWS_ON_PAGE],
        has_more_news=len(news) > NEWS_ON_PAGE,
        metrics=rows["metrics"],
    )


def record_querysets(person: int) -> dict[str, QuerySet | Number]:
    """Everything that the record of the person with this key holds, beside themselves."""
    return {**paper_querysets(person, papers_of(person).with_rows()), **other_querysets(person)}


def newest_record_querysets(person: int) -> dict[str, QuerySet | Number]:
    papers = papers_of(person)
    newest = papers.with_rows()[:MOST_PAPERS]
    return {**paper_querysets(person, newest), "count": Number(papers), **other_querysets(person)}


def count_querysets(**facets: str) -> dict[str, QuerySet]:
    return {"counts": FacetTotal.objects.filter(facet__in=facets.values(), year=0).values_list("number")}


def page_record_querysets(person: int, most: int, facets: Collection[str]) -> dict[str, QuerySet]:
    named = PublicationFacet.objects.filter(facet__in=facets).order_by("digest").values("digest")
    newest = Publication.objects.published().filter(digest__place__in=named[:most]).order_by("digest__place")
    return {**paper_querysets(person, newest.with_stored_rows()), **other_querysets(person)}


def page_plan(most: int) -> Plan:
    return Plan(
        lambda person, **facets: page_record_querysets(person, most, facets.values()),
        person=int, member=str, guest=str, unlisted=str,
    )  # fmt: skip


def paper_querysets(person: int, shown: QuerySet) -> dict[str, QuerySet]:
    """Publications, and what part the person has in each."""
    own = Authorship.objects.confirmed().filter(person=person, publication__in=shown.values("pk"))
    return {
        "publications": shown,
        "authorships": own.order_by().values_list("publication_id", "position", "is_equal"),
    }


def other_querysets(person: int) -> dict[str, QuerySet]:
    talks = Talk.objects.published().filter(speakers=person)
    return {
        "project_roles": project_roles(person),
        "news": NewsItem.objects.public().filter(people=person).newest_first()[: NEWS_ON_PAGE + 1],
        "sections": ProfileSection.objects.published().filter(person=person),
        "positions": positions(person),
        "education": education(person),
        "awards": AwardReceipt.objects.filter(people=person)
        .with_page_relations()
        .defer(*(f"publication__{name}" for name in LONG)),
        "grant_roles": grant_roles(person),
        "services": Service.objects.filter(person=person).select_related("venue", "organization", "talk"),
        "talks": talks.select_related("publication")
        .defer(*(f"publication__{name}" for name in LONG))
        .prefetch_related("links"),
        "metrics": Metric.objects.published().filter(person=person),
        **edge_querysets(person),
    }  # fmt: skip


# What nothing prints of a paper that is named in passing.
LONG = (
    "other_titles", "date", "preprint_date", "preprint_date_text", "summary", "abstract", "content_warning", "note",
    "editor_note", "extra", "raw_record", "search_text", "match_key", "bibtex_key", "volume", "issue", "pages",
    "article_number", "publisher", "institution", "listing",
)  # fmt: skip


def papers_of(person: int) -> QuerySet:
    own = Authorship.objects.confirmed().filter(person=person)
    return Publication.objects.published().filter(pk__in=own.values("publication"))


def selected_of(person: int) -> QuerySet:
    """Few of all publications are selected: they are looked for among those of the person, not the other way round."""
    few = Publication.objects.selected().order_by().values("pk")
    own = Authorship.objects.confirmed().filter(person=person, publication__in=few)
    return Publication.objects.published().filter(pk__in=own.order_by().values("publication"))


def published_people() -> QuerySet:
    return Person.objects.published()


def project_roles(person: int) -> QuerySet:
    """Published projects of a person, each with its published papers, talks and topics."""
    papers = Prefetch("project__publications", Publication.objects.published().select_related("venue").defer(*LONG))
    talks = Prefetch("project__talks", Talk.objects.published())
    return (
        ProjectRole.objects.filter(person=person, project__is_published=True)
        .select_related("project")
        .prefetch_related(papers, talks, "project__topics", "project__links")
        .order_by("project__order", "project__name")
    )


def positions(person: int) -> QuerySet:
    alongside = PositionPerson.objects.filter(person__is_published=True).select_related("person")
    papers = PositionPublication.objects.filter(publication__is_published=True).select_related("publication__venue")
    papers = papers.defer(*(f"publication__{name}" for name in LONG))
    own = Position.objects.filter(person=person).select_related("organization")
    return own.prefetch_related(Prefetch("position_people", alongside), Prefetch("position_publications", papers))


def education(person: int) -> QuerySet:
    return Education.objects.filter(person=person).select_related("organization").prefetch_related(
        Prefetch("advisors", published_people()), Prefetch("committee", published_people()), "courses"
    )  # fmt: skip


def grant_roles(person: int) -> QuerySet:
    """The person's parts in grants, each grant with its principal investigators."""
    leads = GrantRole.objects.filter(
        role=GrantRole.Role.PRINCIPAL_INVESTIGATOR, person__is_published=True
    ).select_related("person")
    return GrantRole.objects.filter(person=person).select_related("grant__funder").prefetch_related(
        Prefetch("grant__roles", leads, to_attr="leads")
    )  # fmt: skip


def group_services(rows: list[Service]) -> list[ServiceGroup]:
    """Services by kind, in the order of kinds."""
    groups = []
    for kind, label in Service.Kind.choices:
        of_kind = [service for service in rows if service.kind == kind]
        if of_kind:
            groups.append(ServiceGroup(kind, label, of_kind))
    return groups


RECORD = Plan(record_querysets, person=int)
NEWEST_RECORD = Plan(newest_record_querysets, person=int)
SELECTED = Plan(lambda person: {"publications": selected_of(person).with_stored_rows()[:MOST_PAPERS]}, person=int)
PAPER_COUNTS = Plan(count_querysets, member=str, guest=str, unlisted=str)
PAGE_RECORD, LONG_PAGE_RECORD = page_plan(MOST_PAPERS), page_plan(NEWEST_PAPERS)
