"""How long private contact data of people who left are kept: as many months as the lab's profile says."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from labsite.lib.locks import RECORDS, hold_lock
from labsite.models import Merge
from labsite.privacy.blanks import with_empty
from labsite.privacy.erasing import empty_log, overwrite_deleted
from labsite.privacy.sites import change_in_sites
from labsite.privacy.traces import merges_of, records_of
from people.models import Membership, Person, ProfileChange
from people.models.person import Visibility

PRIVATE = ("email", "phone", "office")
EMPTY = dict.fromkeys(PRIVATE, "")


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The day so many months earlier, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 27, -1):
        try:
            return datetime.date(year, month + 1, last)
        except ValueError:
            continue
    return datetime.date(year, month + 1, day.day)


def find_overdue(today: datetime.date, months: int) -> QuerySet[Person]:
    """People who left more than `months` ago, are not due back, and of whom private contact data are still there.

    Whoever has a membership that lasts, or of which nobody knows the end, has not left.
    """
    limit = months_before(today, months)
    late = Membership.objects.filter(Q(end__isnull=True) | Q(end__ends_on_or_after=limit))
    there = has_contact()
    there |= Exists(Person.history.filter(has_contact(), id=OuterRef("pk")))
    there |= Exists(ProfileChange.objects.filter(has_contact_asked(), person=OuterRef("pk")))
    return Person.objects.members().filter(there).exclude(memberships__in=late).order_by("pk").distinct()


def has_contact() -> Q:
    """Of a record or a version of one: that it holds contact data."""
    return Q(*((name, "") for name in PRIVATE), _connector=Q.AND, _negated=True)


def has_contact_asked() -> Q:
    """Of a member's request: that it is about contact data."""
    return Q(*((f"values__{name}__isnull", False) for name in PRIVATE), _connector=Q.OR)


def forget_deleted(today: datetime.date, months: int) -> int:
    """Empties contact data in versions of records that were deleted so many months ago; gives of how many people.

    A record that was merged into another one is a part of that.
    """
    limit = months_before(today, months)
    merged = Merge.objects.filter(model="people.person", undone_at=None).values("merged_id")
    gone = Person.history.exclude(id__in=Person.objects.values("pk")).exclude(id__in=merged)
    late = gone.filter(history_type="-", history_date__date__lt=limit).values_list("id", flat=True)
    versions = gone.filter(has_contact(), id__in=set(late))
    number = versions.order_by().values("id").distinct().count()
    versions.update(**EMPTY)
    return number


def forget_overdue(today: datetime.date, months: int) -> int:
    """Empties e-mail, phone and office of everybody who is overdue, in every version too, and of whoever was deleted
    as long ago; gives how many people.

    Each person is locked and looked at again: an editor may have written meanwhile that they stay.
    """
    number = 0
    overwrite_deleted()
    for key in list(find_overdue(today, months).values_list("pk", flat=True)):
        with transaction.atomic():
            hold_lock(RECORDS)
            person = Person.objects.select_for_update().filter(pk=key).first()
            if person and find_overdue(today, months).filter(pk=key).exists():
                forget_contact(person)
                number += 1
    with transaction.atomic():
        hold_lock(RECORDS)
        number += forget_deleted(today, months)
    empty_log()
    return number


def forget_contact(person: Person) -> None:
    """Empties the contact data of a locked person, of records merged into theirs, and of every version of these."""
    keys = records_of(person)
    versions = Person.history.filter(id__in=keys)
    values = {name: {*versions.values_list(name, flat=True), getattr(person, name)} - {""} for name in PRIVATE}
    for name in PRIVATE:
        setattr(person, name, "")
        setattr(person, f"{name}_visibility", Visibility.PRIVATE)
    person.save()
    Person.history.filter(id__in=keys).update(**EMPTY)
    for change in ProfileChange.objects.filter(person=person):
        left = {name: value for name, value in change.values.items() if name not in PRIVATE}
        ProfileChange.objects.filter(pk=change.pk).update(values=left)
    for made in merges_of(keys):
        Merge.objects.filter(pk=made.pk).update(effect=with_empty(made.effect, EMPTY))
        forget_in_versions({made.kept_id, made.merged_id} - keys, values)
    change_in_sites(keys, partial(with_empty, empty=EMPTY))


def forget_in_versions(people: set[Any], values: dict[str, set[str]]) -> None:
    """Empties these values in versions of records that were one with the person's for a while: a merge copied them."""
    for name, own in values.items():
        Person.history.filter(id__in=people, **{f"{name}__in": own}).update(**{name: ""})
