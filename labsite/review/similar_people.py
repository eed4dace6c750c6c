"""Two people who may be one: they bear the same name, or names that fit each other and share a co-author."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations, islice

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import fold
from labsite.review.rows import Kind, Row, Scope, make_pair_row, newest
from people.likeness import Likeness, compare
from people.models import Person, PersonName
from people.readings import FoldedName, fold_printed
from publications.models import Authorship

LOOKED_AT = 2_000
MOST_OF_ONE_NAME = 60
MOST_PAIRS = 300
MOST_AUTHORS = 20_000  # authorships read to learn who wrote with whom


@dataclass(frozen=True)
class Name:
    """A name ready for comparing, and its words in any order."""

    folded: FoldedName
    words: frozenset[str]


@dataclass
class Works:
    """What somebody wrote, and with whom: a person's id, or a folded printed name where nobody is linked."""

    papers: set[int] = field(default_factory=set)
    co_authors: dict[int | str, str] = field(default_factory=dict)


def read_name(text: str) -> Name:
    return Name(fold_printed(text), frozenset(fold(text).replace(".", " ").replace(",", " ").split()))


def are_same(one: Name, other: Name) -> bool:
    """Whether nothing but accents, case, signs and order tells the two names apart."""
    return one.words == other.words or compare(one.folded, other.folded) is Likeness.SAME


def load_names(people: Iterable[Person]) -> dict[int, list[Name]]:
    """Every name each of them goes by, former ones included: only editors see the queue. One query."""
    names = {person.pk: [person.name, person.native_name] for person in people}
    for pk, name in newest(PersonName.objects.all(), LOOKED_AT * 2).values_list("person", "name"):
        names.get(pk, []).append(name)
    return {pk: [read_name(name) for name in dict.fromkeys(own) if name] for pk, own in names.items()}


def candidates(people: list[Person], names: dict[int, list[Name]]) -> Iterator[tuple[Person, Person]]:
    """Pairs whose names meet, those with the person added last first."""
    places: dict[str, dict[int, Person]] = defaultdict(dict)
    for person in people:
        for key in (key for name in names[person.pk] for key in name.folded.keys):
            places[key][person.pk] = person
    pairs = chain.from_iterable(combinations([*place.values()][:MOST_OF_ONE_NAME], 2) for place in places.values())
    met = {(newer.pk, older.pk): (newer, older) for newer, older in pairs if not are_two(newer, older)}
    for key in sorted(met, reverse=True):
        newer, older = met[key]
        if any(compare(a.folded, b.folded) for a in names[newer.pk] for b in names[older.pk]):
            yield newer, older


def are_two(one: Person, other: Person) -> bool:
    """Whether two ORCID iDs or two accounts say that they are not one."""
    orcids = bool(one.orcid and other.orcid and one.orcid != other.orcid)
    return orcids or bool(one.user_id and other.user_id)


def load_works(people: set[int]) -> dict[int, Works]:
    """What these people wrote and with whom. One query."""
    own = Authorship.objects.confirmed().filter(person__in=people)
    rows = Authorship.objects.filter(publication__in=own.order_by().values("publication")).order_by("-pk")
    papers: dict[int, dict[int | str, str]] = defaultdict(dict)
    works: dict[int, Works] = defaultdict(Works)
    columns = ("publication", "person", "printed_name", "search_text", "link_status")
    for paper, person, printed, folded, status in rows.values_list(*columns)[:MOST_AUTHORS]:
        certain = person if status == Authorship.LinkStatus.CONFIRMED else None
        papers[paper][certain or folded] = printed
        if certain in people:
            works[certain].papers.add(paper)
    for person, own_works in works.items():
        for paper in own_works.papers:
            own_works.co_authors.update(papers[paper])
        own_works.co_authors.pop(person, None)
    return works


def find_people(scope: Scope) -> list[Row]:
    """Pairs of people who may be one, the pair with the person added last first. Three queries.

    Who stands twice among the authors of one paper is two people, and so is who has two ORCID iDs or accounts.
    """
    fields = ("name", "slug", "native_name", "orcid", "user_id")
    people = list(Person.objects.order_by("-pk").only(*fields)[:LOOKED_AT])
    names = load_names(people)
    pairs = list(islice(candidates(people, names), MOST_PAIRS))
    works = load_works({person.pk for pair in pairs for person in pair})
    rows = (make_row(newer, older, names, works) for newer, older in pairs)
    return scope.without_dismissed(row for row in rows if row)


def make_row(newer: Person, older: Person, names: dict[int, list[Name]], works: dict[int, Works]) -> Row | None:
    one, other = works.get(newer.pk, Works()), works.get(older.pk, Works())
    if one.papers & other.papers:
        return None
    shared = sorted(one.co_authors[who] for who in one.co_authors.keys() & other.co_authors.keys())
    same = any(are_same(a, b) for a in names[newer.pk] for b in names[older.pk])
    if not (same or shared):
        return None
    reason = gettext("They go by the same name") if same else gettext("Both names can be one person’s")
    labels = (f"{older} (/people/{older.slug}/)", f"{newer} (/people/{newer.slug}/)")
    return make_pair_row(older, newer, labels, f"{reason}{compare_works(one, other, shared)}.")


def compare_works(one: Works, other: Works, shared: list[str]) -> str:
    """What their co-authors say, as the end of a sentence."""
    if shared:
        rest = gettext(" and %(shared)s more") % {"shared": len(shared) - 1} if len(shared) > 1 else ""
        return gettext(", and both wrote with %(shared)s%(rest)s") % {"shared": shared[0], "rest": rest}
    return gettext(", but no co-author in common") if one.papers and other.papers else ""


KINDS = [
    Kind(
        "similar-people",
        _("possible duplicate among people"),
        _("possible duplicates among people"),
        _("One name, or names that can be one person’s and a co-author in common."),
        ("people.add_person", "people.change_person", "people.delete_person"),
        find_people,
        format_lazy(_("The {LOOKED_AT} people added last are compared."), LOOKED_AT=f"{LOOKED_AT:,}"),
    )
]
