"""The people list, in the order a visitor reads it: current by role, joining soon, alumni."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from labsite.lib.dates import q_active
from labsite.lib.search import MAX_TERMS, read_question
from labsite.lib.together import Number, Plan, load_together
from people.models import Membership, Person
from people.models.person import PersonQuerySet, q_as, q_in

ROLE_ORDER = {value: index for index, value in enumerate(Membership.Role.values)}
PARTS = ("current", "upcoming", "alumni")
PER_PAGE = 200
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
    """The three parts of a people list, or what of them stands on one page. Nobody stands in it twice."""

    current: list[RoleGroup] = field(default_factory=list)
    upcoming: list[Entry] = field(default_factory=list)
    alumni: list[Entry] = field(default_factory=list)
    count: int = 0  # of everybody, on all pages
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PER_PAGE))

    @property
    def entries(self) -> list[Entry]:
        return [*(entry for group in self.current for entry in group.entries), *self.upcoming, *self.alumni]


def load_directory(
    on: datetime.date, *, status: str = "", group: str = "", role: str = "", words: str = "", page: int = 1
) -> Directory:
    """A page of the list of published members on the day `on`, of those whose names hold `words`.

    With a group, being current or an alumnus is about that group. One query, another for what is not the first page.
    There is no page behind the last one: it is the first.
    """
    scope = {"group": group, "role": role}
    if page == 1:
        given = {name: value for name, value in scope.items() if value}
        asked = {f"word_{place}": word for place, word in enumerate(read_question(words).words[:MAX_TERMS])}
        rows = first_page_plan(status, *given, *asked).load(on=on, **given, **asked)
        return make_directory(rows, on, scope, count=count_of(rows))
    parts = parts_of(Person.objects.published().search(words), on, status=status, **scope)
    counts = load_together(**numbers_of(parts))
    page = page if (page - 1) * PER_PAGE < count_of(counts) else 1
    rows = load_together(**windows(parts, counts, (page - 1) * PER_PAGE))
    return make_directory(rows, on, scope, count=count_of(counts), page=page)


@cache
def first_page_plan(status: str, *given: str) -> Plan:
    """The first page, with its numbers; `given`: by what it is narrowed, “group”, “role” and words."""

    def make(on: datetime.date, group: str = "", role: str = "", **words: str) -> dict[str, QuerySet | Number]:
        people = Person.objects.published()
        parts = parts_of(people.search(" ".join(words.values())), on, status=status, group=group, role=role)
        return {**numbers_of(parts), **{name: part[:PER_PAGE] for name, part in parts.items()}}

    return Plan(make, on=datetime.date, **dict.fromkeys(given, str))


def numbers_of(parts: dict[str, QuerySet]) -> dict[str, Number]:
    return {f"{name}_number": Number(part) for name, part in parts.items()}


def count_of(rows: dict[str, Any]) -> int:
    return sum(number for name, number in rows.items() if name.endswith("_number"))


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


def windows(parts: dict[str, QuerySet], counts: dict[str, int], begin: int) -> dict[str, QuerySet]:
    """What of each part stands on the page that begins at the place `begin` of the whole list."""
    found, before = {}, 0
    for name, part in parts.items():
        first, last = begin - before, begin + PER_PAGE - before
        found[name] = part[max(first, 0) : last] if last > 0 else part.none()
        before += counts[f"{name}_number"]
    return found


def make_directory(
    rows: dict[str, list[Person]], on: datetime.date, scope: dict[str, Any], *, count: int, page: int = 1
) -> Directory:
    """The directory of loaded parts, as far as they fit on one page."""
    left, shown = PER_PAGE, {}
    for name in PARTS:
        shown[name] = rows.get(name, [])[:left]
        left -= len(shown[name])
    return Directory(
        current=group_by_role([Entry(each, current_membership(each, on, **scope)) for each in shown["current"]]),
        upcoming=[Entry(each, next_membership(each, on, **scope)) for each in shown["upcoming"]],
        alumni=[Entry(each, last_membership(each, **scope)) for each in shown["alumni"]],
        count=count,
        page=page,
    )


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
