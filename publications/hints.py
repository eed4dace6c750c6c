"""Words that name filters: “oral neurips since 2023 with code” is offered as those filters, never taken for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext

from labsite.lib.english import english
from labsite.lib.text import fold
from publications.filters import FACETS, Selection
from publications.models import Distinction, Publication, Topic, Venue

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


def read_hint(selection: Selection) -> Hint | None:
    """The filters that the words of `?q=` name, if at least one word names one. Two queries, if there are words."""
    words = fold(" ".join(selection.values.get("q", []))).replace(",", " ").split()
    if not words or len(words) > MAX_WORDS or selection.is_impossible:
        return None
    named = names_of_filters(words)
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


def names_of_filters(words: list[str]) -> dict[str, tuple[str, str, str]]:
    """Folded names of venues, topics, types and distinctions that the words may be, with what they choose."""
    named: dict[str, tuple[str, str, str]] = {}
    for topic in Topic.objects.filter(slug__in=candidate_slugs(words)):
        named[fold(topic.name)] = ("topic", topic.slug, topic.name)
    for choice in Publication.Kind:
        for name in spellings(choice.label):
            named[name] = ("type", choice.value, str(choice.label))
    for choice in Distinction.Kind:
        if choice != Distinction.Kind.OTHER:
            for name in spellings(choice.label):
                named[name] = ("award", choice.value, str(choice.label))
    whole = models.Q(search_text__startswith=" ".join(words))
    for venue in Venue.objects.filter(models.Q(slug__in=candidate_slugs(words)) | whole):
        for name in (venue.short_name, venue.name, venue.slug.replace("-", " ")):
            if name:
                named[fold(name)] = ("venue", venue.slug, venue.label)
    return named


def spellings(label: object) -> set[str]:
    """What a visitor may write for a choice: its folded name in the language of the page, in English one and many."""
    own = fold(english(label))
    return {own, f"{own}s", fold(str(label))}


def candidate_slugs(words: list[str]) -> set[str]:
    """Every run of up to four words as a slug."""
    return {
        "-".join(words[begin : begin + length]) for length in (1, 2, 3, 4) for begin in range(len(words) - length + 1)
    }
