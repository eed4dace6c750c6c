"""Derived rows in the visitor's language: their words are stored in English, their dates as EDTF. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext, ngettext


def in_words(text: str) -> str:
    """A stored English word of the interface in the active language; other texts stay as they are."""
    return _in_words(get_language(), text) if text else ""


@lru_cache(maxsize=2048)
def _in_words(language: str | None, text: str) -> str:
    """The same in the `language` that is active: a page of fifty entries asks for the same few."""
    return gettext(text)


def rate_text(percent: str, selected: int | None, submissions: int | None) -> str:
    """The rate in words: “1.7% of 8,620 submissions”, “0.4%, 61 of 15,671 submissions”; "" where none is known.

    `percent` is a number as text, "" where it is not known.
    """
    rate = f"{percent}%" if percent else ""
    if submissions is None or (selected is None and not (rate and submissions)):
        return rate
    if selected is not None:
        text = ngettext("%(selected)s of %(total)s submission", "%(selected)s of %(total)s submissions", submissions)
        counted = text % {"selected": f"{selected:,}", "total": f"{submissions:,}"}
        return gettext("%(first)s, %(second)s") % {"first": rate, "second": counted} if rate else counted
    text = ngettext("%(rate)s of %(total)s submission", "%(rate)s of %(total)s submissions", submissions)
    return text % {"rate": rate, "total": f"{submissions:,}"}


def distinction_text(stored: str | dict[str, Any]) -> str:
    """“Oral · 1.7% of 8,620 submissions”. Rows that were stored before hold the whole text, which prints as it is."""
    if isinstance(stored, str):
        return stored
    rate = rate_text(stored.get("percent", ""), stored.get("selected"), stored.get("submissions"))
    return " · ".join(part for part in (in_words(stored["text"]), rate) if part)


def venue_tag_text(row: dict[str, Any], kinds: frozenset[str]) -> str:
    """The badge beside a title; “Preprint 2024” in the active language where the kind stands for the venue.

    `kinds`: the English names of the kinds of publications.
    """
    tag, year = row.get("venue_tag", ""), row.get("year")
    name = tag.removesuffix(f" {year}") if year else tag
    if row.get("venue_name") or name not in kinds:
        return tag
    return f"{gettext(name)} {year}" if year else gettext(name)
