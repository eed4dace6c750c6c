"""The best answers first: whose title holds every word, then whose title and authors do, then the others."""

from __future__ import annotations

from labsite.lib.reading import reading_connection
from publications.finding import DIGESTS, IS_LISTED, Wanted, run, text_query

COLUMNS = (1, 2)  # of words, that an answer's rank depends on: the title; title and authors
MOST = 10_000  # rows that are not listed may hold the words too: of a tier on SQLite so many are looked at
FEW = 500  # hits: of more, only those that hold the words in the title come before the others


def ranked_places(wanted: Wanted, limit: int, offset: int = 0, *, hits: int) -> list[int]:
    """At most `limit` places of what is wanted, the best answer first, of equals the newest. One query.

    Costs some microseconds for each of the `hits`, which were counted to their end.
    """
    whole, values = text_query(wanted)
    tiers, of_tiers = [], []
    is_postgresql = reading_connection().vendor == "postgresql"
    table, place = (DIGESTS, "place") if is_postgresql else (f"{DIGESTS}_text", "rowid")
    for number, first in enumerate(COLUMNS if hits <= FEW else COLUMNS[:1]):
        # With the chosen facets as well: words alone may be those of half the table.
        query, own = text_query(wanted, first=first)
        holds = f"search_document @@ {query}" if is_postgresql else (
            f"+rowid IN (SELECT rowid FROM {table} WHERE {table} MATCH {query} ORDER BY rowid LIMIT {MOST})"
        )  # fmt: skip
        tiers.append(f"WHEN {holds} THEN {number}")
        of_tiers += own
    found = f"search_document @@ {whole}" if is_postgresql else f"{table} MATCH {whole}"
    if not is_postgresql and not wanted.groups:
        found += IS_LISTED
    if wanted.ranges:
        found += " AND (" + " OR ".join([f"(+{place} >= %s AND +{place} < %s)"] * len(wanted.ranges)) + ")"
        values = [*values, *(bound for bounds in wanted.ranges for bound in bounds)]
    order = f"CASE {' '.join(tiers)} ELSE {len(COLUMNS)} END, {place}"
    sql = f"SELECT {place} FROM {table} WHERE {found} ORDER BY {order} LIMIT %s OFFSET %s"
    return [row[0] for row in run(sql, [*values, *of_tiers, limit, offset])]
