"""What venues, topics and people are called, by the ends of their addresses: all three in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from labsite.lib.reading import reading_connection


@dataclass(frozen=True)
class Named:
    """A venue, topic or published person (`kind` is “venue”, “topic”, “author”) as lists of choices print it."""

    kind: str
    pk: int
    slug: str
    label: str
    name: str
    sort_key: str
    parent_id: int | None = None  # of a venue


SELECTS = {
    "venue": "SELECT 'venue', id, slug, short_name, name, search_text, parent_id FROM publications_venue WHERE {}",
    "topic": "SELECT 'topic', id, slug, '', name, name, NULL FROM publications_topic WHERE {}",
    "author": "SELECT 'author', id, slug, '', name, sort_key, NULL FROM people_person WHERE is_published AND ({})",
}


def load_named(slugs: dict[str, Iterable[str]], *, venues_like: str = "") -> list[Named]:
    """Those with one of the slugs of their kind, and venues whose folded name begins with `venues_like`. One query,
    none where nothing is asked for.
    """
    parts: list[str] = []
    values: list[Any] = []
    for kind, select in SELECTS.items():
        own = [slug for slug in slugs.get(kind, ()) if "\x00" not in slug]
        conditions = [f"slug IN ({', '.join(['%s'] * len(own))})"] if own else []
        values += own
        if kind == "venue" and venues_like:
            conditions.append("substr(search_text, 1, %s) = %s")
            values += [len(venues_like), venues_like]
        if conditions:
            parts.append(select.format(" OR ".join(conditions)))
    if not parts:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        rows = cursor.fetchall()
    return [
        Named(kind, pk, slug, short or name, name, key, parent) for kind, pk, slug, short, name, key, parent in rows
    ]
