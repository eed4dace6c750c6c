"""Tags that print people."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from labsite.lib.web import address_of
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


@register.simple_tag
def coauthor_chips(coauthors: Iterable[tuple[str, str, int]]) -> SafeString:
    """Slug, name and number of joint publications of each as items of a list. Written out: a page has hundreds."""
    chips = (
        (address_of("people:person", slug), name, number, ngettext("joint publication", "joint publications", number))
        for slug, name, number in coauthors
    )
    items = format_html_join(
        "",
        '<li><a class="chip" href="{}"><bdi>{}</bdi> <span class="choice-count">{}<span class="visually-hidden"> {}'
        "</span></span></a></li>",
        chips,
    )
    return format_html('<ul class="tag-list">{}</ul>', items)
