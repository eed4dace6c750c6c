"""A biographical sketch in the order of the common form of US funders (NSTC 2024: NSF, NIH and others). Facts only.

The form asks for identifying information, professional preparation, appointments and positions, up to five products
related most closely and up to five others; synergistic activities and mentoring follow, as NSF asked for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from django.utils.translation import gettext as _

from activities.cv.career import education_section, make_career, organization_run
from activities.cv.document import Entry, Part, Section, joined, lines, plain, run, section
from activities.cv.papers import make_paper
from activities.cv.record import make_mentee, make_service_group
from activities.models import Service
from activities.profile import Profile
from people.models import Position
from publications.models import Publication

MOST_PRODUCTS = 5
MOST_ACTIVITIES = 5
# What shaped a field comes before what many do.
SERVICES_IN_ORDER = (
    Service.Kind.EDITOR, Service.Kind.ORGANIZER, Service.Kind.TUTORIAL, Service.Kind.PROGRAMME_COMMITTEE,
    Service.Kind.TEACHING, Service.Kind.REVIEWER, Service.Kind.JOURNAL_REVIEWER, Service.Kind.WORKSHOP_REVIEWER,
    Service.Kind.VOLUNTEER, Service.Kind.CAMPUS, Service.Kind.OTHER,
)  # fmt: skip


def make_sections(profile: Profile, root: str, hidden: Collection[str]) -> list[Section]:
    found = identification(profile)
    for own in (
        preparation(profile, root), appointments(profile, root), products(profile, root), activities(profile, root),
        mentoring(profile, root),
    ):  # fmt: skip
        found += [each for each in own if each.name not in hidden]
    return found


def identification(profile: Profile) -> list[Section]:
    """Name, ORCID iD, position title, organization and where it is."""
    person, stay = profile.person, profile.membership
    group = stay.group if stay and stay.group and stay.group.is_published else None
    organization = group.organization if group else None
    facts = {
        _("Name"): (run(person.name, is_name=True),),
        _("ORCID iD"): (run(person.orcid, f"https://orcid.org/{person.orcid}"),),
        _("Position title"): plain(stay.role_text if stay else ""),
        _("Organization and location"): joined(
            [organization_run(organization), *plain(organization.place if organization else "")]
        ),
    }
    entries = tuple(Entry(label=label, lines=lines(line)) for label, line in facts.items() if lines(line))
    return section("identification", _("Identifying information"), Part("facts", entries))


def preparation(profile: Profile, root: str) -> list[Section]:
    """Degrees with where and when, without marks."""
    return [
        Section(
            own.name,
            _("Professional preparation"),
            tuple(
                Part(part.layout, tuple(Entry(entry.title, entry.label, entry.lines[:1]) for entry in part.entries))
                for part in own.parts
            ),
        )
        for own in education_section(profile, root)
    ]


def appointments(profile: Profile, root: str) -> list[Section]:
    """Every appointment, the latest first: at this lab and elsewhere."""
    held = [position for position in profile.positions if position.kind != Position.Kind.PROJECT]
    entries = make_career([*profile.person.memberships.all(), *held], root)
    short = tuple(Entry(entry.title, entry.label, entry.lines[:1]) for entry in entries)
    return section("experience", _("Appointments and positions"), Part("dated", short))


def products(profile: Profile, root: str) -> list[Section]:
    """What an editor selected counts as closest; the others are the latest, those the person led first."""
    closest = first_citable(profile.selected, told=set())
    others = first_citable(chain(profile.leading, profile.publications), told={paper.pk for paper in closest})
    parts = [
        Part("papers", tuple(make_paper(paper, profile.person, root) for paper in own), title)
        for own, title in ((closest, _("Most closely related")), (others, _("Other significant products")))
    ]
    return section("publications", _("Products"), *parts)


def first_citable(papers: Iterable[Publication], told: set[int]) -> list[Publication]:
    """The first five that are citable, each once and none of those `told`. Looks no further than it must."""
    found: list[Publication] = []
    for paper in papers:
        if paper.pk in told or not is_citable(paper):
            continue
        found.append(paper)
        told = told | {paper.pk}
        if len(found) == MOST_PRODUCTS:
            break
    return found


def is_citable(paper: Publication) -> bool:
    """Whether it can be found by others: neither under review, nor a proposal, nor taken back."""
    is_open = paper.status != Publication.Status.SUBMITTED and paper.kind != Publication.Kind.PROPOSAL
    return is_open and not paper.is_retracted


def activities(profile: Profile, root: str) -> list[Section]:
    groups = sorted(profile.services, key=lambda group: SERVICES_IN_ORDER.index(Service.Kind(group.kind)))
    entries = tuple(make_service_group(group, root) for group in groups[:MOST_ACTIVITIES])
    return section("service", _("Synergistic activities"), Part("facts", entries))


def mentoring(profile: Profile, root: str) -> list[Section]:
    made = [make_mentee(edge, root) for edge in profile.mentees]
    entries = tuple(Entry(entry.title, entry.label) for entry in made)
    return section("mentees", _("Mentoring"), Part("dated", entries))
