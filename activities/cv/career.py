"""Degrees, positions and stays at this lab, as entries of a curriculum vitae."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import gettext as _

from activities.cv.document import Entry, Line, Part, Run, Section, joined, labelled, lines, plain, run, section
from activities.cv.papers import mention
from activities.cv.prose import read_blocks
from activities.profile import Profile
from labsite.lib.dates import Period
from people.models import Education, Membership, Organization, Person, Position

# At a lab one studies or works: a student's stay is told by their degree.
STUDENTS = (Membership.Role.PHD, Membership.Role.MASTER, Membership.Role.UNDERGRADUATE)


def person_run(person: Person, root: str) -> Run:
    return run(person.name, f"{root}{person.get_absolute_url()}", is_name=True)


def people_line(label: object, people: Iterable[Person], root: str) -> Line:
    """“Advisor: …”, each with a link to their page here."""
    return labelled(label, *joined(person_run(person, root) for person in people))


def organization_run(organization: Organization | None) -> Run:
    return run(organization or "", organization.url if organization else "")


def make_degree(degree: Education, root: str) -> Entry:
    grades = degree.grades_are_public
    courses = joined(plain(f"{course.name} {course.mark}".strip()) for course in degree.courses.all()) if grades else ()
    marks = joined(
        [
            labelled(_("Grade"), run(degree.grade)) if grades and degree.grade else (),
            labelled(_("Rank"), run(degree.rank)) if grades and degree.rank else (),
        ],
        _("; "),
    )
    return Entry(
        joined([plain(degree.degree), plain(degree.field)]),
        label=degree.period,
        lines=lines(
            joined([organization_run(degree.organization), *plain(degree.unit), *plain(degree.place)]),
            people_line(_("Advisor"), degree.advisors.all(), root),
            people_line(_("Committee"), degree.committee.all(), root),
            labelled(_("Research focus"), run(degree.focus)),
            plain(degree.note),
            marks,
            labelled(_("Core courses"), *courses),
        ),
    )


def make_position(position: Position, root: str) -> Entry:
    """A position with its project, people, what was done, and the papers that came of it."""
    people = [
        people_line(label, [each.person for each in group], root)
        for label, group in groupby(position.position_people.all(), key=lambda each: each.get_role_display())
    ]
    papers = [
        (*labelled_papers(link.label), *mention(link.publication, root, in_full=True))
        for link in position.position_publications.all()
    ]
    heading = position.title or position.project
    return Entry(
        joined([plain(heading), organization_run(position.organization)]),
        label=position.period,
        lines=lines(
            joined(map(plain, (position.team, position.place, str(position.get_mode_display() or "")))),
            labelled(_("Project"), run(position.project if position.title else "")),
            *people,
            *papers,
        ),
        blocks=read_blocks(position.summary, root),
    )


def labelled_papers(label: str) -> Line:
    return (run(_("%(label)s: ") % {"label": label or _("Paper")}, is_soft=True),)


def make_stay(stay: Membership) -> Entry:
    """A stay at this lab; its group is named if it has a page."""
    group = stay.group if stay.group and stay.group.is_published else None
    return Entry(
        joined([plain(stay.role_text), plain(group or "")]),
        label=stay.period,
        lines=lines((organization_run(group.organization),) if group and group.organization else ()),
    )


def by_time(rows: Iterable[Period]) -> list[Period]:
    """What still lasts first, then by the end and the beginning; what has no date last."""

    def key(row: Period) -> tuple[bool, str, str]:
        lasts = bool(row.start and not row.end and not row.end_is_unknown)
        return (lasts, str(row.end or row.start or ""), str(row.start or ""))

    return sorted(rows, key=key, reverse=True)


def stays(profile: Profile) -> list[Membership]:
    """What the person was at this lab, studies apart."""
    return [stay for stay in profile.person.memberships.all() if stay.role not in STUDENTS]


def make_career(rows: Iterable[Period], root: str) -> tuple[Entry, ...]:
    return tuple(make_stay(row) if isinstance(row, Membership) else make_position(row, root) for row in by_time(rows))


def education_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(make_degree(degree, root) for degree in profile.education)
    return section("education", _("Education"), Part("dated", entries))


def experience_section(profile: Profile, root: str) -> list[Section]:
    """Employment, internships, and what the person was at this lab."""
    entries = make_career([*stays(profile), *profile.work], root)
    return section("experience", _("Professional experience"), Part("dated", entries))


def research_section(profile: Profile, root: str) -> list[Section]:
    return section("research", _("Research experience"), Part("dated", make_career(profile.research_positions, root)))
