"""Which forms were saved, so that a second press of “Save” does nothing a second time."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class SubmittedForm(models.Model):
    """One form that was saved, by all that was in it (`labsite/lib/conflicts/repeats.py`). Kept for two days."""

    digest = models.CharField(max_length=64, unique=True)
    record = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=64, blank=True, default="", db_default="")  # what the save left the record as
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.record
