"""The choices beside the list, each with its count under the other chosen filters.

Two of these ask the database: `load_labels` and `make_removals`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from publications.counting import MOST_CHOICES, SAMPLE, Counts, count_removals
from publications.filters import UNDATED, PublicationFilter, Selection
from publications.hints import asked_by, words_of
from publications.models import Distinction, Publication
from publications.naming import Named, load_named
from publications.places import UNDATED as UNDATED_YEAR
from publications.venues import nest_venues

SHOWN = 8  # choices of a facet before “more”
NAMED = ("venue", "topic", "author")  # whose choices have names in the database


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool
    is_nested: bool = False


@dataclass(frozen=True)
class Facet:
    """One group of choices: the first few, and the rest behind “more”. `sample`: among how many they are counted;
    `most`: how many of the most frequent values these are, where there are others.
    """

    name: str
    label: str
    choices: list[Choice]
    sample: int = 0
    most: int = 0

    @property
    def shown(self) -> list[Choice]:
        return [choice for index, choice in enumerate(self.choices) if index < SHOWN or choice.is_chosen]

    @property
    def more(self) -> list[Choice]:
        return [choice for index, choice in enumerate(self.choices) if index >= SHOWN and not choice.is_chosen]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]


def load_labels(selection: Selection, counts: Counts) -> list[Named]:
    """What the choices of `counts` are called, and what the words of the question may name. One query."""
    asked = asked_by(words_of(selection))
    slugs = {name: {*_chosen(selection, name), *asked["slugs"].get(name, ())} for name in NAMED}
    counted = {name: most_of(counts, name) for name in NAMED}
    return load_named(slugs, venues_like=asked.get("venues_like", ""), counted=counted)


def most_of(counts: Counts, name: str) -> dict[str, int]:
    """The values of a parameter with the highest counts; guests of the lab are no choices of their own."""
    values = every_value(counts, name)
    if len(values) <= MOST_CHOICES:
        return values
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_CHOICES])


def every_value(counts: Counts, name: str) -> dict[str, int]:
    own = counts.facets.get(name, {})
    return {facet.partition(":")[2]: number for facet, number in own.items() if name != "author" or facet[0] == "a"}


def make_facets(selection: Selection, counts: Counts, labels: Iterable[Named]) -> list[Facet]:
    """Every facet, from what was counted and what its values are called."""
    named: dict[str, dict[str, Named]] = {name: {} for name in NAMED}
    for each in labels:
        named[each.kind][each.slug] = each
    made = {
        "year": (gettext("Year"), year_choices(selection, counts)),
        "venue": (gettext("Venue"), venue_choices(selection, counts, named["venue"])),
        "type": (gettext("Type"), enumerated(selection, counts, "type", Publication.Kind)),
        "topic": (gettext("Topic"), named_choices(selection, counts, "topic", named["topic"])),
        "author": (gettext("Author"), named_choices(selection, counts, "author", named["author"])),
        "award": (gettext("Distinction"), enumerated(selection, counts, "award", Distinction.Kind)),
    }
    return [
        Facet(
            name, label, choices, SAMPLE if name in counts.samples else 0,
            MOST_CHOICES if name in NAMED and len(every_value(counts, name)) > MOST_CHOICES else 0,
        )
        for name, (label, choices) in made.items()
    ]  # fmt: skip


@dataclass(frozen=True)
class Removal:
    """What taking one filter away would show."""

    label: str
    count: int
    address: str


def make_removals(selection: Selection) -> list[Removal]:
    """For each chosen filter, what is left without it, most first. One query."""
    counts = count_removals(selection, selection.chosen_names)
    found = [
        Removal(PublicationFilter.base_filters[name].label, number, selection.address(**{name: None}))
        for name, number in counts.items()
    ]
    return sorted(found, key=lambda removal: -removal.count)


def describe(selection: Selection, facets: list[Facet]) -> str:
    """The chosen filters in few words, for the title of the page: “NeurIPS, 2024”."""
    named = [choice.label for facet in facets for choice in facet.chosen]
    words = [f"“{text}”" for text in selection.values.get("q", [])]
    return ", ".join([*named, *words])[:80]


def describe_values(selection: Selection) -> str:
    """The chosen values as they stand in the address, for where facets are not loaded."""
    return ", ".join(value for name in selection.chosen_names for value in selection.values[name])[:80]


def _chosen(selection: Selection, name: str) -> list[str]:
    return selection.values.get(name, [])


def _counted(selection: Selection, counts: Counts, name: str) -> dict[str, int]:
    """The values to be offered with their counts: the most frequent, and whatever is chosen."""
    found, every = most_of(counts, name), counts.facets.get(name, {})
    for value in _chosen(selection, name):
        found.setdefault(value, every.get(f"{name}:{value}", every.get(f"guest:{value}", 0)))
    return found


def year_choices(selection: Selection, counts: Counts) -> list[Choice]:
    chosen = _chosen(selection, "year")
    values = {UNDATED if year == UNDATED_YEAR else str(year): number for year, number in counts.years.items()}
    values |= {value: values.get(value, 0) for value in chosen}
    ordered = sorted(values, key=lambda value: (value == UNDATED, value), reverse=True)
    return [
        Choice(value, gettext("Undated") if value == UNDATED else value, values[value], value in chosen)
        for value in ordered
    ]


def venue_choices(selection: Selection, counts: Counts, named: dict[str, Named]) -> list[Choice]:
    """Venues by count, each followed by its workshops."""
    numbers, chosen = _counted(selection, counts, "venue"), _chosen(selection, "venue")
    venues = sorted((named[slug] for slug in numbers if slug in named), key=lambda venue: (venue.label, venue.name))
    shelves = nest_venues(venues)
    shelves.sort(key=lambda shelf: (-numbers[shelf.venue.slug], shelf.venue.label))
    ordered = [row for shelf in shelves for row in ((shelf.venue, False), *((part, True) for part in shelf.parts))]
    return [
        Choice(venue.slug, venue.label, numbers[venue.slug], venue.slug in chosen, nested) for venue, nested in ordered
    ]


def enumerated(selection: Selection, counts: Counts, name: str, choices: type) -> list[Choice]:
    """Values that are the same on every site, in their order where counts are equal."""
    numbers, chosen = _counted(selection, counts, name), _chosen(selection, name)
    present = [choice for choice in choices if choice.value in numbers]
    present.sort(key=lambda choice: -numbers[choice.value])
    return [Choice(each.value, str(each.label), numbers[each.value], each.value in chosen) for each in present]


def named_choices(selection: Selection, counts: Counts, name: str, named: dict[str, Named]) -> list[Choice]:
    """Topics or people by count, then by name. People are members of the lab, and whoever else is chosen."""
    numbers, chosen = _counted(selection, counts, name), _chosen(selection, name)
    rows = sorted(
        (named[slug] for slug in numbers if slug in named), key=lambda each: (-numbers[each.slug], each.sort_key)
    )
    return [Choice(each.slug, each.label, numbers[each.slug], each.slug in chosen) for each in rows]
