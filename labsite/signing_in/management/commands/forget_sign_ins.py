"""Keeps the log of sign-ins as long as it is of use, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from labsite.signing_in.models import AccountSession, Tries
from labsite.signing_in.noting import forget_events


class Command(BaseCommand):
    help = "Deletes old lines of the sign-in log, ended sessions and ended lock-outs. Run it daily."

    def add_arguments(self, parser: CommandParser) -> None:
        days = settings.SIGN_IN_LOG_DAYS
        parser.add_argument("--days", type=int, default=days, help=f"How long lines are kept ({days}).")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 0:
            raise CommandError("--days must be 0 or more.")
        now = timezone.now()
        events = forget_events(timedelta(days=options["days"]))
        AccountSession.objects.filter(expire_date__lt=now).delete()
        AccountSession.objects.filter(account__isnull=False, began_at__lt=now - settings.SESSION_LENGTH).delete()
        AccountSession.objects.filter(account__isnull=False, seen_at__lt=now - settings.SESSION_IDLE).delete()
        Tries.objects.filter(ends_at__lt=now).delete()
        self.stdout.write(f"{events} lines of the sign-in log deleted.")
