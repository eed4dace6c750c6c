"""Tags that print publications."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from labsite.lib.search import Question, highlight
from people.models import Person
from publications import filter_html, row_html
from publications.author_line import AuthorLine, make_author_line, read_author
from publications.facets import Choice, Facet
from publications.filters import Selection
from publications.models import Publication

register = template.Library()


@register.simple_tag(takes_context=True)
def publication_row(
    context: Context,
    publication: Publication,
    owner: Person | str | None = None,
    heading: str = "h3",
    summary: bool = False,
) -> SafeString:
    """One entry of a bibliography, with what the page's `question` looked for marked. See publications.row_html."""
    return row_html.publication_row(
        publication, root=context.get("site_root", ""), question=context.get("question") or None, owner=owner,
        heading=heading, with_summary=summary,
    )  # fmt: skip


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
