"""What the site leans on: clock, time zone, cache, mail, backups."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from labsite.operations.doctor.findings import FAIL, OK, WARN, Finding
from labsite.operations.newest_backup import newest_backup
from labsite.operations.readiness import check_cache as try_cache

APART = 60  # seconds that two clocks may differ
AHEAD = timedelta(minutes=10)
OLD_BACKUP, VERY_OLD_BACKUP = timedelta(days=2), timedelta(days=14)
PATIENCE = 3  # seconds
DAY = 86_400
BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # no site ran before


def check_clock(now: datetime | None = None) -> Iterator[Finding]:
    """Against the database's clock, and the newest change: histories, leases and feeds go by it."""
    now = now or timezone.now()
    problems = 0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs((cursor.fetchone()[0] - now).total_seconds())
        if apart > APART:
            problems += 1
            yield Finding(FAIL, "clock", f"The database's clock differs by {apart:.0f} s.", "timedatectl set-ntp true")
    newest = newest_change()
    if newest and newest > now + AHEAD:
        problems += 1
        yield Finding(
            FAIL, "clock", f"It is {now:%Y-%m-%d %H:%M} UTC here, but a record was changed at {newest:%Y-%m-%d %H:%M}: "
            "this clock is behind, or another one was ahead.", "timedatectl set-ntp true",
        )  # fmt: skip
    elif now < BUILT:
        problems += 1
        yield Finding(
            FAIL, "clock", f"It is {now:%Y-%m-%d} here, before this site was made.", "timedatectl set-ntp true"
        )
    if not problems:
        yield Finding(OK, "clock", f"{now:%Y-%m-%d %H:%M} UTC")


def newest_change() -> datetime | None:
    """The date of the newest row of history. A query for each kind of record, each by an index."""
    models = [model for model in apps.get_models() if "history_date" in {each.name for each in model._meta.fields}]
    dates = [model.objects.aggregate(newest=Max("history_date"))["newest"] for model in models]
    return max(filter(None, dates), default=None)


def check_time_zone() -> Iterator[Finding]:
    """UTC is right for nobody's “today” but works everywhere."""
    own = time.strftime("%Z")
    if settings.TIME_ZONE == "UTC" and own not in ("UTC", "GMT", ""):
        yield Finding(
            WARN, "time zone", f"The site lives in UTC, this machine in {own}: days begin at another hour.",
            "set TIME_ZONE, e.g. Europe/Berlin",
        )  # fmt: skip
    else:
        yield Finding(OK, "time zone", settings.TIME_ZONE)


def check_cache() -> Iterator[Finding]:
    try:
        yield Finding(OK, "cache", try_cache())
    except Exception as error:  # whatever a client raises: the site goes on without what it keeps there
        yield Finding(FAIL, "cache", f"It does not answer ({type(error).__name__}).", "start Redis, or unset CACHE_URL")


def check_mail() -> Iterator[Finding]:
    """Whether a mail server answers; none is sent."""
    if settings.DEFAULT_FROM_EMAIL == "webmaster@localhost":
        yield Finding(
            WARN, "mail", "Nobody is named whom harvesters and visitors can write to.",
            "set CONTACT_EMAIL=office@lab.example.org",
        )  # fmt: skip
    if not settings.MAIL_IS_CONFIGURED:
        yield Finding(OK, "mail", "the site sends none: EMAIL_URL is not set")
        return
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Finding(OK, "mail", "letters are printed where the site was started")
        return
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError:
        yield Finding(
            WARN, "mail", f"No mail server answers at {host}:{port}: nobody gets mail from this site.",
            "start it, or set EMAIL_URL to one that answers",
        )  # fmt: skip
    else:
        yield Finding(OK, "mail", f"{host}:{port} answers")


def check_backups() -> Iterator[Finding]:
    mend = "python manage.py backup, and once a day by a timer"
    try:
        newest = newest_backup()
    except OSError as error:
        yield Finding(
            FAIL, "backups", f"'{settings.BACKUP_DIR}' cannot be looked into ({error.strerror}).", "give rights"
        )
        return
    if newest is None:
        yield Finding(WARN, "backups", f"There is none in '{settings.BACKUP_DIR}'.", mend)
        return
    age = timedelta(seconds=time.time() - newest.made_at)
    told = f"the newest is {newest.path.name}, {max(age, timedelta()).days} days old"
    if not newest.size:
        yield Finding(FAIL, "backups", f"'{newest.path.name}' is empty.", mend)
    elif age > VERY_OLD_BACKUP:
        yield Finding(FAIL, "backups", f"Outdated: {told}.", mend)
    elif age > OLD_BACKUP:
        yield Finding(WARN, "backups", f"Outdated: {told}.", mend)
    else:
        yield Finding(OK, "backups", told)


CHECKS = [check_clock, check_time_zone, check_cache, check_mail, check_backups]
