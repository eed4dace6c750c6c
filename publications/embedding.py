"""Which pages of this site can stand within pages of others, and as what: frames, and oEmbed (version 1.0, oembed.com).

A person, a group, a venue, a topic and the publication list stand for a list of publications; a publication for itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import XMLGenerator

from django.conf import settings
from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext

from labsite.lib.atom import element
from publications.addresses import follow_publications
from publications.excerpts import name_excerpt, read_excerpt
from publications.models import Publication

LIST_HEIGHT, ENTRY_HEIGHT = 600, 220  # pixels
USUAL_WIDTH = 640
# By the name of a page: the filter that its slug is a value of.
FILTERS = {"people:person": "author", "people:group": "group", "publications:venue": "venue",
           "publications:topic": "topic"}  # fmt: skip
LIST, ENTRY = "publications:publications", "publications:publication"


class NothingToEmbed(Exception):
    """The address is not one of a page that can be embedded. The text says why."""


@dataclass(frozen=True)
class Frame:
    """What stands in a frame: the path of the page in it, its title, its height in pixels; of which person, if any."""

    path: str
    title: str
    height: int
    author: str = ""


def frame_code(address: str, title: str, width: int | str = "100%", height: int = LIST_HEIGHT) -> str:
    """The element that shows `address`, as HTML to be pasted elsewhere."""
    # The border is taken off by the old attribute: a site's own policy may refuse an attribute “style”.
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" height="{height}" '
        'frameborder="0" loading="lazy"></iframe>'
    )


def titled(name: str) -> str:
    return gettext("Publications: %(description)s") % {"description": name} if name else gettext("Publications")


def list_path(query: str) -> str:
    address = reverse("publications:embed")
    return f"{address}?{query}" if query else address


def find_frame(url: str, own_hosts: Collection[str]) -> Frame:
    """What the page at `url` is within another, in the language of that page. At most seven queries.

    Raises `NothingToEmbed`.
    """
    match, language = read_own_address(url, own_hosts)
    with translation.override(language):
        name, slug = match.view_name, match.kwargs.get("slug", "")
        if name == ENTRY:
            return frame_of_entry(slug)
        asked = QueryDict(urlsplit(url).query if name == LIST else urlencode({FILTERS[name]: slug}))
        excerpt = read_excerpt(asked)
        if excerpt.asks_for_nothing:
            raise NothingToEmbed(" ".join(excerpt.problems))
        whose = name_excerpt(excerpt)
        return Frame(list_path(excerpt.query), titled(whose), LIST_HEIGHT, whose if name == "people:person" else "")


def read_own_address(url: str, own_hosts: Collection[str]) -> tuple[ResolverMatch, str]:
    """The view that answers `url` and its language; raises `NothingToEmbed` for what is no such page of this site."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NothingToEmbed(gettext("This is no address of the web.")) from error
    if parts.scheme not in ("http", "https") or parts.netloc.lower() not in own_hosts:
        raise NothingToEmbed(gettext("This is no address of a page of this site."))
    language = translation.get_language_from_path(parts.path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            match = resolve(parts.path)
        except Resolver404:
            match = None
    if match is None or match.view_name not in (*FILTERS, LIST, ENTRY):
        words = gettext("Only people, groups, venues, topics, publications and their list can be embedded.")
        raise NothingToEmbed(words)
    return match, language


def frame_of_entry(slug: str) -> Frame:
    """The frame of one publication, also by an address it had before a merge. Two queries."""
    slug = follow_publications([slug]).get(slug, slug)
    found = Publication.objects.published().filter(slug=slug).first()
    if found is None:
        raise NothingToEmbed(gettext("There is no such publication here."))
    return Frame(reverse("publications:embed_one", args=[slug]), found.display_title, ENTRY_HEIGHT)


def write_json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def write_xml(answer: dict[str, Any]) -> str:
    lines: list[str] = []

    class Lines:
        def write(self, text: str | bytes) -> None:
            lines.append(text.decode() if isinstance(text, bytes) else text)

    xml = XMLGenerator(Lines(), encoding="utf-8")
    xml.startDocument()
    xml.startElement("oembed", {})
    for name, value in answer.items():
        element(xml, name, str(value))
    xml.endElement("oembed")
    xml.endDocument()
    return "".join(lines)


# By what `?format=` may be: the media type, and what writes an answer.
FORMATS = {"json": ("application/json", write_json), "xml": ("text/xml", write_xml)}
