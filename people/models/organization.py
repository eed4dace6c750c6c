"""Universities, companies and funders, and the groups of this site."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.models import NaturalKeyManager, Publishable, PublishableQuerySet, WebAddressField
from labsite.lib.text import DerivedTextField, fold
from people.validators import validate_ror


class Organization(models.Model):
    """A university, company, institute or funder."""

    NATURAL_KEY = ("name",)

    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(
        max_length=60, blank=True, help_text=_("How it is printed in tight places, e.g. MSU.")
    )
    ror = models.CharField(
        _("ROR"), max_length=9, blank=True, validators=[validate_ror], help_text=_("Nine characters, e.g. 05hs6h993.")
    )
    place = models.CharField(max_length=120, blank=True, help_text=_("City and country as printed, e.g. Wuhan, China."))
    country = models.CharField(max_length=2, blank=True, help_text=_("Two letters after ISO 3166-1, e.g. US, CN, SA."))
    url = WebAddressField(_("website"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        help_text=_("What it is part of."),
    )
    other_names = models.JSONField(
        default=list, blank=True, help_text=_('Other names it goes by, as a list: ["…", "…"].')
    )
    search_text = DerivedTextField(source="make_search_text")

    objects = NaturalKeyManager()
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="people_organization_not_its_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                violation_error_message=_("An organization cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.other_names, list) or not all(isinstance(name, str) for name in self.other_names):
            raise ValidationError({"other_names": gettext('Write a list of texts: ["MSU", "Michigan State"].')})

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    def make_search_text(self) -> str:
        return fold(" ".join([self.name, self.short_name, *self.other_names]))


class GroupQuerySet(PublishableQuerySet):
    def with_page_relations(self) -> GroupQuerySet:
        """Loads what a group's page and card print beside the group."""
        return self.select_related("organization", "lead")


class Group(Publishable):
    """A research group of this site: a lab has one or none, a department has several."""

    NATURAL_KEY = ("slug",)

    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of its address: /groups/…/"))
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="groups"
    )
    lead = models.ForeignKey(
        "people.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="led_groups"
    )
    url = WebAddressField(_("website"), help_text=_("Its own website, if it has one elsewhere."))
    summary = models.TextField(blank=True, help_text=_("One or two sentences for the home page."))
    body = models.TextField(_("text"), blank=True, help_text=_("The group's page, in Markdown."))
    order = models.PositiveSmallIntegerField(default=0, help_text=_("Lower numbers come first."))

    objects = NaturalKeyManager.from_queryset(GroupQuerySet)()
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("people:group", args=[self.slug])
