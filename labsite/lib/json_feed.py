"""JSON Feed (version 1.1, jsonfeed.org). Pure: entries to JSON."""

from __future__ import annotations

import json
from typing import Any

from labsite.lib.atom import Feed

VERSION = "https://jsonfeed.org/version/1.1"
MEDIA_TYPE = "application/feed+json; charset=utf-8"


def write_json_feed(feed: Feed, language: str) -> str:
    """The feed as JSON. `language` is a tag of BCP 47, e.g. “zh-Hans”."""
    data = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.address,
        "feed_url": feed.own_address,
        "language": language,
        "authors": [{"name": feed.author}] if feed.author else [],
        "items": [
            {
                "id": entry.identifier,
                "url": entry.address,
                "title": entry.title,
                "content_text": entry.content or entry.summary or entry.title,
                "summary": entry.summary,
                "date_published": entry.published.isoformat() if entry.published else "",
                "date_modified": entry.updated.isoformat(),
                "authors": [{"name": name} for name in entry.authors],
                "tags": list(entry.categories),
                **entry.details,
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(filled(data) | {"items": [filled(item) for item in data["items"]]}, ensure_ascii=False, indent=1)


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {name: value for name, value in data.items() if value}
