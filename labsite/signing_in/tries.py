"""Bounds on guessing. A try is counted before it is looked at, so that many at once gain nothing.

Three bounds stand side by side (`PASSWORD_BOUNDS`):

- one account from one address: the usual lock-out. A stranger elsewhere does not touch it.
- one address, whatever the accounts: against trying one password on many names.
- one account from everywhere: against many machines that guess for one account.

The last two do not hold for networks from which the account has signed in lately, so that nobody is locked out of their
own site by strangers, be they elsewhere or behind the one address of the same campus. The first always does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labsite.signing_in.models import Happening, SignInEvent, Tries
from labsite.signing_in.noting import note
from labsite.visitors import household_of, network_of

KNOWN_FOR = timedelta(days=90)
MOST_ROWS = 100_000  # about 30 MB
EVERY = 200  # new rows between two looks at how many there are
ACCOUNT_AND_ADDRESS, ADDRESS, ACCOUNT = "account and address", "address", "account"


@dataclass(frozen=True)
class Bound:
    """`most` tries within `window`; one more locks for `pause`. `at_home`: where the account is known, too."""

    scope: str
    most: int
    window: timedelta
    pause: timedelta
    at_home: bool = True


MINUTES, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
PASSWORD_BOUNDS = (
    Bound(ADDRESS, 100, HOUR, HOUR, at_home=False),
    Bound(ACCOUNT_AND_ADDRESS, 10, MINUTES, MINUTES),
    Bound(ACCOUNT, 100, DAY, HOUR, at_home=False),
)
CODE_BOUNDS = (Bound(ACCOUNT_AND_ADDRESS, 5, MINUTES, MINUTES), Bound(ACCOUNT, 50, DAY, HOUR, at_home=False))
# Whoever begins to sign in with a passkey or at the other server has a session made, which is a row.
BEGINNING_BOUNDS = (Bound(ADDRESS, 1000, HOUR, HOUR),)
# Each of these may send a mail to somebody who did not ask for it.
RESET_BOUNDS = (Bound(ADDRESS, 10, HOUR, HOUR), Bound(ACCOUNT, 3, HOUR, HOUR, at_home=False))


@dataclass(frozen=True)
class Try:
    """One try of `what` (a password, a code) for `name`, which is an account's name or number, known or not."""

    request: HttpRequest
    what: str
    name: str
    bounds: tuple[Bound, ...]
    account: Any = None  # the user that `name` means, if there is one

    def begin(self) -> datetime | None:
        """Counts the try. None where it may go on, else when to come back; then nothing is counted."""
        now = timezone.now()
        with transaction.atomic():
            until = self._locked_until(now)
            if until:  # before a row is made: who is locked out writes nothing, whatever names they try
                return until
            rows = [(bound, self._row(bound, now)) for bound in self._bounds_that_hold]
            for _bound, row in rows:
                if row.locked_until and row.locked_until > now:
                    return row.locked_until
            locked = None
            for bound, row in rows:
                if row.locked_until or row.began_at + bound.window <= now:
                    row.number, row.began_at, row.locked_until = 0, now, None
                row.number += 1
                if row.number > bound.most:
                    row.locked_until = locked = now + bound.pause
                row.ends_at = max(row.began_at + bound.window, row.locked_until or now)
                row.save()
        if locked:
            note(Happening.LOCKED, self.request, self.account, self.what)
        return locked

    def _locked_until(self, now: datetime) -> datetime | None:
        """When the first of the bounds that holds lets go, of those that have been counted before. One query."""
        keys = [self._key(bound) for bound in self._bounds_that_hold]
        found = Tries.objects.filter(key__in=keys, locked_until__gt=now).order_by("-locked_until")
        return found.values_list("locked_until", flat=True).first()

    def succeed(self) -> None:
        """It was right: it counts as none, and what was wrong before from here is forgotten."""
        for bound in self._bounds_that_hold:  # those that counted it
            row = Tries.objects.filter(key=self._key(bound))
            if bound.scope == ACCOUNT_AND_ADDRESS:
                row.delete()
            else:
                row.filter(number__gt=0).update(number=F("number") - 1)

    @cached_property
    def _bounds_that_hold(self) -> list[Bound]:
        is_at_home = self.account is not None and is_known_here(self.account, self.request)
        return [bound for bound in self.bounds if bound.at_home or not is_at_home]

    def _row(self, bound: Bound, now: datetime) -> Tries:
        address = "" if bound.scope == ACCOUNT else network_of(self.request.META)
        account = None if bound.scope == ADDRESS else self.account
        start = {"began_at": now, "ends_at": now + bound.window, "scope": bound.scope, "address": address}
        row, is_new = Tries.objects.select_for_update().get_or_create(
            key=self._key(bound), defaults={**start, "account": account}
        )
        if is_new:
            forget_ended(now)
            if row.pk % EVERY == 0:
                forget_oldest()
        return row

    def _key(self, bound: Bound) -> str:
        parts = [self.what, bound.scope]
        if bound.scope != ADDRESS:
            parts.append(self.name.casefold())
        if bound.scope != ACCOUNT:
            parts.append(household_of(self.request.META))
        return salted_hmac("labsite.signing_in.tries", "\x00".join(parts), algorithm="sha256").hexdigest()


def forget_ended(now: datetime) -> None:
    """Deletes what counts no more, a hundred rows at most. Rows that another request holds are left to it."""
    ended = Tries.objects.select_for_update(skip_locked=True).filter(ends_at__lt=now).values_list("pk", flat=True)
    Tries.objects.filter(pk__in=list(ended[:100])).delete()


def forget_oldest() -> None:
    """Keeps the table at `MOST_ROWS` or little more, whoever tries from however many networks. Locks stay."""
    beyond = Tries.objects.order_by("-pk").values_list("pk", flat=True)[MOST_ROWS : MOST_ROWS + 1]
    for last in beyond:
        oldest = Tries.objects.select_for_update(skip_locked=True).filter(pk__lte=last)
        left = oldest.exclude(locked_until__gt=timezone.now()).order_by("pk").values_list("pk", flat=True)
        Tries.objects.filter(pk__in=list(left[: 2 * EVERY])).delete()


def is_known_here(account: Any, request: HttpRequest) -> bool:
    """Whether the account has signed in from the visitor's network lately."""
    address = network_of(request.META)
    since = timezone.now() - KNOWN_FOR
    return bool(address) and (
        SignInEvent.objects.filter(account=account, what=Happening.SIGNED_IN, address=address, at__gt=since).exists()
    )


def begin_without_name(request: HttpRequest) -> datetime | None:
    """Counts a sign-in that begins without saying whose; None where it may, else when to come back."""
    return Try(request, "beginning", "", BEGINNING_BOUNDS).begin()


def unlock(account: Any = None) -> int:
    """Ends the lock-outs of an account, or all of them; gives how many there were."""
    rows = Tries.objects.all() if account is None else Tries.objects.filter(account=account)
    locked = rows.filter(locked_until__gt=timezone.now()).count()
    rows.delete()
    return locked


def say_when(until: datetime) -> str:
    """When to try again, in words and on the clock."""
    minutes = max(1, -int((timezone.now() - until).total_seconds() // 60))
    message = ngettext(
        "Too many tries. Try again in %(minutes)s minute, at %(time)s. An administrator can end this earlier.",
        "Too many tries. Try again in %(minutes)s minutes, at %(time)s. An administrator can end this earlier.",
        minutes,
    )
    return message % {"minutes": minutes, "time": time_format(timezone.localtime(until), "H:i")}


def seconds_until(until: datetime) -> int:
    """For the header `Retry-After`."""
    return max(1, int((until - timezone.now()).total_seconds()) + 1)


def say_wrong_code() -> str:
    return _("This code is wrong, or was used already. Wait for the next one, or use a recovery code.")
