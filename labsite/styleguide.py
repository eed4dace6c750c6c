"""What the style guide shows: the tokens with their contrast, and invented rows that no database holds."""

from __future__ import annotations

import colorsys
import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from activities.lineage import Edge, Strand
from activities.models import (
    Award,
    AwardReceipt,
    Grant,
    GrantRole,
    MentorshipLevel,
    Metric,
    NewsItem,
    Project,
    ProjectLink,
    Service,
    Talk,
    TalkLink,
)
from activities.profile import ServiceGroup
from activities.reporting.sections import Column, Report, Row, Section, date_cell, names_cell, text_cell
from labsite.lib.dates import PartialDate
from labsite.theme import contrast, write_colour
from people.models import (
    Education,
    Group,
    Membership,
    Organization,
    Person,
    Position,
    PositionPerson,
)
from publications.models import Publication, PublicationDigest, Topic, Venue

TOKENS = settings.BASE_DIR / "labsite" / "static" / "labsite" / "css" / "tokens.css"
TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6}|hsl\([0-9. %]+\));")
HSL = re.compile(r"hsl\(([0-9.]+) ([0-9.]+)% ([0-9.]+)%\)")
GROUNDS = ("paper", "surface", "surface-sunk")
# What is read on what, and from which ratio on it is enough (WCAG 2.2, 1.4.6 for text and 1.4.11 for lines).
PAIRS = {
    "ink": (GROUNDS, 7.0),
    "ink-soft": (GROUNDS, 7.0),
    "accent": ((*GROUNDS, "accent-wash"), 7.0),
    "accent-strong": (("accent-wash",), 7.0),
    "on-accent": (("accent",), 7.0),
    "gold-ink": (("gold-wash",), 7.0),
    "green-ink": (("green-wash",), 7.0),
    "red-ink": (("red-wash",), 7.0),
    "rule-strong": (GROUNDS, 3.0),
}


@dataclass(frozen=True)
class Swatch:
    """A colour in one scheme. `ratio` is its lowest contrast on the grounds it stands on; None for a ground itself."""

    name: str
    colour: str
    grounds: tuple[str, ...] = ()
    ratio: float | None = None
    enough: float = 0.0

    @property
    def is_enough(self) -> bool:
        return self.ratio is None or self.ratio >= self.enough


def hex_colour(value: str) -> str:
    """“#1a4a9c” of “hsl(218 71% 36%)” or of itself."""
    match = HSL.fullmatch(value)
    if not match:
        return value
    hue, saturation, lightness = map(float, match.groups())
    return write_colour(colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100))


@lru_cache(maxsize=1)
def read_tokens() -> dict[str, dict[str, str]]:
    """The colours of tokens.css by name, for `light` and `dark`."""
    light, _between, dark = TOKENS.read_text(encoding="utf-8").partition("prefers-color-scheme: dark")
    colours = {name: hex_colour(value) for name, value in TOKEN.findall(light)}
    return {"light": colours, "dark": colours | {name: hex_colour(value) for name, value in TOKEN.findall(dark)}}


def swatches(scheme: str) -> list[Swatch]:
    """Every colour of one scheme, with the contrast of those that are read on others."""
    colours = read_tokens()[scheme]
    found = []
    for name, colour in colours.items():
        grounds, enough = PAIRS.get(name, ((), 0.0))
        ratio = min((contrast(colour, colours[ground]) for ground in grounds), default=None)
        found.append(Swatch(name, colour, tuple(grounds), ratio, enough))
    return found


# Invented rows


def unsaved(model: type[models.Model], related: dict[str, list] | None = None, **values: Any) -> Any:
    """A row that is in no database. `related` are its lists by name: asking for one that is not given would ask the
    database, and find nothing.
    """
    instance = model(pk=1, **values)
    instance._prefetched_objects_cache = related or {}
    return instance


def make_samples(today: datetime.date) -> dict[str, Any]:
    """What each part is shown with. No query, nothing is saved."""
    university = unsaved(Organization, name="Example University", short_name="EU", url="https://example.org/")
    group = unsaved(Group, name="Quiet Machines Group", slug="quiet-machines")
    ada = make_person("Ada Quint", "ada-quint", headline="Machines that make no noise", native_name="艾达", group=group)
    bo = make_person("Bo Okafor-García Márquez de la Cruz", "bo-okafor", role="postdoc", group=group)
    wordless = make_person("🦉", "owl", role="visitor", group=None)
    paper = make_paper(ada, bo)
    return {
        "people": [ada, bo, wordless],
        "person": ada,
        "publications": [paper, make_retracted()],
        "receipt": make_receipt(university, ada, paper),
        "item": unsaved(
            NewsItem, {"people": [ada], "publications": [paper], "groups": [group]},
            body="**A quiet machine** won a prize.", date=PartialDate(today.isoformat()), place="Springfield",
        ),
        "today": today,
        "talk": unsaved(
            Talk, {"speakers": [ada], "links": [unsaved(TalkLink, label="Slides", url="https://example.org/slides")]},
            title="How to build a quiet machine", event="Example Conference 2025", date=PartialDate("2025-05-31"),
            kind=Talk.Kind.INVITED, place="Springfield", publication=paper,
        ),
        "position": unsaved(
            Position,
            {"position_people": [unsaved(PositionPerson, person=bo, role="mentor")], "position_publications": []},
            title="Research intern", organization=university, start=PartialDate("2024-05"), end=PartialDate("2024-08"),
            team="Silence", place="Remote", mode="full-time", summary="Made a *loud* machine quiet.",
        ),
        "degree": unsaved(
            Education, {"advisors": [bo], "committee": [], "courses": []}, degree="Ph.D.", field="Quiet Science",
            organization=university, unit="School of Silence", start=PartialDate("2020"), person=ada,
        ),
        "edge": make_edge(bo, ada, university, paper),
        "role": make_grant_role(ada, university),
        "service_group": ServiceGroup("reviewer", "Conference reviewer", [
            unsaved(Service, person=ada, venue_text="Example Conference", year=2024, count=2),
            unsaved(Service, person=ada, venue_text="Example Conference", year=2025, note="Area chair"),
        ]),
        "metric": unsaved(
            Metric, person=ada, name="citations", value=Decimal(1234), source="Example Index",
            as_of=PartialDate("2026-01"), url="https://example.org/",
        ),
        "area": unsaved(
            Project,
            {"topics": [unsaved(Topic, slug="silence", name="Silence")], "publications": [paper], "talks": [],
             "links": [unsaved(ProjectLink, label="Code", url="https://example.org/code")]},
            slug="quiet", name="Quiet machines", kind="research-area", summary="Machines that make no noise.",
        ),
        "report": make_report_sample(),
    }  # fmt: skip


def make_person(name: str, slug: str, *, group: Group | None, role: str = "phd", **values: Any) -> Person:
    stay = unsaved(Membership, role=role, start=PartialDate("2022"), group=group)
    person = unsaved(Person, {"memberships": [stay], "links": []}, name=name, slug=slug, **values)
    person.sort_key = name
    return person


def make_paper(ada: Person, bo: Person) -> Publication:
    venue = unsaved(Venue, slug="examples", name="Conference on Examples", short_name="Examples")
    authors = [
        {"printed_name": "Ada Quint", "slug": ada.slug, "person_name": ada.name, "is_member": True, "is_equal": True},
        {"printed_name": "B. Okafor", "slug": bo.slug, "person_name": bo.name, "is_member": True, "is_equal": True},
        {"printed_name": "Cy Third", "is_corresponding": True},
    ]
    row = make_row(
        "quiet-machines", "On quiet machines: a survey of those that make no noise", authors, venue="/venues/examples/",
        venue_tag="Examples 2025", venue_name=venue.name, track="Main", code="https://example.org/code", has_code=True,
        distinctions=[{"text": "Oral", "percent": "1.5", "submissions": 1000}],
        links=[{"label": "PDF", "url": "https://example.org/paper.pdf"}],
    )  # fmt: skip
    return with_row(row, title=row["title"], short_title="Quiet", venue=venue, year=2025)


def make_retracted() -> Publication:
    notices = [{"kind": "retraction", "label": "Retraction", "date": "2025-06"}]
    row = make_row(
        "loud-machines", "On loud machines", [{"printed_name": "Cy Third"}], year=None, notices=notices,
        is_retracted=True, is_complete=False, venue_tag="Preprint", is_workshop=True, status="Submitted",
    )  # fmt: skip
    return with_row(row, title=row["title"], is_retracted=True)


def make_row(slug: str, title: str, authors: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    """One line of a list, as publications.rows stores it."""
    empty = {
        "year": 2025, "is_complete": True, "venue_tag": "", "venue_name": "", "venue": "", "is_workshop": False,
        "track": "", "status": "", "distinctions": [], "code": "", "has_code": False, "is_published": True,
        "is_retracted": False, "notices": [], "links": [], "coins": "",
    }  # fmt: skip
    return {**empty, "slug": slug, "title": title, "name": title, "authors": authors, **values}


def with_row(row: dict[str, Any], **values: Any) -> Publication:
    publication = unsaved(Publication, {"links": [], "distinctions": [], "notices": []}, slug=row["slug"], **values)
    publication.digest = PublicationDigest(row=row)
    return publication


def make_receipt(university: Organization, ada: Person, paper: Publication) -> AwardReceipt:
    award = unsaved(Award, title="Prize for Silence", organization=university, url="https://example.org/prize")
    return unsaved(
        AwardReceipt, {"people": [ada]}, award=award, year=PartialDate("2025"), publication=paper,
        amount=Decimal(1500), currency="EUR", recipients=3, note="Top 1%",
    )  # fmt: skip


def make_edge(mentor: Person, mentee: Person, university: Organization, paper: Publication) -> Edge:
    level = unsaved(MentorshipLevel, level="phd", organization=university)
    strand = Strand(
        kind="Mentor", start=PartialDate("2023-05"), end=PartialDate("2024-08"), levels=(level,), publications=(paper,),
        outcomes=("Began a PhD at Example University",),
    )  # fmt: skip
    return Edge(mentor, mentee, [strand])


def make_grant_role(ada: Person, funder: Organization) -> GrantRole:
    grant = unsaved(
        Grant, title="Machines without noise", scheme="Quiet Programme", funder=funder, number="Q-1",
        amount=Decimal(40_000), currency="USD", start=PartialDate("2024"), end=PartialDate("2026"),
    )  # fmt: skip
    return unsaved(GrantRole, grant=grant, person=ada, role="pi")


def make_report_sample() -> Report:
    """A report of one table."""
    columns = (Column("person", _("Person")), Column("role", _("Role")), Column("since", _("Since")))
    row = Row((
        names_cell([("Ada Quint", "/people/ada-quint/", "")]), text_cell("PhD student"),
        date_cell(PartialDate("2025-05")),
    ))  # fmt: skip
    section = Section("joined", _("Joined"), "Memberships that began in the period.", columns, [row])
    return Report("Report 2025", "Quiet Lab", "", "2025", "", "1 May 2026", "APA", [section])
