"""What was brought in from another site: what it did, what became of which record, and where old addresses lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.paths import problem_of_path
from labsite.lib.web import plain_address_of
from labsite.models.documents import Document
from labsite.models.site import Page
from publications.models import Import


class SiteImport(models.Model):
    """One site that was read: what is proposed, what was decided, what it did, and how to take it back."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        PLANNED = "planned", _("Waiting for your decision")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Failed")

    class Template(models.TextChoices):
        """By the names that their makers give them."""

        AL_FOLIO = "al-folio", "al-folio"
        ACADEMICPAGES = "academicpages", "academicpages"
        HUGO_BLOX = "hugoblox", "Hugo Blox"
        GREENE_LAB = "greenelab", "Greene Lab"
        LABSITE = "labsite", "Labsite"

    kind = models.CharField(
        max_length=40, choices=Template, blank=True, help_text=_("The template that the site was made with.")
    )
    name = models.CharField(max_length=200, help_text=_("The file or folder."))
    site = models.CharField(max_length=300, blank=True, help_text=_("Tells one site from another: its address."))
    source = models.CharField(max_length=80, blank=True, help_text=_("The uploaded archive, while it is needed."))
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    problem = models.TextField(blank=True, help_text=_("Why it failed."))
    options = models.JSONField(default=dict, blank=True, help_text=_("Drafts or not; who is whom."))
    report = models.JSONField(default=dict, blank=True, help_text=_("Every record and what becomes of it."))
    effect = models.JSONField(default=dict, blank=True, help_text=_("What was written, for taking it back."))
    papers = models.ForeignKey(
        Import, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Its publications.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text=_("Who had it applied, or taken back: history names them."),
    )  # fmt: skip
    working_until = models.DateTimeField(null=True, blank=True, help_text=_("A worker has it until then."))
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("site brought in")
        verbose_name_plural = _("sites brought in")

    def __str__(self) -> str:
        return self.name


class SiteOrigin(models.Model):
    """Which record here a record of another site became: read again, it is found even if it was edited here since."""

    site_import = models.ForeignKey(SiteImport, on_delete=models.CASCADE, related_name="origins")
    site = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64, help_text=_("A digest of its key there: it names nobody."))
    model = models.CharField(max_length=60, help_text=_("app.model, e.g. people.person."))
    record_id = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="labsite_siteorigin_once", fields=["site", "kind", "key"])]
        indexes = [models.Index(fields=["model", "record_id"], name="labsite_siteorigin_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


TARGETS = ("publication", "project", "page", "group", "news_item", "talk", "document", "topic")


def one_target() -> models.Q:
    """Exactly one of the targets is set, or else a list."""
    ways = models.Q(~models.Q(list_page=""), **{f"{name}__isnull": True for name in TARGETS})
    for chosen in TARGETS:
        ways |= models.Q(list_page="", **{f"{name}__isnull": name != chosen for name in TARGETS})
    return ways


class OldPath(models.Model):
    """A path of a former site that leads to a record or a list from now on. Those of people: `people.OldAddress`.

    Columns point at the record itself, so that it follows a merge and goes with the record. A list goes by its name,
    so that it keeps its old addresses when its own changes.
    """

    class ListPage(models.TextChoices):
        PUBLICATIONS = "publications", _("Publications")
        PEOPLE = "people", _("People")
        NEWS = "news", _("News")
        RESEARCH = "research", _("Research")
        AWARDS = "awards", _("Awards")
        MENTORSHIP = "mentorship", _("Mentorship")
        VENUES = "venues", _("Venues")
        TOPICS = "topics", _("Topics")

    ROUTES = {
        ListPage.PUBLICATIONS: "publications:publications", ListPage.PEOPLE: "people:people",
        ListPage.NEWS: "activities:news", ListPage.RESEARCH: "activities:research",
        ListPage.AWARDS: "activities:awards", ListPage.MENTORSHIP: "activities:mentorship",
        ListPage.VENUES: "publications:venues", ListPage.TOPICS: "publications:topics",
    }  # fmt: skip

    path = models.CharField(
        max_length=200, unique=True, help_text=_("Begins with a slash, e.g. /about.html; used only where no page is.")
    )
    publication = models.ForeignKey(
        "publications.Publication", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths"
    )
    project = models.ForeignKey(
        "activities.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths"
    )
    page = models.ForeignKey(Page, on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths")
    group = models.ForeignKey("people.Group", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths")
    news_item = models.ForeignKey(
        "activities.NewsItem", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths"
    )
    talk = models.ForeignKey(
        "activities.Talk", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths"
    )
    document = models.ForeignKey(Document, on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths")
    topic = models.ForeignKey(
        "publications.Topic", on_delete=models.CASCADE, null=True, blank=True, related_name="old_paths"
    )
    list_page = models.CharField(
        _("list"), max_length=12, choices=ListPage, blank=True,
        help_text=_("A page of this site that lists records, where the old address was of a list."),
    )  # fmt: skip

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="labsite_oldpath_of_one",
                condition=one_target(),
                violation_error_message=_("Choose the one record, or the list, that the old address leads to."),
            )
        ]

    def __str__(self) -> str:
        return self.path

    def clean(self) -> None:
        super().clean()
        problem = problem_of_path(self.path)
        if not problem and f"{self.path.rstrip('/')}/" == self.own_address():
            problem = gettext("'%(path)s' is where its record is already: it would lead to itself.")
            problem %= {"path": self.path}
        if problem:
            raise ValidationError({"path": problem})

    @property
    def target(self) -> Any:
        """The record that it leads to; None for a list."""
        return next((record for name in TARGETS if (record := getattr(self, name)) is not None), None)

    def own_address(self) -> str:
        """The address that its record has of its own, without a language; "" for a list, and what has none."""
        has_page = hasattr(self.target, "get_absolute_url")
        return plain_address_of(self.target) if has_page else ""

    def leads_to(self) -> str:
        """The address of what visitors may see of its record; "" where that is a draft or has no page.

        One query for news, a talk or a topic.
        """
        target = self.target
        if self.list_page:
            return reverse(self.ROUTES[self.list_page])
        if isinstance(target, Document):
            return target.get_absolute_url()  # which refuses by itself what only drafts name
        if self.topic_id:
            is_shown = type(target).objects.public().filter(pk=target.pk).exists()
            return target.get_absolute_url() if is_shown else ""
        if not getattr(target, "is_published", False):
            return ""
        if self.news_item_id:
            number = target.page_of_news() if target.is_public else 0
            page = f"?page={number}" if number > 1 else ""
            return f"{reverse('activities:news')}{page}#news-{target.pk}" if number else ""
        if self.talk_id:
            speaker = target.speakers.filter(is_published=True).first()
            return speaker.get_absolute_url() if speaker else ""
        return target.get_absolute_url()
