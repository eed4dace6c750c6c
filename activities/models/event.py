"""Talks and news."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.dates import EDTFField, PartialDate, known
from labsite.lib.documents import address_of_document
from labsite.lib.markdown import plain_text
from labsite.lib.models import Publishable, PublishableQuerySet, WebAddressField
from labsite.lib.search import q_match, read_question, search_text
from labsite.lib.text import DerivedTextField
from people.models import Group, Person
from publications.models import Publication, Venue


class Talk(Publishable):
    """A talk somebody gave, a tutorial included."""

    class Kind(models.TextChoices):
        INVITED = "invited", _("Invited talk")
        TUTORIAL = "tutorial", _("Tutorial")
        CONTRIBUTED = "contributed", _("Contributed talk")
        SPOTLIGHT = "spotlight", _("Spotlight talk")
        SEMINAR = "seminar", _("Seminar")

    title = models.CharField(max_length=300, blank=True, help_text=_("Empty if no source states it."))
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.CONTRIBUTED)
    event = models.CharField(max_length=200, help_text=_("Where it was given, e.g. EMNLP 2024."))
    venue = models.ForeignKey(Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="talks")
    place = models.CharField(max_length=120, blank=True)
    date = EDTFField(_("date"))
    speakers = models.ManyToManyField(Person, related_name="talks")
    publication = models.ForeignKey(Publication, on_delete=models.SET_NULL, null=True, blank=True, related_name="talks")
    has_recording = models.BooleanField(default=False, help_text=_("Says “recording” also where no address is known."))

    objects = PublishableQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[speakers])

    class Meta:
        ordering = [models.F("date").desc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return f"{self.title or self.get_kind_display()}, {self.event}"


class TalkLink(models.Model):
    """A web address of a talk, or a document of it that the site keeps: slides, recording, event page."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=80, help_text=_("E.g. Recording, Slides."))
    url = WebAddressField(_("address"), help_text=_("Leave empty where a document is uploaded."))
    document = models.ForeignKey(
        "labsite.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="talk_links"
    )
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                name="activities_talklink_address_or_document",
                condition=(~models.Q(url="") & models.Q(document__isnull=True))
                | models.Q(url="", document__isnull=False),
                violation_error_message=_("Give an address or a document, one of the two."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def address(self) -> str:
        """Where it leads: elsewhere, or to the path of a document here."""
        return address_of_document(self.document_id) if self.document_id else self.url


class NewsItemQuerySet(PublishableQuerySet):
    def newest_first(self) -> NewsItemQuerySet:
        """A stretch of time counts by its end; what has the same date keeps the editors' order."""
        return self.order_by(models.functions.Coalesce("end_date", "date").desc(nulls_last=True), "order", "-id")

    def before(self, item: NewsItem) -> NewsItemQuerySet:
        """Those that stand before `item` in that order."""
        last = item.sort_date
        dated = self.annotate(last=models.functions.Coalesce("end_date", "date"))
        same = models.Q(last__isnull=True) if last is None else models.Q(last=last)
        later = models.Q(last__isnull=False) if last is None else models.Q(last__gt=last)
        ahead = models.Q(order__lt=item.order) | models.Q(order=item.order, id__gt=item.pk)
        return dated.filter(later | same & ahead)

    def search(self, words: str) -> NewsItemQuerySet:
        """Items that hold every word, or the beginning of one."""
        return self.filter(pk__in=q_match(NewsItem.objects.all(), read_question(words)).values("pk"))

    def public(self) -> NewsItemQuerySet:
        """What visitors see: published, and personal remarks only if an editor says so."""
        return self.published().exclude(kind=NewsItem.Kind.PERSONAL, show_personal=False)

    def with_relations(self) -> NewsItemQuerySet:
        """Loads the published people, publications and groups an item mentions."""
        return self.prefetch_related(
            models.Prefetch("people", Person.objects.published()),
            models.Prefetch("publications", Publication.objects.published().select_related("venue")),
            models.Prefetch("groups", Group.objects.published()),
        )


class NewsItem(Publishable):
    """One item of news. Whether it is new follows from its date."""

    NEW_FOR = datetime.timedelta(days=120)
    PER_PAGE = 50  # items of a page of the news

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper")
        AWARD = "award", _("Award")
        SERVICE = "service", _("Service")
        TALK = "talk", _("Talk")
        MILESTONE = "milestone", _("Milestone")
        POSITION = "position", _("Position")
        EVENT = "event", _("Event")
        GROUP = "group", _("Group")
        PERSONAL = "personal", _("Personal")

    date = EDTFField(_("date"))
    end_date = EDTFField(_("last date"), help_text=_("Only for news about a stretch of time."))
    body = models.TextField(_("text"), help_text=_("One or two sentences in Markdown."))
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.GROUP)
    place = models.CharField(max_length=120, blank=True, help_text=_("Of an event."))
    is_highlight = models.BooleanField(_("highlight"), default=False)
    show_personal = models.BooleanField(
        _("show although personal"), default=False, help_text=_("Personal remarks are hidden unless this is ticked.")
    )
    people = models.ManyToManyField(Person, blank=True, related_name="news")
    publications = models.ManyToManyField(Publication, blank=True, related_name="news")
    groups = models.ManyToManyField(Group, blank=True, related_name="news")
    order = models.PositiveSmallIntegerField(
        default=0, help_text=_("Orders items of the same date; lower comes first.")
    )

    search_text = DerivedTextField(source="make_search_text")

    objects = NewsItemQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[people, publications, groups], excluded_fields=["search_text"])

    class Meta:
        ordering = [models.F("date").desc(nulls_last=True), "order", "-id"]
        verbose_name = _("news item")
        indexes = [models.Index(fields=["is_published", "date"])]

    def __str__(self) -> str:
        return self.body[:80]

    def clean(self) -> None:
        super().clean()
        if not self.date:
            raise ValidationError({"date": gettext("News needs a date.")})
        date, end_date = known(self.date), known(self.end_date)
        if date and end_date and end_date.latest < date.earliest:
            raise ValidationError(
                {
                    "end_date": gettext("The last date (%(end_date)s) is before the date (%(date)s).")
                    % {"end_date": self.end_date, "date": self.date}
                }
            )

    def make_search_text(self) -> str:
        return search_text(plain_text(self.body), self.place)

    @property
    def sort_date(self) -> PartialDate | None:
        return self.end_date or self.date

    @property
    def is_public(self) -> bool:
        """Whether visitors see it, as `public()` has it."""
        return self.is_published and (self.kind != self.Kind.PERSONAL or self.show_personal)

    def page_of_news(self) -> int:
        """The number of the page of the news that it stands on. One query."""
        return NewsItem.objects.public().before(self).count() // self.PER_PAGE + 1

    def is_new(self, on: datetime.date) -> bool:
        """Whether the item is at most 120 days old on the day `on`."""
        return bool(self.sort_date) and on - self.sort_date.latest <= self.NEW_FOR
