"""The people list, in the order a visitor reads it: current by role, joining soon, alumni."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from people.models import Membership, Person
from people.models.person import PersonQuerySet

ROLE_ORDER = {value: index for index, value in enumerate(Membership.Role.values)}
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
    """The three parts of a people list. Nobody stands in it twice."""

    current: list[RoleGroup] = field(default_factory=list)
    upcoming: list[Entry] = field(default_factory=list)
    alumni: list[Entry] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [*(entry for group in self.current for entry in group.entries), *self.upcoming, *self.alumni]

    @property
    def count(self) -> int:
        return len(self.entries)


def load_directory(
    people: PersonQuerySet, on: datetime.date, *, status: str = "", group: str = "", role: str = ""
) -> Directory:
    """The list of `people` on the day `on`. With a group, being current or an alumnus is about that group.

    Two queries for each part asked for.
    """
    people, scope = people.with_memberships(), {"group": group, "role": role}
    current = people.current(on, **scope) if status in ("", "current") else []
    upcoming = people.upcoming(on, **scope) if status in ("", "upcoming") else []
    alumni = people.alumni(on, **scope) if status in ("", "alumni") else []
    return Directory(
        current=group_by_role([Entry(each, current_membership(each, on, **scope)) for each in current]),
        upcoming=[Entry(each, next_membership(each, on, **scope)) for each in upcoming],
        alumni=[Entry(each, last_membership(each, **scope)) for each in alumni],
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
