"""What a reader asks of a curriculum vitae: `?style= paper= private= hide= show=`. Every mistake is said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from activities.cv.styles import SECTIONS
from activities.cv.typesetting import PAPERS
from labsite.lib.questions import printable
from people.models import Person
from people.models.person import CVStyle

PRIVATE_FIELDS = ("email", "phone", "office")


@dataclass
class Choice:
    """What was asked for, as far as it may be had.

    `problems`: mistakes, each with its mend. `refused`: what only the person and editors may ask for.
    """

    style: str
    paper: str = "a4"
    private: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def read_choice(query: QueryDict, person: Person, viewer: Any) -> Choice:
    """The choice in the query string of somebody who looks at `person`'s CV. A mistake leaves what would be without.

    The person themself, and editors, may add private fields and leave out or bring back sections, for this once.
    """
    choice = Choice(style=stored_style(person), hidden=frozenset(stored_hidden(person)))
    style, paper = query.get("style", "").strip(), query.get("paper", "").strip().lower()
    if style and style in CVStyle.values:
        choice.style = style
    elif style:
        choice.style = CVStyle.FULL
        choice.problems.append(unknown(_("style"), style, CVStyle.values))
    if paper and paper in PAPERS:
        choice.paper = paper
    elif paper:
        choice.problems.append(unknown(_("size of paper"), paper, PAPERS))
    private = read_names(query, "private", _("private field"), PRIVATE_FIELDS, choice)
    hide = read_names(query, "hide", _("section"), SECTIONS, choice)
    show = read_names(query, "show", _("section"), SECTIONS, choice)
    if (private or hide or show) and not person.is_managed_by(viewer):
        asked = {"private": private, "hide": hide, "show": show}
        choice.refused = [
            _("“%(parameter)s=%(value)s” is for %(person)s and for editors of this site, after they have logged in.")
            % {"parameter": name, "value": value, "person": person.name}
            for name, values in asked.items()
            for value in values
        ]
        return choice
    choice.private = frozenset(private)
    choice.hidden = frozenset({*choice.hidden, *hide} - set(show))
    return choice


def read_names(query: QueryDict, parameter: str, noun: str, known: Iterable[str], choice: Choice) -> list[str]:
    """The names given for `parameter`, each in a value of its own or several with commas between them."""
    names = [name.strip() for value in query.getlist(parameter) for name in value.split(",") if name.strip()]
    choice.problems += [unknown(noun, name, known) for name in dict.fromkeys(names) if name not in known]
    return [name for name in dict.fromkeys(names) if name in known]


def unknown(noun: str, value: str, known: Iterable[str]) -> str:
    return _("There is no %(noun)s “%(value)s”. Choose one of: %(known)s.") % {
        "noun": noun, "value": printable(value), "known": _(", ").join(known),
    }  # fmt: skip


def stored_style(person: Person) -> str:
    return person.cv_style if person.cv_style in CVStyle.values else CVStyle.FULL


def stored_hidden(person: Person) -> list[str]:
    """Sections that the person leaves out; what is stored and names none counts for nothing."""
    stored = person.cv_hidden if isinstance(person.cv_hidden, list) else []
    return [name for name in stored if isinstance(name, str) and name in SECTIONS]


def printed_contact(person: Person, contact: dict[str, str], private: Iterable[str]) -> dict[str, str]:
    """Of the fields that the reader may see, those that this CV prints.

    What is kept private prints only where it was asked for, even for those who may see it: a CV is handed on.
    """
    return {
        name: value
        for name, value in contact.items()
        if getattr(person, f"{name}_visibility") != "private" or name in private
    }
