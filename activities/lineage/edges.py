"""The lines between people. Mentorships, a degree's advisors and committee, and a position's advisor or mentor are each
stated once, where they belong; here they become one list, in which each pair of people stands once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from activities.models import Mentorship, MentorshipLevel
from labsite.lib.dates import PartialDate, Period, display_period
from labsite.lib.together import Plan
from people.models import Education, Person, PositionPerson
from publications.models import PositionPublication, Publication

CLOSENESS = [Mentorship.Kind.ADVISOR, Mentorship.Kind.CO_ADVISOR, Mentorship.Kind.MENTOR, Mentorship.Kind.COMMITTEE]
ADVISING_ROLES = (PositionPerson.Role.ADVISOR, PositionPerson.Role.MENTOR)


@dataclass(frozen=True)
class Strand:
    """As what somebody guided somebody, when, on which occasions, and what came of it."""

    kind: str  # in words of the active language
    start: PartialDate | None = None
    end: PartialDate | None = None
    end_is_unknown: bool = False
    occasions: tuple[str, ...] = ()
    levels: tuple[MentorshipLevel, ...] = ()
    publications: tuple[Publication, ...] = ()
    outcomes: tuple[str, ...] = ()
    code: str = Mentorship.Kind.MENTOR  # the kind as one of `Mentorship.Kind`, which decides how its line is drawn

    @cached_property
    def period(self) -> str:
        return display_period(self.start, self.end, end_is_unknown=self.end_is_unknown)

    @property
    def is_undated(self) -> bool:
        return not (self.start or self.end)

    @property
    def first_day(self) -> datetime.date:
        return self.start.earliest if self.start else datetime.date.min

    @property
    def last_day(self) -> datetime.date:
        return self.end.latest if self.end else datetime.date.max


@dataclass
class Edge:
    """One person guiding another, in one or several strands."""

    mentor: Person
    mentee: Person
    strands: list[Strand] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The closest of its kinds: who advised and sat in the committee advised."""
        return min((strand.code for strand in self.strands), key=CLOSENESS.index, default=Mentorship.Kind.MENTOR)

    @property
    def publications(self) -> list[Publication]:
        """What came of all its strands, each once."""
        return list(dict.fromkeys(each for strand in self.strands for each in strand.publications))

    @property
    def years(self) -> str:
        """From when until when in all, in years alone: “2021–2024”, “2021–” where it lasts, “–2024”; "" if undated.

        “2021” where nobody knows the end.
        """
        dated = [strand for strand in self.strands if not strand.is_undated]
        if not dated:
            return ""
        first = min(dated, key=lambda strand: strand.first_day).start
        last = max(dated, key=lambda strand: (strand.last_day, not strand.end_is_unknown))
        begin, end = str(first.year) if first else "", str(last.end.year) if last.end else ""
        return begin if begin == end or last.end_is_unknown else f"{begin}–{end}"


def edges_of(person: Person) -> tuple[list[Edge], list[Edge]]:
    """The edges from `person` to those they guided, and to `person` from those who did. One query."""
    return part_edges(all_edges(person), person)


def part_edges(edges: Iterable[Edge], person: Person) -> tuple[list[Edge], list[Edge]]:
    """The edges that begin at `person`, and those that end there."""
    edges = list(edges)
    return [edge for edge in edges if edge.mentor == person], [edge for edge in edges if edge.mentee == person]


def all_edges(person: Person | None = None) -> list[Edge]:
    """Every edge between published people, or those that touch `person`. One query."""
    return read_edges(EVERYBODY.load() if person is None else ONE_PERSON.load(person=person.pk))


def edge_querysets(person: int | None = None) -> dict[str, QuerySet]:
    """What `read_edges` reads, to be loaded together with other things; with a person's key, what touches them."""
    return {
        "mentorships": mentorship_rows(person),
        "advisors": degree_rows("advisors", person),
        "committees": degree_rows("committee", person),
        "advising": position_rows(person),
    }


def read_edges(rows: dict[str, list[Any]]) -> list[Edge]:
    """The edges that the rows of `edge_querysets` state."""
    return merge([
        *mentorship_strands(rows["mentorships"]),
        *education_strands(rows["advisors"], Mentorship.Kind.ADVISOR),
        *education_strands(rows["committees"], Mentorship.Kind.COMMITTEE),
        *position_strands(rows["advising"]),
    ])  # fmt: skip


def merge(statements: Iterable[tuple[Person, Person, Strand]]) -> list[Edge]:
    """One edge for each pair, in the order of the statements. The same guidance stated twice is one strand.

    Nobody guides themselves, whatever a degree says.
    """
    edges: dict[tuple[int, int], Edge] = {}
    for mentor, mentee, strand in statements:
        if mentor.pk == mentee.pk:
            continue
        strands = edges.setdefault((mentor.pk, mentee.pk), Edge(mentor, mentee)).strands
        same = next((index for index, other in enumerate(strands) if is_same_guidance(other, strand)), None)
        if same is None:
            strands.append(strand)
        else:
            strands[same] = join(strands[same], strand)
    return list(edges.values())


def is_same_guidance(one: Strand, other: Strand) -> bool:
    """Of one kind, and at the same time as far as their dates say."""
    overlap = one.first_day <= other.last_day and other.first_day <= one.last_day
    return one.kind == other.kind and (one.is_undated or other.is_undated or overlap)


def join(one: Strand, other: Strand) -> Strand:
    """Both statements as one, over the time that they cover together."""
    longest = [strand for strand in (one, other) if not strand.is_undated] or [one]
    last = max(longest, key=lambda strand: (strand.last_day, not strand.end_is_unknown))
    return Strand(
        kind=one.kind,
        start=min(longest, key=lambda strand: strand.first_day).start,
        end=last.end,
        end_is_unknown=last.end_is_unknown,
        occasions=tuple(dict.fromkeys([*one.occasions, *other.occasions])),
        levels=tuple(dict.fromkeys([*one.levels, *other.levels])),
        publications=tuple(dict.fromkeys([*one.publications, *other.publications])),
        outcomes=tuple(dict.fromkeys([*one.outcomes, *other.outcomes])),
        code=one.code,
    )


def make_strand(code: str, period: Period, **values: tuple) -> Strand:
    return Strand(
        kind=str(Mentorship.Kind(code).label),
        code=code,
        start=period.start,
        end=period.end,
        end_is_unknown=period.end_is_unknown,
        **values,
    )


def between(mentor: str, mentee: str, person: int | None) -> Q:
    """Rows of two people with public pages, at these paths; with `person`, rows from or to this one, shown or not."""
    if person is None:
        return Q(**{f"{mentor}__is_published": True, f"{mentee}__is_published": True})
    return Q(**{mentor: person, f"{mentee}__is_published": True}) | Q(
        **{mentee: person, f"{mentor}__is_published": True}
    )


def mentorship_rows(person: int | None) -> QuerySet:
    return Mentorship.objects.filter(between("mentor", "mentee", person)).with_page_relations()


def mentorship_strands(rows: Iterable[Mentorship]) -> list[tuple[Person, Person, Strand]]:
    return [
        (
            row.mentor,
            row.mentee,
            make_strand(
                row.kind,
                row,
                levels=tuple(row.levels.all()),
                publications=tuple(row.publications.all()),
                outcomes=(row.outcome,) if row.outcome else (),
            ),
        )
        for row in rows
    ]


def degree_rows(relation: str, person: int | None) -> QuerySet:
    """Who advised whose degree, or sat in its committee."""
    through = Education._meta.get_field(relation).remote_field.through
    rows = through.objects.filter(between("person", "education__person", person)).order_by("pk")
    return rows.select_related("person", "education__person", "education__organization")


def education_strands(rows: Iterable[Any], code: str) -> list[tuple[Person, Person, Strand]]:
    """Advisors or committee members of degrees."""
    return [
        (row.person, row.education.person, make_strand(code, row.education, occasions=(str(row.education),)))
        for row in rows
    ]


def position_rows(person: int | None) -> QuerySet:
    shown = PositionPublication.objects.filter(publication__is_published=True).select_related("publication__venue")
    papers = Prefetch("position__position_publications", shown)
    rows = PositionPerson.objects.filter(between("person", "position__person", person), role__in=ADVISING_ROLES)
    return rows.select_related("person", "position__person", "position__organization").prefetch_related(papers)


def position_strands(rows: Iterable[PositionPerson]) -> list[tuple[Person, Person, Strand]]:
    """Advisors and mentors of positions, with the papers that came of these."""
    return [
        (
            row.person,
            row.position.person,
            make_strand(
                row.role,
                row.position,
                occasions=(str(row.position),),
                publications=tuple(link.publication for link in row.position.position_publications.all()),
            ),
        )
        for row in rows
    ]


EVERYBODY = Plan(edge_querysets)
ONE_PERSON = Plan(edge_querysets, person=int)
