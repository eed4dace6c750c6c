"""That somebody was forgotten: the fact, without who it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """One person whose data were erased (`labsite.privacy.erasing`). Holds nothing that says who."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    records = models.PositiveIntegerField(default=0, help_text=_("Rows that were deleted, with their history."))
    papers = models.PositiveIntegerField(default=0, help_text=_("Papers that stay."))
    name_is_withheld = models.BooleanField(default=False, help_text=_("Whether papers no longer print the name."))

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"
