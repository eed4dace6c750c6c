"""The tables of a database as its own migrations made them, whatever the models look like by now.

So an archive can be made before an upgrade with the new code, and one of an older version is loaded into the tables
it comes from and migrated then.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from labsite.backups.problems import BackupProblem
from labsite.backups.values import Convert, kind_of, reader_of

# What the database's triggers write: the version is of one database alone, totals are counted while facets are loaded.
WRITTEN_BY_TRIGGERS = {"labsite_contentversion", "publications_facettotal"}
# Counted tries are of an hour or a day, under keys that only this site's SECRET_KEY makes: worth nothing elsewhere.
SHORT_LIVED = {"signing_in_tries"}
DJANGO_SESSIONS = "django_session"  # of Django's own engine, and of sites before sessions knew whose they are
MIGRATIONS = "django_migrations"
# Its triggers hold the lock of records (labsite.lib.locks) until the transaction ends: editors wait the shorter.
LOADED_LAST = "publications_publicationfacet"

Name = tuple[str, str]  # of a migration: app and name


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    read: Convert | None  # turns the database's value into the archive's
    names_file: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # columns
    counter: str = ""  # the column whose numbers the database gives


def applied_migrations(connection: BaseDatabaseWrapper) -> list[Name]:
    """Every migration the database has of the apps that are installed, sorted.

    Raises `BackupProblem` for those that this code does not know.
    """
    return known_migrations(loader_of(connection))


def loader_of(connection: BaseDatabaseWrapper) -> MigrationLoader:
    """Django asks whichever connection has the alias: for a snapshot it must be this one, of this moment."""
    usual = connections[connection.alias]
    connections[connection.alias] = connection
    try:
        return MigrationLoader(connection)
    finally:
        connections[connection.alias] = usual


def known_migrations(loader: MigrationLoader) -> list[Name]:
    applied = sorted(name for name in loader.applied_migrations or () if name[0] in loader.migrated_apps)
    check_known(loader, applied, "The database")
    return applied


def check_known(loader: MigrationLoader, names: list[Name], whose: str) -> None:
    unknown = [".".join(name) for name in names if name not in loader.disk_migrations]
    if unknown:
        raise BackupProblem(
            f"{whose} has migrations that this version does not know ({', '.join(unknown[:3])}"
            f"{', …' if len(unknown) > 3 else ''}): install the version that made it, or a newer one."
        )


def heads(loader: MigrationLoader, names: list[Name]) -> list[Name]:
    """Those of the migrations that no other of them builds on: what to migrate to."""
    known = {name for name in names if name in loader.graph.nodes}
    return sorted(name for name in known if not known & {child.key for child in loader.graph.node_map[name].children})


def tables_of(connection: BaseDatabaseWrapper) -> list[Table]:
    """Every table that the database's migrations made a model of, in alphabetical order."""
    loader = loader_of(connection)
    state = loader.project_state(heads(loader, known_migrations(loader))).apps
    found = [model for model in state.get_models(include_auto_created=True) if is_table(model)]
    return sorted(map(table_of, found), key=lambda table: table.name)


def tables_of_sessions() -> set[str]:
    """Where keys of sessions stand: whoever has one is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    own = {store.get_model_class()._meta.db_table} if hasattr(store, "get_model_class") else set()
    return {DJANGO_SESSIONS} | own


def is_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and not model._meta.swapped


def table_of(model: type[models.Model]) -> Table:
    meta = model._meta
    fields = [field for field in meta.local_concrete_fields if not getattr(field, "generated", False)]
    columns = tuple(
        Column(field.column, kind_of(field), reader_of(field), isinstance(field, models.FileField))
        for field in fields
        if field.column
    )
    key = [field.column for field in getattr(meta, "pk_fields", [meta.pk])]
    counter = meta.pk.column if isinstance(meta.pk, models.AutoField | models.BigAutoField) else ""
    return Table(meta.db_table, columns, tuple(key), counter)


def tables_there(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of all tables but the parts of SQLite's text indexes."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor))
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%%'")
            virtual = tuple(row[0] for row in cursor.fetchall())
            names = {
                name for name in names if name not in virtual and not name.startswith(tuple(f"{v}_" for v in virtual))
            }
    return names


def last_key(connection: BaseDatabaseWrapper, table: Table) -> int | None:
    """The highest number the database has given to rows of the table; None where it has given none."""
    if not table.counter:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            name = connection.ops.quote_name(table.name)
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [name, table.counter])
            (sequence,) = cursor.fetchone()
            if sequence is None:
                return None
            cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - as PostgreSQL quoted it
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        row: Any = cursor.fetchone()
    return (int(row[0]) or None) if row else None


def set_last_key(connection: BaseDatabaseWrapper, table: Table, number: int) -> None:
    """Has the database go on behind `number`, or behind its highest row if that is higher."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({quote(table.counter)}) FROM {quote(table.name)}")  # noqa: S608 - names are ours
        number = max(number, cursor.fetchone()[0] or 0)
        if number < 1:
            return
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [quote(table.name), table.counter, number]
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, number])
