"""Tags that print publications."""

from __future__ import annotations

from typing import Any

from django import template

from people.models import Person
from publications.author_line import AuthorLine, make_author_line
from publications.filters import Selection
from publications.models import Publication

register = template.Library()


@register.inclusion_tag("publications/_author_line.html")
def author_line(publication: Publication, owner: Person | str | None = None, shorten: bool = True) -> dict[str, Any]:
    """The authors of `publication`. No query if its authorships are loaded with their people."""
    return {"line": _line(publication, owner or None, shorten)}


@register.inclusion_tag("publications/_affiliations.html")
def affiliations(publication: Publication) -> dict[str, Any]:
    """Where its authors worked, as printed. No query if its authorships are loaded with their people."""
    return {"affiliations": _line(publication, None, False).affiliations}


@register.simple_tag
def without(selection: Selection, name: str, value: str) -> str:
    """The address of the list with one chosen value taken away."""
    return selection.without(name, value)


def _line(publication: Publication, owner: Person | None, shorten: bool) -> AuthorLine:
    return make_author_line(
        publication.authorships.all(), is_complete=publication.author_list_complete, owner=owner, shorten=shorten
    )
