"""Who writes with whom: members and those with a page here with whom they wrote most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from itertools import zip_longest

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.figures.figure import Figure, Named, Table
from activities.figures.network import Network, Node
from activities.figures.publications import listed_papers
from activities.figures.selection import FigureSelection
from people.models import Membership, Person
from publications.models import Authorship

MOST_PAIRS = 2000  # that are read, those with the most joint papers first
MOST_MEMBERS, MOST_PEOPLE = 40, 48  # that are drawn

Pair = tuple[int, int]


def pair_rows(selection: FigureSelection) -> QuerySet:
    """Two published people of whom one is a member (of the group), by their keys, and their joint papers.

    Only certain links and papers of the public list count. The lower key stands first.
    """
    members = Membership.objects.filter(**({"group": selection.group} if selection.group else {})).values("person")
    other = "publication__authorships__person"
    certain = Authorship.LinkStatus.CONFIRMED
    rows = (
        Authorship.objects.confirmed()
        .filter(person__is_published=True, publication__in=listed_papers(selection).values("pk"))
        .filter(
            Q(person__in=members) | Q(**{f"{other}__in": members}),
            **{
                "publication__authorships__link_status": certain,
                f"{other}__is_published": True,
                f"{other}__gt": F("person"),
            },
        )
        .order_by()
        .values_list("person", other)
        .annotate(count=Count("publication", distinct=True))
        .order_by("-count", "person", other)
    )
    return rows[:MOST_PAIRS]


def count_pairs(selection: FigureSelection, found: Iterable[tuple] | None = None) -> dict[Pair, int]:
    """Joint papers by pairs: of the rows of `pair_rows`, which are asked for where they are not given."""
    return {(one, two): count for one, two, count in (pair_rows(selection) if found is None else found)}


def choose_people(pairs: dict[Pair, int], people: Mapping[int, Person], members: Set[int]) -> set[int]:
    """The members who write most with others, and in turn for each of them the co-authors of most papers."""
    near: dict[int, list[tuple[int, int]]] = {}
    for (one, two), count in pairs.items():
        near.setdefault(one, []).append((count, two))
        near.setdefault(two, []).append((count, one))

    def rank(key: int, count: int) -> tuple[int, str, str]:
        return -count, people[key].sort_key, people[key].slug

    weights = {key: sum(count for count, _other in own) for key, own in near.items()}
    drawn = sorted((key for key in near if key in members), key=lambda key: rank(key, weights[key]))[:MOST_MEMBERS]
    turns = [sorted(near[key], key=lambda item: rank(item[1], item[0])) for key in drawn]
    chosen = set(drawn)
    for turn in zip_longest(*turns):
        for _count, other in filter(None, turn):
            if len(chosen) < MOST_PEOPLE and other not in members:
                chosen.add(other)
    return chosen


def drawn_pairs(pairs: dict[Pair, int], members: Set[int], chosen: Set[int]) -> dict[Pair, int]:
    """The pairs of chosen people, one of them a member."""
    return {pair: count for pair, count in pairs.items() if set(pair) <= chosen and members & set(pair)}


def make_figure(selection: FigureSelection, members: Set[int], found: Iterable[tuple] | None = None) -> Figure:
    """Of the rows of `pair_rows`. One query for names, another for the rows where they are not given."""
    pairs = count_pairs(selection, found)
    everybody = Person.objects.only("name", "slug", "sort_key").in_bulk({key for pair in pairs for key in pair})
    shown = drawn_pairs(pairs, members, choose_people(pairs, everybody, members))
    people = {key: everybody[key] for pair in shown for key in pair}
    ranked = sorted(shown.items(), key=lambda item: pair_key(item, people))
    rows = [[named(people[one]), named(people[two]), count] for (one, two), count in ordered(ranked, people)]
    left_out = len(everybody) - len(people)
    notes = []
    if left_out:
        text = ngettext(
            "%(count)s more person wrote with a member and is left out: the picture shows those who wrote most.",
            "%(count)s more people wrote with a member and are left out: the picture shows those who wrote most.",
            left_out,
        )
        notes.append(text % {"count": left_out})
    return Figure(
        name="coauthors",
        title=_("Who writes with whom"),
        takeaway=takeaway(rows, len(people)),
        table=Table(_("Joint papers"), [_("Author"), _("Co-author"), _("Joint papers")], rows),
        chart=make_network(ranked, people, members) if rows else None,
        notes=notes,
        is_wide=True,
    )


def pair_key(item: tuple[Pair, int], people: dict[int, Person]) -> tuple:
    """Most papers first, then by names: the same on every database."""
    (one, two), count = item
    return -count, *sorted((people[key].sort_key, people[key].slug) for key in (one, two))


def ordered(ranked: Iterable[tuple[Pair, int]], people: dict[int, Person]) -> list[tuple[Pair, int]]:
    """The same pairs, in each the name that sorts first in front."""
    return [
        (tuple(sorted(pair, key=lambda key: (people[key].sort_key, people[key].slug))), count)
        for pair, count in ranked
    ]  # fmt: skip


def named(person: Person) -> Named:
    return Named(person.name, person.get_absolute_url())


def make_network(ranked: list[tuple[Pair, int]], people: dict[int, Person], members: Set[int]) -> Network:
    """Nodes by weight, so that the drawing does not depend on keys."""
    weights: Counter[int] = Counter()
    for pair, count in ranked:
        for key in pair:
            weights[key] += count
    keys = sorted(people, key=lambda key: (-weights[key], people[key].sort_key, people[key].slug))
    place = {key: index for index, key in enumerate(keys)}
    nodes = [Node(people[key].name, weights[key], key in members) for key in keys]
    return Network(nodes, [(place[one], place[two], count) for (one, two), count in ordered(ranked, people)])


def takeaway(rows: list[list], people: int) -> str:
    if not rows:
        return _("No paper of a member with another person of these pages is listed.")
    one, other, count = rows[0]
    values = {"one": one, "other": other, "count": count, "people": people, "pairs": len(rows)}
    if len(rows) > 1 and rows[1][2] == count:
        return _("%(people)s people who wrote together, in %(pairs)s pairs.") % values
    text = ngettext(
        "%(one)s and %(other)s wrote the most together: %(count)s paper.",
        "%(one)s and %(other)s wrote the most together: %(count)s papers.",
        count,
    )
    return text % values
