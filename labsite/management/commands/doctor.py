"""Looks at the whole installation and says what to mend."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from labsite.operations.doctor.examination import examine
from labsite.operations.doctor.findings import FAIL, WARN, Finding


class Command(BaseCommand):
    help = (
        "Checks everything this site needs, a line for each thing, with what to do. Changes nothing. "
        "Exit code 1 if something fails."
    )
    requires_system_checks: list[str] = []  # what they find is part of the report

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="For programs: one JSON document.")
        parser.add_argument("--strict", action="store_true", help="Exit code 1 for warnings too.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = []
        for finding in examine():
            found.append(finding)
            if not options["json"]:
                self.print_line(finding)
        numbers = Counter(each.level for each in found)
        is_well = not numbers[FAIL] and not (options["strict"] and numbers[WARN])
        if options["json"]:
            told = {"ok": is_well, "findings": [each._asdict() for each in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(f"{numbers['ok']} ok, {numbers[WARN]} to look at, {numbers[FAIL]} to mend.")
        if not is_well:
            sys.exit(1)

    def print_line(self, finding: Finding) -> None:
        style = {FAIL: self.style.ERROR, WARN: self.style.WARNING}.get(finding.level, self.style.SUCCESS)
        mend = f"  → {finding.mend}" if finding.mend else ""
        self.stdout.write(f"{style(finding.level.ljust(4))} {finding.check}: {finding.message}{mend}")
