"""Two records that are one, of each model that can be merged: with something in every relation, part of it alike."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from activities.models import Award, AwardReceipt, Grant, Metric, NewsItem, Project, Service, Talk
from labsite.models import LabProfile
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
from people.models import Organization, Person
from publications.digests import flush_changes
from publications.models import Import, ImportEntry, OldSlug, Publication, Rejection, Topic, Venue


def one(model: Any, **values: Any) -> Any:
    """The row with these values, made if it is not there: what both records of a pair share."""
    return getattr(model, "objects", model).get_or_create(**values)[0]


def make_people(count: int = 1) -> tuple[Person, Person]:
    kept = make_person("Ada Quint", orcid="0000-0002-1825-0097", headline="Quiet machines")
    merged = make_person(
        "A. B. Quint", slug="ab-quint", native_name="安静", native_language="zh-Hans", bio="Softly.",
        email="ada@example.org", email_visibility="members", user=get_user_model().objects.create(username="ada"),
    )  # fmt: skip
    other = make_member("Bo Other")
    for person, topic in ((kept, "kept"), (merged, "merged")):
        for number in range(count):
            tie_person(person, other, f"{topic}-{number}", number)
    flush_changes()
    return kept, merged


def tie_person(person: Person, other: Person, topic: str, number: int) -> None:
    """One row in every relation to `person`, and one that says the same for everybody with this `number`."""
    university, venue = make_organization(), one(Venue, slug=f"v{number}", name=f"Venue {number}")
    paper = make_publication(f"Paper of {topic}", [person, other], venue=venue)
    person.memberships.create(role="phd", start=f"{2000 + number}")
    person.memberships.create(role="postdoc", title=topic)
    position = person.positions.create(title=f"Intern {topic}", organization=university)
    position.position_people.create(person=other, role="mentor")
    one(other.positions, title=f"Shared {number}").position_people.create(person=person, role="mentor")
    degree = person.education.create(organization=university, degree=f"B.Eng. {number}")
    degree.courses.create(name=f"Course {topic}")
    degree.advisors.add(other)
    theirs = one(other.education, organization=university, degree=f"Ph.D. {number}")
    theirs.advisors.add(person)
    theirs.committee.add(person)
    person.names.create(name=f"A. Quint {number}")
    person.links.create(kind="website", url=f"https://example.org/{number}", label=topic)
    person.links.create(kind="website", label=f"Page {topic}")
    person.profile_changes.create(values={"headline": topic})
    person.removal_requests.create(message=f"Please remove {topic}.")
    person.sections.create(kind="interests", heading="Interests", body=f"Silence {topic}")
    person.old_addresses.create(path=f"/old/{topic}.html")
    make_group(f"Group {topic}", lead=person)
    Import.objects.create(name="same", person=person)
    Rejection.objects.create(person=person, match_key=f"else{number}", printed_name="A. Quint")
    tie_activities(person, other, topic, number)
    joint = make_mentorship(person, other, start=f"{2000 + number}")
    joint.levels.create(level="phd", organization=university)
    joint.publications.add(paper)
    make_mentorship(other, person, kind="committee", start=f"{2000 + number}", outcome=topic)


def tie_activities(person: Person, other: Person, topic: str, number: int) -> None:
    one(AwardReceipt, award=one(Award, title="Quiet Prize"), year=f"{2000 + number}").people.add(person, other)
    make_award_receipt(f"Prize {topic}", person)
    for talk in (one(Talk, title=f"Joint talk {number}", event="Meeting"), one(Talk, title=topic, event="Meeting")):
        talk.speakers.add(person, other)
    for item in (one(NewsItem, body=f"Joint news {number}", date="2024"), make_news(f"News {topic}")):
        item.people.add(person, other)
    Metric.objects.create(person=person, name="citations", value=number, source="Somewhere")
    one(Grant, title=f"Joint grant {number}").roles.create(person=person, role="pi", order=len(topic))
    one(Project, slug=f"joint-{number}", name="Joint").roles.create(person=person, role=f"Lead of {topic}")
    Service.objects.create(person=person, kind="reviewer", venue=one(Venue, slug="shared", name="Shared"), year=number)


def make_organizations(count: int = 1) -> tuple[Organization, Organization]:
    kept = make_organization("Quiet University", short_name="QU", other_names=["Quiet U."])
    merged = make_organization(
        "University of Quiet", short_name="UQ", ror="05hs6h993", other_names=["Quiet U.", "QUni"]
    )
    person = make_member("Bo Other")
    LabProfile.objects.create(pk=LabProfile.SINGLE_ID, name="Quiet Lab", organization=merged)
    for organization, topic in ((kept, "kept"), (merged, "merged")):
        for number in range(count):
            tie_organization(organization, person, topic, number)
    flush_changes()
    return kept, merged


def tie_organization(organization: Organization, person: Person, topic: str, number: int) -> None:
    make_organization(f"Part {topic} {number}", parent=organization)
    make_group(f"Group {topic} {number}", organization=organization)
    organization.positions.create(person=person, title=f"Intern {number}")
    organization.education.create(person=person, degree=f"Ph.D. {topic} {number}")
    award = organization.awards.create(title=f"Medal {number}", url="" if topic == "kept" else "https://example.org/")
    award.receipts.create(year="2020").people.add(person)
    award.receipts.create(year=f"{2021 + len(topic)}").people.add(person)
    mentorship = make_mentorship(person, make_person(f"Mentee {topic} {number}"))
    mentorship.levels.create(level="phd", organization=organization)
    organization.grants_given.create(title=f"Grant {number}")
    organization.services.create(person=person, kind="campus", title=topic)


def make_venues(count: int = 1) -> tuple[Venue, Venue]:
    kept = make_venue("NQM", slug="nqm", aliases=["Quiet Machines"])
    merged = make_venue("NoQM", slug="noqm", name="Notes on Quiet Machines", aliases=["Quiet machines", "N.Q.M."],
                        url="https://example.org/noqm")  # fmt: skip
    person = make_member("Bo Other")
    for venue, topic in ((kept, "kept"), (merged, "merged")):
        for number in range(count):
            make_venue(f"W {topic} {number}", kind="workshop", parent=venue)
            make_publication(f"Paper {topic} {number}", [person], venue=venue)
            Talk.objects.create(title=f"Talk {number}", event="Meeting", venue=venue).speakers.add(person)
            Service.objects.create(person=person, kind="reviewer", venue=venue, year=2020 + number)
            OldSlug.objects.create(slug=f"old-{topic}-{number}", venue=venue)
    flush_changes()
    return kept, merged


def make_publications(count: int = 1) -> tuple[Publication, Publication]:
    ada, bo = make_member("Ada Quint"), make_member("Bo Other")
    kept = make_publication("On Quiet Machines", ["A. Quint", bo, "C. Third"], slug="quiet", summary="Softly.")
    merged = make_publication(
        "On quiet machines!", [ada, "Bo Other", "C. Third"], slug="quiet-2", bibtex_key="quint2024quiet",
        abstract="Hush.", extra={"keywords": "hush"}, raw_record={"tags": ["Q'24"]},
    )  # fmt: skip
    position = ada.positions.create(title="Intern")
    batch = Import.objects.create(name="same")
    for paper, topic in ((kept, "kept"), (merged, "merged")):
        for number in range(count):
            tie_publication(paper, ada, topic, number)
            position.position_publications.create(publication=paper, label=topic) if not number else None
            ImportEntry.objects.create(batch=batch, number=batch.entries.count(), state="new", publication=paper)
    flush_changes()
    return kept, merged


def tie_publication(paper: Publication, person: Person, topic: str, number: int) -> None:
    shared = one(Topic, slug=f"shared-{number}", name=f"Shared {number}")
    paper.topics.add(shared, one(Topic, slug=f"{topic}-{number}", name=f"{topic} {number}"))
    paper.identifiers.create(scheme="doi", value=f"10.1000/{topic}.{number}")
    paper.links.create(kind="code", url=f"https://example.org/code/{number}", label="" if topic == "kept" else "Code")
    paper.links.create(kind="pdf", url=f"https://example.org/{topic}/{number}.pdf")
    paper.distinctions.create(kind="oral", label=str(number), rate_percent=None if topic == "kept" else "1.5")
    paper.notices.create(kind="erratum", date="2024", text=f"{topic} {number}")
    paper.metrics.create(name="score", value=number, source="Somewhere")
    OldSlug.objects.create(slug=f"old-{topic}-{number}", publication=paper)
    paper.old_paths.create(path=f"/old/{topic}/{number}.html")
    receipt = one(Award, title="Paper Prize").receipts.create(year=f"{2000 + number}", publication=paper)
    receipt.people.add(person, make_person(f"Winner {topic} {number}"))
    Talk.objects.create(title=f"Talk {topic} {number}", event="Meeting", publication=paper).speakers.add(person)
    for item in (one(NewsItem, body=f"Joint news {number}", date="2024"), make_news(f"News {topic} {number}")):
        item.publications.add(paper)
    make_mentorship(person, one(Person, slug="mentee", name="Dee Mentee"), start=f"{2000 + number}").publications.add(
        paper
    )
    one(Project, slug=f"joint-{number}", name="Joint").publications.add(paper)


MAKERS = {
    "people.organization": make_organizations,
    "people.person": make_people,
    "publications.publication": make_publications,
    "publications.venue": make_venues,
}
