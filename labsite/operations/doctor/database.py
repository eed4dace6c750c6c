"""The database: whole, up to date, with the triggers that keep what is derived."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from labsite.lib.search import find_index_triggers
from labsite.operations.doctor.findings import FAIL, OK, WARN, Finding, some
from labsite.operations.newest_backup import newest_backup
from labsite.operations.readiness import missing_migrations, shipped_migrations
from labsite.page_cache.triggers import found_triggers, wanted_triggers
from publications.models import PublicationDigest
from publications.totals import found_counters, wanted_counters, wrong_totals

MIGRATE = "python manage.py migrate"
REBUILD = "python manage.py rebuild_search"
OLDEST_POSTGRESQL, OLDEST_SQLITE = 140_000, (3, 31, 0)  # Django 5.2's
WANTED = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


DAMAGED = "The database is damaged"


def damage(why: str) -> Finding:
    """The one line about a damaged file, with the command that brings the newest archive back."""
    try:
        newest = newest_backup()
    except OSError:
        newest = None
    mend = (
        f"stop the site, then: python manage.py restore {newest.path} (the damaged file is kept beside)"
        if newest
        else "stop the site, copy the file away, and look for a backup: there is none in BACKUP_DIR"
    )
    return Finding(FAIL, "database", f"{DAMAGED}: {why}.", mend)


def ask(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def check_server() -> Iterator[Finding]:
    yield from check_postgresql() if connection.vendor == "postgresql" else check_sqlite()


def check_sqlite() -> Iterator[Finding]:
    ((version,),) = ask("SELECT sqlite_version()")
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield Finding(FAIL, "SQLite", f"Version {version} is too old.", "use a newer Python or SQLite")
    is_in_memory = "memory" in str(connection.settings_dict["NAME"])
    for name, wanted in WANTED.items():
        ((found,),) = ask(f"PRAGMA {name}")
        if found != wanted and not (is_in_memory and name == "journal_mode"):
            yield Finding(
                FAIL, "SQLite", f"{name} is {found} instead of {wanted}: writes may be lost or refused.",
                "put the database on a local disk; remove other OPTIONS from the settings",
            )  # fmt: skip
    faults = [str(row[0]) for row in ask("PRAGMA quick_check(3)") if row[0] != "ok"]
    if faults:
        yield damage(faults[0])
        return
    loose = ask('SELECT DISTINCT "table", parent FROM pragma_foreign_key_check LIMIT 3')
    if loose:
        told = some([f"{table} to {parent}" for table, parent in loose])
        yield Finding(
            FAIL, "SQLite", f"Rows refer to rows that are gone: {told}.",
            "bring back the newest backup, or have the rows deleted by somebody who knows SQL",
        )  # fmt: skip
    else:
        yield Finding(OK, "SQLite", f"{version}, whole, no loose ends")


def check_postgresql() -> Iterator[Finding]:
    ((number, shown, encoding),) = ask(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'), "
        "pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    )
    before = 0
    if number < OLDEST_POSTGRESQL:
        before += 1
        yield Finding(FAIL, "PostgreSQL", f"Version {shown} is too old.", "upgrade it to 14 or newer")
    if encoding != "UTF8":
        before += 1
        yield Finding(
            FAIL, "PostgreSQL", f"The database is in {encoding}, which cannot hold every name.",
            "make a new one: createdb --encoding=UTF8 --template=template0, and bring a backup back into it",
        )  # fmt: skip
    if number >= 150_000:
        ((stored, actual),) = ask(
            "SELECT datcollversion, pg_database_collation_actual_version(oid) FROM pg_database "
            "WHERE datname = current_database()"
        )
        if stored != actual:
            before += 1
            yield Finding(
                WARN, "PostgreSQL", f"Text was sorted by collation {stored}, now it is {actual}: indexes may miss.",
                "in psql: REINDEX DATABASE labsite; ALTER DATABASE labsite REFRESH COLLATION VERSION;",
            )  # fmt: skip
    broken = [name for (name,) in ask(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid "
        "AND relnamespace = current_schema()::regnamespace"
    )]  # fmt: skip
    if broken:
        before += 1
        yield Finding(FAIL, "PostgreSQL", f"Indexes were not finished: {some(broken)}.", f"REINDEX INDEX {broken[0]};")
    if not before:
        yield Finding(OK, "PostgreSQL", f"{shown}, UTF8")


def check_migrations() -> Iterator[Finding]:
    missing = missing_migrations()
    known = {app for app, _ in shipped_migrations()}
    newer = [f"{app}.{name}" for app, name in applied() if app in known and (app, name) not in all_shipped()]
    if missing:
        yield Finding(FAIL, "migrations", f"{len(missing)} are not applied: {some(missing)}.", MIGRATE)
    if newer:
        yield Finding(
            FAIL, "migrations", f"The database is of a newer version: {some(newer)}.",
            "bring the code up to that version, or bring back a backup of this one",
        )  # fmt: skip
    if not missing and not newer:
        yield Finding(OK, "migrations", "all applied")


def applied() -> list[tuple[str, str]]:
    return ask("SELECT app, name FROM django_migrations ORDER BY id")


def all_shipped() -> frozenset[tuple[str, str]]:
    return shipped_migrations(with_replaced=True)


def check_triggers() -> Iterator[Finding]:
    """What the database keeps by itself: the content version, the totals of filters, the search index."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    version = sorted(set(wanted_triggers(connection, there)) - set(found_triggers(connection)))
    totals = sorted(set(wanted_counters(connection)) - found_counters(connection))
    search = [
        name for model in (PublicationDigest, apps.get_model("activities", "NewsItem"))
        for name in find_index_triggers(model, connection)
    ]  # fmt: skip
    if version:
        yield Finding(
            FAIL, "triggers", f"{len(version)} are missing, so visitors may see old pages: {some(version)}.", MIGRATE
        )
    if totals:
        yield Finding(FAIL, "triggers", f"Filters count wrongly without {some(totals)}.", REBUILD)
    if search:
        yield Finding(FAIL, "triggers", f"Search misses changes without {some(search)}.", REBUILD)
    if not version and not totals and not search:
        yield Finding(OK, "triggers", "all there")


def check_totals() -> Iterator[Finding]:
    wrong = wrong_totals(connection)
    if wrong:
        yield Finding(FAIL, "totals", f"{len(wrong)} counts of filters are wrong: {some(wrong)}.", REBUILD)
    else:
        yield Finding(OK, "totals", "filters count right")


CHECKS = [check_server, check_migrations, check_triggers, check_totals]
