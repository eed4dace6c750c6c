"""What venues, topics and people are called, by the ends of their addresses: all three in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from labsite.lib.reading import one_of, read_alike
from publications.totals import TOTALS


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


# Not what only drafts name: a filter that knew it would tell where a paper goes, or on what it is. What a listed paper
# has is in the totals, which are asked first: PostgreSQL may read all papers' links to topics to find one of a topic.
LISTED = f"SELECT 1 FROM {TOTALS} n WHERE n.facet = '{{}}:' || {{}}.slug AND n.year = 0 AND n.number > 0"  # noqa: S608
OF_VENUE = "FROM publications_publication p WHERE p.venue_id = v.id"
OF_PARTS = "FROM publications_publication p JOIN publications_venue w ON w.id = p.venue_id WHERE w.parent_id = v.id"
OF_TOPIC = (
    "FROM publications_publication p JOIN publications_publication_topics o ON o.publication_id = p.id "
    "WHERE o.topic_id = t.id"
)
PUBLISHED_OF_VENUE = (
    f"EXISTS ({LISTED.format('venue', 'v')}) OR EXISTS (SELECT 1 {OF_VENUE} AND p.is_published) "
    f"OR EXISTS (SELECT 1 {OF_PARTS} AND p.is_published)"
)
PUBLISHED_OF_TOPIC = f"EXISTS ({LISTED.format('topic', 't')}) OR EXISTS (SELECT 1 {OF_TOPIC} AND p.is_published)"
SELECTS = {
    "venue": "SELECT 'venue', v.id, v.slug, v.short_name, v.name, v.search_text, v.parent_id "
    "FROM publications_venue v WHERE ({})",
    "topic": "SELECT 'topic', t.id, t.slug, '', t.name, t.name, NULL FROM publications_topic t WHERE ({})",
    "author": "SELECT 'author', id, slug, '', name, sort_key, NULL FROM people_person WHERE is_published AND ({})",
}
IF_PUBLIC = {
    "venue": f" AND ({PUBLISHED_OF_VENUE} OR NOT EXISTS (SELECT 1 {OF_VENUE}))",
    "topic": f" AND ({PUBLISHED_OF_TOPIC} OR NOT EXISTS (SELECT 1 {OF_TOPIC}))",
    "author": "",
}


def load_named(
    slugs: dict[str, Iterable[str]], *, venues_like: str = "", counted: dict[str, Iterable[str]] | None = None
) -> list[Named]:
    """Those with one of the slugs of their kind, and venues whose folded name begins with `venues_like`. One query,
    none where nothing is asked for.

    `counted` are slugs that something listed has, as counts told: of these nobody needs to know whether only drafts
    name them, which is most of what asking for a name costs.
    """
    parts: list[str] = []
    values: list[Any] = []
    for kind, select in SELECTS.items():
        known = dict.fromkeys((counted or {}).get(kind, ()))
        if known:
            parts.append(select.format(one_of("slug", [*known], values)))
        asked = [slug for slug in slugs.get(kind, ()) if "\x00" not in slug and slug not in known]
        conditions = [one_of("slug", asked, values)] if asked else []
        if kind == "venue" and venues_like:
            conditions.append("substr(search_text, 1, %s) = %s")
            values += [len(venues_like), venues_like]
        if conditions:
            parts.append(select.format(" OR ".join(conditions)) + IF_PUBLIC[kind])
    if not parts:
        return []
    rows = read_alike(" UNION ALL ".join(parts), values)
    return [
        Named(kind, pk, slug, short or name, name, key, parent) for kind, pk, slug, short, name, key, parent in rows
    ]
