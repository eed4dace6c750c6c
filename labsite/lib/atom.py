"""Atom feeds (RFC 4287). Pure: entries to XML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import XMLGenerator

# Characters that XML 1.0 has no way to write.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MEDIA_TYPE = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """One entry; `identifier` never changes, `updated` whenever what is shown changes. Texts are plain.

    `content` and `details`, further members by name, are for feeds in JSON: Atom has no place for them.
    """

    identifier: str
    title: str
    address: str
    updated: datetime.datetime
    published: datetime.datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    categories: tuple[str, ...] = ()
    content: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Feed:
    """A feed; `address` is the page it goes with, `own_address` where the feed itself is."""

    title: str
    address: str
    own_address: str
    entries: list[Entry] = field(default_factory=list)
    author: str = ""

    @property
    def updated(self) -> datetime.datetime:
        """When the newest change was; the beginning of time where there is none, so that no reader sees one."""
        beginning = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        return max((entry.updated for entry in self.entries), default=beginning)


def tag_uri(root: str, path: str, year: int = 2026) -> str:
    """An identifier that survives a change from http to https (RFC 4151). `path` names the thing for good."""
    return f"tag:{urlsplit(root).hostname},{year}:{path}"


def clean(text: str) -> str:
    return NOT_XML.sub("", text)


def write_feed(feed: Feed) -> str:
    """The feed as XML."""
    lines: list[str] = []

    class Lines:
        def write(self, text: str | bytes) -> None:
            lines.append(text.decode() if isinstance(text, bytes) else text)

    xml = XMLGenerator(Lines(), encoding="utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    element(xml, "id", feed.own_address)
    element(xml, "title", feed.title)
    element(xml, "updated", feed.updated.isoformat())
    element(xml, "link", "", rel="self", type="application/atom+xml", href=feed.own_address)
    element(xml, "link", "", rel="alternate", type="text/html", href=feed.address)
    write_authors(xml, [feed.author] if feed.author else [])
    for entry in feed.entries:
        xml.startElement("entry", {})
        element(xml, "id", entry.identifier)
        element(xml, "title", entry.title)
        element(xml, "updated", entry.updated.isoformat())
        if entry.published:
            element(xml, "published", entry.published.isoformat())
        element(xml, "link", "", rel="alternate", type="text/html", href=entry.address)
        write_authors(xml, entry.authors)
        for category in entry.categories:
            element(xml, "category", "", term=category)
        if entry.summary:
            element(xml, "summary", entry.summary, type="text")
        xml.endElement("entry")
    xml.endElement("feed")
    xml.endDocument()
    return "".join(lines)


def write_authors(xml: XMLGenerator, names: Iterable[str]) -> None:
    for name in names:
        xml.startElement("author", {})
        element(xml, "name", name)
        xml.endElement("author")


def element(xml: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    xml.startElement(name, {key: clean(value) for key, value in attributes.items()})
    xml.characters(clean(text))
    xml.endElement(name)
