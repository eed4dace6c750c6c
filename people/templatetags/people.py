"""Tags that print people."""

from __future__ import annotations

from django import template
from django.utils import timezone

from people.directory import current_membership
from people.models import Membership, Person
from people.photos import PORTRAITS, SQUARES, Source, sources_of

register = template.Library()


@register.simple_tag
def current_stay(person: Person) -> Membership | None:
    """The stay that speaks of `person` today; of somebody who has left or is yet to come, the nearest. No query after
    `with_memberships()`.
    """
    stays = list(person.memberships.all())
    return current_membership(person, timezone.localdate()) or (stays[0] if stays else None)


@register.simple_tag
def photo_sources(person: Person, size: str = "card") -> list[Source]:
    """The formats of a photo that may be shown, best first; [] where initials stand instead. No query.

    `size`: “small” and “card” are squares, “profile” is a portrait of four to five.
    """
    if not (person.photo and person.photo_consent):
        return []
    return sources_of(person, PORTRAITS if size == "profile" else SQUARES)
