"""How many publications have a facet: counted by the database itself, whoever writes."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from labsite.lib.locks import RECORDS, number_of_lock
from publications.places import UNDATED, YEAR

FACETS, TOTALS = "publications_publicationfacet", "publications_facettotal"


class CountFacets(Operation):
    """Migration operation: triggers that keep `FacetTotal` the counts of `PublicationFacet`, whoever writes it.

    On SQLite a later migration that remakes the table of facets must repeat this operation.
    """

    reversible = True
    atomic = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The triggers are the database's own: models do not know them."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in postgresql() if schema_editor.connection.vendor == "postgresql" else sqlite():
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        on = f' ON "{FACETS}"' if schema_editor.connection.vendor == "postgresql" else ""
        for event in ("insert", "delete", *(["truncate"] if on else [])):
            schema_editor.execute(f'DROP TRIGGER "{TOTALS}_{event}"{on}')
            if on:
                schema_editor.execute(f'DROP FUNCTION "{TOTALS}_{event}"()')

    def describe(self) -> str:
        return "Counts of facets"


def sqlite() -> list[str]:
    add = (
        f'INSERT INTO "{TOTALS}" ("facet", "field", "year", "number") VALUES '
        "(new.facet, substr(new.facet, 1, instr(new.facet, ':') - 1), {year}, 1) "
        'ON CONFLICT ("facet", "year") DO UPDATE SET "number" = "number" + 1;'
    )
    remove = f'UPDATE "{TOTALS}" SET "number" = "number" - 1 WHERE "facet" = old.facet AND "year" = {{year}};'
    year = f"{UNDATED} - {{row}}.place / {YEAR}"
    events = (("insert", "new", add), ("delete", "old", remove))
    return [
        f'CREATE TRIGGER "{TOTALS}_{event}" AFTER {event.upper()} ON "{FACETS}" BEGIN '
        f"{statement.format(year=0)} {statement.format(year=year.format(row=row))} END"
        for event, row, statement in events
    ]


def postgresql() -> list[str]:
    """By statement. Two writers that change the same counts in different orders would lock each other out: they wait
    for each other first, by the lock that imports and merges hold as well.
    """
    changed = (
        f"SELECT facet, split_part(facet, ':', 1), year, {{sign}}count(*) FROM ("
        f"SELECT facet, 0 AS year FROM changed UNION ALL SELECT facet, {UNDATED} - place / {YEAR} FROM changed"
        ") AS rows GROUP BY facet, year ORDER BY facet, year"
    )
    store = (
        f'INSERT INTO "{TOTALS}" ("facet", "field", "year", "number") {changed} '
        f'ON CONFLICT ("facet", "year") DO UPDATE SET "number" = "{TOTALS}"."number" + excluded."number"'
    )
    bodies = {
        "insert": ("new", store.format(sign="")), "delete": ("old", store.format(sign="-")),
        "truncate": ("", f'DELETE FROM "{TOTALS}"'),
    }  # fmt: skip
    statements = []
    for event, (rows, body) in bodies.items():
        name = f"{TOTALS}_{event}"
        seen = f"REFERENCING {rows.upper()} TABLE AS changed " if rows else ""
        statements += [
            f'CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"PERFORM pg_advisory_xact_lock({number_of_lock(RECORDS)}); {body}; RETURN NULL; END $$",
            f'CREATE TRIGGER "{name}" AFTER {event.upper()} ON "{FACETS}" {seen}'
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()',
        ]
    return statements


def recount(connection: Any) -> None:
    """Counts all facets anew, in a transaction that holds the lock of records (labsite.lib.locks)."""
    year = f"{UNDATED} - place / {YEAR}"
    field = "split_part(facet, ':', 1)" if connection.vendor == "postgresql" else (
        "substr(facet, 1, instr(facet, ':') - 1)"
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{TOTALS}"')  # noqa: S608 - names are ours
        for part, group in (("0", "facet"), (year, f"facet, {year}")):
            cursor.execute(
                f'INSERT INTO "{TOTALS}" ("facet", "field", "year", "number") '
                f'SELECT facet, {field}, {part}, count(*) FROM "{FACETS}" GROUP BY {group}'
            )


# Whether the counts are right, and who keeps them so


def wanted_counters(connection: Any) -> list[str]:
    """The names of the triggers that count."""
    events = ("insert", "delete", "truncate") if connection.vendor == "postgresql" else ("insert", "delete")
    return [f"{TOTALS}_{event}" for event in events]


def found_counters(connection: Any) -> set[str]:
    """Those of them that are there and at work."""
    query = (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND tgenabled <> 'D' AND relnamespace = current_schema()::regnamespace"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()} & set(wanted_counters(connection))


def mend_counters(connection: Any) -> bool:
    """Makes all of them anew if one is missing; says whether it did. What they missed is for `recount`."""
    if found_counters(connection) == set(wanted_counters(connection)):
        return False
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name in wanted_counters(connection):
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"' + (f' ON "{FACETS}"' if is_postgresql else ""))
            if is_postgresql:
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')
        for statement in postgresql() if is_postgresql else sqlite():
            cursor.execute(statement)
    return True


def wrong_totals(connection: Any) -> list[str]:
    """“facet in year” of each count that is not what it should be. Reads all facets: seconds for a million papers."""
    year = f"{UNDATED} - place / {YEAR}"
    right = (
        f'SELECT facet, 0 AS year, count(*) AS number FROM "{FACETS}" GROUP BY facet UNION ALL '
        f'SELECT facet, {year}, count(*) FROM "{FACETS}" GROUP BY facet, {year}'
    )
    kept = f'SELECT facet, year, number FROM "{TOTALS}" WHERE number <> 0'
    right, kept = f"SELECT * FROM ({right}) AS r", f"SELECT * FROM ({kept}) AS k"
    difference = f"({right} EXCEPT {kept})", f"({kept} EXCEPT {right})"
    with connection.cursor() as cursor:
        found = set()
        for statement in difference:
            cursor.execute(f"SELECT DISTINCT facet, year FROM {statement} AS wrong")
            found |= set(cursor.fetchall())
    return [f"{facet} in {year or 'all years'}" for facet, year in sorted(found)]
