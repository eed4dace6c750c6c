"""Deletes private contact data of people who left; see docs/privacy.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from labsite.models import LabProfile
from labsite.privacy.erasing import empty_log, overwrite_deleted
from labsite.privacy.retention import find_overdue, forget_overdue


class Command(BaseCommand):
    help = "Names who left too long ago for us to keep their e-mail, phone and office; with --apply deletes these."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="Delete; without it nothing is changed.")
        parser.add_argument("--months", type=int, help="In place of what the lab's profile says.")

    def handle(self, *args: Any, **options: Any) -> None:
        profile = LabProfile.objects.first()
        months = options["months"] if options["months"] is not None else (profile and profile.retention_months)
        if months is None:
            self.stdout.write("Kept: the lab's profile names no time (“months that contact data are kept”).")
            return
        if months < 0:
            raise CommandError("--months must be 0 or more.")
        today = timezone.localdate()
        overdue = list(find_overdue(today, months))
        for person in overdue:
            self.stdout.write(f"/people/{person.slug}/")
        if options["apply"]:
            overwrite_deleted()
            self.stdout.write(f"Contact data of {forget_overdue(today, months)} people deleted, in history too.")
            empty_log()
        else:
            self.stdout.write(f"{len(overdue)} people: --apply deletes their contact data.")
