"""How long private contact data of people who left are kept: as many months as the lab's profile says."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from people.models import Membership, Person, ProfileChange
from people.models.person import Visibility

PRIVATE = ("email", "phone", "office")


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
    late = Membership.objects.filter(Q(end__isnull=True) | Q(end__gte=limit.isoformat()[:7]))
    there = Q()
    for name in PRIVATE:
        there |= ~Q(**{name: ""})
    return Person.objects.members().filter(there).exclude(memberships__in=late).order_by("pk").distinct()


def forget_contact(people: Iterable[Person]) -> int:
    """Empties e-mail, phone and office of these people, in every version too; gives how many people."""
    number = 0
    for person in people:
        with transaction.atomic():
            for name in PRIVATE:
                setattr(person, name, "")
                setattr(person, f"{name}_visibility", Visibility.PRIVATE)
            person.save()
            Person.history.filter(id=person.pk).update(**dict.fromkeys(PRIVATE, ""))
            for change in ProfileChange.objects.filter(person=person):
                left = {name: value for name, value in change.values.items() if name not in PRIVATE}
                ProfileChange.objects.filter(pk=change.pk).update(values=left)
        number += 1
    return number
