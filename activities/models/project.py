"""Research areas, projects, software and data sets, and the grants that paid for them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from activities.models.event import Talk
from activities.validators import validate_currency
from labsite.lib.dates import Period
from labsite.lib.models import NaturalKeyManager, Publishable, PublishableQuerySet, WebAddressField
from labsite.lib.text import DerivedTextField, fold
from people.models import Organization, Person
from publications.models import Publication, Topic


class Grant(Period):
    """Money for research. Travel grants are awards."""

    title = models.CharField(max_length=300)
    scheme = models.CharField(
        max_length=200, blank=True, help_text=_("The programme, e.g. NAIRR Pilot Resource Award.")
    )
    funder = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="grants_given"
    )
    number = models.CharField(_("grant number"), max_length=60, blank=True)
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(
        max_length=3, blank=True, validators=[validate_currency], help_text=_("Three letters, e.g. USD.")
    )
    url = WebAddressField(_("website"))

    history = HistoricalRecords()

    class Meta(Period.Meta):
        ordering = [models.F("end").desc(nulls_first=True), models.F("start").desc(nulls_last=True), "title", "id"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.amount is not None and not self.currency:
            raise ValidationError({"currency": gettext("Say in which currency the amount is, e.g. USD.")})


class GrantRole(models.Model):
    """What somebody does in a grant."""

    class Role(models.TextChoices):
        PRINCIPAL_INVESTIGATOR = "pi", _("Principal investigator")
        CO_INVESTIGATOR = "co-pi", _("Co-investigator")
        PROPOSAL_WRITER = "co-proposal-writer", _("Co-proposal writer")
        STAFF = "staff", _("Funded staff")
        OTHER = "other", _("Other")

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_roles")
    role = models.CharField(max_length=18, choices=Role, default=Role.PRINCIPAL_INVESTIGATOR)
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                name="activities_grantrole_once",
                fields=["grant", "person", "role"],
                violation_error_message=_("This person has this role already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}"


class Project(Publishable, Period):
    """Something the lab works on: an area of research, a project, a piece of software, a data set."""

    NATURAL_KEY = ("slug",)

    class Kind(models.TextChoices):
        RESEARCH_AREA = "research-area", _("Research area")
        PROJECT = "project", _("Project")
        SOFTWARE = "software", _("Software")
        DATASET = "dataset", _("Data set")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        PLANNED = "planned", _("Planned")
        FINISHED = "finished", _("Finished")

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of its address: /research/…/"))
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.PROJECT)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    summary = models.TextField(blank=True, help_text=_("One or two sentences for lists."))
    body = models.TextField(_("text"), blank=True, help_text=_("Its page, in Markdown."))
    people = models.ManyToManyField(Person, through="ProjectRole", related_name="projects")
    publications = models.ManyToManyField(Publication, blank=True, related_name="projects")
    grants = models.ManyToManyField(Grant, blank=True, related_name="projects")
    talks = models.ManyToManyField(Talk, blank=True, related_name="projects")
    topics = models.ManyToManyField(Topic, blank=True, related_name="projects", help_text=_("Its sub-topics."))
    order = models.PositiveSmallIntegerField(default=0, help_text=_("Lower numbers come first."))
    search_text = DerivedTextField(source="make_search_text")

    objects = NaturalKeyManager.from_queryset(PublishableQuerySet)()
    history = HistoricalRecords(excluded_fields=["search_text"], m2m_fields=[publications, grants, talks, topics])

    class Meta(Period.Meta):
        ordering = ["kind", "order", "name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("activities:project", args=[self.slug])

    def make_search_text(self) -> str:
        return fold(f"{self.name} {self.summary}")


class ProjectRole(models.Model):
    """Somebody's part in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="project_roles")
    role = models.CharField(max_length=80, blank=True, help_text=_("E.g. Lead, Developer. May be empty."))
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                name="activities_projectrole_once",
                fields=["project", "person"],
                violation_error_message=_("This person is listed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.role}" if self.role else str(self.person)


class ProjectLink(models.Model):
    """A web address of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=80, help_text=_("E.g. Code, Roadmap."))
    url = WebAddressField(_("address"), blank=False)
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.label
