"""What a row of the queue is, and how its key names the matter it is about."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from labsite.models import Dismissal
from people.models import Membership, Organization, Person
from publications.models import Import, Publication, Venue

MODELS: dict[str, type[Model]] = {
    model._meta.model_name: model for model in (Import, Membership, Organization, Person, Publication, Venue)
}
REFERENCE = re.compile(rf"({'|'.join(MODELS)}):(\d{{1,18}})", re.ASCII)
LONGEST_KEY = Dismissal._meta.get_field("key").max_length
DIGEST_LENGTH = 32


@dataclass(frozen=True)
class Place:
    """A page of the admin, or an input on it, and what a link to it says."""

    label: str
    url: str


@dataclass(frozen=True)
class Answer:
    """A button that says that a printed name is a person, or none of several."""

    label: str
    authorship: int
    people: tuple[int, ...]
    is_them: bool


@dataclass(frozen=True)
class Row:
    """One matter: the records it is about, why it is listed, and the places where it is mended.

    `subjects` are the records that a mend changes: who may not change all of them does not see the row.
    """

    key: str
    about: tuple[Place, ...]
    reason: str
    subjects: tuple[Model, ...]
    mends: tuple[Place, ...]
    answers: tuple[Answer, ...] = ()

    @property
    def title(self) -> str:
        return " and ".join(place.label for place in self.about)


@dataclass(frozen=True)
class Scope:
    """What is asked of a kind: how it stands on the day `on`, without the keys in `dismissed`, at most `limit` rows."""

    on: datetime.date
    limit: int
    dismissed: frozenset[str] = frozenset()

    def without_dismissed(self, rows: Iterable[Row]) -> list[Row]:
        """The first `limit` of `rows` that nobody called “not a problem”."""
        found: list[Row] = []
        for row in rows:
            if len(found) == self.limit:
                break
            if row.key not in self.dismissed:
                found.append(row)
        return found

    def dismissed_ids(self, model: type[Model]) -> list[int]:
        """Ids of `model` that dismissed keys begin with, for kinds with one key a record."""
        firsts = (references(key)[:1] for key in self.dismissed)
        return [pk for found in firsts for kind, pk in found if kind is model]


@dataclass(frozen=True)
class Kind:
    """One check. `permissions` are all needed to see it; `find` costs a number of queries that does not grow.

    `bound` says what is looked at, where that is not everything. What `must_be_answered` is never “not a problem”.
    """

    name: str
    one: str
    many: str
    why: str
    permissions: tuple[str, ...]
    find: Callable[[Scope], list[Row]]
    bound: str = ""
    must_be_answered: bool = False


def make_key(*parts: Model | str) -> str:
    """“person:3 person:9 words”: the records first, then what makes the matter another one when it changes.

    At most 200 characters: the end of a longer key is replaced by a hash of the whole.
    """
    words = [f"{part._meta.model_name}:{part.pk}" if isinstance(part, Model) else part for part in parts]
    key = " ".join(" ".join(words).replace("\x00", "").split())
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{key[: LONGEST_KEY - DIGEST_LENGTH - 1]}…{digest}"


def make_pair_key(one: Model, other: Model) -> str:
    """The same key whichever of the two is named first."""
    return make_key(*sorted((one, other), key=lambda record: record.pk))


def references(key: str) -> list[tuple[type[Model], int]]:
    """The records a key begins with; [] for a key that begins with words."""
    found = []
    for word in key.split():
        match = REFERENCE.fullmatch(word)
        if not match:
            break
        found.append((MODELS[match.group(1)], int(match.group(2))))
    return found


def words_of_key(key: str) -> str:
    """What stands in a key behind its records."""
    return " ".join(key.split()[len(references(key)) :])


def newest(rows: QuerySet, count: int) -> QuerySet:
    """Those of `rows` that are among the `count` records added last: what bounds a check on a site of any size."""
    added_last = rows.model._default_manager.order_by("-pk").values("pk")[:count]
    return rows.filter(pk__in=added_last).order_by("-pk")


def change_url(record: Model, field: str = "") -> str:
    """The admin page of a record, at the input `field` (an id of that page)."""
    options = record._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])
    return f"{address}#{field}" if field else address


def merge_url(kept: Model, merged: Model) -> str:
    """The page that shows what merging two records would move."""
    address = reverse("admin:merge", args=[kept._meta.label_lower])
    return f"{address}?kept={kept.pk}&merged={merged.pk}"


def make_pair_row(kept: Model, merged: Model, labels: tuple[str, str], reason: str) -> Row:
    """A row that asks whether two records are one; the first one would be kept."""
    return Row(
        key=make_pair_key(kept, merged),
        about=tuple(Place(label, change_url(each)) for label, each in zip(labels, (kept, merged), strict=True)),
        reason=reason,
        subjects=(kept, merged),
        mends=(Place(gettext("Compare and merge"), merge_url(kept, merged)),),
    )
