"""How a publication's authors are printed on one line. Pure: reads loaded rows, asks the database nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from labsite.lib.web import address_of
from people.models import Person
from publications.models import Authorship

SHORTEN_ABOVE = 12
KEPT_AT_FRONT = 3
UNBROKEN_BELOW = 25  # letters of a name that fit beside each other on the narrowest phone


class Author(NamedTuple):
    """One printed name; `slug` and `person_name` are set where the link is certain and leads to a page.

    `gap` is how many names were left out just before this one.
    """

    printed_name: str
    slug: str = ""
    person_name: str = ""
    is_placed: bool = True
    is_owner: bool = False
    is_member: bool = False
    is_equal: bool = False
    is_corresponding: bool = False
    affiliation: str = ""
    gap: int = 0

    @property
    def address(self) -> str:
        return address_of("people:person", self.slug)

    @property
    def is_short(self) -> bool:
        """Whether the name may be kept on one line: “S. Liu” never breaks between initial and surname."""
        return len(self.printed_name) < UNBROKEN_BELOW


@dataclass(frozen=True)
class AuthorLine:
    """`listed` in their order; `unplaced` are authors whose place in the list no source states."""

    listed: list[Author]
    unplaced: list[Author]
    is_complete: bool
    has_owner: bool = False

    @property
    def authors(self) -> list[Author]:
        return [*self.listed, *self.unplaced]

    @property
    def has_equal(self) -> bool:
        return any(author.is_equal for author in self.authors)

    @property
    def has_corresponding(self) -> bool:
        return any(author.is_corresponding for author in self.authors)

    @property
    def affiliations(self) -> list[tuple[str, list[Author]]]:
        """Each affiliation as printed, with its authors, in the order of first mention."""
        found: dict[str, list[Author]] = {}
        for author in self.authors:
            if author.affiliation:
                found.setdefault(author.affiliation, []).append(author)
        return list(found.items())


def make_author_line(
    authors: Iterable[Author], *, is_complete: bool, owner: Person | None = None, shorten: bool = False
) -> AuthorLine:
    """The line for `authors` in their order. `owner` is marked by link, never by name.

    With `shorten`, a list of more than 12 keeps the first three, every member of the lab, the owner and the last.
    """
    if owner:
        authors = [author._replace(is_owner=bool(author.slug) and author.slug == owner.slug) for author in authors]
    rows = list(authors)
    listed = [author for author in rows if author.is_placed]
    unplaced = [author for author in rows if not author.is_placed]
    if shorten and number_of(listed) > SHORTEN_ABOVE:
        listed = shorten_authors(listed, keep=lambda author: author.is_member or author.is_owner)
    return AuthorLine(listed, unplaced, is_complete, has_owner=any(each.is_owner for each in [*listed, *unplaced]))


def read_author(row: Authorship) -> Author:
    """The author of a loaded row.

    Members are known from rows loaded by `with_person()`; of other rows everyone with a page counts as one.
    """
    person = row.linked_person
    return Author(
        printed_name=row.shown_name,
        slug=person.slug if person else "",
        person_name=person.name if person else "",
        is_placed=row.position is not None,
        is_member=bool(person and getattr(row, "by_member", True)),
        is_equal=row.is_equal,
        is_corresponding=row.is_corresponding,
        affiliation=row.affiliation_text,
    )


def shorten_authors(authors: list[Author], keep: Callable[[Author], bool]) -> list[Author]:
    """The first three, the last, and those worth keeping, each with the number left out before it.

    Some may have been left out before. One name alone is never left out.
    """
    kept: list[Author] = []
    gap: list[Author] = []
    for index, author in enumerate(authors):
        if index >= KEPT_AT_FRONT and author is not authors[-1] and not keep(author):
            gap.append(author)
            continue
        left_out = number_of(gap)
        if left_out == 1:
            kept += gap
            left_out = 0
        kept.append(author._replace(gap=author.gap + left_out) if left_out else author)
        gap = []
    return kept


def number_of(authors: list[Author]) -> int:
    """How many they are, with those that were left out before them."""
    return len(authors) + sum(author.gap for author in authors)
