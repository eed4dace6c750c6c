"""Two venues, or two organizations, that may be one by what they are called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from itertools import combinations

from django.db.models import Model
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import fold, match_key
from labsite.review.rows import Kind, Row, Scope, make_pair_row
from people.models import Organization
from publications.models import Venue

LOOKED_AT = 2_000
MOST_OF_ONE_NAME = 20
SHORTEST_START = 3  # letters of an abbreviated word
# Words that one spelling of a name has and another leaves out.
MINOR = frozenset({"the", "of", "on", "in", "for", "and", "at", "to", "annual", "proceedings"})
WORD = re.compile(r"[^\W_]+")
Places = dict[Hashable, list[Model]]


def major_words(name: str) -> tuple[str, ...]:
    return tuple(word for word in WORD.findall(fold(name.replace("&", " and "))) if word not in MINOR)


def abbreviates(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether word by word one name begins the other's word: “Int. Conf. on Mach. Learning”."""
    return len(one) == len(other) > 1 and all(
        short == long or (len(short) >= SHORTEST_START and long.startswith(short))
        for short, long in (sorted(words, key=len) for words in zip(one, other, strict=True))
    )


def pairs_within(places: Places) -> Iterator[tuple[Model, Model]]:
    """Every two records that stand at one place; a place with many is a common word rather than a name."""
    for records in places.values():
        yield from combinations(records[:MOST_OF_ONE_NAME], 2)


def initials_of(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word[0] for word in words)


def alike(records: Iterable[Model], names_of: dict[int, list[str]]) -> Iterator[tuple[Model, Model, str]]:
    """Pairs one of whose names is the same but for minor words and signs, or abbreviates the other's; with why."""
    same: Places = defaultdict(list)
    begun: Places = defaultdict(list)
    for record in records:
        for key in {match_key(name): None for name in names_of[record.pk] if match_key(name)}:
            same[key].append(record)
        for initials in {initials_of(major_words(name)): None for name in names_of[record.pk]}:
            begun[initials].append(record)
    for one, other in pairs_within(same):
        yield one, other, gettext("One name is the same")
    for one, other in pairs_within(begun):
        pairs = ((major_words(a), major_words(b)) for a in names_of[one.pk] for b in names_of[other.pk])
        if any(a == b or abbreviates(a, b) for a, b in pairs if a and b):
            yield one, other, gettext("One name is a spelling of the other")


def make_row(one: Model, other: Model, names: tuple[str, str], reason: str) -> Row:
    if one.pk > other.pk:
        one, other, names = other, one, names[::-1]
    return make_pair_row(one, other, names, f"{reason}.")


def first_of_each(rows: Iterable[Row]) -> list[Row]:
    """A pair may be found by several names: the first reason stands. The pair with the newest record comes first."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row.key, row)
    return sorted(found.values(), key=lambda row: -row.subjects[1].pk)


def find_venues(scope: Scope) -> list[Row]:
    """Venues of one kind (and of one conference, for workshops) with the same name, short name or alias. One query.

    A magazine and a journal that share a tag (“IEEE SP”) are two things.
    """
    venues = list(Venue.objects.select_related("parent").order_by("-pk")[:LOOKED_AT])
    names = {venue.pk: venue_names(venue) for venue in venues}
    rows = (
        make_row(one, other, (full_name(one), full_name(other)), reason)
        for one, other, reason in alike(venues, names)
        if one.kind == other.kind and one.parent_id == other.parent_id
    )
    return scope.without_dismissed(first_of_each(rows))


def venue_names(venue: Venue) -> list[str]:
    aliases = [alias for alias in venue.aliases if isinstance(alias, str)]
    return [name for name in (venue.name, venue.short_name, *aliases) if name]


def full_name(venue: Venue) -> str:
    return f"{venue.name} ({venue.short_name})" if venue.short_name else venue.name


def find_organizations(scope: Scope) -> list[Row]:
    """Organizations with the same ROR, name, short name or other name, unless one is part of the other. One query."""
    organizations = list(Organization.objects.order_by("-pk")[:LOOKED_AT])
    names = {each.pk: organization_names(each) for each in organizations}
    rows = (
        make_row(one, other, (one.name, other.name), reason)
        for one, other, reason in (*same_ror(organizations), *alike(organizations, names))
        if one.pk != other.parent_id and other.pk != one.parent_id and not differs(one.ror, other.ror)
    )
    return scope.without_dismissed(first_of_each(rows))


def organization_names(organization: Organization) -> list[str]:
    others = [name for name in organization.other_names if isinstance(name, str)]
    return [name for name in (organization.name, organization.short_name, *others) if name]


def same_ror(organizations: Iterable[Organization]) -> Iterator[tuple[Model, Model, str]]:
    by_ror: Places = defaultdict(list)
    for organization in organizations:
        if organization.ror:
            by_ror[organization.ror].append(organization)
    for one, other in pairs_within(by_ror):
        yield one, other, gettext("Both have the ROR %(ror)s") % {"ror": one.ror}


def differs(one: str, other: str) -> bool:
    """Whether both are stated and not the same."""
    return bool(one and other and one != other)


KINDS = [
    Kind(
        "similar-venues",
        _("possible duplicate among venues"),
        _("possible duplicates among venues"),
        _("Two of one type that share a name."),
        ("publications.change_venue", "publications.delete_venue"),
        find_venues,
        format_lazy(_("The {LOOKED_AT} venues added last are compared."), LOOKED_AT=f"{LOOKED_AT:,}"),
    ),
    Kind(
        "similar-organizations",
        _("possible duplicate among organizations"),
        _("possible duplicates among organizations"),
        _("Two that share a name or an identifier."),
        ("people.change_organization", "people.delete_organization"),
        find_organizations,
        format_lazy(_("The {LOOKED_AT} organizations added last are compared."), LOOKED_AT=f"{LOOKED_AT:,}"),
    ),
]
