"""Everybody whom a printed name can be linked to, as plain data. `load_directory` is the only part that asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from labsite.lib.text import fold
from people.likeness import Likeness, compare
from people.models import Education, Membership, Person, PersonName, Position, PositionPerson
from people.names import HAN_KANA_HANGUL, NameParts, split_name
from people.readings import FoldedName, cut, fold_name

Role = Membership.Role
LEADERS = frozenset({Role.PRINCIPAL_INVESTIGATOR, Role.FACULTY})
# How many years before the first known stay somebody may have published; None: any number.
YEARS_BEFORE: dict[str, int | None] = {
    Role.PRINCIPAL_INVESTIGATOR: None, Role.FACULTY: None, Role.STAFF: None, Role.VISITOR: None, Role.POSTDOC: 12,
    Role.PHD: 7, Role.INTERN: 7, Role.MASTER: 5, Role.UNDERGRADUATE: 3,
}  # fmt: skip
FIRST_DEGREES, MASTERS = ("b", "undergraduate"), ("m", "diplom", "licen")  # how their names begin, folded
MOST_REMEMBERED = 1 << 14
SHORTEST_ORGANIZATION = 3  # letters: MSU, MIT


class Stay(NamedTuple):
    """A membership in years; `end` is None while it lasts or where nobody knows it."""

    start: int | None
    end: int | None
    role: str = Role.PHD
    group: int | None = None


@dataclass(frozen=True)
class Profile:
    """What is known of a person that helps to recognise them. `names` leaves out what only abbreviates another."""

    person_id: int
    name: str
    names: tuple[FoldedName, ...]
    printed_as: frozenset[str] = frozenset()  # folded names listed as theirs
    orcid: str = ""
    stays: tuple[Stay, ...] = ()
    earliest: int | None = None  # a paper of an earlier year is hardly theirs
    affiliations: frozenset[str] = frozenset()  # words between blanks, with a blank at either end
    related: frozenset[int] = frozenset()  # people who advised them or worked with them

    @property
    def is_leader(self) -> bool:
        return any(stay.role in LEADERS for stay in self.stays)

    @property
    def first_year(self) -> int | None:
        starts = [stay.start for stay in self.stays]
        return None if None in starts or not starts else min(starts)

    @property
    def last_year(self) -> int | None:
        """The year in which they left; None for whoever is here or never was."""
        ends = [stay.end for stay in self.stays]
        return None if None in ends or not ends else max(ends)

    def likeness(self, name: FoldedName) -> Likeness:
        return max(compare(own, name) for own in self.names)

    def is_at(self, affiliation: str) -> bool:
        """Whether an affiliation as printed names an organization of theirs."""
        words = f" {' '.join(cut(affiliation, hyphens=True))} "
        return any(own in words for own in self.affiliations)

    def groups(self) -> set[int | None]:
        return {stay.group for stay in self.stays}


def make_profile(
    person_id: int, name: NameParts | str, *, others: Iterable[NameParts | str] = (), **values: Any
) -> Profile:
    """A profile from a person's name and their other names, which may be nicknames without a family name."""
    main = split_name(name) if isinstance(name, str) else name
    parts = [main]
    for other in others:
        each = split_name(other) if isinstance(other, str) else other
        is_nickname = main.family and each.literal.isalpha() and not HAN_KANA_HANGUL.search(each.literal)
        parts.append(NameParts(family=main.family, given=each.literal) if is_nickname else each)
    folded = list(dict.fromkeys(fold_name(part) for part in parts if part.natural))
    full = [own for own in folded if own.is_full]
    kept = [own for own in folded if own.is_full or not any(compare(own, each) for each in full)]
    return Profile(
        person_id=person_id, name=main.natural, names=tuple(kept), printed_as=frozenset(fold(p.natural) for p in parts),
        **values,
    )  # fmt: skip


class Fit(NamedTuple):
    """A person whose name can be the printed one."""

    profile: Profile
    likeness: Likeness


class Directory:
    """Everybody, found by name or ORCID iD at the price of a few look-ups, however many they are."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.profiles = {profile.person_id: profile for profile in profiles}
        self.by_orcid = {profile.orcid: profile for profile in self.profiles.values() if profile.orcid}
        self._by_key: dict[str, list[Profile]] = defaultdict(list)
        self._fits: dict[FoldedName, tuple[Fit, ...]] = {}
        self.group_sizes = Counter(group for profile in self.profiles.values() for group in profile.groups())
        for profile in self.profiles.values():
            for key in dict.fromkeys(key for name in profile.names for key in name.keys):
                self._by_key[key].append(profile)

    def knows(self, name: FoldedName) -> bool:
        """Whether somebody's name begins like this one: family name and first letter."""
        return any(key in self._by_key for key in name.keys)

    def fitting(self, name: FoldedName) -> list[Fit]:
        """Everybody whose name can be `name`, best first. Remembers the answer."""
        if not self.knows(name):
            return []
        if name not in self._fits:
            if len(self._fits) >= MOST_REMEMBERED:
                self._fits.clear()
            found = {own.person_id: own for key in name.keys if key in self._by_key for own in self._by_key[key]}
            fits = [Fit(profile, profile.likeness(name)) for profile in found.values()]
            self._fits[name] = tuple(sorted((fit for fit in fits if fit.likeness), key=lambda fit: -fit.likeness))
        return list(self._fits[name])


@dataclass
class _Facts:
    """What the tables say of one person, gathered before the profile is made."""

    names: list[str] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    begins: list[tuple[int, int]] = field(default_factory=list)  # (year, first plausible year of a paper)
    organizations: set[str] = field(default_factory=set)
    related: set[int] = field(default_factory=set)


def load_directory() -> Directory:
    """Everybody with a page or a draft of one, members or not. Eight queries, however many people there are.

    People who bear one name are told apart by the end of their address wherever a candidate is shown.
    """
    facts: dict[int, _Facts] = defaultdict(_Facts)
    for person, name in PersonName.objects.values_list("person", "name"):
        facts[person].names.append(name)
    _load_stays(facts)
    _load_relations(facts)
    rows = list(Person.objects.values_list(*PERSON_COLUMNS, "slug"))
    times = Counter(row[1] for row in rows)
    return Directory(
        replace(profile, name=f"{profile.name} ({row[-1]})") if times[row[1]] > 1 else profile
        for row in rows
        for profile in [_profile(row[:-1], facts[row[0]])]
    )


PERSON_COLUMNS = ("pk", "name", "given_name", "family_name", "native_name", "orcid")
ORGANIZATION = ("name", "short_name", "other_names", "parent__name", "parent__short_name", "parent__other_names")


def _profile(row: tuple[Any, ...], facts: _Facts) -> Profile:
    key, name, given, family, native, orcid = row
    others = [native, *facts.names] if native else list(facts.names)
    main = split_name(name)
    if family and given:
        others.append(name)
        main = NameParts(family=family, given=given, suffix=main.suffix)
    first = min(facts.begins, default=None)
    profile = make_profile(
        key, main, others=others, orcid=orcid, stays=tuple(facts.stays), related=frozenset(facts.related),
        earliest=first[1] if first and first[1] > 0 else None, affiliations=frozenset(facts.organizations),
    )  # fmt: skip
    return Profile(**{**vars(profile), "name": name})


def _load_stays(facts: dict[int, _Facts]) -> None:
    for person, start, end, role, group, *organization in Membership.objects.values_list(
        "person", "start", "end", "role", "group", *(f"group__organization__{column}" for column in ORGANIZATION)
    ):
        stay = Stay(start and start.year, end and end.year, role, group)
        facts[person].stays.append(stay)
        facts[person].organizations |= _spellings(organization)
        if start:
            before = YEARS_BEFORE[role]
            facts[person].begins.append((start.year, 0 if before is None else start.year - before))
    columns = [f"organization__{column}" for column in ORGANIZATION]
    for person, *organization in Position.objects.values_list("person", *columns):
        facts[person].organizations |= _spellings(organization)
    for person, start, degree, *organization in Education.objects.values_list("person", "start", "degree", *columns):
        facts[person].organizations |= _spellings(organization)
        if start:
            facts[person].begins.append((start.year, _first_paper(start.year, degree)))


def _first_paper(start: int, degree: str) -> int:
    """The first plausible year of a paper of who began a degree in `start`. In a first one nobody does at once."""
    name = "".join(cut(degree))
    if name.startswith(FIRST_DEGREES):
        return start + 1
    return start - (YEARS_BEFORE[Role.MASTER] if name.startswith(MASTERS) else YEARS_BEFORE[Role.PHD])


def _load_relations(facts: dict[int, _Facts]) -> None:
    """Advisors, committees, mentors: of either, the other is a person to publish with."""
    pairs: list[tuple[int, int]] = []
    for relation in ("advisors", "committee"):
        pairs += Education.objects.filter(**{f"{relation}__isnull": False}).values_list("person", relation)
    pairs += PositionPerson.objects.values_list("position__person", "person")
    for one, other in pairs:
        facts[one].related.add(other)
        facts[other].related.add(one)


def _spellings(organization: list[Any]) -> set[str]:
    """The names of an organization and of what it is part of, as `Profile.affiliations` keeps them."""
    found = set()
    for value in organization:
        for name in value if isinstance(value, list) else [value]:
            words = " ".join(cut(name, hyphens=True)) if isinstance(name, str) else ""
            if len(words) >= SHORTEST_ORGANIZATION:
                found.add(f" {words} ")
    return found
