"""Editing what happened: mentorships, awards, grants, projects, services, talks, news, metrics."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activities.models import (
    Award,
    AwardReceipt,
    Grant,
    GrantRole,
    Mentorship,
    MentorshipLevel,
    Metric,
    NewsItem,
    Project,
    ProjectLink,
    ProjectRole,
    Service,
    Talk,
    TalkLink,
)
from activities.tables import AwardTable, MentorshipTable, ServiceTable
from labsite.document_forms import DocumentLinksMixin
from labsite.lib.editing import PublishableAdmin, RecordAdmin, SlugForm
from labsite.lib.rows import RowFormSet, StackedRows, TabularRows
from labsite.lib.tables.pages import TableAdmin

PERIOD = ("start", "end", "end_is_unknown")


class MentorshipLevelInline(TabularRows):
    model = MentorshipLevel
    autocomplete_fields = ["organization"]
    verbose_name_plural = _("levels: what the mentee studied, and where (several are fine)")


@admin.register(Mentorship)
class MentorshipAdmin(TableAdmin, RecordAdmin):
    table = MentorshipTable
    names_organizations = True
    list_display = ["mentor", "mentee", "kind", "start", "end", "publication_count"]
    list_filter = ["kind"]
    list_select_related = ["mentor", "mentee"]
    search_fields = ["mentor__search_text", "mentee__search_text"]
    autocomplete_fields = ["mentor", "mentee", "publications"]
    fields = [("mentor", "mentee"), "kind", PERIOD, "publications", "outcome"]
    inlines = [MentorshipLevelInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("publications"))

    @admin.display(description=_("papers"), ordering="count")
    def publication_count(self, mentorship: Mentorship) -> int:
        return mentorship.count


class AwardReceiptFormSet(RowFormSet):
    """Refuses a receipt of nobody, and two that say the same."""

    def clean(self) -> None:
        super().clean()
        seen: set[Any] = set()
        for form in self.kept_forms():
            data = form.cleaned_data
            if not data.get("people") and not data.get("publication"):
                form.add_error("people", gettext("Say who received it: choose a person, or the paper it was for."))
            key = (str(data.get("year") or ""), data.get("publication"), frozenset(data.get("people") or ()))
            if key in seen:
                form.add_error("year", gettext("This receipt stands here already: change it or delete it."))
            seen.add(key)


class AwardReceiptInline(StackedRows):
    model = AwardReceipt
    formset = AwardReceiptFormSet
    autocomplete_fields = ["people", "publication"]
    fields = [("year", "people"), "publication", ("amount", "currency", "recipients"), "note"]
    verbose_name = _("time it was received")
    verbose_name_plural = _("times it was received: one row a year")


@admin.register(Award)
class AwardAdmin(TableAdmin, RecordAdmin):
    table = AwardTable
    names_organizations = True
    list_display = ["title", "organization", "kind", "receipt_count"]
    list_filter = ["kind"]
    list_select_related = ["organization"]
    search_fields = ["search_text", "receipts__people__search_text"]
    autocomplete_fields = ["organization"]
    inlines = [AwardReceiptInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("receipts"))

    @admin.display(description=_("times received"), ordering="count")
    def receipt_count(self, award: Award) -> int:
        return award.count


class GrantRoleInline(TabularRows):
    model = GrantRole
    autocomplete_fields = ["person"]


@admin.register(Grant)
class GrantAdmin(RecordAdmin):
    list_display = ["title", "scheme", "funder", "amount", "currency", "start", "end"]
    list_select_related = ["funder"]
    search_fields = ["title", "scheme", "number"]
    autocomplete_fields = ["funder"]
    fields = ["title", "scheme", "funder", "number", ("amount", "currency"), PERIOD, "url"]
    inlines = [GrantRoleInline]


class ProjectRoleInline(TabularRows):
    model = ProjectRole
    autocomplete_fields = ["person"]


class ProjectLinkInline(TabularRows):
    model = ProjectLink


@admin.register(Project)
class ProjectAdmin(PublishableAdmin):
    form = SlugForm
    list_display = ["name", "kind", "status", "order", "is_published"]
    list_filter = ["is_published", "kind", "status"]
    search_fields = ["search_text"]
    autocomplete_fields = ["publications", "grants", "talks", "topics"]
    fields = [
        "name", ("kind", "status"), "summary", "body", PERIOD, "publications", "topics", "talks", "grants",
        ("order", "slug", "is_published"),
    ]  # fmt: skip
    inlines = [ProjectRoleInline, ProjectLinkInline]


@admin.register(Service)
class ServiceAdmin(TableAdmin, RecordAdmin):
    table = ServiceTable
    names_organizations = True
    list_display = ["person", "kind", "where", "count", "date"]
    list_filter = ["kind", "year"]
    list_select_related = ["person", "venue", "organization"]
    search_fields = ["person__search_text", "venue__search_text", "title", "venue_text"]
    autocomplete_fields = ["person", "venue", "organization", "talk"]
    fields = [
        "person", "kind", ("venue", "year"), "venue_text", "title", "organization", ("date", "end_date"), "count",
        "talk", "note",
    ]  # fmt: skip


class TalkLinkInline(DocumentLinksMixin, TabularRows):
    model = TalkLink
    fields = ["label", "url", "stored", "upload", "order"]


@admin.register(Talk)
class TalkAdmin(PublishableAdmin):
    list_display = ["__str__", "kind", "event", "date", "is_published"]
    list_filter = ["is_published", "kind"]
    search_fields = ["title", "event", "speakers__search_text"]
    autocomplete_fields = ["venue", "speakers", "publication"]
    inlines = [TalkLinkInline]


@admin.register(NewsItem)
class NewsItemAdmin(PublishableAdmin):
    list_display = ["body_start", "date", "kind", "is_highlight", "is_published"]
    list_filter = ["is_published", "kind", "is_highlight"]
    search_fields = ["body"]
    autocomplete_fields = ["people", "publications", "groups"]
    fields = [
        "body", ("date", "end_date"), ("kind", "is_highlight", "is_published"), "people", "publications", "groups",
        "place", "show_personal", "order",
    ]  # fmt: skip

    @admin.display(description=_("text"))
    def body_start(self, item: NewsItem) -> str:
        return str(item)


@admin.register(Metric)
class MetricAdmin(PublishableAdmin):
    list_display = ["name", "value_text", "person", "publication", "source", "as_of", "is_published"]
    list_filter = ["name", "source"]
    list_select_related = ["person", "publication"]
    search_fields = ["person__search_text", "publication__search_text", "source"]
    autocomplete_fields = ["person", "publication"]
