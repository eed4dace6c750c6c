"""Awards, and each time one was received."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from activities.validators import validate_currency
from labsite.lib.dates import EDTFField
from labsite.lib.models import WebAddressField
from labsite.lib.text import DerivedTextField, fold
from people.models import Organization, Person
from publications.models import Publication


class Award(models.Model):
    """An award as such. A year in its title is part of its name, not when it was received."""

    class Kind(models.TextChoices):
        AWARD = "award", _("Award")
        FELLOWSHIP = "fellowship", _("Fellowship")
        SCHOLARSHIP = "scholarship", _("Scholarship")
        TRAVEL_GRANT = "travel-grant", _("Travel grant")
        PAPER_AWARD = "paper-award", _("Paper award")
        REVIEWER_AWARD = "reviewer-award", _("Reviewer award")
        COMPETITION = "competition", _("Competition")

    title = models.CharField(max_length=250)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        help_text=_("Who gives it."),
    )
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.AWARD)
    url = WebAddressField(_("website"))
    description = models.CharField(
        max_length=300, blank=True, help_text=_("What it is given for, e.g. highest honour …")
    )
    search_text = DerivedTextField(source="make_search_text")

    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                name="activities_award_once",
                fields=["title", "organization"],
                violation_error_message=_("This award exists already: add a receipt to it."),
            ),
            models.UniqueConstraint(
                name="activities_award_without_organization_once",
                fields=["title"],
                condition=models.Q(organization__isnull=True),
                violation_error_message=_("This award exists already: add a receipt to it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def make_search_text(self) -> str:
        return fold(self.title)


class AwardReceiptQuerySet(models.QuerySet):
    def public(self) -> AwardReceiptQuerySet:
        """Receipts of at least one published person, or of a published paper whoever wrote it."""
        received = AwardReceipt.people.through.objects.filter(awardreceipt=models.OuterRef("pk"))
        by_somebody_shown = models.Exists(received.filter(person__is_published=True))
        # A join on the people would give a receipt once for each of them.
        return self.filter(by_somebody_shown | (models.Q(publication__is_published=True) & ~models.Exists(received)))

    def with_page_relations(self) -> AwardReceiptQuerySet:
        """Loads the award, its giver, the published recipients and the publication."""
        return self.select_related("award__organization", "publication__venue").prefetch_related(
            models.Prefetch("people", Person.objects.published())
        )


class AwardReceipt(models.Model):
    """One time an award was received: “x2, 2022 & 2023” is two of these."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="receipts")
    year = EDTFField(_("received"))
    people = models.ManyToManyField(Person, blank=True, related_name="award_receipts", verbose_name=_("received by"))
    publication = models.ForeignKey(
        Publication, on_delete=models.SET_NULL, null=True, blank=True, related_name="award_receipts",
        help_text=_("For a paper award: it then shows on the paper too."),
    )  # fmt: skip
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(
        max_length=3, blank=True, validators=[validate_currency], help_text=_("Three letters, e.g. USD.")
    )
    recipients = models.PositiveIntegerField(
        _("number of recipients"), null=True, blank=True, help_text=_("How many got it worldwide, if that is known.")
    )
    note = models.CharField(max_length=300, blank=True, help_text=_("E.g. Top 0.2%; rank 1/68."))

    objects = AwardReceiptQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[people])

    class Meta:
        ordering = [models.F("year").desc(nulls_last=True), "award__title", "id"]

    def __str__(self) -> str:
        return f"{self.award}, {self.year}" if self.year else str(self.award)

    def clean(self) -> None:
        super().clean()
        if self.amount is not None and not self.currency:
            raise ValidationError({"currency": gettext("Say in which currency the amount is, e.g. USD.")})
