"""Forgets a person; see docs/privacy.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.privacy.erasing import ErasureRefused, erase, find_person, plan_erasure


class Command(BaseCommand):
    help = "Shows what is kept about a person; with --yes erases it, with its history. Papers stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="The end of their address: /people/SLUG/.")
        parser.add_argument("--yes", action="store_true", help="Erase. There is no way back but a backup.")
        parser.add_argument("--withhold-name", action="store_true", help="Papers print “Name withheld” instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_person(options["slug"])
        if person is None:
            raise CommandError(f"There is nobody at /people/{options['slug']}/, and no version of anybody who was.")
        if person._state.adding:
            self.stdout.write(f"{person.name} was deleted before; versions of the record are left.")
        plan = plan_erasure(person)
        for name, number in plan.rows.items():
            self.stdout.write(f"{number} {name}")
        self.stdout.write(f"{plan.papers} papers stay.")
        for record, field in plan.mentions:
            self.stdout.write(f"Named in {record._meta.verbose_name} “{record}” ({field}): rewrite it by hand.")
        for problem in plan.problems:
            self.stdout.write(problem)
        if not options["yes"]:
            self.stdout.write("Nothing was erased: --yes does it.")
            return
        try:
            erasure = erase(person, withhold_name=options["withhold_name"])
        except ErasureRefused as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Erased: {erasure.records} records and their history.")
