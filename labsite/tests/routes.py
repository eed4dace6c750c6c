"""Every route of the site with an address that it answers, made from the resolver: a new route is asked by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import LocalePrefixPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

HASH = "0123456789abcdef" * 2
# What stands in an address for a parameter: its name, or the name of its converter.
SAMPLES = {
    "int": "1", "slug": "nobody", "str": "people.person", "path": "1", "app_label": "people",
    "content_type_id": "1", "object_id": "1", "url": "nowhere", "export_format": "bib", "section": "people",
    "form_url": "", "pk": "1", "key": "1", "history_id": "1", "version_id": "1",
}  # fmt: skip
# Regular expressions cannot be filled in: an address for each that has parameters.
OF_EXPRESSIONS = {
    "card": "cards/people/nobody.png",
    "photo": f"media/photos/{HASH}.jpg",
    "photo_rendition": f"media/photos/{HASH}-96-50-50.webp",
    "site_image": f"media/site/{HASH}.png",
    "document": f"media/documents/{HASH}.pdf",
    "site_rendition": f"media/site/{HASH}-640.webp",
}
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
GROUP = re.compile(r"\((?:\?P<(\w+)>)?[^()]*\)")


@dataclass(frozen=True)
class Route:
    """`name` with its namespace, the `address` of an example, the `view` behind it."""

    name: str
    address: str
    view: Any


def all_routes() -> list[Route]:
    """Every route, in the site's first language."""
    return list(walk(get_resolver(), "/", ""))


def walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for part in resolver.url_patterns:
        inside = space
        if isinstance(part, URLResolver):
            inside = f"{space}{part.namespace}:" if part.namespace else space
            yield from walk(part, before + fill(part.pattern, ""), inside)
        else:
            yield Route(f"{space}{part.name}", before + fill(part.pattern, part.name), part.callback)


def fill(pattern: Any, name: str | None) -> str:
    if isinstance(pattern, LocalePrefixPattern):
        return ""
    if isinstance(pattern, RegexPattern):
        written = str(pattern).removeprefix("^").removesuffix("$")
        return OF_EXPRESSIONS.get(name) or GROUP.sub(lambda found: SAMPLES.get(found[1] or "", "1"), written)
    return PARAMETER.sub(lambda found: SAMPLES.get(found[2]) or SAMPLES[found[1] or "str"], str(pattern))


def refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """In place of the page about a refused form: fast."""
    return HttpResponseForbidden("refused: token")
