"""Words that name filters: “oral neurips since 2023 with code” is offered as those filters, never taken for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext

from labsite.lib.english import english
from labsite.lib.text import fold
from publications.filters import FACETS, Selection
from publications.models import Distinction, Publication
from publications.naming import Named, load_named

YEAR = re.compile(r"(?:1[4-9]|2\d)\d\d\Z")
SINCE, UNTIL = {"since", "from", "after"}, {"until", "before", "to"}
FILLERS = {"papers", "paper", "publications", "at", "in", "on", "or", "and", "the", "with", "has", "of", "as"}
CODE = {"code", "software", "implementation"}
MAX_WORDS = 12


@dataclass
class Hint:
    """The filters that the words may mean, and the words that mean none."""

    labels: list[str] = field(default_factory=list)
    address: str = ""


def words_of(selection: Selection) -> list[str]:
    """The words that may name filters; [] where there are too many to mean any."""
    words = fold(" ".join(selection.values.get("q", []))).replace(",", " ").split()
    return [] if len(words) > MAX_WORDS or selection.is_impossible else words


def asked_by(words: list[str]) -> dict[str, Any]:
    """What `load_named` is to look for, so that `read_hint` knows whom the words may name."""
    if not words:
        return {"slugs": {}}
    slugs = candidate_slugs(words)
    return {"slugs": {"venue": slugs, "topic": slugs}, "venues_like": " ".join(words)}


def read_hint(selection: Selection, found: Iterable[Named] | None = None) -> Hint | None:
    """The filters that the words of `?q=` name, if at least one word names one.

    `found` is what is known of the names that `asked_by` lists; without it, one query.
    """
    words = words_of(selection)
    if not words:
        return None
    named = names_of_filters(load_named(**asked_by(words)) if found is None else found)
    chosen: dict[str, list[str]] = {}
    labels, rest, index = [], [], 0
    while index < len(words):
        length, name, value, label = match_at(words, index, named)
        if length:
            chosen.setdefault(name, []).append(value)
            labels.append(label)
        elif words[index] not in FILLERS:
            rest.append(words[index])
        index += length or 1
    if not labels:
        return None
    changes = {
        name: list(dict.fromkeys([*selection.values.get(name, []), *values])) if name in FACETS else values[-1:]
        for name, values in chosen.items()
    }
    labels += [f"“{word}”" for word in rest]
    return Hint(labels, selection.address(**changes, q=[" ".join(rest)], sort=None))


def match_at(words: list[str], index: int, named: dict[str, tuple[str, str, str]]) -> tuple[int, str, str, str]:
    """How many words from `index` name a filter, and which one: (length, parameter, value, label)."""
    word = words[index]
    following = words[index + 1] if index + 1 < len(words) else ""
    if word in SINCE and YEAR.match(following):
        year = str(int(following) + (word == "after"))
        return 2, "since", year, gettext("since %(year)s") % {"year": year}
    if word in UNTIL and YEAR.match(following):
        year = str(int(following) - (word == "before"))
        return 2, "until", year, gettext("until %(year)s") % {"year": year}
    if YEAR.match(word):
        return 1, "year", word, word
    if word in CODE:
        return 1, "code", "yes", gettext("with code")
    for length in range(len(words) - index, 0, -1):
        phrase = " ".join(words[index : index + length])
        if index + length <= len(words) and phrase in named:
            return length, *named[phrase]
    return 0, "", "", ""


def names_of_filters(found: Iterable[Named]) -> dict[str, tuple[str, str, str]]:
    """Folded names of venues, topics, types and distinctions, with what they choose."""
    found = list(found)
    named: dict[str, tuple[str, str, str]] = {}
    for topic in found:
        if topic.kind == "topic":
            named[fold(topic.name)] = ("topic", topic.slug, topic.name)
    named |= names_of_choices(get_language())
    for venue in found:
        if venue.kind == "venue":
            for name in (venue.label, venue.name, venue.slug.replace("-", " ")):
                named[fold(name)] = ("venue", venue.slug, venue.label)
    return named


@lru_cache(maxsize=8)
def names_of_choices(language: str | None) -> dict[str, tuple[str, str, str]]:
    """Folded names of types and distinctions in the `language` that is active, with what they choose."""
    distinctions = [choice for choice in Distinction.Kind if choice != Distinction.Kind.OTHER]
    return {
        name: (parameter, choice.value, str(choice.label))
        for parameter, choices in (("type", Publication.Kind), ("award", distinctions))
        for choice in choices
        for name in spellings(choice.label)
    }


def spellings(label: object) -> set[str]:
    """What a visitor may write for a choice: its folded name in the language of the page, in English one and many."""
    own = fold(english(label))
    return {own, f"{own}s", fold(str(label))}


def candidate_slugs(words: list[str]) -> set[str]:
    """Every run of up to four words as a slug."""
    return {
        "-".join(words[begin : begin + length]) for length in (1, 2, 3, 4) for begin in range(len(words) - length + 1)
    }
