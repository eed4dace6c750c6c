"""Trees as a page prints them: SVG with a title, a description and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from activities.lineage.drawing import SAMPLE, describe, draw_sheet, kinds_of, sample
from activities.lineage.edges import Edge
from activities.lineage.trees import Tree, make_card, make_trees
from labsite.lib.svg import element, inline
from people.models import Membership, Person

REMEMBERED = 64  # own parts of the tree
MOST_OWN = 24  # people of whom a person's own page draws without being asked


@dataclass(frozen=True)
class Picture:
    """One tree on a page: its sheets as SVG."""

    title: str
    size: str
    sheets: list[SafeString]
    is_folded: bool
    is_wide: bool
    legend: list[tuple[SafeString, str]]


def make_pictures(trees: Sequence[Tree]) -> list[Picture]:
    """Each tree with the name of whom it centres on."""
    return [make_picture(tree, f"tree-{number}") for number, tree in enumerate(trees, start=1)]


def make_picture(tree: Tree, name: str, own: Person | None = None) -> Picture:
    """`name` begins the ids of its elements."""
    title = _("The line of %(name)s") % {"name": tree.hub}
    size = size_of(tree)
    parts = len(tree.sheets)
    drawn = []
    for number, sheet in enumerate(tree.sheets, start=1):
        part = _(", part %(number)s of %(parts)s") % {"number": number, "parts": parts} if parts > 1 else ""
        text = _(
            "%(size)s. Who guided stands left of whom they guided; each box leads to a person's page. "
            "The lists of this page say the same in words."
        ) % {"size": size}
        svg = draw_sheet(sheet, f"{name}-{number}", f"{title}{part}", text, Person.get_absolute_url, own)
        drawn.append(inline(svg))
    is_wide = max(sheet.layout.columns for sheet in tree.sheets) > 2 or len(tree.people) > 8
    return Picture(title, size, drawn, tree.is_folded, is_wide, make_legend(tree.edges))


def size_of(tree: Tree) -> str:
    """“12 people in 3 generations”."""
    count = len(tree.people)
    people = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    depth = tree.generations
    generations = ngettext("%(count)s generation", "%(count)s generations", depth) % {"count": depth}
    return _("%(people)s in %(generations)s") % {"people": people, "generations": generations}


def make_legend(edges: Sequence[Edge]) -> list[tuple[SafeString, str]]:
    """A sample and a name for each kind of line that occurs."""
    legend = []
    for code, label in kinds_of(edges):
        box = {"class": "tree-sample", "width": SAMPLE, "height": 12, "aria-hidden": "true", "focusable": "false"}
        legend.append((inline(element("svg", box, sample(code, 0, 6))), label))
    return legend


def make_own_picture(person: Person, edges: Sequence[Edge], membership: Membership | None = None) -> Picture | None:
    """The people who guided `person` and those they guided; None where there are none. No query."""
    if not edges:
        return None
    stay = membership and make_card(person, membership).note
    facts = (get_language(), facts_of(person), tuple(facts_of_edge(edge) for edge in edges), stay)
    return draw_own(Asked(facts, person, edges, membership))


@dataclass(frozen=True)
class Asked:
    """A person's own part of the tree. `facts` are all that its drawing prints or is laid out by."""

    facts: tuple[Any, ...]
    person: Person = field(compare=False)
    edges: Sequence[Edge] = field(compare=False)
    membership: Membership | None = field(compare=False)


def facts_of(person: Person) -> tuple[Any, ...]:
    return person.pk, person.slug, person.name, person.sort_key


def facts_of_edge(edge: Edge) -> tuple[Any, ...]:
    papers = len(edge.publications)
    return (*facts_of(edge.mentor), *facts_of(edge.mentee), edge.code, edge.years, papers, describe(edge))


@lru_cache(maxsize=REMEMBERED)
def draw_own(asked: Asked) -> Picture:
    """The same facts are drawn once: laying a tree out takes longer than all else of a person's page."""
    person, membership = asked.person, asked.membership
    (tree,) = make_trees(asked.edges, {person.pk: membership} if membership else {})
    picture = make_picture(tree, "own-tree", person)
    return Picture(
        _("Who guided %(name)s, and whom they guided") % {"name": person},
        picture.size, picture.sheets, len(tree.people) > MOST_OWN, is_wide=True, legend=picture.legend,
    )  # fmt: skip
