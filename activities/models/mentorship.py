"""Who mentored whom, when, at which levels, and what came of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import Period
from people.models import Organization, Person
from publications.models import Publication


class MentorshipQuerySet(models.QuerySet):
    def published(self) -> MentorshipQuerySet:
        """Those whose two people both have a public page."""
        return self.filter(mentor__is_published=True, mentee__is_published=True)

    def with_page_relations(self) -> MentorshipQuerySet:
        """Loads both people, the levels and the resulting publications."""
        return self.select_related("mentor", "mentee").prefetch_related(
            models.Prefetch("levels", MentorshipLevel.objects.select_related("organization")),
            models.Prefetch("publications", Publication.objects.published().select_related("venue")),
        )


class Mentorship(Period):
    """One person guiding another for a time. Papers may appear after it ended."""

    class Kind(models.TextChoices):
        ADVISOR = "advisor", _("Advisor")
        CO_ADVISOR = "co-advisor", _("Co-advisor")
        MENTOR = "mentor", _("Mentor")
        COMMITTEE = "committee", _("Committee member")

    mentor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentorships_given")
    mentee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentorships_received")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MENTOR)
    publications = models.ManyToManyField(
        Publication, blank=True, related_name="mentorships", help_text=_("What came of it.")
    )
    outcome = models.CharField(max_length=300, blank=True, help_text=_("E.g. Began a PhD at …"))

    objects = MentorshipQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[publications])

    class Meta(Period.Meta):
        ordering = [models.F("end").desc(nulls_first=True), models.F("start").desc(nulls_last=True), "id"]
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(
                name="activities_mentorship_two_people",
                condition=~models.Q(mentor=models.F("mentee")),
                violation_error_message=_("Nobody mentors themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentor} → {self.mentee}"

    def clean(self) -> None:
        super().clean()
        if self.mentor_id and self.mentor_id == self.mentee_id:
            raise ValidationError({"mentee": gettext("Nobody mentors themselves: choose another person.")})
        same = Mentorship.objects.filter(
            mentor=self.mentor_id, mentee=self.mentee_id, kind=self.kind, start=self.start, end=self.end
        )
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"mentee": gettext("This mentorship is recorded already, with the same dates.")})


class MentorshipLevel(models.Model):
    """What the mentee was studying, and where: one of several during or after a mentorship."""

    class Level(models.TextChoices):
        UNDERGRADUATE = "undergraduate", _("Undergraduate")
        MASTER = "master", _("Master's")
        PHD = "phd", _("PhD")
        POSTDOC = "postdoc", _("Postdoc")
        OTHER = "other", _("Other")

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(max_length=14, choices=Level)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="mentorship_levels"
    )
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {self.organization}" if self.organization else self.get_level_display()
