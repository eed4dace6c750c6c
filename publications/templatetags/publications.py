"""Tags that print publications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from labsite.lib.search import Question, highlight
from labsite.lib.web import plain_address
from people.models import Person
from publications import filter_html, row_html
from publications.author_line import AuthorLine, make_author_line, read_author
from publications.embedding import FORMATS, frame_code, list_path, titled
from publications.excerpts import USUAL_LIMIT
from publications.facets import Choice, Facet
from publications.filters import Selection
from publications.models import Publication

register = template.Library()


@register.simple_tag(takes_context=True)
def publication_items(
    context: Context,
    publications: Iterable[Publication],
    owner: Person | str | None = None,
    heading: str = "h3",
    summary: bool = False,
) -> SafeString:
    """Entries of a bibliography as items of a list, with what the page's `question` looked for marked.

    See publications.row_html. One tag for all: a tag for each costs as much in the template as what it prints.
    """
    root, question = context.get("site_root", ""), context.get("question") or None
    rows = [
        row_html.publication_row(each, root=root, question=question, owner=owner, heading=heading, with_summary=summary)
        for each in publications
    ]
    return SafeString("".join([f"<li>{row}</li>" for row in rows]))


@register.simple_tag
def choice_items(facet: Facet, choices: list[Choice]) -> SafeString:
    """Choices of a facet, each with a box to tick; what was counted among the newest alone has no numbers."""
    return filter_html.choice_items(facet.name, choices, with_counts=not facet.sample)


register.simple_tag(filter_html.bar_items)
register.simple_tag(filter_html.counted)
register.simple_tag(filter_html.venue_count)


@register.simple_tag
def author_line(publication: Publication, owner: Person | str | None = None, shorten: bool = True) -> SafeString:
    """The authors of `publication`. No query if its authorships are loaded with their people."""
    return row_html.author_line(_line(publication, owner or None, shorten))


@register.inclusion_tag("publications/_affiliations.html")
def affiliations(publication: Publication) -> dict[str, Any]:
    """Where its authors worked, as printed. No query if its authorships are loaded with their people."""
    return {"affiliations": _line(publication, None, False).affiliations}


@register.inclusion_tag("publications/_embed_offer.html", takes_context=True)
def embed_offer(context: Context, name: str, **filters: str) -> dict[str, str]:
    """How to show a list on another site. Its filters are `query`, a whole query string, or one by name."""
    query = (filters.pop("query", "") or urlencode(filters)).removeprefix("?")
    tail, root = f"?{query}" if query else "", context.get("site_root", "")
    # A file shows as many as it has: a published copy has one file for each list.
    limit = "" if context.get("is_published_copy") else f"limit={USUAL_LIMIT}"
    return {
        "code": frame_code(f"{root}{list_path('&'.join(filter(None, [query, limit])))}", titled(name)),
        "json_feed": plain_address("publications:json_feed") + tail,
        "atom_feed": plain_address("publications:feed") + tail,
        "has_limit": bool(limit),
    }


@register.simple_tag(takes_context=True)
def oembed_links(context: Context, title: object, query: str = "") -> SafeString:
    """What tells other sites that this page can be shown within theirs. `query` belongs to its address.

    Nothing in a published copy: no file server answers questions.
    """
    if context.get("is_published_copy"):
        return SafeString("")
    address = f"{context.get('site_root', '')}{plain_address('publications:oembed')}"
    own = f"{context.get('canonical', '')}{query}".rstrip("?")
    return format_html_join(
        "\n",
        '<link rel="alternate" type="{}+oembed" href="{}?{}" title="{}">',
        (
            (media_type, address, urlencode({"url": own, "format": name}), title)
            for name, (media_type, _write) in FORMATS.items()
        ),
    )


@register.simple_tag
def marked(text: str, question: Question | str | None = None) -> SafeString:
    """A title, isolated from the direction of its surroundings, with what was searched for marked."""
    return format_html("<bdi>{}</bdi>", highlight(text, question or Question()))


@register.simple_tag
def without(selection: Selection, name: str, value: str) -> str:
    """The address of the list with one chosen value taken away."""
    return selection.without(name, value)


def _line(publication: Publication, owner: Person | None, shorten: bool) -> AuthorLine:
    authors = [read_author(row) for row in publication.authorships.all()]
    return make_author_line(authors, is_complete=publication.author_list_complete, owner=owner, shorten=shorten)
