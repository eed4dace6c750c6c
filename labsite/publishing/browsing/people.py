"""People and news as scripts read them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import timezone

from activities.models import NewsItem
from people.models import Membership, Person, PersonName

CARDS = 20  # records in a file of cards

Found = dict[str, Any]


def keys() -> Iterator[int]:
    """The keys of those who have a page. One query."""
    return Person.objects.published().values_list("pk", flat=True).iterator()


def people() -> list[list[Any]]:
    """Of each published person [key, end of the address, folded names, where they are or were].

    The latter are role, group and whether that is current, upcoming or over today. Three queries.
    """
    today = timezone.localdate()
    public = PersonName.objects.filter(is_public=True).order_by("pk")
    rows = Person.objects.published().with_memberships().prefetch_related(Prefetch("names", public, to_attr="shown"))
    return [
        [
            each.pk,
            each.slug,
            [each.search_text, *(name.search_text for name in each.shown)],
            [place(stay, today) for stay in each.memberships.all()],
        ]
        for each in rows
    ]


def place(stay: Membership, today: datetime.date) -> list[str]:
    when = (
        "current" if stay.is_active(today) else "upcoming" if stay.start and stay.start.earliest > today else "alumni"
    )
    return [stay.role, stay.group.slug if stay.group and stay.group.is_published else "", when]


def cards(begin: int, end: int) -> Found:
    """By key, the card of a person as search shows it, in the active language. Two queries."""
    found = Person.objects.published().filter(pk__gte=begin, pk__lt=end).with_memberships().order_by("pk")
    return {
        str(each.pk): render_to_string("people/_person_card.html", {"person": each, "heading": "h3"}) for each in found
    }


def news() -> list[list[str]]:
    """Each public item of news, newest first: its folded words and what search shows of it. Some queries."""
    found = NewsItem.objects.public().newest_first().with_relations()
    return [
        [each.search_text, render_to_string("activities/_news_item.html", {"item": each, "brief": True})]
        for each in found
    ]
