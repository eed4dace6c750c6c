"""Editing publications: authors in order, identifiers, links, distinctions, notices on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.document_forms import DocumentLinksMixin
from labsite.lib.editing import PublishableAdmin, RecordAdmin, RecordForm, SlugForm
from labsite.lib.rows import RowForm, RowFormSet, StackedRows, TabularRows
from publications.identifiers import normalize_identifier
from publications.models import Authorship, Distinction, Identifier, Link, Notice, Publication, Topic, Venue


class AuthorshipForm(RowForm):
    """A name left empty is taken from the person. Positions are compared within the form, not with stored rows."""

    class Meta:
        model = Authorship
        fields = [
            "position", "printed_name", "person", "link_status", "is_equal", "is_corresponding", "affiliation_text",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["printed_name"].required = False

    def has_changed(self) -> bool:
        """A new row of which only the number is filled in, by the script, says nothing."""
        return super().has_changed() and (bool(self.instance.pk) or self.changed_data != ["position"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("printed_name"):
            if cleaned.get("person"):
                cleaned["printed_name"] = cleaned["person"].name
            else:
                self.add_error("printed_name", gettext("Give the name as printed, or choose a person."))
        return cleaned

    def validate_unique(self) -> None:
        """One save may swap two authors: `AuthorshipFormSet` checks the positions together."""

    def validate_constraints(self) -> None:
        exclude = {*self._get_validation_exclusions(), "position"}
        try:
            self.instance.validate_constraints(exclude=exclude)
        except ValidationError as error:
            self._update_errors(error)


class AuthorshipFormSet(RowFormSet):
    """Refuses two authors at one position and one certain person twice. Deleting one leaves no gap in the numbers."""

    order_field = "position"

    def clean(self) -> None:
        super().clean()
        elsewhere = self.rows_not_shown()
        positions = {row.position for row in elsewhere if row.position}
        people = {row.person for row in elsewhere if row.person and row.link_status == row.LinkStatus.CONFIRMED}
        for form in self.kept_forms():
            data = form.cleaned_data
            position, person = data.get("position"), data.get("person")
            if position in positions:
                form.add_error(
                    "position",
                    gettext("Another author is number %(position)s: every author needs a place of their own.")
                    % {"position": position},
                )
            if position:
                positions.add(position)
            if person and data.get("link_status") == Authorship.LinkStatus.CONFIRMED:
                if person in people:
                    form.add_error(
                        "person", gettext("%(person)s is an author of this paper already.") % {"person": person}
                    )
                people.add(person)
        if (
            not elsewhere
            and self.leaves_gaps()
            and not self.non_form_errors()
            and all(form.is_valid() for form in self.kept_forms())
        ):
            self.close_gaps()

    def leaves_gaps(self) -> bool:
        """Whether a row is deleted from numbers that had no gap: a gap that was there stands for authors unknown."""
        before = {form.initial["position"] for form in self.initial_forms}  # None: nobody knows where in the list
        return bool(self.deleted_forms) and before == {*range(1, len(self.initial_forms) + 1)}

    def close_gaps(self) -> None:
        """Numbers the rows that stay anew in their order, 1, 2, 3 …"""
        numbered = [form for form in self.kept_forms() if form.cleaned_data.get("position")]
        numbered.sort(key=lambda form: form.cleaned_data["position"])
        for place, form in enumerate(numbered, start=1):
            if form.cleaned_data["position"] != place:
                form.cleaned_data["position"] = form.instance.position = place
                form.changed_data = [*form.changed_data, "position"]  # or an untouched row would not be saved

    def rows_not_shown(self) -> list[Authorship]:
        """Authors that somebody else added while this page was open."""
        if not self.instance.pk:
            return []
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        return list(self.instance.authorships.exclude(pk__in=shown).select_related("person"))

    def validate_unique(self) -> None:
        """Done in `clean`, which names the row."""


class AuthorshipInline(TabularRows):
    model = Authorship
    form = AuthorshipForm
    formset = AuthorshipFormSet
    autocomplete_fields = ["person"]
    ordering = ["position"]
    verbose_name = _("author")
    verbose_name_plural = _("authors, in order")
    classes = ["authors-in-order"]

    class Media:
        js = ["labsite/admin/authors.js"]
        css = {"all": ["labsite/admin/authors.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).order_by(*Authorship._meta.ordering)


class IdentifierForm(RowForm):
    """Says which publication has an identifier already."""

    class Meta:
        model = Identifier
        fields = ["scheme", "value"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        scheme, value = cleaned.get("scheme"), cleaned.get("value")
        if not (scheme and value):
            return cleaned
        try:
            cleaned["value"] = normalize_identifier(scheme, value)
        except ValueError as error:
            self.add_error("value", str(error))
            return cleaned
        others = Identifier.objects.filter(scheme=scheme, value=cleaned["value"]).exclude(pk=self.instance.pk)
        other = others.select_related("publication").first()
        if other:
            self.add_error(
                "value", gettext("“%(publication)s” has this identifier already.") % {"publication": other.publication}
            )
        return cleaned


class IdentifierInline(TabularRows):
    model = Identifier
    form = IdentifierForm


class LinkInline(DocumentLinksMixin, TabularRows):
    model = Link
    fields = ["kind", "url", "stored", "upload", "label", "order"]


class DistinctionInline(TabularRows):
    model = Distinction
    classes = ["collapse"]
    verbose_name_plural = _("distinctions: oral, spotlight, prizes")


class NoticeInline(StackedRows):
    model = Notice
    classes = ["collapse"]
    verbose_name_plural = _("notices: retractions and corrections (printed on top of the paper's page)")


class PublicationForm(SlugForm):
    """Makes the address from the title."""

    slug_source = "title"


@admin.register(Publication)
class PublicationAdmin(PublishableAdmin):
    form = PublicationForm
    list_display = ["title_and_nickname", "first_author", "venue", "year", "kind", "is_selected", "is_published"]
    list_filter = ["is_published", "kind", "status", "is_selected", "listing", "year", "venue"]
    list_select_related = ["venue"]
    search_fields = ["search_text", "authorships__search_text", "identifiers__value"]
    autocomplete_fields = ["venue", "topics"]
    inlines = [AuthorshipInline, IdentifierInline, LinkInline, DistinctionInline, NoticeInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["title", ("kind", "status"), ("venue", "track"), ("year", "date"), "author_list_complete"],
                "description": _("The year filter uses the venue's year. Authors stand below, in order."),
            },
        ),
        (
            _("What visitors read"),
            {"fields": ["summary", "abstract", "content_warning", "note", "topics", ("is_selected", "has_code")]},
        ),
        (
            _("Details"),
            {
                "fields": [
                    ("short_title", "title_is_description"),
                    "other_titles",
                    ("preprint_date", "preprint_date_text"),
                    ("venue_text", "institution"),
                    ("volume", "issue", "pages"),
                    ("article_number", "publisher"),
                ],
                "classes": ["collapse"],
            },
        ),
        (
            _("Where it shows"),
            {
                "fields": ["is_published", "listing", "slug"],
                "description": _("By default a paper is listed when a member of the lab is among its authors."),
            },
        ),
        (_("For editors"), {"fields": ["editor_note", "bibtex_key", "extra", "raw_record"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        first = Prefetch("authorships", Authorship.objects.filter(position=1), to_attr="first_authorships")
        return super().get_queryset(request).prefetch_related(first)

    def save_model(self, request: HttpRequest, obj: Publication, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        twins = Publication.objects.exclude(pk=obj.pk).filter(title__iexact=obj.title)
        for twin in [] if change else twins[:3]:
            message = format_html(
                'There is a publication of this title already: <a href="{}">{}, {}</a>. Is it the same one?',
                reverse("admin:publications_publication_change", args=[twin.pk]), twin.title, twin.year or "undated",
            )  # fmt: skip
            self.message_user(request, message, messages.WARNING)

    @admin.display(description=_("title"), ordering="title")
    def title_and_nickname(self, publication: Publication) -> str:
        return publication.display_title

    @admin.display(description=_("first author"))
    def first_author(self, publication: Publication) -> str:
        return ", ".join(author.printed_name for author in publication.first_authorships) or "–"


@admin.register(Venue)
class VenueAdmin(RecordAdmin):
    form = SlugForm
    list_display = ["label", "name", "kind", "parent", "publication_count"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["search_text"]
    autocomplete_fields = ["parent"]
    ordering = ["short_name", "name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("publications"))

    @admin.display(description=_("publications"), ordering="count")
    def publication_count(self, venue: Venue) -> int:
        return venue.count


@admin.register(Topic)
class TopicAdmin(RecordAdmin):
    form = SlugForm
    list_display = ["name", "code", "publication_count"]
    search_fields = ["name", "code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(count=Count("publications"))

    @admin.display(description=_("publications"), ordering="count")
    def publication_count(self, topic: Topic) -> int:
        return topic.count


class LinkForm(RecordForm):
    """Refuses to link one person twice to one publication."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        person, publication = cleaned.get("person"), cleaned.get("publication")
        if person and publication and cleaned.get("link_status") == Authorship.LinkStatus.CONFIRMED:
            others = Authorship.objects.confirmed().filter(person=person, publication=publication)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("person", gettext("%(person)s is an author of this paper already.") % {"person": person})
        return cleaned


@admin.register(Authorship)
class AuthorshipAdmin(RecordAdmin):
    """For finding names that are not linked yet, and for what stands beside a link: affiliation, basis, note."""

    form = LinkForm

    list_display = ["printed_name", "person", "link_status", "link_basis", "position", "publication"]
    list_filter = ["link_status", "link_basis", ("person", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "publication"]
    search_fields = ["search_text", "publication__search_text"]
    autocomplete_fields = ["person", "publication"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
