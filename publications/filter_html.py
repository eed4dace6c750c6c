"""What the filters beside a list hold a hundred times, as HTML: choices and bars. See publications.row_html for why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext

from publications.facets import Choice
from publications.histogram import Bar
from publications.models import Venue

REMEMBERED = 10_000  # numbers: choosing the form of a plural costs more than all else of a choice


def choice_items(name: str, choices: Iterable[Choice], *, with_counts: bool = True) -> SafeString:
    """Choices of the parameter `name` as items of a list, each with a box to tick."""
    language, found = get_language(), []
    for choice in choices:
        value, nested = escape(choice.value), ' class="choice-nested"' if choice.is_nested else ""
        checked = " checked" if choice.is_chosen else ""
        count = counted_in(language, choice.count) if with_counts else ""
        found.append(
            f'<li{nested}><label class="choice"><input type="checkbox" name="{name}" id="filter-{name}-{value}" '
            f'value="{value}"{checked}> <span><bdi>{escape(choice.label)}</bdi></span>{count}</label></li>'
        )
    return SafeString("".join(found))


def counted(number: int) -> SafeString:
    """A number of publications beside a choice, said in words too."""
    return counted_in(get_language(), number)


@lru_cache(REMEMBERED)
def counted_in(language: str, number: int) -> SafeString:
    """The same in the `language` that is active."""
    words = words_after(language, like_it(number))
    return SafeString(f' <span class="choice-count">{number}<span class="visually-hidden"> {words}</span></span>')


def like_it(number: int) -> int:
    """A number that has the same form of a plural, of which there are few: of thousands the languages that the site
    has, and nearly all others, look at the last two digits (CLDR, plural rules).
    """
    return 1000 + number % 100 if 1000 <= number < 1_000_000 else number


@lru_cache(REMEMBERED)
def words_after(language: str, number: int) -> str:
    """What a number of publications is followed by in the `language` that is active."""
    return escape(npgettext("after a number", "publication", "publications", number))


def venue_count(venue: Venue) -> SafeString:
    """How many publications a venue of the index has itself, as the link that lists them."""
    number = venue.publication_count
    if not number:
        none = gettext("none itself")
        return SafeString(f'<span class="muted">{escape(none)}</span>')
    text = ngettext("%(number)s publication", "%(number)s publications", number) % {"number": number}
    at = gettext("at %(venue)s") % {"venue": venue.label}
    address = f"{reverse('publications:publications')}?venue={venue.slug}"
    return SafeString(
        f'<a href="{escape(address)}">{escape(text)}<span class="visually-hidden"> {escape(at)}</span></a>'
    )


@lru_cache(REMEMBERED)
def said_of_year(language: str, number: int) -> str:
    """What a bar says to those who do not see it, in the `language` that is active."""
    return ngettext("%(year)s: %(number)s publication", "%(year)s: %(number)s publications", number)


def bar_items(bars: Iterable[Bar]) -> SafeString:
    """Years as bars of a drawing, each a link that chooses its years."""
    colon = pgettext("label before a value", "%(label)s:")
    language, found = get_language(), []
    for number, bar in enumerate(bars, start=1):
        said = said_of_year(language, like_it(bar.count)) % {"year": bar.label, "number": bar.count}
        current = ' aria-current="true"' if bar.is_chosen else ""
        said += gettext(", chosen") if bar.is_chosen else ""
        found.append(
            f'<g role="listitem"><a href="{escape(bar.address)}" id="bar-{number}" '
            f'aria-label="{escape(said)}"{current}>'
            f"<title>{escape(colon % {'label': bar.label})} {bar.count}</title>"
            f'<rect class="histogram-field" x="{bar.x}" y="0" width="20" height="76"></rect>'
            f'<rect class="histogram-bar" x="{bar.x}" y="{bar.y}" width="20" height="{bar.height}" rx="2"></rect>'
            f'<text class="histogram-year" x="{bar.middle}" y="72" text-anchor="middle" aria-hidden="true">'
            f"{escape(bar.label[:4])}</text></a></g>"
        )
    return SafeString("".join(found))
