"""The best answers first: those whose title holds every word, then by how much of a text the words are."""

from __future__ import annotations

from labsite.lib.reading import reading_connection
from labsite.lib.search import words_query
from publications.finding import DIGESTS, Wanted, run, text_query
from publications.models import PublicationDigest

WEIGHTS = (10.0, 4.0, 1.0, 0.0)  # of a word in the title, among the authors, in the other texts; facets say nothing
WEIGHED = 500  # hits


def ranked_places(wanted: Wanted, limit: int, offset: int = 0, *, hits: int) -> list[int]:
    """At most `limit` places of what is wanted, the best answer first, of equals the newest. One query.

    `hits` is how many there are. Weighing one costs 10 to 25 µs: of more than `WEIGHED`, those come first whose title
    holds every word.
    """
    database = reading_connection().vendor
    whole, values = text_query(wanted)
    title, of_title = words_query(PublicationDigest, wanted.words, database, first=True)
    if database == "postgresql":
        table, place = DIGESTS, "place"
        found = f"search_document @@ to_tsquery('simple', {whole})"
        order, last = f"(search_document @@ to_tsquery('simple', {title})) DESC", of_title
        if hits <= WEIGHED:
            words, of_words = words_query(PublicationDigest, wanted.words, database)
            order += f", ts_rank(%s::float4[], search_document, to_tsquery('simple', {words}), 1) DESC"
            last = [*last, "{" + ", ".join(str(weight / max(WEIGHTS)) for weight in reversed(WEIGHTS)) + "}", *of_words]
    else:
        table, place = f"{DIGESTS}_text", "rowid"
        found = f"{table} MATCH {whole}"
        order, last = f"+rowid IN (SELECT rowid FROM {table} WHERE {table} MATCH {title}) DESC", of_title
        if hits <= WEIGHED:
            order += f", bm25({table}, {', '.join(map(str, WEIGHTS))})"
    if wanted.ranges:
        found += " AND (" + " OR ".join([f"(+{place} >= %s AND +{place} < %s)"] * len(wanted.ranges)) + ")"
        values = [*values, *(bound for bounds in wanted.ranges for bound in bounds)]
    sql = f"SELECT {place} FROM {table} WHERE {found} ORDER BY {order}, {place} LIMIT %s OFFSET %s"
    return [row[0] for row in run(sql, [*values, *last, limit, offset])]
