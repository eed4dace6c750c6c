"""What editors decided about records, and what outside addresses answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Merge(models.Model):
    """Two records that became one, and everything needed to part them again (`labsite/merging.py`)."""

    model = models.CharField(max_length=60, help_text=_("app.model, e.g. people.person."))
    kept_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()
    kept_name = models.CharField(max_length=300)
    merged_name = models.CharField(max_length=300)
    effect = models.JSONField(default=dict, help_text=_("What was moved, changed and deleted."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.merged_name} → {self.kept_name}"


class Dismissal(models.Model):
    """A row of the review queue that an editor called “not a problem”: it is not shown again."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text=_("Names the row within its kind."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(name="labsite_dismissal_once", fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"


class LinkCheck(models.Model):
    """What an outside address answered when it was last asked (`manage.py check_links`)."""

    url = models.CharField(max_length=500, unique=True)
    problem = models.CharField(max_length=300, blank=True, help_text=_("In words; empty where it answered."))
    checked_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["url"]

    def __str__(self) -> str:
        return self.url
