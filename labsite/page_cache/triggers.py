"""Triggers that write the content version whenever a table changes that visitors see something of.

The database does it, so that bulk writes and raw SQL count too, and a change that is rolled back does not. They are
made after every `migrate`, because SQLite drops those of a table that a migration makes anew, and migrations bring
tables.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

APPS = ("labsite", "people", "publications", "activities")
VERSION_TABLE = "labsite_contentversion"
TRIGGER = "content_version_of_"
FUNCTION = "labsite_write_content_version"
# What no public page shows, so that work behind the scenes leaves pages kept. Whatever is not named here counts.
UNSEEN = {
    "labsite_contentversion",  # it would write itself
    "labsite_dismissal",  # editors' answers to the review queue
    "labsite_linkcheck",  # which addresses elsewhere are dead: the review queue shows them
    "labsite_submittedform",  # whether a button was pressed twice
    "labsite_siteimport",  # what was brought in are the records
    "labsite_siteorigin",
    "labsite_merge",  # the ledger; what a merge changes are the records
    "people_profilechange",  # waits for approval
    "people_removalrequest",
    "publications_import",
    "publications_importentry",
    "publications_rejection",  # who is not which author: it steers later imports
}
# Histories are seen by editors only, but for the last change that the sitemap and the JSON résumé tell of these.
SEEN_HISTORIES = {
    "activities_historicalproject",
    "labsite_historicalpage",
    "people_historicalgroup",
    "people_historicalperson",
    "publications_historicaltopic",
    "publications_historicalvenue",
}
RANDOM_TOKEN = {
    "sqlite": "random()",
    "postgresql": "hashtextextended(gen_random_uuid()::text, 0)",
}
# A free row is taken, one that no open transaction holds; where there is none, one is added. So writers neither wait
# for each other nor can they lock each other out. A transaction writes once: all it does is seen at one moment.
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_writer bigint := pg_current_xact_id()::text::bigint;
    free_row bigint;
BEGIN
    PERFORM 1 FROM {VERSION_TABLE} WHERE writer = this_writer;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT id INTO free_row FROM {VERSION_TABLE} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE {VERSION_TABLE} SET token = {RANDOM_TOKEN["postgresql"]}, writer = this_writer WHERE id = free_row;
    ELSE
        INSERT INTO {VERSION_TABLE} (token, writer) VALUES ({RANDOM_TOKEN["postgresql"]}, this_writer);
    END IF;
    RETURN NULL;
END
$$"""  # noqa: S608 - names of ours
SQLITE_BUMP = (
    f'INSERT INTO "{VERSION_TABLE}" (id, token, writer) VALUES (1, {RANDOM_TOKEN["sqlite"]}, 0) '  # noqa: S608
    f"ON CONFLICT (id) DO UPDATE SET token = {RANDOM_TOKEN['sqlite']}"
)
SQLITE_EVENTS = ("insert", "update", "delete")


def is_seen(model: type[Model]) -> bool:
    table = model._meta.db_table
    if model._meta.model_name.startswith("historical"):
        return table in SEEN_HISTORIES
    return model._meta.managed and not model._meta.proxy and table not in UNSEEN


def seen_tables() -> set[str]:
    """Every table of our apps that visitors see something of, those between two models included."""
    models = (model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True))
    return {model._meta.db_table for model in models if is_seen(model)}


def sqlite_triggers(tables: set[str]) -> dict[str, str]:
    """By name, the statement that makes each trigger."""
    return {
        f"{TRIGGER}{table}_{event}": (
            f'CREATE TRIGGER "{TRIGGER}{table}_{event}" AFTER {event.upper()} ON "{table}" BEGIN {SQLITE_BUMP}; END'
        )
        for table in tables
        for event in SQLITE_EVENTS
    }


def postgresql_triggers(tables: set[str]) -> dict[str, str]:
    return {
        f"{TRIGGER}{table}": (
            f'CREATE TRIGGER "{TRIGGER}{table}" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        )
        for table in tables
    }


def found_triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers of this module that the database has: the table of each by its name. One query."""
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: table for name, table in cursor.fetchall() if name.startswith(TRIGGER)}


def wanted_triggers(connection: BaseDatabaseWrapper, there: set[str]) -> dict[str, str]:
    """By name, the statement that makes each trigger that the tables `there` should have."""
    return (sqlite_triggers if connection.vendor == "sqlite" else postgresql_triggers)(seen_tables() & there)


def make_triggers(connection: BaseDatabaseWrapper) -> int:
    """Makes those that are missing and drops those that are not wanted any more; says how many.

    Does nothing while the table of the version is not there.
    """
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    if VERSION_TABLE not in there:
        return 0
    wanted = wanted_triggers(connection, there)
    found = found_triggers(connection)
    changes = [drop_statement(connection, name, found[name]) for name in found if name not in wanted]
    changes += [statement for name, statement in wanted.items() if name not in found]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for statement in changes:
            cursor.execute(statement)
        cursor.execute(change_statement(connection))  # migrations may have written while triggers were missing
    return len(changes)


def change_statement(connection: BaseDatabaseWrapper) -> str:
    """Changes the version by hand, for what no trigger sees."""
    if connection.vendor == "sqlite":
        return SQLITE_BUMP
    return "UPDATE labsite_page SET id = id WHERE false"  # a trigger of a statement needs no row


def drop_statement(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    return f'DROP TRIGGER "{name}"' + ("" if connection.vendor == "sqlite" else f' ON "{table}"')


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name, table in found_triggers(connection).items():
            cursor.execute(drop_statement(connection, name, table))


def after_migrations(using: str, **kwargs: Any) -> None:
    make_triggers(connections[using])
