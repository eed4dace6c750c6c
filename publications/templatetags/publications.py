"""Tags that print publications."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from labsite.lib.dates import display_stored
from labsite.lib.search import Question, highlight
from labsite.lib.web import in_language, plain_addresses
from people.models import Person
from publications import printing
from publications.author_line import AuthorLine, make_author_line, read_author
from publications.filters import Selection
from publications.models import Publication
from publications.rows import row_authors as read_row_authors

register = template.Library()


@register.inclusion_tag("publications/_author_line.html")
def author_line(publication: Publication, owner: Person | str | None = None, shorten: bool = True) -> dict[str, Any]:
    """The authors of `publication`. No query if its authorships are loaded with their people."""
    return {"line": _line(publication, owner or None, shorten)}


@register.inclusion_tag("publications/_author_line.html", takes_context=True)
def row_authors(
    context: Context, row: dict[str, Any], owner: Person | str | None = None, shorten: bool = True
) -> dict[str, Any]:
    """The authors of one line of a list, with what the page's `question` looked for marked."""
    complete = row.get("is_complete", True)
    line = make_author_line(read_row_authors(row), is_complete=complete, owner=owner or None, shorten=shorten)
    return {"line": line, "question": context.get("question")}


@register.inclusion_tag("publications/_affiliations.html")
def affiliations(publication: Publication) -> dict[str, Any]:
    """Where its authors worked, as printed. No query if its authorships are loaded with their people."""
    return {"affiliations": _line(publication, None, False).affiliations}


@register.simple_tag
def marked(text: str, question: Question | str | None = None) -> SafeString:
    """A title, isolated from the direction of its surroundings, with what was searched for marked."""
    return format_html("<bdi>{}</bdi>", highlight(text, question or Question()))


@register.simple_tag(takes_context=True)
def coins_span(context: Context, row: dict[str, Any]) -> SafeString:
    """What Zotero finds the publication by (COinS). Empty for a row that was not derived."""
    if not row.get("coins"):
        return SafeString()
    with plain_addresses():
        address = context.get("site_root", "") + reverse("publications:publication", args=[row["slug"]])
    title = f"{row['coins']}&{urlencode([('rft_id', address)])}"
    return format_html('<span class="Z3988" title="{}"></span>', title)


@register.filter
def in_words(text: str) -> str:
    """A word of the interface that a row stores in English, in the visitor's language."""
    return printing.in_words(text)


@register.filter
def localised(address: str) -> str:
    """An address that a row stores, in the visitor's language."""
    return in_language(address) if address else ""


@register.filter
def stored_date(text: str) -> str:
    """A date that a row stores, in words."""
    return display_stored(text) if text else ""


@register.filter
def distinction_text(stored: str | dict[str, Any]) -> str:
    """A distinction that a row stores, with its rate."""
    return printing.distinction_text(stored)


@register.filter
def venue_tag(row: dict[str, Any]) -> str:
    """The badge of a row: venue and year, or what kind of work it is."""
    return printing.venue_tag_text(row, _kinds_in_english())


@cache
def _kinds_in_english() -> frozenset[str]:
    with translation.override("en"):
        return frozenset(str(label) for label in Publication.Kind.labels)


@register.simple_tag
def without(selection: Selection, name: str, value: str) -> str:
    """The address of the list with one chosen value taken away."""
    return selection.without(name, value)


def _line(publication: Publication, owner: Person | None, shorten: bool) -> AuthorLine:
    authors = [read_author(row) for row in publication.authorships.all()]
    return make_author_line(authors, is_complete=publication.author_list_complete, owner=owner, shorten=shorten)
