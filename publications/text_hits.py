"""Hits of words, newest first, on PostgreSQL: its text index gives them in no order, SQLite's in the right one.

Few hits are collected by the text index and sorted; where there are many, the newest publications are looked through
until enough hold the words. Which of both costs less, PostgreSQL's planner says, once it knows how many are wanted; and
how many are wanted depends on how many it expects. So a function of the database asks it first.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from publications.places import END

HITS = "publications_hits"
# What is put together holds nothing that visitors wrote: format quotes it.
FUNCTION = f"""
CREATE FUNCTION {HITS}(question tsquery, since bigint, till bigint, most integer, few integer) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
DECLARE
    sought text := format(
        'SELECT place FROM publications_publicationdigest WHERE search_document @@ %L::tsquery', question::text
    );
    plan json;
BEGIN
    IF since > 0 OR till < {END} THEN
        sought := format('%s AND place >= %s AND place < %s', sought, since, till);
    END IF;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || sought INTO plan;
    RETURN QUERY EXECUTE format(
        '%s ORDER BY place LIMIT %s',
        sought, CASE WHEN (plan->0->'Plan'->>'Plan Rows')::float > 2 * most THEN few ELSE most END
    );
END $$
"""  # noqa: S608 - names are ours


class MakeHits(Operation):
    """Migration operation: the function, on PostgreSQL. It gives at most `most` places, and at most `few` of a question
    whose hits are expected to be more than twice as many.
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
