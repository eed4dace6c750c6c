"""What the site says about itself: the lab's profile, its navigation, its own pages."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.images import logo_path, picture_path, validate_image
from labsite.lib.models import NaturalKeyManager, Publishable, PublishableQuerySet, WebAddressField, validate_http_url
from people.models import Organization

DEFAULT_ACCENT = "#1a4a9c"  # whose shades tokens.css holds
validate_colour = RegexValidator(
    re.compile(r"\A#[0-9a-fA-F]{6}\Z"), _("Write a colour as # and six digits or letters a to f: #1a4a9c.")
)


def read_links(text: str) -> list[tuple[str, str]]:
    """(label, address) of each line “Label | address” that is not empty. Raises `ValueError` that names the line."""
    links = []
    for number, line in enumerate(text.splitlines(), start=1):
        label, bar, address = (part.strip() for part in line.rpartition("|"))
        if not line.strip():
            continue
        if not (label and bar and address):
            raise ValueError(
                gettext("Line %(number)s is '%(strip)s': write a label, a bar and an address.")
                % {"number": number, "strip": line.strip()[:80]}
            )
        links.append((label, address))
    return links


def validate_links(text: str) -> None:
    """Refuses lines that are no link, and addresses that are neither a path of this site nor http(s)."""
    try:
        links = read_links(text)
    except ValueError as error:
        raise ValidationError(gettext("%(error)s Example: People | /people/") % {"error": error}) from error
    for label, address in links:
        if address.startswith("/") and not address.startswith(("//", "/\\")):
            continue
        try:
            validate_http_url(address)
        except ValidationError as error:
            raise ValidationError(
                gettext("The address of '%(label)s' is '%(address)s': write a path like /people/, or https://…")
                % {"label": label, "address": address}
            ) from error


class LabProfile(models.Model):
    """Name, statement, looks and contact of the lab. There is exactly one row."""

    SINGLE_ID = 1

    name = models.CharField(max_length=120, help_text=_("In the page header and in every page title."))
    tagline = models.CharField(
        max_length=300, blank=True, help_text=_("One sentence in plain words: what you study, why.")
    )
    introduction = models.TextField(blank=True, help_text=_("On the home page, in Markdown."))
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, help_text=_("What the lab is part of.")
    )
    contact = models.TextField(blank=True, help_text=_("On every page's foot, in Markdown."))
    url = WebAddressField(_("website"))
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=DEFAULT_ACCENT,
        validators=[validate_colour],
        help_text=_("Links and buttons. Made darker or lighter where it would be hard to read."),
    )
    logo = models.ImageField(
        upload_to=logo_path,
        blank=True,
        validators=[validate_image],
        help_text=_("Beside the name in the page header: PNG, JPEG or WebP. A transparent ground suits both schemes."),
    )
    picture = models.ImageField(
        upload_to=picture_path,
        blank=True,
        validators=[validate_image],
        help_text=_("One strong picture for the home page, taken by the lab. Wide pictures suit best."),
    )
    picture_alt = models.CharField(
        _("picture description"),
        max_length=200,
        blank=True,
        help_text=_("What it shows, for people who cannot see it."),
    )
    picture_caption = models.CharField(max_length=200, blank=True)
    changes_need_approval = models.BooleanField(
        _("members' changes need approval"),
        default=False,
        help_text=_("Ticked, what a member changes on their own page waits until an editor agrees."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months that contact data are kept"),
        null=True,
        blank=True,
        help_text=_(
            "E-mail, phone and office of people who left are deleted after so many months, in all versions too, when "
            "“manage.py apply_retention --apply” runs. Empty: they are kept."
        ),
    )

    header_links = models.TextField(
        _("navigation"),
        blank=True,
        validators=[validate_links],
        help_text=_("One link on each line: Label | address, e.g. People | /people/. Empty: the site's own list."),
    )
    footer_links = models.TextField(
        _("links in the page foot"),
        blank=True,
        validators=[validate_links],
        help_text=_("The same way, e.g. Join us | /pages/join/. They stand before the site's own."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("lab profile")
        verbose_name_plural = _("lab profile")
        constraints = [
            models.CheckConstraint(
                name="labsite_labprofile_only_one",
                condition=models.Q(id=1),
                violation_error_message=_("There is one lab profile: change that one."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_own_accent(self) -> bool:
        """Whether its colours differ from those of tokens.css."""
        return self.accent.lower() != DEFAULT_ACCENT

    @property
    def header(self) -> list[tuple[str, str]]:
        """Label and address of each link of the page header; empty where the site's own list stands."""
        return read_links(self.header_links)

    @property
    def footer(self) -> list[tuple[str, str]]:
        """The same of the page foot."""
        return read_links(self.footer_links)

    def clean(self) -> None:
        super().clean()
        if self.picture and not self.picture_alt:
            raise ValidationError({"picture_alt": gettext("Describe the picture for people who cannot see it.")})


class Page(Publishable):
    """A page of the lab's own: how to join, the accessibility statement, privacy, a manual."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The end of its address: /pages/…/"))
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True, help_text=_("One sentence under the title."))
    body = models.TextField(_("text"), help_text=_("In Markdown."))

    objects = NaturalKeyManager.from_queryset(PublishableQuerySet)()
    history = HistoricalRecords()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])
