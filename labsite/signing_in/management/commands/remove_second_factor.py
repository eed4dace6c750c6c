"""For somebody who lost phone, passkeys and recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labsite.signing_in.removing import remove_second_factors


class Command(BaseCommand):
    help = "Takes every second factor off an account and signs it out everywhere. Be sure who asks you for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The account's user name.")

    def handle(self, *args: Any, **options: Any) -> None:
        account = get_user_model().objects.filter(username=options["name"]).first()
        if account is None:
            raise CommandError(f"There is no account “{options['name']}”.")
        removed = remove_second_factors(account, "command")
        self.stdout.write("It had none." if not removed else "Removed. The account signs in with its password alone.")
