"""Carries on imports of whole sites that wait for a worker, for example after the machine went down."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from labsite.site_import.work import run_unfinished


class Command(BaseCommand):
    help = "Reads, applies or takes back the sites that were uploaded in the admin and are not finished."

    def handle(self, *args: Any, **options: Any) -> None:
        done = run_unfinished()
        self.stdout.write(f"{done} imports carried on." if done else "No import waits.")
