"""The newest versions of all kinds, page after page by their key: one statement finds them, however many there are."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from labsite.audit.kinds import AuditKind, audit_kinds
from labsite.lib.questions import read_key

PER_PAGE = 100
NOBODY = "nobody"  # what no account did: commands, and accounts that are gone


@dataclass(frozen=True)
class Place:
    """Of one version in the list: newest first, then by kind, then by number."""

    moment: datetime.datetime
    kind: int
    number: int

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}~{self.kind}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """What `str` wrote; None for anything else."""
        parts = text.replace(" ", "+").split("~")  # a “+” that was not quoted arrives as a blank
        if len(parts) != 3 or len(text) > 80:
            return None
        kind, number = read_key(parts[1]), read_key(parts[2])
        try:
            moment = datetime.datetime.fromisoformat(parts[0])
        except ValueError:
            return None
        if kind is None or number is None or timezone.is_naive(moment) or not 1 < moment.year < 9999:
            return None
        return cls(moment, kind, number)


@dataclass(frozen=True)
class Question:
    """What of the list is asked for."""

    kinds: Sequence[AuditKind]
    user: str = ""  # key of an account, or `NOBODY`
    reason: str = ""  # a part of the reason, e.g. “Import 12”
    since: datetime.date | None = None
    until: datetime.date | None = None
    before: Place | None = None


def rows_of(kind: AuditKind, question: Question) -> QuerySet:
    """One kind's newest versions, as (kind, number, moment)."""
    rows = kind.history.objects.order_by("-history_date", "-history_id")
    if question.user == NOBODY:
        rows = rows.filter(history_user__isnull=True)
    elif question.user:
        rows = rows.filter(history_user_id=question.user)
    if question.reason:
        rows = rows.filter(history_change_reason__icontains=question.reason)
    if question.since:
        rows = rows.filter(history_date__gte=begin_of(question.since))
    if question.until:
        rows = rows.filter(history_date__lt=begin_of(question.until + datetime.timedelta(days=1)))
    if question.before:
        rows = rows.filter(behind(kind, question.before))
    numbered = rows.annotate(audit_kind=Value(kind.number, output_field=IntegerField()))
    return numbered.values_list("audit_kind", "history_id", "history_date")[: PER_PAGE + 1]


def begin_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def behind(kind: AuditKind, place: Place) -> Q:
    if kind.number < place.kind:
        return Q(history_date__lt=place.moment)
    if kind.number > place.kind:
        return Q(history_date__lte=place.moment)
    return Q(history_date__lt=place.moment) | Q(history_date=place.moment, history_id__lt=place.number)


def find_places(question: Question) -> list[tuple[int, int]]:
    """The kind and number of each version of a page, and of the first of the next. One statement."""
    parts, values = [], []
    for kind in question.kinds:
        statement, given = rows_of(kind, question).query.sql_with_params()
        parts.append(f"SELECT * FROM ({statement}) AS own_{kind.number}")  # noqa: S608 - made by the ORM
        values += given
    if not parts:
        return []
    union = " UNION ALL ".join(parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({union}) AS found ORDER BY 3 DESC, 1, 2 DESC LIMIT {PER_PAGE + 1}",  # noqa: S608
            values,
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


@dataclass
class Version:
    """One row of history beside the one before it."""

    kind: AuditKind
    row: Any
    previous: Any = None

    @property
    def place(self) -> Place:
        return Place(self.row.history_date, self.kind.number, self.row.history_id)


def load_versions(question: Question) -> tuple[list[Version], Place | None]:
    """A page of versions, and behind which one the next page begins. Two queries a kind that is on it."""
    places = find_places(question)
    wanted: dict[int, list[int]] = defaultdict(list)
    for number, key in places[:PER_PAGE]:
        wanted[number].append(key)
    kinds = audit_kinds()
    found = {(number, row.row.history_id): row for number in wanted for row in load_kind(kinds[number], wanted[number])}
    versions = [found[place] for place in places[:PER_PAGE] if place in found]
    has_more = len(places) > PER_PAGE and versions
    return versions, versions[-1].place if has_more else None


def load_kind(kind: AuditKind, keys: list[int]) -> list[Version]:
    own = kind.model._meta.pk.attname
    earlier = kind.history.objects.filter(**{own: OuterRef(own)}).filter(
        Q(history_date__lt=OuterRef("history_date"))
        | Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id"))
    )
    earlier = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
    rows = kind.history.objects.filter(history_id__in=keys).annotate(previous_id=Subquery(earlier))
    rows = list(rows.select_related("history_user"))
    numbers = {row.previous_id for row in rows if row.previous_id}
    previous = kind.history.objects.in_bulk(numbers, field_name="history_id") if numbers else {}
    return [Version(kind, row, previous.get(row.previous_id)) for row in rows]
