"""Removes files that no record names any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.operations.orphans import find_orphans, remove


class Command(BaseCommand):
    help = "Removes uploaded files that no record names: what broken uploads left behind. Safe while the site runs."

    requires_system_checks: list[str] = []  # a disk that takes nothing more is when this is needed

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only list them.")
        parser.add_argument(
            "--older-than", type=int, default=24, metavar="HOURS", help="Only files that are older (24)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["older_than"] < 1:
            raise CommandError("--older-than must be 1 or more: a younger file may belong to an upload that goes on.")
        orphans = find_orphans(timedelta(hours=options["older_than"]))
        for orphan in orphans:
            self.stdout.write(f"{orphan.name} ({orphan.size} bytes)")
            if not options["dry_run"]:
                remove(orphan)
        size = sum(each.size for each in orphans) / 2**20
        done = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(f"{len(orphans)} files, {size:.1f} MB, {done}.")
