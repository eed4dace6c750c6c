"""Sessions that know whose they are and end after a while, used or not (settings: SESSION_DAYS, SESSION_IDLE_HOURS).

Django's own keep an account inside a signed text only, so that "sign out everywhere" would have to read them all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

BEGAN, ADDRESS, BROWSER = "signed_in_at", "signed_in_from", "signed_in_with"
SEEN_EVERY = timedelta(minutes=5)  # between two notes of when a session was last used: reading shall not write


class SessionStore(DatabaseSessionStore):
    """What `settings.SESSION_ENGINE` asks for."""

    @classmethod
    def get_model_class(cls) -> Any:
        return apps.get_model("signing_in", "AccountSession")

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        account = str(data.get(SESSION_KEY, ""))
        row.account_id = int(account) if account.isdecimal() else None
        if began := data.get(BEGAN):
            row.began_at = datetime.fromtimestamp(began, UTC)
        row.address, row.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        return row

    def _get_session_from_db(self) -> Any:
        """The row, or None where the session is unknown, too old or was not used for too long."""
        row = super()._get_session_from_db()
        if row is None:
            return None
        now = timezone.now()
        if row.account_id and (
            row.began_at + settings.SESSION_LENGTH <= now or row.seen_at + settings.SESSION_IDLE <= now
        ):
            row.delete()
            self._session_key = None
            return None
        if row.seen_at + SEEN_EVERY <= now:
            self.get_model_class().objects.filter(pk=row.pk).update(seen_at=now)
        return row


def end_sessions(account_id: int, but: str | None = None) -> int:
    """Signs an account out of every browser, `but` the session of that key. Gives how many ended."""
    rows = apps.get_model("signing_in", "AccountSession").objects.filter(account_id=account_id)
    return rows.exclude(session_key=but).delete()[0] if but else rows.delete()[0]
