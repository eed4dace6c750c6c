"""Carries on imports that wait for a worker, for example after the machine went down."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from labsite.lib.memory import collecting_seldom
from publications.importing.worker import run_unfinished


class Command(BaseCommand):
    help = "Reads and applies the large imports that were begun on the import page and are not finished."

    def handle(self, *args: Any, **options: Any) -> None:
        with collecting_seldom():
            done = run_unfinished()
        self.stdout.write(f"{done} imports carried on." if done else "No import waits.")
