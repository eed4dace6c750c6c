"""All that a person's page and CV print, loaded in a fixed number of queries.

Nothing that is not published is among it: drafts of people, publications, groups, sections and projects stay out.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet

from activities.lineage import Edge, edges_of
from activities.models import AwardReceipt, GrantRole, Metric, NewsItem, Project, ProjectRole, Service, Talk
from people.directory import current_membership
from people.models import Education, Membership, Person, Position, PositionPerson, ProfileSection
from publications.models import Authorship, PositionPublication, Publication

NEWS_ON_PAGE = 8
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
    def is_member(self) -> bool:
        return bool(self.person.memberships.all())

    @cached_property
    def coauthors(self) -> list[tuple[str, str, int]]:
        """Slug, name and number of joint publications of everyone with a page here, most first. No query."""
        counts: Counter[tuple[str, str]] = Counter()
        for publication in self.publications:
            authors = publication.row["authors"]
            counts.update({(author["slug"], author["person_name"]) for author in authors if author.get("slug")})
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


def load_profile(person: Person, viewer: Any, today: datetime.date) -> Profile:
    """The record of `person`, who comes with memberships. Costs a fixed number of queries, whatever there is."""
    publications = list(Publication.objects.published().by(person).with_rows())
    own = list(Authorship.objects.confirmed().filter(person=person))
    leading_ids = {row.publication_id for row in own if row.is_leading}
    placed_ids = {row.publication_id for row in own if row.position is not None}
    roles = project_roles(person)
    news = list(
        NewsItem.objects.public().filter(people=person).newest_first().with_relations()[: NEWS_ON_PAGE + 1]
        if person.show_news
        else []
    )
    mentees, mentors = edges_of(person)
    return Profile(
        person=person,
        today=today,
        membership=current_membership(person, today),
        contact={
            field: getattr(person, field) for field in ("email", "phone", "office") if person.shows(field, viewer)
        },
        publications=publications,
        leading=[each for each in publications if each.pk in leading_ids],
        others=[each for each in publications if each.pk in placed_ids - leading_ids],
        unplaced=[each for each in publications if each.pk not in placed_ids | leading_ids],
        selected=[each for each in publications if each.is_selected] if person.show_selected else [],
        areas=[role.project for role in roles if role.project.kind == Project.Kind.RESEARCH_AREA],
        projects=[role.project for role in roles if role.project.kind != Project.Kind.RESEARCH_AREA],
        sections=list(person.sections.published()),
        positions=list(positions(person)),
        education=list(education(person)),
        awards=list(AwardReceipt.objects.filter(people=person).with_page_relations()),
        grant_roles=list(grant_roles(person)),
        mentees=mentees,
        mentors=mentors,
        services=group_services(person),
        talks=list(person.talks.published().select_related("publication").prefetch_related("links")),
        news=news[:NEWS_ON_PAGE],
        has_more_news=len(news) > NEWS_ON_PAGE,
        metrics=list(person.metrics.published()),
    )


def published_people() -> QuerySet:
    return Person.objects.published()


def project_roles(person: Person) -> QuerySet:
    """Published projects of a person, each with its published papers, talks and topics."""
    papers = Prefetch("project__publications", Publication.objects.published().select_related("venue"))
    talks = Prefetch("project__talks", Talk.objects.published())
    return (
        ProjectRole.objects.filter(person=person, project__is_published=True)
        .select_related("project")
        .prefetch_related(papers, talks, "project__topics", "project__links")
        .order_by("project__order", "project__name")
    )


def positions(person: Person) -> QuerySet:
    alongside = PositionPerson.objects.filter(person__is_published=True).select_related("person")
    papers = PositionPublication.objects.filter(publication__is_published=True).select_related("publication__venue")
    return person.positions.select_related("organization").prefetch_related(
        Prefetch("position_people", alongside), Prefetch("position_publications", papers)
    )


def education(person: Person) -> QuerySet:
    return person.education.select_related("organization").prefetch_related(
        Prefetch("advisors", published_people()), Prefetch("committee", published_people()), "courses"
    )


def grant_roles(person: Person) -> QuerySet:
    """The person's parts in grants, each grant with its principal investigators."""
    leads = GrantRole.objects.filter(
        role=GrantRole.Role.PRINCIPAL_INVESTIGATOR, person__is_published=True
    ).select_related("person")
    return person.grant_roles.select_related("grant__funder").prefetch_related(
        Prefetch("grant__roles", leads, to_attr="leads")
    )


def group_services(person: Person) -> list[ServiceGroup]:
    """Services by kind, in the order of kinds."""
    rows = list(person.services.select_related("venue", "organization", "talk"))
    groups = []
    for kind, label in Service.Kind.choices:
        of_kind = [service for service in rows if service.kind == kind]
        if of_kind:
            groups.append(ServiceGroup(kind, label, of_kind))
    return groups
