"""The choices beside the list, each with its count under the other chosen filters. One query a facet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext

from people.models import Person
from publications.filters import UNDATED, PublicationFilter, Selection, narrow
from publications.models import Authorship, Distinction, Publication, Topic, Venue
from publications.venues import nest_venues

SHOWN = 8  # choices of a facet before “more”


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool
    is_nested: bool = False


@dataclass(frozen=True)
class Facet:
    """One group of choices: the first few, and the rest behind “more”."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def shown(self) -> list[Choice]:
        return [choice for index, choice in enumerate(self.choices) if index < SHOWN or choice.is_chosen]

    @property
    def more(self) -> list[Choice]:
        return [choice for index, choice in enumerate(self.choices) if index >= SHOWN and not choice.is_chosen]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]


def make_facets(selection: Selection, listed: QuerySet) -> list[Facet]:
    """Every facet over `listed`. Costs eight queries whatever the size: one a facet, and the names of three kinds."""
    makers: dict[str, tuple[str, Callable[[Selection, QuerySet], list[Choice]]]] = {
        "year": (gettext("Year"), year_choices),
        "venue": (gettext("Venue"), venue_choices),
        "type": (gettext("Type"), type_choices),
        "topic": (gettext("Topic"), topic_choices),
        "author": (gettext("Author"), author_choices),
        "award": (gettext("Distinction"), award_choices),
    }
    return [
        Facet(name, label, make(selection, narrow(selection, listed, leave_out=name).order_by()))
        for name, (label, make) in makers.items()
    ]


@dataclass(frozen=True)
class Removal:
    """What taking one filter away would show."""

    label: str
    count: int
    address: str


def make_removals(selection: Selection, listed: QuerySet) -> list[Removal]:
    """For each chosen filter, what is left without it, most first. Costs one count a filter, at most eight."""
    found = [
        Removal(
            PublicationFilter.base_filters[name].label,
            narrow(selection, listed, leave_out=name).count(),
            selection.address(**{name: None}),
        )
        for name in selection.chosen_names
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


def _counts(queryset: QuerySet, column: str) -> dict:
    return dict(queryset.values_list(column).annotate(number=Count("pk")).values_list(column, "number"))


def _chosen(selection: Selection, name: str) -> list[str]:
    return selection.values.get(name, [])


def year_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    counts = _counts(publications, "year")
    chosen = _chosen(selection, "year")
    values = {UNDATED if year is None else str(year): number for year, number in counts.items()}
    values |= {value: values.get(value, 0) for value in chosen}
    ordered = sorted(values, key=lambda value: (value == UNDATED, value), reverse=True)
    return [
        Choice(value, gettext("Undated") if value == UNDATED else value, values[value], value in chosen)
        for value in ordered
    ]


def venue_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    """Venues by count, each followed by its workshops."""
    counts = _counts(publications, "venue_id")
    chosen = _chosen(selection, "venue")
    venues = [
        venue
        for venue in Venue.objects.order_by("short_name", "name")
        if venue.pk in counts or venue.slug in chosen
    ]  # fmt: skip
    shelves = nest_venues(venues)
    shelves.sort(key=lambda shelf: (-counts.get(shelf.venue.pk, 0), shelf.venue.label))
    ordered = [row for shelf in shelves for row in ((shelf.venue, False), *((part, True) for part in shelf.parts))]
    return [
        Choice(venue.slug, venue.label, counts.get(venue.pk, 0), venue.slug in chosen, nested)
        for venue, nested in ordered
    ]


def type_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    return _enumerated(_counts(publications, "kind"), Publication.Kind, _chosen(selection, "type"))


def award_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    rows = Distinction.objects.filter(publication__in=publications.values("pk")).order_by().values("kind")
    counts = dict(rows.annotate(number=Count("publication", distinct=True)).values_list("kind", "number"))
    return _enumerated(counts, Distinction.Kind, _chosen(selection, "award"))


def _enumerated(counts: dict[str, int], choices: type, chosen: list[str]) -> list[Choice]:
    present = [choice for choice in choices if choice.value in counts or choice.value in chosen]
    present.sort(key=lambda choice: -counts.get(choice.value, 0))
    return [Choice(each.value, str(each.label), counts.get(each.value, 0), each.value in chosen) for each in present]


def topic_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    links = Publication.topics.through.objects.filter(publication__in=publications.values("pk"))
    counts = dict(links.values_list("topic").annotate(number=Count("pk")).values_list("topic", "number"))
    chosen = _chosen(selection, "topic")
    topics = Topic.objects.filter(pk__in=counts) | Topic.objects.filter(slug__in=chosen)
    found = [Choice(t.slug, t.name, counts.get(t.pk, 0), t.slug in chosen) for t in topics]
    return sorted(found, key=lambda choice: (-choice.count, choice.label))


def author_choices(selection: Selection, publications: QuerySet) -> list[Choice]:
    """Members of the lab, and whoever else is chosen."""
    links = Authorship.objects.confirmed().filter(publication__in=publications.values("pk"), person__is_published=True)
    counts = dict(
        links.values_list("person").annotate(number=Count("publication", distinct=True)).values_list("person", "number")
    )
    chosen = _chosen(selection, "author")
    people = Person.objects.published().members().filter(pk__in=counts)
    people = people | Person.objects.published().filter(slug__in=chosen)
    rows = people.order_by(F("sort_key"), "slug").values_list("pk", "slug", "name")
    found = [Choice(slug, name, counts.get(pk, 0), slug in chosen) for pk, slug, name in rows]
    return sorted(found, key=lambda choice: -choice.count)
