"""A person's record as JSON Resume 1.0.0 (jsonresume.org). English words, plain addresses, EDTF dates as they are."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from django.utils import translation
from django.utils.translation import ngettext

from activities.cv.career import by_time, stays
from activities.cv.document import followed
from activities.cv.papers import publication_address
from activities.cv.record import LISTED_BY_VENUE
from activities.models import AwardReceipt, Project, Service
from activities.profile import Profile
from labsite.lib.dates import Period
from labsite.lib.markdown import parse_markdown, plain_text
from labsite.lib.text import amount_text
from labsite.lib.web import plain_addresses
from people.models import Membership, Position, ProfileLink
from publications.models import Publication
from publications.printing import distinction_text

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
VERSION = "v1.0.0"


def make_resume(
    profile: Profile, *, root: str, hidden: Collection[str], changed: datetime.datetime | None
) -> dict[str, Any]:
    """The record as one JSON object. `hidden` names sections to leave out, `changed` is when it last changed."""
    with plain_addresses(), translation.override("en"):
        found = {
            "$schema": SCHEMA,
            "basics": basics(profile, root),
            "work": work(profile, hidden),
            "volunteer": [] if "service" in hidden else services(profile),
            "education": [] if "education" in hidden else [degree(each) for each in profile.education],
            "awards": [] if "awards" in hidden else [award(each) for each in profile.awards],
            "publications": [] if "publications" in hidden else [paper(each, root) for each in profile.publications],
            "skills": [] if "skills" in hidden else [words(each) for each in profile.skills],
            "interests": [] if "interests" in hidden else [words(each) for each in profile.interests],
            "projects": projects(profile, root, hidden),
        }
        found = {key: value for key, value in found.items() if value}
        found["meta"] = lean(
            canonical=f"{root}{profile.person.get_absolute_url()}resume.json",
            version=VERSION,
            lastModified=changed.strftime("%Y-%m-%dT%H:%M:%S") if changed else "",
        )
        return found


def lean(**values: Any) -> dict[str, Any]:
    """Without what is not known: the schema has no word for that."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}


def period(row: Period) -> dict[str, str]:
    return lean(startDate=str(row.start or ""), endDate=str(row.end or ""))


def basics(profile: Profile, root: str) -> dict[str, Any]:
    person, contact, stay = profile.person, profile.contact, profile.membership
    links = list(person.links.all()) if person.show_links else []
    website = next((link.url for link in links if link.kind == ProfileLink.Kind.WEBSITE and link.url), "")
    address = f"{root}{person.get_absolute_url()}"
    profiles = [lean(network=link.text, url=link.url) for link in links]
    if person.orcid:
        profiles.insert(0, lean(network="ORCID", username=person.orcid, url=f"https://orcid.org/{person.orcid}"))
    return lean(
        name=person.name,
        label=person.headline or (stay.role_text if stay else ""),
        email=contact.get("email", ""),
        phone=contact.get("phone", ""),
        url=website or address,
        summary=plain_text(person.bio),
        location=lean(address=contact.get("office", "").strip()),
        profiles=profiles,
    )


def work(profile: Profile, hidden: Collection[str]) -> list[dict[str, Any]]:
    employed = [] if "experience" in hidden else [*stays(profile), *profile.work]
    researched = [] if "research" in hidden else [each for each in profile.research_positions if is_held(each)]
    rows = by_time([*employed, *researched])
    return [stay(row) if isinstance(row, Membership) else position(row) for row in rows]


def is_held(row: Position) -> bool:
    return row.kind != Position.Kind.PROJECT


def stay(row: Membership) -> dict[str, Any]:
    group = row.group if row.group and row.group.is_published else None
    return lean(name=str(group or ""), position=row.role_text, url=followed(group.url) if group else "", **period(row))


def position(row: Position) -> dict[str, Any]:
    organization = row.organization
    people = [f"{each.get_role_display()}: {each.person}" for each in row.position_people.all()]
    papers = [link.publication.display_title for link in row.position_publications.all()]
    return lean(
        name=str(organization or ""),
        location=row.place,
        description=row.team,
        position=row.title or row.project,
        url=organization.url if organization else "",
        summary=". ".join(part for part in (row.project if row.title else "", *people) if part),
        highlights=[*items_of(row.summary), *papers],
        **period(row),
    )


def items_of(text: str) -> list[str]:
    """The paragraphs and list items of Markdown, as plain text."""
    return [plain_text(token.content) for token in parse_markdown(text) if token.type == "inline" and token.content]


def degree(row: Any) -> dict[str, Any]:
    is_open = row.grades_are_public
    courses = [f"{course.name} {course.mark}".strip() for course in row.courses.all()] if is_open else []
    return lean(
        institution=str(row.organization),
        url=row.organization.url,
        area=row.field,
        studyType=row.degree,
        score="; ".join(part for part in (row.grade, row.rank and f"rank {row.rank}") if part) if is_open else "",
        courses=courses,
        **period(row),
    )


def award(row: AwardReceipt) -> dict[str, Any]:
    recipients = f"{row.recipients:,} recipients worldwide" if row.recipients else ""
    details = (amount_text(row.amount, row.currency), recipients, row.award.description, row.note)
    return lean(
        title=row.award.title,
        date=str(row.year or ""),
        awarder=str(row.award.organization or ""),
        summary="; ".join(part for part in details if part),
    )


def left_out(author: dict[str, Any]) -> list[str]:
    """How many names were left out before one: of collaborations a line keeps the first, the last and ours."""
    number = author.get("gap", 0)
    return [ngettext("… %(number)s other …", "… %(number)s others …", number) % {"number": number}] if number else []


def paper(row: Publication, root: str) -> dict[str, Any]:
    """A publication; its summary names the authors as printed and what the venue said of it."""
    line = row.row
    authors = ", ".join(name for author in line["authors"] for name in (*left_out(author), author["printed_name"]))
    others = "" if line.get("is_complete", True) else "and others"
    said = [distinction_text(each) for each in line.get("distinctions", [])]
    return lean(
        name=row.mark(line["title"]),
        publisher=row.venue_text or line.get("venue_name", ""),
        releaseDate=str(row.date or (f"{row.year:04d}" if row.year else "")),
        url=publication_address(row.slug, root),
        summary=". ".join(part for part in (" ".join(part for part in (authors, others) if part), *said) if part),
    )


def words(section: Any) -> dict[str, Any]:
    """Skills and interests: each line or item of the text is a keyword."""
    return lean(name=section.heading, keywords=items_of(section.body))


def services(profile: Profile) -> list[dict[str, Any]]:
    return [service(each, group.label) for group in profile.services for each in group.services]


def service(row: Service, label: object) -> dict[str, Any]:
    """Service as volunteering. The date is the edition's year where one is known: when it was done is another fact."""
    is_listed = row.kind in LISTED_BY_VENUE
    start = str(row.year) if row.year else str(row.date or "")
    return lean(
        organization=row.where,
        position=str(label),
        startDate=start,
        endDate=str(row.end_date or "") if not row.year else "",
        summary=row.title if not is_listed or row.title != row.where else "",
        highlights=[part for part in (f"{row.count} times" if row.count > 1 else "", row.note) if part],
    )


def projects(profile: Profile, root: str, hidden: Collection[str]) -> list[dict[str, Any]]:
    """Projects of research experience, research areas, projects here, and grants."""
    found = []
    if "research" not in hidden:
        found += [
            lean(name=row.project or row.title, highlights=items_of(row.summary), type="research", **period(row))
            for row in profile.research_positions
            if not is_held(row)
        ]
    if "highlights" not in hidden:
        found += [area(each, root) for each in profile.areas]
    if "projects" not in hidden:
        found += [area(each, root) for each in profile.projects]
    if "grants" not in hidden:
        found += [
            lean(
                name=role.grant.title,
                description="; ".join(
                    part for part in (role.grant.scheme, amount_text(role.grant.amount, role.grant.currency)) if part
                ),
                entity=str(role.grant.funder or ""),
                roles=[str(role.get_role_display())],
                type="grant",
                url=role.grant.url,
                **period(role.grant),
            )
            for role in profile.grant_roles
        ]
    return found


def area(row: Project, root: str) -> dict[str, Any]:
    return lean(
        name=row.name,
        description=row.summary,
        highlights=[each.marked_title for each in row.publications.all()],
        keywords=[topic.name for topic in row.topics.all()],
        url=f"{root}{row.get_absolute_url()}",
        type=str(row.get_kind_display()),
        **period(row),
    )
