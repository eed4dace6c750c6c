"""`count` rows of every model, each with children, for tests that compare query counts."""

from __future__ import annotations

from django.test import override_settings

from activities.models import Grant, Mentorship, Metric, NewsItem, Project, Service, Talk
from labsite.models import Page
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_mentorship,
    make_news,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from people.models import Group, Person
from publications.digests import flush_changes
from publications.models import Publication, Topic, Venue


def make_world(count: int, *, with_versions: bool = False) -> Person:
    """A member with `count` of everything that a record can hold, and `count` of every model; gives the member.

    Versions of all these rows take longer than the rows.
    """
    with override_settings(SIMPLE_HISTORY_ENABLED=with_versions):
        person = fill_world(count)
    flush_changes()
    return person


def fill_world(count: int) -> Person:
    person = make_member("Ada Quint", headline="Quiet machines", bio="**Softly**.", orcid="0000-0002-1825-0097")
    for number in range(count):
        fill(person, number)
    gather(person, count)
    return person


def gather(person: Person, count: int) -> None:
    """Ties everything to the first paper, venue, group and area too, so that their pages grow with `count`."""
    paper, venue = Publication.objects.get(slug="paper-0"), Venue.objects.get(slug="v0")
    group, area = Group.objects.get(slug="group-0"), Project.objects.get(slug="area-0")
    Talk.objects.update(publication=paper)
    Venue.objects.filter(kind="workshop").update(parent=venue)
    for each in NewsItem.objects.all():
        each.publications.add(paper)
        each.groups.add(group)
    for each in Mentorship.objects.all():
        each.publications.add(paper)
    for number in range(1, count):
        make_award_receipt(f"Paper prize {number}", person, publication=paper)
        member = make_member(f"Cy Quint {number}", role="postdoc", group=group)
        make_publication(f"Venue paper {number}", [member], venue=venue, year=2020 + number)
        area.roles.create(person=member)
        area.links.create(label=f"Page {number}", url="https://example.org/area")
        paper.metrics.create(name="score", value=number, source="Somewhere")
    for position in person.positions.all():
        position.position_publications.get_or_create(publication=paper)
    area.publications.set(Publication.objects.all())
    area.talks.set(Talk.objects.all())
    area.grants.set(Grant.objects.all())
    area.topics.set(Topic.objects.all())
    for project in Project.objects.all():
        project.publications.add(paper)


def fill(person: Person, number: int) -> None:
    """One more of everything."""
    university = make_organization(f"University {number}")
    other = make_member(f"Bo Quint {number}", role="postdoc")
    group = make_group(f"Group {number}", organization=university, lead=other)
    other.memberships.update(group=group)
    person.memberships.create(role="phd", group=group, start="2019", end="2019")
    topic = Topic.objects.create(slug=f"topic-{number}", name=f"Topic {number}")
    venue = make_venue(f"V{number}", parent=None)
    workshop = make_venue(f"W{number}", kind="workshop", parent=venue)
    paper = make_publication(f"Paper {number}", [person, other, "C. Third"], venue=venue, year=2020 + number)
    joint = make_publication(f"Joint paper {number}", [other, person], venue=workshop, is_selected=True)
    for each in (paper, joint):
        each.topics.add(topic)
        each.links.create(kind="code", url="https://example.org/code")
        each.distinctions.create(kind="oral", rate_percent="1.5", submissions=1000)
        each.identifiers.create(scheme="arxiv", value=f"{2400 + number}.{each.pk:05d}")
        each.notices.create(kind="erratum", date="2024")
    position = person.positions.create(organization=university, title=f"Intern {number}", start="2020", end="2021")
    position.position_people.create(person=other, role="mentor")
    position.position_publications.create(publication=paper)
    degree = person.education.create(organization=university, degree="Ph.D.", start="2018", grades_are_public=True)
    degree.advisors.add(other)
    degree.committee.add(make_person(f"Dee Committee {number}"))
    degree.courses.create(name=f"Course {number}", mark="90%")
    person.links.create(kind="website", url="https://example.org/")
    person.names.create(name=f"A. Quint {number}")
    person.sections.create(kind="interests", heading=f"Interest {number}", body="Silence")
    person.old_addresses.create(path=f"/old/{number}.html")
    make_award_receipt(f"Prize {number}", person, other, publication=paper, amount="100", currency="USD")
    grant = Grant.objects.create(title=f"Grant {number}", funder=university, amount=100, currency="USD", start="2024")
    grant.roles.create(person=other, role="pi")
    grant.roles.create(person=person, role="staff")
    make_mentorship(person, other, publications=[paper]).levels.create(level="phd", organization=university)
    talk = Talk.objects.create(title=f"Talk {number}", event="Meeting", date="2024", publication=paper, venue=venue)
    talk.speakers.add(person)
    talk.links.create(label="Slides", url="https://example.org/slides")
    project = Project.objects.create(slug=f"area-{number}", name=f"Area {number}", kind="research-area")
    project.roles.create(person=person)
    project.links.create(label="Page", url="https://example.org/area")
    project.publications.add(paper)
    project.talks.add(talk)
    project.topics.add(topic)
    project.grants.add(grant)
    Service.objects.create(person=person, kind="reviewer", venue=venue, year=2024, talk=talk)
    Metric.objects.create(person=person, name="citations", value=10, source="Somewhere")
    Metric.objects.create(publication=paper, name="score", value=10, source="Somewhere")
    item = make_news(f"News {number}", person, other)
    item.publications.add(paper)
    item.groups.add(group)
    Page.objects.create(slug=f"own-page-{number}", title=f"Own page {number}", body="Quiet words")
