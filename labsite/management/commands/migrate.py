"""Django's `migrate` with the executor of this site (labsite.lib.migrating)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from labsite.lib.migrating import WholeMigrationExecutor

# KiB that SQLite holds in memory: what is derived anew is written all over its tables, and read as often.
CACHE = "PRAGMA cache_size = -262144"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        usual, migrate.MigrationExecutor = migrate.MigrationExecutor, WholeMigrationExecutor
        connection = connections[options["database"]]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(CACHE)
        try:
            super().handle(*args, **options)
        finally:
            migrate.MigrationExecutor = usual
