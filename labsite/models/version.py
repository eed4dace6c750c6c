"""The content version: what every commit of something that visitors may see changes."""

from __future__ import annotations

from django.db import models


class ContentVersion(models.Model):
    """A row that is written by triggers alone (`labsite/page_cache/triggers.py`), in the transaction of each change.

    SQLite has one row. PostgreSQL has as many as transactions ever wrote at once, so that no writer waits for another
    one's commit; all tokens together are the version. Tokens are random: one that was restored from a copy of the
    database, or written after the rows were emptied, never stands for something else than it stood for before.
    """

    token = models.BigIntegerField(default=0)
    # The transaction that wrote the token last (PostgreSQL): its further changes need not write again.
    writer = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()  # nobody edits it

    def __str__(self) -> str:
        return str(self.token)
