"""Numbers that others publish about a person or a publication."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import EDTFField
from labsite.lib.models import Publishable, PublishableQuerySet, WebAddressField
from people.models import Person
from publications.models import Publication


class Metric(Publishable):
    """A number with its source. Where the source gives no date the page says so. Never computed from."""

    class Name(models.TextChoices):
        CITATIONS = "citations", _("Citations")
        H_INDEX = "h-index", _("h-index")
        PAPERS = "papers", _("Papers")
        NOVELTY = "novelty", _("Novelty")
        SCORE = "score", _("Score")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="metrics")
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, blank=True, related_name="metrics"
    )
    name = models.CharField(max_length=10, choices=Name)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    unit = models.CharField(max_length=10, blank=True, help_text="E.g. %.")
    as_of = EDTFField(_("as of"))
    source = models.CharField(max_length=120, help_text=_("Who publishes the number, e.g. Google Scholar."))
    url = WebAddressField(_("address"))
    note = models.CharField(max_length=300, blank=True, help_text=_("E.g. why the number is to be read with care."))

    objects = PublishableQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name", models.F("as_of").desc(nulls_last=True), "id"]
        constraints = [
            models.CheckConstraint(
                name="activities_metric_person_or_publication",
                condition=models.Q(person__isnull=True, publication__isnull=False)
                | models.Q(person__isnull=False, publication__isnull=True),
                violation_error_message=_("A number is about a person or about a publication: choose one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.value_text}"

    def clean(self) -> None:
        super().clean()
        if bool(self.person_id) == bool(self.publication_id):
            raise ValidationError({"person": gettext("A number is about a person or about a publication: choose one.")})

    @property
    def value_text(self) -> str:
        """The number as a reader writes it: “1,928”, “58%”, “89.2”."""
        return f"{self.value.normalize():,f}{self.unit}"
