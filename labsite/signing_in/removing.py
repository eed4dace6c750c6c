"""Taking another's second factors away: an administrator's act, noted and told to the owner."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from labsite.signing_in.mail import tell_owner
from labsite.signing_in.models import Happening
from labsite.signing_in.noting import note
from labsite.signing_in.second_factor import remove_all
from labsite.signing_in.sessions import end_sessions


def remove_second_factors(account: Any, means: str, request: HttpRequest | None = None) -> int:
    """Removes them and ends the account's sessions; gives how many there were. Nothing happens where there are none."""
    removed = remove_all(account)
    if removed:
        end_sessions(account.pk)
        note(Happening.FACTORS_REMOVED, request, account, means)
        tell_owner(account, _("An administrator removed the second factors of your account."))
    return removed
