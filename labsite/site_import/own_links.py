"""Links in the texts of a site to its own pages and files, made paths of it wherever the site wrote its host. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

LINK = re.compile(r"(\]\()((?:https?:)?//[^()\s#?]+)(?:\?[^()\s#]*)?(#[^()\s]*)?", re.IGNORECASE)
TEXTS = {"bio", "headline", "body", "summary", "introduction", "tagline", "abstract", "note"}
PARTS = {"sections", "positions", "education", "awards", "services", "entry", "record"}


def with_own_paths(record: Any, path_of: Callable[[str], str]) -> Any:
    """`record`, its texts and those of its parts with a path in place of each address for which `path_of` knows one.

    A host is left behind when a site moves: a link that keeps it would lead to what is no longer there.
    """
    if not is_dataclass(record) or isinstance(record, type):
        return record
    changed: dict[str, Any] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        new = value
        if each.name in TEXTS and isinstance(value, str):
            new = relinked(value, path_of)
        elif each.name in PARTS and isinstance(value, tuple):
            new = tuple(with_own_paths(part, path_of) for part in value)
        elif each.name in PARTS:
            new = with_own_paths(value, path_of)
        if new != value:
            changed[each.name] = new
    return replace(record, **changed) if changed else record


def relinked(text: str, path_of: Callable[[str], str]) -> str:
    """A Markdown text with paths in place of the addresses of its links that have one."""

    def change(match: re.Match[str]) -> str:
        path = path_of(match.group(2))
        return f"{match.group(1)}{path}{match.group(3) or ''}" if path else match.group()

    return LINK.sub(change, text) if "](" in text else text
