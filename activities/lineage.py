"""Who guided whom. Mentorships, a degree's advisors and committee, and a position's advisor or mentor are each stated
once, where they belong; here they become one list, in which each pair of people stands once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from activities.models import Mentorship, MentorshipLevel
from labsite.lib.dates import PartialDate, Period, display_period
from people.models import Education, Person, PositionPerson
from publications.models import Publication

MAX_DEPTH = 12  # generations that are nested on a page
ADVISING_ROLES = (PositionPerson.Role.ADVISOR, PositionPerson.Role.MENTOR)


@dataclass(frozen=True)
class Strand:
    """As what somebody guided somebody, when, on which occasions, and what came of it."""

    kind: str
    start: PartialDate | None = None
    end: PartialDate | None = None
    end_is_unknown: bool = False
    occasions: tuple[str, ...] = ()
    levels: tuple[MentorshipLevel, ...] = ()
    publications: tuple[Publication, ...] = ()
    outcomes: tuple[str, ...] = ()

    @property
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


@dataclass
class Branch:
    """A mentor with the people they guided, each possibly a mentor in turn."""

    person: Person
    edge: Edge | None = None
    depth: int = 0
    branches: list[Branch] = field(default_factory=list)
    is_elsewhere: bool = False  # those they guided stand under another branch


def edges_of(person: Person) -> tuple[list[Edge], list[Edge]]:
    """The edges from `person` to those they guided, and to `person` from those who did. Costs six queries."""
    edges = all_edges(person)
    return [edge for edge in edges if edge.mentor == person], [edge for edge in edges if edge.mentee == person]


def all_edges(person: Person | None = None) -> list[Edge]:
    """Every edge between published people, or those that touch `person`. The number of queries is fixed."""
    return merge([*mentorship_strands(person), *education_strands(person), *position_strands(person)])


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
    )


def make_strand(kind: str, period: Period, **values: tuple) -> Strand:
    return Strand(kind=kind, start=period.start, end=period.end, end_is_unknown=period.end_is_unknown, **values)


def between(mentor: str, mentee: str, person: Person | None) -> Q:
    """Rows of two people with public pages, at these paths; with `person`, rows from or to this one, shown or not."""
    if person is None:
        return Q(**{f"{mentor}__is_published": True, f"{mentee}__is_published": True})
    return Q(**{mentor: person, f"{mentee}__is_published": True}) | Q(
        **{mentee: person, f"{mentor}__is_published": True}
    )


def mentorship_strands(person: Person | None) -> list[tuple[Person, Person, Strand]]:
    rows = Mentorship.objects.filter(between("mentor", "mentee", person)).with_page_relations()
    return [
        (
            row.mentor,
            row.mentee,
            make_strand(
                row.get_kind_display(),
                row,
                levels=tuple(row.levels.all()),
                publications=tuple(row.publications.all()),
                outcomes=(row.outcome,) if row.outcome else (),
            ),
        )
        for row in rows
    ]


def education_strands(person: Person | None) -> list[tuple[Person, Person, Strand]]:
    """Advisors and committee members of degrees."""
    statements = []
    for relation, kind in (("advisors", "Advisor"), ("committee", "Committee member")):
        through = Education._meta.get_field(relation).remote_field.through
        rows = through.objects.filter(between("person", "education__person", person)).order_by("pk")
        statements += [
            (row.person, row.education.person, make_strand(kind, row.education, occasions=(str(row.education),)))
            for row in rows.select_related("person", "education__person", "education__organization")
        ]
    return statements


def position_strands(person: Person | None) -> list[tuple[Person, Person, Strand]]:
    """Advisors and mentors of positions."""
    rows = PositionPerson.objects.filter(between("person", "position__person", person), role__in=ADVISING_ROLES)
    return [
        (
            row.person,
            row.position.person,
            make_strand(row.get_role_display(), row.position, occasions=(str(row.position),)),
        )
        for row in rows.select_related("person", "position__person", "position__organization")
    ]


def make_forest(edges: Iterable[Edge]) -> list[Branch]:
    """Mentors nobody here guided, each with their branches. A person is opened once; a circle ends where it closes.

    A line of more than `MAX_DEPTH` generations goes on as a tree of its own.
    """
    by_mentor: dict[int, list[Edge]] = {}
    mentees = set()
    people: dict[int, Person] = {}
    for edge in edges:
        by_mentor.setdefault(edge.mentor.pk, []).append(edge)
        people[edge.mentor.pk] = edge.mentor
        mentees.add(edge.mentee.pk)
    opened: set[int] = set()
    roots = [pk for pk in people if pk not in mentees] + [pk for pk in people if pk in mentees]
    forest = []
    for pk in roots:
        if pk not in opened:
            forest.append(grow(people[pk], by_mentor, opened))
    return sorted(forest, key=lambda branch: branch.person.sort_key)


def grow(person: Person, by_mentor: dict[int, list[Edge]], opened: set[int]) -> Branch:
    """The branch of `person`; those whom it opens are added to `opened`."""
    root = Branch(person)
    waiting = [root]
    while waiting:
        branch = waiting.pop()
        edges = by_mentor.get(branch.person.pk, [])
        if branch.person.pk in opened or branch.depth == MAX_DEPTH:
            branch.is_elsewhere = bool(edges)
            continue
        opened.add(branch.person.pk)
        branch.branches = [Branch(each.mentee, each, depth=branch.depth + 1) for each in edges]
        waiting += reversed(branch.branches)
    return root
