"""Brings a whole site in: of another template, or an archive of a site like this one. See docs/moving.md."""

from __future__ import annotations

import json
from collections.abc import Set
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.models import SiteImport
from labsite.site_archive import is_archive
from labsite.site_archive.loading import load_archive
from labsite.site_import.reading import KINDS
from labsite.site_import.report import SiteReport
from labsite.site_import.runs import apply, begin, forget_unless_needed, preview
from labsite.site_import.undoing import NotUndoable, undo_site
from labsite.site_import.work import OWN_KIND, REFUSED, read, site_folder
from people.models import Person

MOST_NAMED = 20  # keys that a refusal names


class Command(BaseCommand):
    help = (
        "Adds what a site says and completes what is here. What differs from what is here is reported, not written. "
        "Run it again after an interruption: what is in already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", help="The folder of the site's sources, or a ZIP file of it.")
        parser.add_argument("--kind", choices=["auto", *KINDS, OWN_KIND], default="auto", help="The template.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and write nothing.")
        parser.add_argument("--drafts", action="store_true", help="Everything that is new becomes a draft.")
        parser.add_argument(
            "--person", action="append", default=[], metavar="KEY=SLUG",
            help="Who somebody of the site is: the end of their address here, “new”, or “skip”. May be given often.",
        )  # fmt: skip
        parser.add_argument("--undo", type=int, metavar="NUMBER", help="Take the import with this number back.")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="Of the report.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["undo"] is not None:
                self.undo(options["undo"], options["format"])
            else:
                self.bring_in(self.find(options["path"]), options)
        except (*REFUSED, OSError) as error:
            raise CommandError(str(error)) from error

    def find(self, text: str | None) -> Path:
        path = Path(text) if text else None
        if path is None or not path.exists():
            raise CommandError(
                f"“{text or ''}” is not there: give the folder of the site's sources, or a ZIP file of it."
            )
        return path

    def bring_in(self, path: Path, options: dict[str, Any]) -> None:
        with site_folder(path) as folder:
            if options["kind"] == OWN_KIND or (options["kind"] == "auto" and is_archive(folder)):
                self.write(load_archive(folder, dry_run=options["dry_run"]), options["format"])
                return
            people = dict(self.pair(text) for text in options["person"])
            site = read(folder, options["kind"], {"drafts": options["drafts"], "people": people})
            self.check_people(people, {each.key for each in site.content.people})
            if options["dry_run"]:
                report = preview(site)
            else:
                batch = SiteImport.objects.create(name=path.resolve().name[:200], state=SiteImport.State.APPLYING)
                try:
                    begin(site, batch)
                    report = apply(site, batch)
                except BaseException:
                    words = "The command was stopped before its end: run it again."
                    SiteImport.objects.filter(pk=batch.pk).update(state=SiteImport.State.FAILED, problem=words)
                    raise
                if forget_unless_needed(batch):
                    report.key = None
        self.write(report, options["format"])

    def pair(self, text: str) -> tuple[str, str]:
        key, sign, slug = text.partition("=")
        if not (key and sign and slug):
            raise CommandError(f"--person “{text}” says nobody: write KEY=SLUG, KEY=new or KEY=skip.")
        return key, slug

    def check_people(self, chosen: dict[str, str], keys: Set[str]) -> None:
        """Refuses a word on somebody who is not on the site, or that they are somebody who is not here."""
        for key, slug in chosen.items():
            if key not in keys:
                known = ", ".join(sorted(keys)[:MOST_NAMED]) or "nobody"
                raise CommandError(f"--person: nobody of the site has the key “{key}”. There are: {known}.")
            if slug not in ("new", "skip") and not Person.objects.filter(slug=slug).exists():
                raise CommandError(f"--person: there is nobody at /people/{slug}/, who “{key}” is to be.")

    def write(self, report: Any, format: str) -> None:
        if format == "json":
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
            return
        for line in report.lines():
            self.stdout.write(line)
        if not isinstance(report, SiteReport):
            return
        if report.dry_run:
            self.stdout.write("Nothing was written.")
        elif report.key is None:
            self.stdout.write("Nothing changed, so there is nothing to take back.")
        else:
            self.stdout.write(f"To take it back: manage.py import_site --undo {report.key}")

    def undo(self, key: int, format: str) -> None:
        if not SiteImport.objects.filter(pk=key).exists():
            raise NotUndoable(f"There is no import of a site with the number {key}.")
        result = undo_site(key)
        if format == "json":
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
            return
        for line in result["kept"]:
            self.stdout.write(line)
        self.stdout.write(
            f"Taken back: {result['removed']} records removed, {result['restored']} changed back; "
            f"{len(result['kept'])} things were touched since and stay."
        )
