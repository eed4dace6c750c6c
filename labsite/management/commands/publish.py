"""Writes the public site as files that any web space can serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.publishing.folder import check
from labsite.publishing.problems import PublishingError
from labsite.publishing.run import Report, publish

SHOWN = 20  # names of files


class Command(BaseCommand):
    help = "Writes the public site as files into a folder. Run it after edits: it writes only what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", help="Where the files go. Nothing outside it is touched.")
        parser.add_argument("--address", help="Where visitors will find it, e.g. https://lab.example.org/~group.")
        parser.add_argument("--live", default="", help="The site itself, where pages may lead to it for signing in.")
        parser.add_argument("--full", action="store_true", help="Make every page, whatever the last run made.")
        parser.add_argument("--dry-run", action="store_true", help="Write nothing; say what would be written.")
        parser.add_argument(
            "--check", action="store_true", help="Only tell whether the files are as they were written."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        try:
            if options["check"]:
                self.check_folder(folder)
                return
            if not options["address"]:
                raise CommandError("Say where the files will be found: --address https://lab.example.org/~group")
            root, live = read_address("--address", options["address"]), read_address("--live", options["live"])
            report = publish(
                folder, root, live=live, is_full=options["full"], is_trial=options["dry_run"],
                say=self.say if options["verbosity"] > 1 else None,
            )  # fmt: skip
        except PublishingError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. Run it again: it goes on from there.") from error
        self.tell(report, is_trial=options["dry_run"], verbosity=options["verbosity"])

    def check_folder(self, folder: Path) -> None:
        problems = check(folder)
        for problem in problems[:SHOWN]:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} files of {folder} are not as they were published: publish again.")
        self.stdout.write(f"{folder} is as it was published.")

    def say(self, number: int) -> None:
        self.stdout.write(f"{number} pages made", ending="\n")

    def tell(self, report: Report, *, is_trial: bool, verbosity: int) -> None:
        if is_trial or verbosity > 1:
            for word, names in (("write", report.written), ("remove", report.removed)):
                for name in names[:SHOWN]:
                    self.stdout.write(f"{'would ' if is_trial else ''}{word} {name}")
        for problem in report.left_out[:SHOWN]:
            self.stderr.write(f"Left out: {problem}.")
        self.stdout.write(
            f"{report.files} files, {report.size / 1e6:.1f} MB, in {report.seconds:.1f} s: {report.made} pages made, "
            f"{report.kept} kept; {len(report.written)} files {'to write' if is_trial else 'written'}, "
            f"{len(report.removed)} {'to remove' if is_trial else 'removed'}."
        )
        if not report.is_settled:
            self.stderr.write("Somebody was editing all the while: run it again for what they changed last.")


def read_address(option: str, text: str) -> str:
    """An address without a slash at the end; "" where none is given."""
    parts = urlsplit(text)
    try:
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if text and (not is_address or parts.query or parts.fragment or parts.username or any(map(str.isspace, text))):
        raise CommandError(f"{option} is '{text}': use an address like https://lab.example.org/~group.")
    return text.rstrip("/")
