"""Service to the community: reviewing, committees, organising, teaching."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from activities.models.event import Talk
from labsite.lib.dates import EDTFField, display_period, known
from people.models import Organization, Person
from publications.models import Venue


class Service(models.Model):
    """One service at one venue or edition. Its year is the edition's; when it was done is a date of its own."""

    class Kind(models.TextChoices):
        REVIEWER = "reviewer", _("Conference reviewer")
        JOURNAL_REVIEWER = "journal-reviewer", _("Journal reviewer")
        WORKSHOP_REVIEWER = "workshop-reviewer", _("Workshop reviewer")
        PROGRAMME_COMMITTEE = "programme-committee", _("Programme committee")
        EDITOR = "editor", _("Editor")
        ORGANIZER = "organizer", _("Workshop organizer")
        TUTORIAL = "tutorial", _("Tutorial speaker")
        VOLUNTEER = "volunteer", _("Volunteer")
        TEACHING = "teaching", _("Teaching")
        CAMPUS = "campus", _("Campus service")
        OTHER = "other", _("Other")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="services")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.REVIEWER)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    venue_text = models.CharField(_("venue as printed"), max_length=250, blank=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="services",
        help_text=_("For campus service and teaching."),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(
        _("edition"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2999)],
        help_text=_("The year of the edition; a journal has none."),
    )  # fmt: skip
    title = models.CharField(max_length=250, blank=True, help_text=_("E.g. of the tutorial, workshop or course."))
    count = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text=_("How many times.")
    )
    date = EDTFField(_("when"), help_text=_("When it was done or announced, if that is known."))
    end_date = EDTFField(_("until"))
    talk = models.ForeignKey(
        Talk, on_delete=models.SET_NULL, null=True, blank=True, related_name="services",
        help_text=_("For a tutorial: the same event as a talk."),
    )  # fmt: skip
    note = models.CharField(max_length=250, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", models.F("year").desc(nulls_last=True), models.F("date").desc(nulls_last=True), "id"]
        indexes = [models.Index(fields=["person", "kind"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.where}"

    def clean(self) -> None:
        super().clean()
        if not (self.venue_id or self.venue_text or self.organization_id or self.title):
            raise ValidationError({"venue": gettext("Say where or what it was: a venue, an organization or a title.")})
        date, end_date = known(self.date), known(self.end_date)
        if date and end_date and end_date.latest < date.earliest:
            raise ValidationError(
                {
                    "end_date": gettext("The end (%(end_date)s) is before the date (%(date)s).")
                    % {"end_date": self.end_date, "date": self.date}
                }
            )

    @property
    def where(self) -> str:
        """What it was done for: “NeurIPS 2024”, “TMLR”, a title. Reads self.venue and self.organization."""
        name = (self.venue.label if self.venue else self.venue_text) or str(self.organization or "") or self.title
        return f"{name} {self.year}" if self.year else name

    @property
    def period(self) -> str:
        """When, in words; a single date is not an open end."""
        if self.date and not self.end_date:
            return self.date.display()
        return display_period(self.date, self.end_date)
