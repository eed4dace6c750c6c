"""Asks the addresses elsewhere that the records name whether they still answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.lib.http import WebError
from labsite.links import check_links


class Command(BaseCommand):
    help = "Checks links to other sites, each at most once a week; the review queue shows the dead ones. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=500, help="The most addresses to check now (500).")
        parser.add_argument("--older-than", type=int, default=7, metavar="DAYS", help="Since their last check (7).")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1 or options["older_than"] < 0:
            raise CommandError("--limit must be 1 or more, --older-than 0 or more.")
        try:
            report = check_links(options["limit"], timedelta(days=options["older_than"]))
        except WebError as error:
            raise CommandError(str(error)) from error
        done = f"{report.checked} addresses checked, {report.failing} do not answer"
        self.stdout.write(f"{done}, {report.waiting} wait for the next run.")
