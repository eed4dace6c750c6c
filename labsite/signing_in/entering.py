"""From a right password to a session: what is still asked for, and what the session then knows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING = "waits_for_second_factor"
STRONG = "second_factor"  # in a session: it was opened with a second factor
CONFIRMED = "confirmed_at"  # in a session: when its owner last proved to be there
WAIT_SECONDS = 300
CONFIRMED_SECONDS = 900


@dataclass(frozen=True)
class Waiting:
    """Somebody whose password was right and whose second factor is still to come."""

    account: Any
    next: str
    means: str


def enter(request: HttpRequest, account: Any, means: str, *, strong: bool = False) -> None:
    """Opens the session, under a new key. `means` is for the log."""
    request.session.pop(WAITING, None)
    request.signed_in_by = means
    if request.user.is_authenticated:
        request.session.flush()  # nothing of the last session belongs to this one
    login(request, account, backend=BACKEND)
    request.session.set_expiry(None)
    request.session[CONFIRMED] = int(time.time())
    if strong:
        request.session[STRONG] = True


def wait(request: HttpRequest, account: Any, next_page: str, means: str) -> None:
    """Keeps who it is until the second factor comes. Nobody is signed in by this; whoever was is signed out."""
    logout(request)
    request.session[WAITING] = {
        "account": account.pk,
        "hash": account.get_session_auth_hash(),
        "at": int(time.time()),
        "next": next_page,
        "means": means,
    }
    expire_soon(request)


def expire_soon(request: HttpRequest) -> None:
    """A session of nobody, which anybody can have made, is kept for a quarter of an hour."""
    if not request.user.is_authenticated:
        request.session.set_expiry(CONFIRMED_SECONDS)


def who_waits(request: HttpRequest) -> Waiting | None:
    """Who it is; None after five minutes, a new password or the closing of the account."""
    kept = request.session.get(WAITING)
    if not isinstance(kept, dict) or time.time() - kept.get("at", 0) > WAIT_SECONDS:
        return None
    account = get_user_model().objects.filter(pk=kept["account"], is_active=True).first()
    if account is None or not constant_time_compare(account.get_session_auth_hash(), kept["hash"]):
        return None
    return Waiting(account, kept["next"], kept["means"])


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the owner proved to be there within a quarter of an hour: an open browser may not change locks."""
    return time.time() - request.session.get(CONFIRMED, 0) < CONFIRMED_SECONDS


def confirm(request: HttpRequest) -> None:
    request.session[CONFIRMED] = int(time.time())
