"""Brings publications in from a file: BibTeX, RIS, CSL-JSON or a list of identifiers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from labsite.lib.memory import collecting_seldom
from labsite.operations.failures import trouble_of
from publications import reading
from publications.importing.inputs import ImportProblem, folder, looked_up, pieces_of, store_input
from publications.importing.report import Report
from publications.importing.runs import begin_import, fail_command, finish_command, import_entries
from publications.models import Import
from publications.records import SourceEntry

PIPED = "-"


class Command(BaseCommand):
    help = (
        "Adds new publications and completes those that are here. What differs from what is here is reported, not "
        "written. Run it again after an interruption: what is in already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="The file to read; - reads what is piped in.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and write nothing.")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="Of the report.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path, name = self.find_input(options["file"])
            try:
                with collecting_seldom() as let_go:
                    report = self.run(path, name, let_go, **options)
            finally:
                if options["file"] == PIPED:
                    path.unlink(missing_ok=True)
        except (ImportProblem, OSError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            raise CommandError(
                f"The import stopped: {trouble.value}. Every batch that was counted is stored. Mend it and run "
                f"the same command again, which brings in the rest. The database said: {error}"
            ) from error
        if options["format"] == "json":
            self.write_json(report)
        else:
            self.write_text(report)

    def find_input(self, name: str) -> tuple[Path, str]:
        if name == PIPED:
            stored, _ = store_input(pieces_of(sys.stdin.buffer))
            return folder() / stored, "standard input"
        path = Path(name)
        if not path.is_file():
            raise ImportProblem(f"“{name}” is no file: give the path of a BibTeX, RIS or CSL-JSON file.")
        return path, path.name

    def run(self, path: Path, name: str, let_go: Callable[[], None], **options: Any) -> Report:
        batch = None if options["dry_run"] else begin_import(Import.Origin.COMMAND, name, "", size=path.stat().st_size)
        try:
            report = import_entries(looked_up(self.read(path)), batch, progress=self.progress(path, let_go, options))
        except BaseException:
            if batch:
                fail_command(batch)
            raise
        report.name = name
        if batch:
            finish_command(batch)
        return report

    def read(self, path: Path) -> Iterator[SourceEntry]:
        return reading.read_bounded(path)

    def progress(self, path: Path, let_go: Callable[[], None], options: dict[str, Any]) -> Any:
        size = path.stat().st_size or 1

        def show(entries: int, read: int) -> None:
            let_go()
            if options["verbosity"] > 0 and options["format"] == "text":
                self.stderr.write(f"{entries:,} entries, {min(100, 100 * read // size)} % of the file", ending="\r")

        return show

    def write_json(self, report: Report) -> None:
        """Entry by entry: the report of a large file is not put together in memory."""
        head = json.dumps(report.head(), ensure_ascii=False, indent=1).removesuffix("\n}")
        self.stdout.write(f'{head},\n "entries": [', ending="")
        comma = "\n"
        for entry in report.each_entry():
            self.stdout.write(f"{comma}  {json.dumps(entry, ensure_ascii=False)}", ending="")
            comma = ",\n"
        self.stdout.write("\n ]\n}")

    def write_text(self, report: Report) -> None:
        for entry in report.each_entry():
            if entry.get("reason"):
                self.stdout.write(
                    f"line {entry['line']}, {entry.get('label', '')}: {entry['result']}. {entry['reason']}"
                )
            for note in entry.get("notes", ()):
                self.stdout.write(f"line {entry['line']}, {entry.get('label', '')}: {note}")
        if report.questions:
            self.stdout.write(f"{report.questions} authors may be people here: see the review queue in the admin.")
        self.stdout.write(("Nothing was written. " if report.dry_run else "") + report.sentence())
        if report.key and (report.counts["created"] or report.counts["updated"]):
            self.stdout.write(f"To take it back: import {report.key} in the admin.")
