"""The log of sign-ins: one row for superusers, one line for the machine's own log.

Neither holds what somebody typed, so nothing can be smuggled into them; addresses are cut to networks.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.utils import timezone

from labsite.signing_in.models import Happening, SignInEvent
from labsite.signing_in.sessions import ADDRESS, BEGAN, BROWSER, end_sessions
from labsite.visitors import browser_of, network_of

logger = logging.getLogger("labsite.signing_in")
GRAVE = {
    Happening.WRONG_PASSWORD, Happening.WRONG_CODE, Happening.WRONG_PASSKEY, Happening.REFUSED_ELSEWHERE,
    Happening.LOCKED, Happening.FACTORS_REMOVED,
}  # fmt: skip


def note(what: str, request: HttpRequest | None = None, account: Any = None, means: str = "") -> None:
    """Adds one event. `account` is a user or None; `means` is a word of ours.

    The line has no “password: …” or “token …”: what stands behind such words the formatter of the log hides.
    """
    address = network_of(request.META) if request else ""
    SignInEvent.objects.create(what=what, account_id=account.pk if account else None, address=address, means=means)
    logger.log(
        logging.WARNING if what in GRAVE else logging.INFO,
        "%s account=%s network=%s by=%s",
        str(what).replace(" ", "-"), account.pk if account else "unknown", address or "unknown", hyphenated(means),
    )  # fmt: skip


def hyphenated(means: str) -> str:
    """“password,recovery-code”: one word, as what programs read from a line."""
    return means.replace(", ", ",").replace(" ", "-") or "-"


def forget_events(older_than: timedelta) -> int:
    """Deletes what is older; gives how many."""
    return SignInEvent.objects.filter(at__lt=timezone.now() - older_than).delete()[0]


def connect_notes() -> None:
    """Whatever signs somebody in or out is noted, this site's own pages or not."""
    user_logged_in.connect(note_sign_in, dispatch_uid="labsite.signing_in")
    user_logged_out.connect(note_sign_out, dispatch_uid="labsite.signing_in")
    post_save.connect(end_closed_account, sender=get_user_model(), dispatch_uid="labsite.signing_in")


def note_sign_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    session = getattr(request, "session", None)
    if session is None:
        return
    session[BEGAN] = int(timezone.now().timestamp())
    session[ADDRESS], session[BROWSER] = network_of(request.META), browser_of(request.META)
    note(Happening.SIGNED_IN, request, user, getattr(request, "signed_in_by", ""))


def note_sign_out(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None and user is not None:
        note(Happening.SIGNED_OUT, request, user)


def end_closed_account(instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A closed account has no sessions: opening it again shall not revive them."""
    if not created and not raw and not instance.is_active and end_sessions(instance.pk):
        note(Happening.CLOSED, account=instance)
