"""What was brought in, entry by entry, and what each entry did: shown, decided, applied, taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from people.models import Person
from publications.models.publication import Publication


class Import(models.Model):
    """One delivery of publications: pasted, uploaded, given on the command line or asked for online."""

    class Origin(models.TextChoices):
        PASTED = "pasted", "Pasted"
        FILE = "file", "File"
        COMMAND = "command", "Command line"
        ONLINE = "online", "Online source"

    class State(models.TextChoices):
        READING = "reading", "Being read"
        PLANNED = "planned", "Waiting for your decision"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"
        FAILED = "failed", "Failed"

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Who had it applied, or taken back: history names them.",
    )  # fmt: skip
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PASTED)
    name = models.CharField(max_length=200, blank=True, help_text="The file, or where the entries came from.")
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    problem = models.TextField(blank=True, help_text="Why it failed.")
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports",
        help_text="Whose works the source says these are.",
    )  # fmt: skip
    source = models.CharField(
        max_length=300, blank=True, help_text="The file in the data folder, or the service and address to ask."
    )
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes to read.")
    read = models.PositiveBigIntegerField(default=0, help_text="Bytes read.")
    working_until = models.DateTimeField(null=True, blank=True, help_text="A worker has it until then.")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name or self.get_origin_display()


class ImportEntry(models.Model):
    """One entry of an import: what it says, what is proposed, what was decided and what it did."""

    class State(models.TextChoices):
        NEW = "new", "New"
        UPDATE = "update", "Update"
        UNCHANGED = "unchanged", "Unchanged"
        DUPLICATE = "duplicate", "Possible duplicate"
        REJECTED = "rejected", "Rejected"

    class Choice(models.TextChoices):
        CREATE = "create", "Add as a new publication"
        UPDATE = "update", "Update the existing one"
        SKIP = "skip", "Leave out"
        OPEN = "open", "Not decided yet"

    class Result(models.TextChoices):
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        UNCHANGED = "unchanged", "Unchanged"
        CONFLICT = "conflict", "Left for a decision"
        REJECTED = "rejected", "Rejected"

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State)
    record = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True, help_text="Why it was rejected, or what is to be decided.")
    notes = models.JSONField(default=list, blank=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_entries"
    )
    has_question = models.BooleanField(default=False, help_text="Something waits for an editor: see the plan.")
    choice = models.CharField(max_length=6, choices=Choice, default=Choice.OPEN)
    plan = models.JSONField(
        default=dict, blank=True, help_text="Candidates, changes and people proposed; see planning."
    )
    result = models.CharField(max_length=9, choices=Result, blank=True)
    effect = models.JSONField(default=dict, blank=True, help_text="What it did, for taking it back; see applying.")

    class Meta:
        ordering = ["batch", "number"]
        verbose_name_plural = "import entries"
        indexes = [models.Index(fields=["batch", "state"])]
        constraints = [
            models.UniqueConstraint(name="publications_importentry_once", fields=["batch", "number"]),
        ]

    def __str__(self) -> str:
        return self.label or f"Entry {self.number}"


class Rejection(models.Model):
    """A decision that a name printed on a work is not this person. It outlives the work and wins over every import."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="rejections")
    match_key = models.CharField(max_length=200, help_text="Of the work's title; see publications.matching.")
    printed_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["match_key"])]
        constraints = [
            models.UniqueConstraint(name="publications_rejection_once", fields=["person", "match_key", "printed_name"]),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}: not {self.person}"
