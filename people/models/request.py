"""What a member asks of the editors: to agree to changes of their page, to take them off the site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models.person import Person
from people.photos import photo_path, validate_photo


class Request(models.Model):
    """Something that waits for an editor's answer, and the answer."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(blank=True, help_text=_("What the editor says to the member."))
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["-id"]

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.WAITING


class ProfileChange(Request):
    """Changes of their own page that a member made and an editor has not yet agreed to."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="profile_changes")
    values = models.JSONField(default=dict, help_text=_("By field, from what to what; links and sections as lists."))
    photo = models.ImageField(upload_to=photo_path, blank=True, validators=[validate_photo])

    def __str__(self) -> str:
        return f"{self.person}: {', '.join(self.values)}"


class RemovalRequest(Request):
    """A member's wish to be taken off the site, or to have something about them taken off."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="removal_requests")
    message = models.TextField(help_text=_("What should go, and why if they wish to say."))

    def __str__(self) -> str:
        return f"{self.person}: {self.message[:80]}"
