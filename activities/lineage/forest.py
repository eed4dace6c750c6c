"""The lines between people as nested lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from activities.lineage.edges import Edge
from people.models import Person

MAX_DEPTH = 12  # generations that are nested on a page


@dataclass
class Branch:
    """A mentor with the people they guided, each possibly a mentor in turn."""

    person: Person
    edge: Edge | None = None
    depth: int = 0
    branches: list[Branch] = field(default_factory=list)
    is_elsewhere: bool = False  # those they guided stand under another branch


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
