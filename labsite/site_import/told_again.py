"""Whether two files of a site tell of one post, degree, award or service, and what the second one adds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from labsite.lib.text import clean_text, match_key
from labsite.site_import.dates import read_date, read_period
from labsite.site_import.fields import Fields

# What has to be said alike, and the dates of which one may be more exact than the other.
ALIKE = {
    "positions": ("organization", "title"), "education": ("organization",), "awards": ("title",),
    "services": ("kind", "title", "venue", "organization"),
}  # fmt: skip
DATES = ("start", "end", "date")
OTHERWISE = "says it otherwise, and that counts"
LASTS = frozenset({"present", "now", "current", "ongoing"})
NO_FACTS = frozenset({"place", "kind"})
SMALL_WORDS = frozenset({"in", "of", "the", "and"})


def find_less_exact(part: str, known: Sequence[Any], record: Any) -> Any:
    """The one of `known`, records of another file, that `record` tells of again in other words; None for no such one.

    “2010–2014” in one file are the days in the other. A post without a year is the same only where there is no other
    one of that title at that place.
    """
    named = [each for each in known if part in ALIKE and is_named_alike(part, each, record)]
    fitting = [each for each in named if all(map(fits, dates_of(each), dates_of(record)))]
    fitting.sort(key=lambda each: -shared_dates(each, record))
    if fitting and (shared_dates(fitting[0], record) or len(named) == 1):
        return fitting[0]
    return None


def is_named_alike(part: str, one: Any, other: Any) -> bool:
    if any(key_of(getattr(one, name)) != key_of(getattr(other, name)) for name in ALIKE[part]):
        return False
    return part != "education" or degree_words(one) == degree_words(other)


def key_of(text: str) -> str:
    return match_key(text) or text


def degree_words(record: Any) -> list[str]:
    """“PhD in Physics” is the degree “PhD” in the field “Physics”."""
    words = re.findall(r"\w+", f"{record.degree} {record.field}".replace(".", "").casefold())
    return sorted(set(words) - SMALL_WORDS)


def dates_of(record: Any) -> tuple[str, ...]:
    return tuple(getattr(record, name, "") for name in DATES)


def fits(one: str, other: str) -> bool:
    """Whether two dates can be one, of which one is less exact, or not known."""
    return not one or not other or one.startswith(other) or other.startswith(one)


def shared_dates(one: Any, other: Any) -> int:
    return sum(bool(first and second) for first, second in zip(dates_of(one), dates_of(other), strict=True))


def complete(first: Any, second: Any) -> Any:
    """What `first` says, with what only `second` says, and the more exact one of two dates.

    What lasts has no end, and what has ended does not last.
    """
    barred = {"end": getattr(first, "is_current", False), "is_current": getattr(first, "end", "")}
    values = {}
    for name in (each.name for each in fields(first) if each.name not in NO_FACTS and not barred.get(each.name)):
        own, other = getattr(first, name), getattr(second, name)
        if isinstance(own, tuple):
            values[name] = tuple(dict.fromkeys([*own, *other]))
        elif not own or (name in DATES and other.startswith(own)):
            values[name] = other
    if not getattr(first, "field", "there is none") and second.field:
        values |= {"degree": second.degree, "field": second.field}
    return replace(first, **values)


def tell_apart(item: Fields, first: Any, both: Any) -> None:
    """Of the fields of a second record: what completed the first is taken, the rest stands there already or differs."""
    own = words_in(vars(first).values())
    added = words_in(value for name, value in vars(both).items() if value != getattr(first, name))
    for _, leaf in item.node.leaves():
        if leaf.is_taken and is_said(leaf.value, added):
            continue
        lasts = leaf.value.strip().lower() in LASTS and getattr(both, "is_current", False)
        leaf.is_taken = False
        is_there = lasts or is_said(leaf.value, own)
        leaf.reason = f"the same stands in {first.place}" if is_there else f"{first.place} {OTHERWISE}"


def words_in(values: Iterable[Any]) -> set[str]:
    """Every text of a record's values, also as it is folded for comparing."""
    texts = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
    return {form for text in texts if isinstance(text, str) and text for form in (text, match_key(text))}


def is_said(text: str, values: set[str]) -> bool:
    """Whether `text` is one of the values or part of one, or the date or stretch of time that they give."""
    plain = match_key(text) or clean_text(text)
    if any(plain == value or (len(plain) > 3 and plain in value) for value in values):
        return True
    dates = list(filter(None, [read_date(text)] if read_date(text) else (read_period(text) or ())[:2]))
    return bool(dates) and values.issuperset(dates)
