"""What a card says. The same in every language, since a card has one address. Reads loaded records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from labsite.lib.web import plain_address, plain_addresses
from labsite.models import LabProfile
from people.directory import current_membership
from people.models import Group, Person
from publications.models import Publication

DESIGN = 1  # raised when cards are drawn otherwise, so that nobody shows an old one
LONGEST_TITLE, LONGEST_LINE = 300, 200  # letters; drawing costs time
AUTHORS = 6


@dataclass(frozen=True)
class Card:
    """What is drawn, and nothing else. `lines` stand under the title; `photo` is a stored picture's name."""

    kind: str
    title: str
    lines: tuple[str, ...]
    lab: str
    organization: str
    accent: str
    photo: str = ""
    focus: tuple[int, int] = (50, 50)

    @property
    def version(self) -> str:
        """Another one whenever the card looks otherwise."""
        return version_of(self)


@lru_cache(maxsize=64)
def version_of(card: Card) -> str:
    return hashlib.sha256(repr((DESIGN, astuple(card))).encode()).hexdigest()[:16]


def make_card(record: Model, profile: LabProfile) -> Card:
    """The card of a person (with memberships), a publication (with authors and venue), a group or the lab itself."""
    # Not its type: a page's profile is an object that is loaded when it is first asked for.
    facts: Callable[[Any], tuple[str, str, list[str]]] = FACTS[record.__class__]
    with translation.override(settings.LANGUAGE_CODE):
        kind, title, lines = facts(record)
    photo = record.photo.name if isinstance(record, Person) and record.photo and record.photo_consent else ""
    return Card(
        kind=shorten(kind, LONGEST_LINE),
        title=shorten(title, LONGEST_TITLE),
        lines=tuple(shorten(line, LONGEST_LINE) for line in lines if line.strip()),
        lab="" if isinstance(record, LabProfile) else shorten(profile.name, LONGEST_LINE),
        organization=shorten(str(profile.organization or ""), LONGEST_LINE),
        accent=profile.accent,
        photo=photo,
        focus=(record.photo_focus_x, record.photo_focus_y) if photo else (50, 50),
    )


def shorten(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if text.isascii() and len(text) <= most else Truncator(text).chars(most)


def person_facts(person: Person) -> tuple[str, str, list[str]]:
    stay = current_membership(person, timezone.localdate())
    role = str(stay.role_text) if stay else ""
    group = str(stay.group) if stay and stay.group and stay.group.is_published else ""
    name = f"{person.name} {person.native_name}" if person.native_name else person.name
    return role, name, [group, person.headline]


def publication_facts(publication: Publication) -> tuple[str, str, list[str]]:
    names = [row.shown_name for row in publication.authorships.all()[: AUTHORS + 1]]
    is_whole = publication.author_list_complete and len(names) <= AUTHORS
    authors = _(", ").join(names[:AUTHORS])
    return publication.venue_tag, publication.marked_title, [authors if is_whole else f"{authors} …" if authors else ""]


def group_facts(group: Group) -> tuple[str, str, list[str]]:
    return str(group.organization or ""), group.name, [group.summary]


def lab_facts(profile: LabProfile) -> tuple[str, str, list[str]]:
    return "", profile.name, [profile.tagline]


FACTS: dict[type[Model], Callable[[Any], tuple[str, str, list[str]]]] = {
    Person: person_facts,
    Publication: publication_facts,
    Group: group_facts,
    LabProfile: lab_facts,
}
ROUTES: dict[type[Model], str] = {Person: "people", Publication: "publications", Group: "groups"}


def folder_name(record: Model) -> str:
    """Where the card of a record is kept, below the folder of what is derived."""
    return f"cards/{ROUTES[record.__class__]}/{record.pk}" if record.__class__ in ROUTES else "cards/site"


def card_address(record: Model, card: Card) -> str:
    """Its path, with the version: it may be kept for ever."""
    kind = ROUTES.get(record.__class__)
    with plain_addresses():
        path = reverse("card", args=[kind, record.slug]) if kind else plain_address("site_card")
    return f"{path}?v={card.version[:8]}"


def card_alt(card: Card) -> str:
    """The card in words."""
    return ". ".join(text for text in (card.kind, card.title, *card.lines, card.lab) if text)
