"""Ends lock-outs after too many wrong passwords or codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.signing_in.models import Happening
from labsite.signing_in.noting import note
from labsite.signing_in.tries import unlock


class Command(BaseCommand):
    help = "Lets an account try again at once after too many wrong passwords; --all also frees addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="The account's user name.")
        parser.add_argument("--all", action="store_true", help="Every lock-out, those of addresses included.")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["name"]) == options["all"]:
            raise CommandError("Name one account, or say --all.")
        account = None
        if options["name"]:
            account = get_user_model().objects.filter(username=options["name"]).first()
            if account is None:
                raise CommandError(f"There is no account “{options['name']}”.")
        ended = unlock(account)
        note(Happening.UNLOCKED, account=account, means="command")
        self.stdout.write(f"{ended} lock-outs ended." if ended != 1 else "1 lock-out ended.")
