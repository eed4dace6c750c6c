"""Which worker has which import: a time in its row, written by whoever has it."""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from publications.models import Import

LEASE = datetime.timedelta(seconds=120)  # longer than one batch, or one question to a slow service, takes
UNFINISHED = (Import.State.READING, Import.State.APPLYING, Import.State.UNDOING)


class LeaseLost(Exception):
    """Another worker has taken the import over."""


class Lease:
    """The right to work on an import for a while. Whoever wrote `working_until` last has it."""

    def __init__(self, key: int, until: datetime.datetime) -> None:
        self.key, self.until = key, until

    @classmethod
    def take(cls, key: int) -> Lease | None:
        """A lease, unless another worker has one. One statement decides."""
        now = timezone.now()
        free = Import.objects.filter(Q(working_until__isnull=True) | Q(working_until__lt=now), pk=key)
        until = now + LEASE
        return cls(key, until) if free.filter(state__in=UNFINISHED).update(working_until=until) else None

    def renew(self) -> None:
        """Raises `LeaseLost` if another worker has it by now. Does nothing while most of the time is left."""
        now = timezone.now()
        if self.until - now > LEASE * 2 / 3:
            return
        own = Import.objects.filter(pk=self.key, working_until=self.until)
        if not own.update(working_until=now + LEASE):
            raise LeaseLost
        self.until = now + LEASE

    def release(self) -> None:
        Import.objects.filter(pk=self.key, working_until=self.until).update(working_until=None)


def unfinished() -> list[int]:
    """Imports that wait for a worker: new ones, and those whose worker is gone."""
    free = Q(working_until__isnull=True) | Q(working_until__lt=timezone.now())
    own = ~Q(origin=Import.Origin.COMMAND) | Q(state=Import.State.UNDOING)  # a command carries itself on
    rows = Import.objects.filter(free, own, state__in=UNFINISHED)
    return list(rows.order_by("pk").values_list("pk", flat=True))
