"""What was brought in, entry by entry, and what each entry did: shown, decided, applied, taken back."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import Person
from publications.models.publication import Publication


class Import(models.Model):
    """One delivery of publications: pasted, uploaded, given on the command line or asked for online."""

    class Origin(models.TextChoices):
        PASTED = "pasted", _("Pasted")
        FILE = "file", _("File")
        COMMAND = "command", _("Command line")
        ONLINE = "online", _("Online source")
        SITE = "site", _("Another site")  # a part of what `labsite.site_import` brings in

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        PLANNED = "planned", _("Waiting for your decision")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Failed")

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text=_("Who had it applied, or taken back: history names them."),
    )  # fmt: skip
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PASTED)
    name = models.CharField(max_length=200, blank=True, help_text=_("The file, or where the entries came from."))
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    problem = models.TextField(blank=True, help_text=_("Why it failed."))
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports",
        help_text=_("Whose works the source says these are."),
    )  # fmt: skip
    source = models.CharField(
        max_length=300, blank=True, help_text=_("The file in the data folder, or the service and address to ask.")
    )
    size = models.PositiveBigIntegerField(default=0, help_text=_("Bytes to read."))
    read = models.PositiveBigIntegerField(default=0, help_text=_("Bytes read."))
    working_until = models.DateTimeField(null=True, blank=True, help_text=_("A worker has it until then."))
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name or self.get_origin_display()


class ImportEntry(models.Model):
    """One entry of an import: what it says, what is proposed, what was decided and what it did."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        UPDATE = "update", _("Update")
        UNCHANGED = "unchanged", _("Unchanged")
        DUPLICATE = "duplicate", _("Possible duplicate")
        REJECTED = "rejected", _("Rejected")

    class Choice(models.TextChoices):
        CREATE = "create", _("Add as a new publication")
        UPDATE = "update", _("Update the existing one")
        SKIP = "skip", _("Leave out")
        OPEN = "open", _("Not decided yet")

    class Result(models.TextChoices):
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Updated")
        UNCHANGED = "unchanged", _("Unchanged")
        CONFLICT = "conflict", _("Left for a decision")
        REJECTED = "rejected", _("Rejected")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State)
    record = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True, help_text=_("Why it was rejected, or what is to be decided."))
    notes = models.JSONField(default=list, blank=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_entries"
    )
    has_question = models.BooleanField(default=False, help_text=_("Something waits for an editor: see the plan."))
    choice = models.CharField(max_length=6, choices=Choice, default=Choice.OPEN)
    plan = models.JSONField(
        default=dict, blank=True, help_text=_("Candidates, changes and people proposed; see planning.")
    )
    result = models.CharField(max_length=9, choices=Result, blank=True)
    effect = models.JSONField(default=dict, blank=True, help_text=_("What it did, for taking it back; see applying."))

    class Meta:
        ordering = ["batch", "number"]
        verbose_name_plural = _("import entries")
        indexes = [models.Index(fields=["batch", "state"])]
        constraints = [
            models.UniqueConstraint(name="publications_importentry_once", fields=["batch", "number"]),
        ]

    @property
    def decided_digest(self) -> str:
        """Differs where somebody decided otherwise: the page of the plan says which decisions it was made from."""
        return hashlib.sha256(json.dumps(self.plan.get("decided") or {}, sort_keys=True).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return self.label or gettext("Entry %(number)s") % {"number": self.number}


class Rejection(models.Model):
    """A decision that a name printed on a work is not this person. It outlives the work and wins over every import."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="rejections")
    match_key = models.CharField(max_length=200, help_text=_("Of the work's title; see publications.matching."))
    printed_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["match_key"])]
        constraints = [
            models.UniqueConstraint(name="publications_rejection_once", fields=["person", "match_key", "printed_name"]),
        ]

    def __str__(self) -> str:
        return gettext("%(printed_name)s: not %(person)s") % {"printed_name": self.printed_name, "person": self.person}
