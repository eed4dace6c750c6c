"""The query string of the publication list.

`?venue= year= author= type= topic= award= since= until= code= workshops= q= style= sort= page=`.

Within a field the values are alternatives, between fields they add up. A value that nothing has gives an explained
problem and an empty list: it is never ignored and never an error page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.questions import WordsField, printable
from labsite.lib.text import make_slug
from people.addresses import follow_people
from publications.addresses import follow_venues
from publications.formats.references import STYLES
from publications.models import Distinction, Publication, Venue
from publications.naming import load_named

UNDATED = "none"
MAX_VALUES = 50
SHORT = 100  # letters of a value worth remembering: names of records, years, most questions
YEAR = re.compile(r"[1-9]\d{3}\Z", re.ASCII)
# Each order's keys; publications.paging knows them too.
SORTS = {
    "newest": ["digest__place"], "oldest": ["-digest__place"], "title": ["digest__title_key", "digest__place"],
    "cited": ["digest__citations_key", "digest__place"],
}  # fmt: skip
SORT_LABELS = {
    "best": _("Best match"), "newest": _("Newest first"), "oldest": _("Oldest first"), "title": _("By title"),
    "cited": _("Most cited"),
}  # fmt: skip


class UnknownValues(ValidationError):
    """Some of the values mean nothing. Knows those that do, and which ones may be meant by the others."""

    def __init__(self, message: str, *, kept: list[str], guesses: list[str]) -> None:
        super().__init__(message)
        self.kept, self.guesses = kept, guesses


class ValuesField(forms.MultipleChoiceField):
    """Repeated values, each of which must be one of `find_known(values)`; the error names those that are not."""

    widget = forms.SelectMultiple

    def __init__(self, *args: Any, unknown: str, find_known: Any, hint: str, follow: Any = None, **kwargs: Any) -> None:
        self.unknown, self.find_known, self.hint, self.follow = unknown, find_known, hint, follow
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(text.strip() for text in super().to_python(value) if text.strip()))

    def clean(self, value: Any) -> list[str]:
        """The values; a former one of a record that was merged is the one of the record it is part of."""
        values = self.to_python(value)
        if len(values) > MAX_VALUES:
            raise ValidationError(gettext("At most %(number)s values can be chosen here.") % {"number": MAX_VALUES})
        guesses = {text: make_slug(text, "") for text in values if is_plain(text)}
        known = self.find_known([*guesses, *guesses.values()])
        unknown = [text for text in values if text not in known]
        followed = self.follow(unknown) if unknown and self.follow else {}
        values = list(dict.fromkeys(followed.get(text, text) for text in values))
        self.explain([text for text in unknown if text not in followed], values, {*known, *followed.values()}, guesses)
        return values

    def explain(self, unknown: list[str], value: list[str], known: set[str], guesses: dict[str, str]) -> None:
        """Raises where some values mean nothing."""
        if unknown:
            named = gettext(", ").join(gettext("“%(text)s”") % {"text": printable(text)} for text in unknown)
            kept = [text for text in value if text in known]
            meant = list(dict.fromkeys(guesses[text] for text in unknown if guesses.get(text) in known))
            message = gettext("%(problem)s %(mend)s") % {"problem": self.unknown % {"values": named}, "mend": self.hint}
            raise UnknownValues(message, kept=kept, guesses=meant)


def is_plain(text: str) -> bool:
    return "\x00" not in text and len(text) <= 100


def known_years(values: list[str]) -> set[str]:
    """Years of four ASCII digits, whether or not anything was published then, and the undated bucket."""
    return {text for text in values if text == UNDATED or YEAR.match(text)}


def known_slugs(kind: str) -> Any:
    return lambda values: {named.slug for named in load_named({kind: values})}


def known_choices(choices: Any) -> Any:
    return lambda values: set(values) & set(choices.values)


class ValuesFilter(django_filters.Filter):
    """A repeated parameter turned into one condition by `condition(values)`."""

    field_class = ValuesField

    def __init__(
        self, *, unknown: str, find_known: Any, condition: Any, label: str, hint: str = _("Choose one from the list."),
        follow: Any = None,
    ) -> None:  # fmt: skip
        self.condition = condition
        super().__init__(label=label, unknown=unknown, find_known=find_known, hint=hint, follow=follow)

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return queryset.filter(self.condition(value)) if value else queryset


def year_condition(values: list[str]) -> Q:
    years = [int(text) for text in values if text != UNDATED]
    return Q(year__in=years) | (Q(year__isnull=True) if UNDATED in values else Q())


class ChoiceField(forms.CharField):
    """One of a few words; anything else is an error that lists them."""

    def __init__(self, *, words: Any, **kwargs: Any) -> None:
        self.words = words
        super().__init__(max_length=100, **kwargs)

    def validate(self, value: str) -> None:
        if value and value not in self.words:
            message = gettext("“%(value)s” is not known here: use %(words)s.")
            raise ValidationError(message % {"value": printable(value), "words": gettext(" or ").join(self.words)})


class WordFilter(django_filters.Filter):
    field_class = ChoiceField


class YearField(forms.CharField):
    """One year of four ASCII digits."""

    def validate(self, value: str) -> None:
        if value and not known_years([value]) or value == UNDATED:
            raise ValidationError(
                gettext("“%(value)s” is not a year. Write four digits.") % {"value": printable(value)}
            )


class YearFilter(django_filters.Filter):
    field_class = YearField


class WordsFilter(django_filters.Filter):
    field_class = WordsField


class PublicationFilter(django_filters.FilterSet):
    """Parses, checks and applies the query string to a queryset of publications."""

    venue = ValuesFilter(
        label=_("Venue"),
        unknown=_("There is no venue %(values)s here."),
        find_known=known_slugs("venue"),
        follow=follow_venues,
        condition=lambda values: Q(venue__slug__in=values),
    )
    year = ValuesFilter(
        label=_("Year"),
        unknown=_("There is no year %(values)s here."),
        find_known=known_years, condition=year_condition,
        hint=_("Write four digits, or “none” for what has no year."),
    )  # fmt: skip
    author = ValuesFilter(
        label=_("Author"),
        unknown=_("There is no person %(values)s here."),
        find_known=known_slugs("author"), follow=follow_people,
        condition=lambda values: Publication.objects.q_by_slugs(values),
    )  # fmt: skip
    type = ValuesFilter(
        label=_("Type"),
        unknown=_("There is no type %(values)s here."),
        find_known=known_choices(Publication.Kind),
        condition=lambda values: Q(kind__in=values),
    )  # fmt: skip
    topic = ValuesFilter(
        label=_("Topic"),
        unknown=_("There is no topic %(values)s here."),
        find_known=known_slugs("topic"),
        condition=lambda values: Publication.objects.q_on_topics(values),
    )  # fmt: skip
    award = ValuesFilter(
        label=_("Distinction"),
        unknown=_("There is no distinction %(values)s here."),
        find_known=known_choices(Distinction.Kind),
        condition=lambda values: Publication.objects.q_distinguished(values),
    )  # fmt: skip
    since = YearFilter(label=_("Since"), method="filter_since")
    until = YearFilter(label=_("Until"), method="filter_until")
    code = WordFilter(label=_("Code"), words=["yes"], method="filter_code")
    workshops = WordFilter(label=_("Workshops"), words=["hide"], method="filter_workshops")
    q = WordsFilter(label=_("Words"), method="filter_words")
    style = WordFilter(label=_("Style"), words=list(STYLES), method="keep")
    sort = WordFilter(label=_("Order"), words=list(SORT_LABELS), method="keep")

    class Meta:
        model = Publication
        fields: list[str] = []

    def filter_workshops(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.exclude(Q(venue__kind=Venue.Kind.WORKSHOP) | Q(kind=Publication.Kind.WORKSHOP_PAPER))

    def filter_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.search(value)

    def filter_since(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(year__gte=int(value))

    def filter_until(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(year__lte=int(value))

    def filter_code(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Publication.objects.q_with_code())

    def keep(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset


FACETS = ("year", "venue", "type", "topic", "author", "award")
SINGLES = ("since", "until", "code", "workshops", "q", "style", "sort")
IN_ADDRESSES = (*FACETS, *SINGLES, "page")
HARMLESS = ("style", "sort", "page")  # a mistake here changes how and where it is listed, not what
REMEDIES = {"sort": _("Show the newest first"), "page": _("Show the first page"), "style": _("Show the list")}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one parameter, in words, with values of it that may be meant: pairs of text and address."""

    name: str
    label: str
    message: str
    guesses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def remedy(self) -> str:
        return REMEDIES.get(self.name, _("Remove this filter"))


def encoded(name: str, value: str) -> str:
    """A parameter as it stands in an address. A page holds forty addresses of the same few."""
    return encode_once(name, value) if len(value) <= SHORT else urlencode({name: value})


@lru_cache(maxsize=4096)
def encode_once(name: str, value: str) -> str:
    return urlencode({name: value})


@dataclass
class Selection:
    """The chosen filters: clean values, problems, and the addresses that change one of them."""

    values: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def sort(self) -> str:
        """The order: the chosen one; else the best answers first where words are looked for, the newest elsewhere."""
        chosen = (self.values.get("sort") or [""])[0]
        has_words = bool(self.values.get("q"))
        if chosen == "best" and not has_words:
            chosen = ""
        return chosen or ("best" if has_words else "newest")

    @property
    def chosen_names(self) -> list[str]:
        """The parameters that narrow the list, in the order of addresses."""
        return [name for name in (*FACETS, *SINGLES) if self.values.get(name) and name not in HARMLESS]

    @property
    def chosen_count(self) -> int:
        return sum(len(self.values[name]) for name in self.chosen_names)

    @property
    def is_impossible(self) -> bool:
        """Whether some filter asks for what does not exist: then nothing is listed."""
        return any(problem.name not in HARMLESS for problem in self.problems)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen_names or self.problems)

    @property
    def is_combined(self) -> bool:
        """Whether two filters and more are chosen, or some that mean nothing: of such lists there is no end."""
        return bool(self.chosen_count > 1 or self.problems)

    def address(self, **changes: list[str] | None) -> str:
        """The query string of the valid values with `changes`, in one order, without page and empty fields."""
        merged = {**self.values, **changes}
        usual = ("sort", "best" if merged.get("q") else "newest")
        pairs = [(name, value) for name in IN_ADDRESSES for value in merged.get(name) or () if value]
        return f"?{'&'.join([encoded(*pair) for pair in pairs if pair != usual])}"

    def without(self, name: str, value: str) -> str:
        return self.address(**{name: [other for other in self.values.get(name, []) if other != value]})


def read_selection(data: QueryDict) -> Selection:
    """The filters that `data` asks for. One query where venues, authors or topics are chosen, and one more for each
    of the first two that names what is not there.
    """
    form = form_of(tuple(name for name in PublicationFilter.base_filters if name in data))(data)
    know_at_once(form)
    form.is_valid()
    errors = form.errors.as_data()
    selection = Selection()
    for name in (*FACETS, *SINGLES):
        value = form.cleaned_data.get(name)
        selection.values[name] = value if isinstance(value, list) else [value] if value else []
    for name, (error, *_others) in errors.items():
        selection.values[name] = getattr(error, "kept", [])
    for name, (error, *_others) in errors.items():
        kept, guesses = selection.values[name], getattr(error, "guesses", [])
        meant = [(guess, selection.address(**{name: list(dict.fromkeys([*kept, guess]))})) for guess in guesses]
        selection.problems.append(Problem(name, str(form.fields[name].label), " ".join(error.messages), meant))
    return selection


@lru_cache(maxsize=256)
def form_of(names: tuple[str, ...]) -> type[forms.Form]:
    """The form of these filters. One of all of them would copy thirteen fields for every page."""
    return type("SelectionForm", (forms.Form,), {name: PublicationFilter.base_filters[name].field for name in names})


def know_at_once(form: forms.Form) -> None:
    """Looks up all slugs that the form's data names together, instead of a kind at a time."""
    asked: dict[str, set[str]] = {}
    for name in [name for name in ("venue", "author", "topic") if name in form.fields]:
        values = [text for text in form.fields[name].to_python(form.data.getlist(name)) if is_plain(text)]
        if 0 < len(values) <= MAX_VALUES:
            asked[name] = {*values, *(make_slug(text, "") for text in values)}
    found = load_named(asked)
    for name in asked:
        known = {named.slug for named in found if named.kind == name}
        form.fields[name].find_known = known.intersection


def apply_selection(selection: Selection, queryset: QuerySet) -> QuerySet:
    """`queryset` narrowed by every chosen filter; nothing at all where one asks for what does not exist."""
    return queryset.none() if selection.is_impossible else narrow(selection, queryset)


def order_by_selection(queryset: QuerySet, selection: Selection) -> QuerySet:
    """`queryset` in the chosen order; best answers first is an order of pages only, here they come newest first."""
    return queryset.order_by(*SORTS.get(selection.sort, SORTS["newest"]))


def narrow(selection: Selection, queryset: QuerySet, *, leave_out: str = "") -> QuerySet:
    """`queryset` narrowed by the chosen filters that are valid, without `leave_out`."""
    filters = PublicationFilter(QueryDict(), queryset=queryset)
    for name, values in selection.values.items():
        if values and name != leave_out:
            value = values if name in FACETS else values[0]
            queryset = filters.filters[name].filter(queryset, value)
    return queryset
