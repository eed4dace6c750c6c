"""The lines between people, parted into drawings: one for each set of people that hang together.

A set of many generations is drawn in several sheets. Those of an earlier sheet whose line goes on stand again in the
first column of the next, so every line is drawn once and no sheet is wider than `MOST_COLUMNS`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from activities.lineage.edges import Edge
from activities.lineage.layers import Key, Link, components, generations, kin, orient
from activities.lineage.layout import Layout, lay_out
from labsite.lib.svg import wrap
from people.directory import ROLE_ORDER
from people.models import Membership, Person

MOST_COLUMNS = 6  # of one sheet
FOLDED_FROM = 40  # people of a tree that a page shows on demand only
NAME_SIZE, NOTE_SIZE = 14, 12
BOLD = 1.06  # how much wider bold letters are
TEXT_WIDTH = 158
NAME_LINES, NOTE_LINES = 3, 2
NAME_LEADING, NOTE_LEADING, PADDING = 18, 16, 15


@dataclass(frozen=True)
class Again:
    """Somebody of an earlier sheet, repeated where their line goes on."""

    pk: int


@dataclass(frozen=True)
class Card:
    """What a drawing prints of a person."""

    person: Person
    name_lines: tuple[str, ...]
    note: str = ""
    is_member: bool = False

    @property
    def height(self) -> float:
        return 2 * PADDING + NAME_LEADING * len(self.name_lines) + NOTE_LEADING * len(self.note_lines) - 6

    @property
    def note_lines(self) -> list[str]:
        return wrap(self.note, NOTE_SIZE, TEXT_WIDTH, NOTE_LINES)


@dataclass
class Sheet:
    """One drawing."""

    layout: Layout
    cards: dict[Key, Card]
    lines: dict[Link, list[tuple[Edge, bool]]]  # what each route stands for, and whether it runs from right to left


@dataclass
class Tree:
    """People who hang together, in one or several sheets."""

    hub: Person
    people: list[Person]
    edges: list[Edge]
    generations: int
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def is_folded(self) -> bool:
        return len(self.people) >= FOLDED_FROM


def people_of(edges: Iterable[Edge]) -> dict[int, Person]:
    """Everybody an edge touches, by key, sorted by name."""
    found = {person.pk: person for edge in edges for person in (edge.mentor, edge.mentee)}
    return dict(sorted(found.items(), key=lambda item: (item[1].sort_key, item[1].slug)))


def edges_about(edges: Sequence[Edge], person: Person) -> list[Edge]:
    """The edges of everybody who guided `person`, and of everybody they guided, over all generations."""
    links = kin([(edge.mentor.pk, edge.mentee.pk) for edge in edges], person.pk)
    return [edge for edge in edges if (edge.mentor.pk, edge.mentee.pk) in links]


def stays_by_person(today: datetime.date) -> dict[int, Membership]:
    """For every member with a public page the stay that a drawing names: what they are today, else were last.

    One query.
    """
    rows = Membership.objects.filter(person__is_published=True).select_related("group")
    found: dict[int, Membership] = {}
    for row in sorted(rows, key=lambda row: (rank_of_stay(row, today), row.pk)):
        found.setdefault(row.person_id, row)
    return found


def rank_of_stay(stay: Membership, today: datetime.date) -> tuple:
    """Sorts what counts most first: the highest role of today, then what ended last."""
    is_active, when = stay.is_active(today), str(stay.end or stay.start or "")
    return (not is_active, ROLE_ORDER[stay.role] if is_active else 0, tuple(-ord(sign) for sign in when))


def make_card(person: Person, stay: Membership | None = None, *, is_member: bool = False) -> Card:
    """With the role and, where it has a public page, the group."""
    note = ""
    if stay:
        group = stay.group if stay.group and stay.group.is_published else None
        note = ", ".join(str(part) for part in (stay.role_text, group and (group.short_name or group.name)) if part)
    lines = wrap(person.name, NAME_SIZE * BOLD, TEXT_WIDTH, NAME_LINES) or [person.slug]
    return Card(person, tuple(lines), note, is_member or stay is not None)


def make_trees(edges: Sequence[Edge], stays: Mapping[int, Membership] | None = None) -> list[Tree]:
    """The largest tree first. `stays` says who is a member, and as what."""
    people, stays = people_of(edges), stays or {}
    cards = {pk: make_card(person, stays.get(pk)) for pk, person in people.items()}
    links = [(edge.mentor.pk, edge.mentee.pk) for edge in edges]
    parts = components(list(people), links)
    home = {pk: index for index, part in enumerate(parts) for pk in part}
    own: list[list[Edge]] = [[] for _ in parts]
    for edge in edges:
        own[home[edge.mentor.pk]].append(edge)
    trees = [make_tree(part, rows, cards) for part, rows in zip(parts, own, strict=True) if rows]
    return sorted(trees, key=lambda tree: (-len(tree.people), tree.hub.sort_key, tree.hub.slug))


def make_tree(keys: Sequence[Key], edges: Sequence[Edge], cards: Mapping[Key, Card]) -> Tree:
    """One tree of people who hang together; `keys` in the order of names."""
    links = [(edge.mentor.pk, edge.mentee.pk) for edge in edges]
    oriented = orient(keys, links)
    ranks = generations(keys, oriented)
    first = min(ranks.values())
    ranks = {key: rank - first for key, rank in ranks.items()}
    degree: dict[Key, int] = dict.fromkeys(keys, 0)
    for one, other in links:
        degree[one] += 1
        degree[other] += 1
    hub = min(keys, key=lambda key: (-degree[key], not cards[key].is_member))
    tree = Tree(cards[hub].person, [cards[key].person for key in keys], list(edges), max(ranks.values()) + 1)
    tree.sheets = make_sheets(keys, edges, oriented, ranks, cards)
    return tree


def make_sheets(
    keys: Sequence[Key],
    edges: Sequence[Edge],
    oriented: Sequence[Link],
    ranks: Mapping[Key, int],
    cards: Mapping[Key, Card],
) -> list[Sheet]:
    """Every edge on the sheet of its later person."""
    drawn = set(oriented)

    def sheet_of(key: Key) -> int:
        rank = ranks[key]
        return 0 if rank < MOST_COLUMNS else 1 + (rank - MOST_COLUMNS) // (MOST_COLUMNS - 1)

    contents: dict[int, dict[Key, Card]] = {}
    lines: dict[int, dict[Link, list[tuple[Edge, bool]]]] = {}
    for edge in edges:
        forward = (edge.mentor.pk, edge.mentee.pk)
        is_back = ranks[forward[0]] > ranks[forward[1]] or forward not in drawn
        one, other = forward[::-1] if is_back else forward
        number = sheet_of(other)
        begin = one if sheet_of(one) == number else Again(one)
        contents.setdefault(number, {})[begin] = cards[one]
        contents[number][other] = cards[other]
        lines.setdefault(number, {}).setdefault((begin, other), []).append((edge, is_back))
    place = {key: index for index, key in enumerate(keys)}
    sheets = []
    for number in sorted(contents):
        own = sorted(contents[number], key=lambda key: (isinstance(key, Again), place[getattr(key, "pk", key)]))
        heights = {key: contents[number][key].height for key in own}
        sheets.append(Sheet(lay_out(heights, list(lines[number])), contents[number], lines[number]))
    return sheets
