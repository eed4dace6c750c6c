"""The people list. Of a lab: current by role, joining soon, alumni. Of more than fit on one page: by the alphabet.

A long list is read along an index of names, a page of it from the name behind which it begins: the last page costs what
the first one does, and nobody counts everybody.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from labsite.lib.dates import q_active
from labsite.lib.search import MAX_TERMS, read_question
from labsite.lib.together import Number, Plan, load_together
from people.models import Membership, Person
from people.models.person import PersonQuerySet, q_as, q_in

ROLE_ORDER = {value: index for index, value in enumerate(Membership.Role.values)}
PARTS = ("current", "upcoming", "alumni")
MOST = 200  # people on one page, by role; more are listed by the alphabet
PER_PAGE = 50  # of a list by the alphabet
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = "other"  # names that begin with none of them
ROLE_HEADINGS = {
    "principal-investigator": _("Principal investigators"),
    "faculty": _("Faculty"),
    "postdoc": _("Postdocs"),
    "phd": _("PhD students"),
    "master": _("Master's students"),
    "undergraduate": _("Undergraduates"),
    "staff": _("Staff"),
    "visitor": _("Visitors"),
    "intern": _("Interns"),
}


@dataclass(frozen=True)
class Entry:
    """One card: a person and the membership it speaks of."""

    person: Person
    membership: Membership


@dataclass(frozen=True)
class RoleGroup:
    heading: str
    role: str
    entries: list[Entry]


@dataclass(frozen=True)
class Directory:
    """A people list by role, in three parts, or a page of one by the alphabet. Nobody stands in it twice."""

    current: list[RoleGroup] = field(default_factory=list)
    upcoming: list[Entry] = field(default_factory=list)
    alumni: list[Entry] = field(default_factory=list)
    count: int = 0  # of everybody, on all pages; of a list by the alphabet, only that it is more than `MOST`
    is_long: bool = False
    letters: list[tuple[str, list[Entry]]] = field(default_factory=list)
    page: int = 1
    has_previous: bool = False
    has_next: bool = False

    @property
    def entries(self) -> list[Entry]:
        by_role = [entry for group in self.current for entry in group.entries]
        return [*by_role, *self.upcoming, *self.alumni, *(entry for _, own in self.letters for entry in own)]


@dataclass(frozen=True)
class Place:
    """Where a page of a list by the alphabet begins: behind a person or before one, else by its number."""

    page: int = 1
    after: str = ""
    before: str = ""


def load_directory(
    on: datetime.date, *, status: str = "", group: str = "", role: str = "", words: str = "", letter: str = "",
    place: Place | None = None,
) -> Directory:  # fmt: skip
    """The list of published members on the day `on`, of those whose names hold `words` and begin with `letter`.

    With a group, being current or an alumnus is about that group. Two queries, one more for a page that begins at a
    person. There is no page behind the last one: it is the first.
    """
    scope = {"group": group, "role": role}
    values: dict[str, Any] = {name: value for name, value in scope.items() if value}
    values |= {f"word_{number}": word for number, word in enumerate(read_question(words).words[:MAX_TERMS])}
    if not letter and count_to(MOST, on, status, values) <= MOST:
        return make_directory(list_plan(status, *values).load(on=on, **values), on, scope)
    return load_by_alphabet(on, status, letter, place or Place(), values)


def count_to(most: int, on: datetime.date, status: str, values: dict[str, Any]) -> int:
    """How many the list has, or one more than `most`. One query."""
    day = day_for(on, status, values)
    return probe_plan(most, status, *day, *values).load(**day, **values)["number"]


def day_for(on: datetime.date, status: str, values: dict[str, Any]) -> dict[str, datetime.date]:
    """The day, where the list hangs on it: else it is everybody."""
    return {"on": on} if status or "role" in values else {}


@cache
def probe_plan(most: int, status: str, *given: str) -> Plan:
    def make(**values: Any) -> dict[str, QuerySet | Number]:
        people = narrowed(status, **values)
        return {"number": Number(people.order_by().values("pk")[: most + 1])}

    return Plan(make, **{name: datetime.date if name == "on" else str for name in given})


@cache
def list_plan(status: str, *given: str) -> Plan:
    """All of a list that fits on one page; `given`: by what it is narrowed, “group”, “role” and words."""

    def make(on: datetime.date, group: str = "", role: str = "", **words: str) -> dict[str, QuerySet | Number]:
        people = in_group(Person.objects.published().search(" ".join(words.values())), group)
        return parts_of(people, on, status=status, group=group, role=role)

    return Plan(make, on=datetime.date, **dict.fromkeys(given, str))


def in_group(people: PersonQuerySet, group: str) -> PersonQuerySet:
    """Those who ever were in the group with this slug, who are few: the database begins with them. "" is everybody."""
    return people.filter(pk__in=Membership.objects.filter(q_in(group)).values("person")) if group else people


def narrowed(
    status: str, *, on: datetime.date | None = None, group: str = "", role: str = "", **words: str
) -> PersonQuerySet:
    """Everybody on the list, whichever of its parts they are in."""
    people = in_group(Person.objects.published().search(" ".join(words.values())), group)
    if not status and not role:
        return people if group else people.members()
    scope = {"group": group, "role": role}
    parts = {"current": people.current, "upcoming": people.upcoming, "alumni": people.alumni}
    return reduce(or_, [part(on, **scope) for name, part in parts.items() if status in ("", name)])


def parts_of(
    people: PersonQuerySet, on: datetime.date, *, status: str = "", group: str = "", role: str = ""
) -> dict[str, QuerySet]:
    """The querysets of the three parts, each in its order; with a status, of that one."""
    scope = {"group": group, "role": role}
    here = Membership.objects.filter(q_active(on) & q_in(group) & q_as(role), person=OuterRef("pk"))
    ranks = (When(role=value, then=Value(rank)) for value, rank in ROLE_ORDER.items())
    highest = here.annotate(rank=Case(*ranks, output_field=IntegerField())).order_by("rank").values("rank")[:1]
    people = people.with_memberships()
    parts = {
        "current": people.current(on, **scope).order_by(Subquery(highest), *Person._meta.ordering),
        "upcoming": people.upcoming(on, **scope),
        "alumni": people.alumni(on, **scope),
    }
    return {name: part for name, part in parts.items() if status in ("", name)}


def make_directory(rows: dict[str, list[Person]], on: datetime.date, scope: dict[str, Any]) -> Directory:
    """The directory of loaded parts."""
    return Directory(
        current=group_by_role([Entry(each, current_membership(each, on, **scope)) for each in rows.get("current", [])]),
        upcoming=[Entry(each, next_membership(each, on, **scope)) for each in rows.get("upcoming", [])],
        alumni=[Entry(each, last_membership(each, **scope)) for each in rows.get("alumni", [])],
        count=sum(map(len, rows.values())),
    )


# By the alphabet


def load_by_alphabet(on: datetime.date, status: str, letter: str, place: Place, values: dict[str, Any]) -> Directory:
    """A page of the list, of those whose names begin with `letter`; the first page where there is no such page."""
    asked = {**values, **day_for(on, status, values)}
    if letter and letter != OTHER:
        asked |= {"since": letter, "till": chr(ord(letter) + 1)}
    kind, number, anchor = (status, letter == OTHER), place.page, place.before or place.after
    keys = Person.objects.filter(slug=anchor).values_list("sort_key", "slug") if anchor else []
    (key,) = keys[:1] or [None]
    is_backwards = key is not None and bool(place.before)
    if key is not None:
        name, slug = key
        plan = page_plan(*kind, "<" if is_backwards else ">", *asked)
        rows = plan.load(**asked, name=name, slug=slug)["rows"]
    else:
        first = (number - 1) * PER_PAGE  # a page in the middle is led to by a person: only a published copy asks so
        plan = page_plan(*kind, "", *asked)
        rows = plan.load(**asked)["rows"] if not first else load_together(rows=paged(*kind, "", first, **asked))["rows"]
    if not rows and number > 1:
        return load_by_alphabet(on, status, letter, Place(), values)
    has_more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    scope = {name: values.get(name, "") for name in ("group", "role")}
    shown = [Entry(each, stay_on(each, on, **scope)) for each in (rows[::-1] if is_backwards else rows)]
    return Directory(
        count=MOST + 1 if shown else 0,
        is_long=True,
        letters=[(sign, list(own)) for sign, own in groupby(shown, lambda entry: letter_of(entry.person))],
        page=number,
        has_previous=number > 1,
        has_next=has_more or is_backwards,
    )


@cache
def page_plan(status: str, is_other: bool, direction: str, *given: str) -> Plan:  # noqa: FBT001
    """A page from its beginning, or from the person of a `name` and `slug` on, in a `direction` (“>”, “<”)."""
    names = [*given, *(["name", "slug"] if direction else [])]
    return Plan(
        lambda **values: {"rows": paged(status, is_other, direction, **values)},
        **{name: datetime.date if name == "on" else str for name in names},
    )


def paged(
    status: str, is_other: bool, direction: str, first: int = 0, *, since: str = "", till: str = "", name: str = "",  # noqa: FBT001
    slug: str = "", **values: Any,
) -> QuerySet:  # fmt: skip
    """A page and one more. Names are folded and sort byte by byte."""
    people, order = narrowed(status, **values).with_memberships(), ["sort_key", "slug"]
    if is_other:
        people = people.filter(Q(sort_key__lt=LETTERS[0]) | Q(sort_key__gte=chr(ord(LETTERS[-1]) + 1)))
    if since:
        people = people.filter(sort_key__gte=since, sort_key__lt=till)
    # The bound on the name alone is what the index of names is entered by.
    if direction == ">":
        people = people.filter(Q(sort_key__gte=name) & (Q(sort_key__gt=name) | Q(slug__gt=slug)))
    elif direction == "<":
        people = people.filter(Q(sort_key__lte=name) & (Q(sort_key__lt=name) | Q(slug__lt=slug)))
        order = ["-sort_key", "-slug"]
    return people.order_by(*order)[first : first + PER_PAGE + 1]


def letter_of(person: Person) -> str:
    sign = person.sort_key[:1]
    return sign if sign and sign in LETTERS else OTHER


def stay_on(person: Person, on: datetime.date, **scope: str) -> Membership | None:
    """The membership that their card speaks of."""
    return (
        current_membership(person, on, **scope) or next_membership(person, on, **scope)
        or last_membership(person, **scope)
    )  # fmt: skip


def matching(person: Person, group: str, role: str) -> list[Membership]:
    """The loaded memberships of `group` and `role`, where these are given."""
    return [
        each
        for each in person.memberships.all()
        if role in ("", each.role) and (not group or (each.group and each.group.slug == group))
    ]


def current_membership(person: Person, on: datetime.date, *, group: str = "", role: str = "") -> Membership | None:
    """The highest-ranking membership that covers `on`. Reads the loaded memberships."""
    active = [each for each in matching(person, group, role) if each.is_active(on)]
    return min(active, key=lambda each: ROLE_ORDER[each.role], default=None)


def next_membership(person: Person, on: datetime.date, *, group: str = "", role: str = "") -> Membership | None:
    """The membership that begins first after `on`."""
    coming = [each for each in matching(person, group, role) if each.start and each.start.earliest > on]
    return min(coming, key=lambda each: (each.start, ROLE_ORDER[each.role]), default=None)


def last_membership(person: Person, *, group: str = "", role: str = "") -> Membership | None:
    """The membership that ended last; one whose end nobody knows counts by its start."""
    return max(matching(person, group, role), key=lambda each: str(each.end or each.start or ""), default=None)


def group_by_role(entries: Iterable[Entry]) -> list[RoleGroup]:
    """Entries under the role of their membership, in the order of roles."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.membership.role, []).append(entry)
    return [RoleGroup(ROLE_HEADINGS[role], role, groups[role]) for role in ROLE_ORDER if role in groups]
