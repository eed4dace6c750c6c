"""The one record of what the site says about itself."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from labsite.lib.models import WebAddressField
from people.models import Organization


class LabProfile(models.Model):
    """Name, statement and contact of the lab. There is exactly one row."""

    SINGLE_ID = 1

    name = models.CharField(max_length=120, help_text="In the page header and in every page title.")
    tagline = models.CharField(
        max_length=300, blank=True, help_text="One sentence in plain words: what you study, why."
    )
    introduction = models.TextField(blank=True, help_text="On the home page, in Markdown.")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, help_text="What the lab is part of."
    )
    contact = models.TextField(blank=True, help_text="On every page's foot, in Markdown.")
    url = WebAddressField("website")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "lab profile"
        verbose_name_plural = "lab profile"
        constraints = [
            models.CheckConstraint(
                name="labsite_labprofile_only_one",
                condition=models.Q(id=1),
                violation_error_message="There is one lab profile: change that one.",
            )
        ]

    def __str__(self) -> str:
        return self.name
