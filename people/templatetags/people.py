"""Tags that print people."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from labsite.lib.search import Question
from labsite.lib.web import address_of
from people.card_html import print_card
from people.directory import Entry, current_membership
from people.filters import LETTER_NAMES, PersonSelection
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
def options(pairs: Iterable[tuple[str, str]], chosen: str | None = None) -> SafeString:
    """Values and labels as options of a select. Written out: a university has hundreds of groups."""
    rows = ((value, SELECTED if value == chosen else "", label) for value, label in pairs)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


SELECTED = mark_safe(" selected")  # noqa: S308 - ours


@register.simple_tag
def letter_links(letters: dict[str, str], selection: PersonSelection) -> SafeString:
    """Where the names of a long list that begin with each letter are."""
    chosen = selection.values.get("letter")
    rows = (
        (selection.address(letter=letter), CURRENT if letter == chosen else "", label)
        for letter, label in letters.items()
    )
    return format_html_join("", '<li><a class="chip" href="{}"{}>{}</a></li>', rows)


@register.filter
def letter_name(letter: str) -> str:
    """The heading of a letter."""
    return str(LETTER_NAMES[letter])


CURRENT = mark_safe(' aria-current="true"')  # noqa: S308 - ours


@register.simple_tag
def person_card(
    person: Person, membership: Membership | None = None, heading: str = "h3", question: Question | None = None
) -> SafeString:
    """A person in a grid; `membership` is the stay that the card speaks of, else the one of today."""
    return print_card(person, membership or current_stay(person), heading, question, is_given=membership is not None)


@register.simple_tag
def person_cards(entries: Iterable[Entry]) -> SafeString:
    """The cards of a people list, as items."""
    return mark_safe(  # noqa: S308 - every part is escaped
        "".join(f"<li>{print_card(entry.person, entry.membership)}</li>" for entry in entries)
    )


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
    items = []
    for slug, name, number in coauthors:
        address, words = address_of("people:person", slug), joint_publications(get_language(), number)
        items.append(
            f'<li><a class="chip" href="{escape(address)}"><bdi>{escape(name)}</bdi> '
            f'<span class="choice-count">{number}<span class="visually-hidden"> {words}</span></span></a></li>'
        )
    return SafeString(f'<ul class="tag-list">{"".join(items)}</ul>')


@lru_cache(maxsize=1000)
def joint_publications(language: str | None, number: int) -> str:
    """The word after a number of joint publications, escaped, in the `language` that is active."""
    return escape(ngettext("joint publication", "joint publications", number))
