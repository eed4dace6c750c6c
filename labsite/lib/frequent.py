"""Which words stand in very many rows of a text index, as far as the database knows without counting."""

from __future__ import annotations

import time

from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = 600  # seconds: statistics are made anew every few hours at most
_known: dict[tuple[str, str, str, int], tuple[float, frozenset[str]]] = {}


def frequent_words(connection: BaseDatabaseWrapper, table: str, many: int) -> frozenset[str]:
    """The words that more than `many` rows of PostgreSQL's index of `table` hold, by its statistics.

    Not a question of the page's own: a process asks it once in ten minutes.
    """
    place = (connection.alias, str(connection.settings_dict["NAME"]), table, many)
    until, found = _known.get(place, (0.0, frozenset()))
    if until < time.monotonic():
        connection.ensure_connection()
        rows = connection.connection.execute(
            "SELECT word FROM pg_stats s JOIN pg_class c ON c.oid = s.tablename::regclass, "
            "unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS u(word, share) "
            "WHERE s.schemaname = current_schema() AND s.tablename = %s AND s.attname = 'search_document' "
            "AND word IS NOT NULL AND share * c.reltuples > %s",
            [table, many],
        ).fetchall()
        found = frozenset(word for (word,) in rows)
        _known[place] = (time.monotonic() + KEPT, found)
    return found


def forget_words() -> None:
    """Statistics are asked anew."""
    _known.clear()
