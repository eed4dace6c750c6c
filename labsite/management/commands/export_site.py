"""Writes the lab's record into a folder that other programs read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.site_archive.problems import ArchiveProblem
from labsite.site_archive.schema import write_schemas
from labsite.site_archive.writing import write_archive
from labsite.site_archive.zipping import zip_folder
from labsite.site_export.writing import TEMPLATES, write_site

ARCHIVE = "json"
WARNING = (
    "It holds private data (drafts, contact data, former names, grades, notes): keep it as such, or make another one "
    "with --public."
)


class Command(BaseCommand):
    help = (
        "Writes the lab's record into a folder: as documented JSON with all media (json), which import_site reads back "
        "without loss; or what is public of it as content of a template (al-folio, hugoblox)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="FOLDER", help="A new or empty folder.")
        parser.add_argument("--to", choices=[ARCHIVE, *TEMPLATES], default=ARCHIVE, help="json unless given.")
        parser.add_argument(
            "--person", metavar="SLUG", default="",
            help="Whom al-folio is about, and whose page Hugo Blox puts first; else a lead.",
        )  # fmt: skip
        parser.add_argument("--public", action="store_true", help="json: only what every visitor may see.")
        parser.add_argument("--zip", action="store_true", help="One file FOLDER.zip instead of a folder.")
        parser.add_argument("--force", action="store_true", help="Replace what an earlier export wrote there.")
        parser.add_argument("--schema", action="store_true", help="json: only the schemas, into FOLDER.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        try:
            if options["schema"]:
                write_schemas(folder)
                return
            for line in self.write_zip(folder, options) if options["zip"] else self.write(folder, options):
                self.stdout.write(line)
        except ArchiveProblem as problem:
            raise CommandError(str(problem)) from problem

    def write_zip(self, folder: Path, options: dict[str, Any]) -> list[str]:
        target = folder if folder.suffix == ".zip" else folder.with_name(f"{folder.name}.zip")
        with TemporaryDirectory() as scratch:
            inner = Path(scratch) / "export"
            lines = self.write(inner, options)
            zip_folder(inner, target, force=options["force"])
        return [line.replace(str(inner), str(target)) for line in lines]

    def write(self, folder: Path, options: dict[str, Any]) -> list[str]:
        """Writes the folder; gives what there is to say of it."""
        if options["to"] != ARCHIVE:
            return write_site(folder, options["to"], person=options["person"], force=options["force"])
        written = write_archive(folder, is_public=options["public"], force=options["force"])
        lines = [f"{folder}: {line}" if number == 0 else line for number, line in enumerate(written.lines())]
        return lines if options["public"] else [*lines, WARNING]
