"""Where and on what people publish."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.models import NaturalKeyManager, WebAddressField
from labsite.lib.search import MAX_TERMS, read_question
from labsite.lib.text import DerivedTextField, fold
from labsite.lib.web import address_of


class ShelfQuerySet(models.QuerySet):
    """Venues and topics: what stands beside lists of publications."""

    def public(self) -> ShelfQuerySet:
        """Without those that only drafts name: their pages would tell where a paper goes that nobody shall know of."""

        def are_named(is_published: bool) -> models.Q:
            by = (self.model._base_manager.filter(pk=models.OuterRef("pk"), **{each: is_published})
                  for each in self.model.NAMED_BY)  # fmt: skip
            return reduce(or_, (models.Q(models.Exists(rows)) for rows in by))

        return self.filter(are_named(True) | ~are_named(False))

    def listed(self) -> ShelfQuerySet:
        """Those that a listed publication has, as its totals tell (publications.totals)."""
        facet = Concat(models.Value(f"{self.model._meta.model_name}:"), models.OuterRef("slug"))
        totals = apps.get_model("publications", "FacetTotal").objects.filter(facet=facet, year=0, number__gt=0)
        return self.filter(models.Exists(totals))


class VenueQuerySet(ShelfQuerySet):
    def search(self, words: str) -> VenueQuerySet:
        """Venues whose names hold every word; accents and case do not matter."""
        found = self
        for word in read_question(words).words[:MAX_TERMS]:
            found = found.filter(search_text__contains=word)
        return found


class Venue(models.Model):
    """A series that publishes: a conference, a journal, a workshop. The edition is the publication's year."""

    NATURAL_KEY = ("slug",)
    # Where what names one says whether visitors may see that.
    NAMED_BY = (
        "publications__is_published", "workshops__publications__is_published", "talks__is_published",
        "services__person__is_published",
    )  # fmt: skip

    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("Conference")
        WORKSHOP = "workshop", _("Workshop")
        JOURNAL = "journal", _("Journal")
        MAGAZINE = "magazine", _("Magazine")
        PREPRINT_SERVER = "preprint-server", _("Preprint server")
        BOOK_SERIES = "book-series", _("Book series")
        INSTITUTION = "institution", _("Institution")
        OTHER = "other", _("Other")

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of its address: /venues/…/"))
    name = models.CharField(max_length=250, help_text=_("The series, without year and ordinal."))
    short_name = models.CharField(
        max_length=60, blank=True, help_text=_("Printed on badges and filters, e.g. NeurIPS.")
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.CONFERENCE)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="workshops",
        help_text=_("The conference a workshop belongs to."),
    )
    aliases = models.JSONField(
        default=list, blank=True, help_text=_('Other spellings, as a list: ["NIPS", "Advances in Neural …"].')
    )
    url = WebAddressField(_("website"))
    search_text = DerivedTextField(source="make_search_text")

    objects = NaturalKeyManager.from_queryset(VenueQuerySet)()
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        ordering = ["short_name", "name"]
        constraints = [
            models.CheckConstraint(
                name="publications_venue_not_its_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                violation_error_message=_("A venue cannot belong to itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.aliases, list) or not all(isinstance(alias, str) for alias in self.aliases):
            raise ValidationError(
                {"aliases": gettext('Write a list of texts: ["NIPS", "Neural Information Processing"].')}
            )

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return address_of("publications:venue", self.slug)

    def make_search_text(self) -> str:
        return fold(" ".join([self.name, self.short_name, *self.aliases]))

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def is_workshop(self) -> bool:
        return self.kind == self.Kind.WORKSHOP


class Topic(models.Model):
    """A subject that publications and research areas share."""

    NATURAL_KEY = ("slug",)
    NAMED_BY = ("publications__is_published", "projects__is_published")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120, unique=True)
    code = models.CharField(max_length=20, blank=True, help_text=_("Its code in a classification, e.g. cs.LG."))

    objects = NaturalKeyManager.from_queryset(ShelfQuerySet)()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("publications:topic", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
