"""All checks together: what stands on the admin's front page, and what was called “not a problem”."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.urls import reverse

from labsite.models import Dismissal
from labsite.review import (
    authors,
    dead_links,
    imports,
    papers,
    photos,
    requests,
    similar_names,
    similar_papers,
    similar_people,
    stays,
)
from labsite.review.rows import Kind, Place, Row, Scope, change_url, references, words_of_key
from people.models import Membership

SHOWN = 5
COUNTED = 100
MOST_ROWS = 500  # that the pages of one kind lead through
MOST_DISMISSED = 20_000

# What a person must decide comes before what is only incomplete.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *requests.KINDS,
        *imports.KINDS,
        *authors.KINDS,
        *similar_papers.KINDS,
        *similar_people.KINDS,
        *similar_names.KINDS,
        *dead_links.KINDS,
        *papers.KINDS,
        *stays.KINDS,
        *photos.KINDS,
    )
}
MayChange = Callable[[Model], bool]


@dataclass(frozen=True)
class Group:
    """The rows of one kind that are shown, and how many there are, as far as they were counted."""

    kind: Kind
    rows: list[Row]
    count: int
    is_capped: bool

    @property
    def count_text(self) -> str:
        return f"{self.count:,}+" if self.is_capped else f"{self.count:,}"

    @property
    def heading(self) -> str:
        return f"{self.count_text} {self.kind.one if self.count == 1 else self.kind.many}"

    @property
    def anchor(self) -> str:
        """Its place on the front page: a browser opens the group that holds it."""
        return f"{reverse('admin:index')}#review-{self.kind.name}"

    @property
    def has_more(self) -> bool:
        return self.count > len(self.rows)


def kinds_for(user: AbstractBaseUser) -> list[Kind]:
    """The checks whose mends `user` may make, in order. No query beyond the user's permissions."""
    return [kind for kind in KINDS.values() if user.has_perms(kind.permissions)]


def dismissed_keys() -> dict[str, frozenset[str]]:
    """By kind, the keys that were called “not a problem”. One query."""
    keys: dict[str, set[str]] = defaultdict(set)
    for kind, key in Dismissal.objects.values_list("kind", "key")[:MOST_DISMISSED]:
        keys[kind].add(key)
    return {kind: frozenset(own) for kind, own in keys.items()}


def find_rows(kind: Kind, limit: int, on: datetime.date, may_change: MayChange, dismissed: frozenset[str]) -> list[Row]:
    """At most `limit` rows of a kind, as far as the records may be changed."""
    return [row for row in kind.find(Scope(on, limit, dismissed)) if all(map(may_change, row.subjects))]


def load_overview(kinds: Iterable[Kind], on: datetime.date, may_change: MayChange) -> list[Group]:
    """The first five rows of each of `kinds` that has any, with counts up to a hundred.

    One query for what was dismissed, and what each kind's `find` costs: the number does not grow with the site.
    """
    dismissed = dismissed_keys()
    groups = []
    for kind in kinds:
        rows = find_rows(kind, COUNTED + 1, on, may_change, dismissed.get(kind.name, frozenset()))
        if rows:
            groups.append(Group(kind, rows[:SHOWN], min(len(rows), COUNTED), len(rows) > COUNTED))
    return groups


def load_kind(kind: Kind, on: datetime.date, may_change: MayChange) -> list[Row]:
    """The first 500 rows of one kind."""
    return find_rows(kind, MOST_ROWS, on, may_change, dismissed_keys().get(kind.name, frozenset()))


@dataclass(frozen=True)
class Dismissed:
    """A dismissal in words: the records it is about, each with its page, and what else its key says."""

    dismissal: Dismissal
    heading: str
    about: list[Place]
    words: str


def describe(dismissals: Iterable[Dismissal]) -> list[Dismissed]:
    """Dismissals in words. One query for each model they are about: six at most."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    own = list(dismissals)
    for dismissal in own:
        for model, pk in references(dismissal.key):
            wanted[model].add(pk)
    found = {model: load_named(model, keys) for model, keys in wanted.items()}
    return [describe_one(dismissal, found) for dismissal in own]


def load_named(model: type[Model], keys: set[int]) -> dict[int, Model]:
    rows = model._default_manager.all()
    return (rows.select_related("person") if model is Membership else rows).in_bulk(keys)


def describe_one(dismissal: Dismissal, found: dict[type[Model], dict[int, Model]]) -> Dismissed:
    kind = KINDS.get(dismissal.kind)
    rows = (found[model].get(pk) for model, pk in references(dismissal.key))
    about = [Place(str(row), change_url(row)) for row in rows if row]
    return Dismissed(dismissal, kind.one if kind else dismissal.kind, about, words_of_key(dismissal.key))
