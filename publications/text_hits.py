"""Hits of words, newest first, on PostgreSQL: its text index gives them in no order, SQLite's in the right one.

Few hits are collected by the text index and sorted. Of many the newest are wanted: of very frequent words they are
found by looking through the newest publications; of others by the text index and the index of places together, within
as many of the newest publications as should hold enough of them. How many hits there are, the planner's statistics say.
As many as `few` may be all there are, or those that were collected: then the last one is `END`.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from publications.places import END

HITS = "publications_hits"
DIGESTS = "publications_publicationdigest"
# Microseconds, measured: a publication looked through, whose words have to be unpacked; an entry of the text index; an
# entry of the index of places; a hit that is fetched.
LOOKING, WORD, PLACE, FETCHING = 4, 0.2, 0.05, 1
MARGIN = 1.5  # times as many as should do
# Of a word that its statistics do not know the planner expects one row in two hundred, however rare it is. So where no
# more are expected, up to so many times `most` are collected to see: for a search page, 3 × 1,001. Where there are as
# many, that was in vain (some 3 ms).
UNKNOWN, TRIED = 0.0051, 3
# What is put together holds nothing that visitors wrote: format quotes it.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {HITS}(question tsquery, since bigint, till bigint, most integer, few integer)
RETURNS SETOF bigint LANGUAGE plpgsql
SET work_mem = '32MB' -- with less, what the text index finds is pages instead of rows, whose words are all unpacked
SET enable_seqscan = off
AS $$
DECLARE
    sought text := format('SELECT place FROM {DIGESTS} WHERE search_document @@ %L::tsquery', question::text);
    is_narrow boolean := since > 0 OR till < {END};
    plan json;
    expected float;
    share float;
    total float;
    bounds bigint[];
    span integer;
    newest bigint[];
    usual text := current_setting('enable_indexscan');
BEGIN
    IF is_narrow THEN
        sought := format('%s AND place >= %s AND place < %s', sought, since, till);
    END IF;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || sought INTO plan;
    expected := (plan->0->'Plan'->>'Plan Rows')::float;
    IF expected <= 2 * most THEN
        RETURN QUERY EXECUTE format('%s ORDER BY place LIMIT %s', sought, most);
        RETURN;
    END IF;
    SELECT reltuples INTO total FROM pg_class WHERE oid = '{DIGESTS}'::regclass;
    IF expected <= {UNKNOWN} * total THEN
        SET LOCAL enable_indexscan = off;
        EXECUTE format('SELECT array_agg(place ORDER BY place) FROM (%s LIMIT %s) AS part', sought, {TRIED} * most)
        INTO newest;
        PERFORM set_config('enable_indexscan', usual, true);
        IF coalesce(array_length(newest, 1), 0) < {TRIED} * most THEN
            RETURN QUERY SELECT unnest(newest) LIMIT most;
            RETURN;
        END IF;
    END IF;
    IF NOT is_narrow THEN
        share := {MARGIN} * few / expected;
        IF share < 1 AND {LOOKING} * few * total / expected
            > {WORD} * expected + {PLACE} * share * total + {FETCHING} * {MARGIN} * few
        THEN
            SELECT histogram_bounds::text::bigint[] INTO bounds FROM pg_stats
            WHERE schemaname = current_schema() AND tablename = '{DIGESTS}' AND attname = 'place';
            span := ceil(share * (array_length(bounds, 1) - 1));
        END IF;
        IF span IS NOT NULL AND span + 1 < array_length(bounds, 1) THEN
            SET LOCAL enable_indexscan = off;
            EXECUTE format(
                'SELECT array_agg(place) FROM (%s AND place < %s ORDER BY place LIMIT %s) AS part',
                sought, bounds[1 + span], few
            ) INTO newest;
            PERFORM set_config('enable_indexscan', usual, true);
            IF array_length(newest, 1) = few THEN
                newest[few] := {END};
                RETURN QUERY SELECT unnest(newest);
                RETURN;
            END IF;
        END IF;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT CASE WHEN row_number() OVER (ORDER BY place) = %s THEN {END} ELSE place END '
        'FROM (%s ORDER BY place LIMIT %s) AS found ORDER BY 1', few, sought, few
    );
END $$
"""  # noqa: S608 - names are ours


class MakeHits(Operation):
    """Migration operation: the function, on PostgreSQL. It gives at most `most` places, and at most `few`, the last of
    them `END`, of a question whose hits are expected to be more than twice as many.
    """

    reversible = True
    atomic = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The function is the database's own: models do not know it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(FUNCTION, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {HITS}(tsquery, bigint, bigint, integer, integer)")

    def describe(self) -> str:
        return "Hits of words, newest first"
