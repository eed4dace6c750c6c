"""The best answers first: whose title holds every word, then whose title and authors do, then the others."""

from __future__ import annotations

from typing import Any

from labsite.lib.reading import reading_connection
from labsite.lib.search import Question, needles
from publications.finding import DIGESTS, IS_LISTED, Sql, Wanted, run, text_query

COLUMNS = (("title_text",), ("title_text", "author_text"))  # that hold every word of the best answers, of the next ones
MOST = 10_000  # rows that are not listed may hold the words too: of a tier on SQLite so many are looked at
FEW = 500  # hits: of more, only those that hold the words in the title come before the others


def ranked_places(wanted: Wanted, limit: int, offset: int = 0, *, hits: int) -> list[int]:
    """At most `limit` places of what is wanted, the best answer first, of equals the newest. One query.

    Costs some microseconds for each of the `hits`, which were counted to their end.
    """
    whole, values = text_query(wanted)
    is_postgresql = reading_connection().vendor == "postgresql"
    table, place = (DIGESTS, "place") if is_postgresql else (f"{DIGESTS}_text", "rowid")
    of_tier = by_texts if is_postgresql else by_index
    tiers, of_tiers = [], []
    for number, columns in enumerate(COLUMNS if hits <= FEW else COLUMNS[:1]):
        holds, own = of_tier(wanted, columns)
        tiers.append(f"WHEN {holds} THEN {number}")
        of_tiers += own
    found = f"search_document @@ {whole}" if is_postgresql else f"{table} MATCH {whole}"
    if not is_postgresql and not wanted.groups:
        found += IS_LISTED
    if wanted.ranges:
        found += " AND (" + " OR ".join([f"(+{place} >= %s AND +{place} < %s)"] * len(wanted.ranges)) + ")"
        values = [*values, *(bound for bounds in wanted.ranges for bound in bounds)]
    order = f"CASE {' '.join(tiers)} ELSE {len(COLUMNS)} END, {place}"
    sql = f"SELECT {place} FROM {table} WHERE {found} ORDER BY {order} LIMIT %s OFFSET %s"  # noqa: S608 - names are ours
    return [row[0] for row in run(sql, [*values, *of_tiers, limit, offset])]


def by_index(wanted: Wanted, columns: tuple[str, ...]) -> Sql:
    """Whether SQLite's text index finds the words in these columns, with the chosen facets as well: words alone may be
    those of half the table.
    """
    table = f"{DIGESTS}_text"
    query, values = text_query(wanted, first=len(columns))
    rows = f"SELECT rowid FROM {table} WHERE {table} MATCH {query} ORDER BY rowid LIMIT {MOST}"  # noqa: S608
    return f"+rowid IN ({rows})", values


def by_texts(wanted: Wanted, columns: tuple[str, ...]) -> Sql:
    """Whether the texts of these columns hold the words. On PostgreSQL, where a hit's text is at hand and its part of
    the index has to be unpacked: 20 µs of each.
    """
    conditions: list[str] = []
    values: list[Any] = []
    for needle in needles(wanted.words or Question()):
        conditions.append("(" + " OR ".join(f"strpos(' ' || {name} || ' ', %s) > 0" for name in columns) + ")")
        values += [needle] * len(columns)
    return " AND ".join(conditions) or "true", values
