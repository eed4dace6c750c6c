"""Editing people: everything about a person on one page. Members reach their own page only."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.context import load_lab_profile
from labsite.lib.editing import READ_PRIVATE_HISTORY, PublishableAdmin, RecordAdmin, RecordForm, SlugForm
from labsite.lib.rows import RowForm, RowFormSet, StackedRows, TabularRows
from labsite.lib.tables.pages import TableAdmin
from labsite.lib.text import make_slug
from labsite.privacy.narrowing import DECISIONS
from people.directory import current_membership
from people.models import (
    Course,
    Education,
    Group,
    Membership,
    OldAddress,
    Organization,
    Person,
    PersonName,
    Position,
    PositionPerson,
    ProfileLink,
    ProfileSection,
)
from people.photos import FocusInput, PhotoUploadField, rendition_address
from people.tables import MemberTable
from publications.models import PositionPublication

NAMES = ("name", "given_name", "family_name", "honorific")
PERIOD = ("start", "end", "end_is_unknown")


def is_editor(request: HttpRequest) -> bool:
    """Editors may add people; members may only change themselves."""
    return request.user.has_perm("people.add_person")


class MembershipInline(TabularRows):
    model = Membership
    fields = ["role", "title", "group", *PERIOD, "next_destination"]
    autocomplete_fields = ["group"]
    verbose_name_plural = _("memberships: when and as what they are here (decides current, alumni and the people page)")


class GroupMembershipInline(MembershipInline):
    fields = ["person", "role", "title", *PERIOD, "next_destination"]
    autocomplete_fields = ["person"]


class PositionInline(StackedRows):
    model = Position
    show_change_link = True
    autocomplete_fields = ["organization"]
    fields = [
        ("kind", "title"),
        ("organization", "team"),
        ("place", "mode"),
        PERIOD,
        "project",
        "summary",
    ]
    classes = ["collapse"]
    verbose_name_plural = _("positions: jobs, internships, research stays (people and papers: “Change” on the row)")


class EducationForm(RowForm):
    """Nobody advises themselves."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        person = cleaned.get("person") or getattr(self.instance, "person", None)
        for name in ("advisors", "committee"):
            if person and person.pk and person in (cleaned.get(name) or ()):
                self.add_error(
                    name, gettext("%(person)s is the student here: choose other people.") % {"person": person}
                )
        return cleaned


class EducationRecordForm(EducationForm, RecordForm):
    """The same on a page of its own."""


class EducationInline(StackedRows):
    model = Education
    form = EducationForm
    show_change_link = True
    autocomplete_fields = ["organization", "advisors", "committee"]
    fields = [
        ("degree", "field"),
        ("organization", "unit"),
        ("place", "focus"),
        PERIOD,
        "note",
        "advisors",
        "committee",
        ("grade", "rank", "grades_are_public"),
    ]
    classes = ["collapse"]


class NameFormSet(RowFormSet):
    """A former name is shown nowhere, so the address of the page may not say it either."""

    def clean(self) -> None:
        super().clean()
        address = re.sub(r"-\d+\Z", "", self.instance.slug or "")
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            name, is_former = cleaned.get("name", ""), cleaned.get("kind") == PersonName.Kind.FORMER
            if is_former and name != self.instance.name and address == make_slug(name, ""):
                form.add_error("name", gettext("The address of the page still says this name: change it, above, too."))


class NameInline(TabularRows):
    model = PersonName
    formset = NameFormSet
    fields = ["name", "kind", "is_public"]
    classes = ["collapse"]
    verbose_name_plural = _(
        "other names (people and their papers are found by public ones; former names are never shown)"
    )


class LinkInline(TabularRows):
    model = ProfileLink
    fields = ["kind", "url", "label", "order"]


class SectionInline(StackedRows):
    model = ProfileSection
    fields = [("kind", "heading", "order", "is_published"), "body"]
    classes = ["collapse"]
    verbose_name_plural = _("sections of the page: highlights, interests, skills, collaboration")


class OldAddressInline(TabularRows):
    model = OldAddress
    classes = ["collapse"]
    verbose_name_plural = _("old addresses that lead to this page")


class PersonForm(SlugForm):
    """Re-encodes a new photo, so that nothing of the camera is stored."""

    photo = PhotoUploadField(required=False, help_text=Person._meta.get_field("photo").help_text)

    class Meta:
        model = Person
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose
        widgets = {
            "office": forms.Textarea(attrs={"rows": 4}),
            "identity_note": forms.Textarea(attrs={"rows": 3}),
            "photo_focus_x": FocusInput,
            "photo_focus_y": FocusInput,
        }


class StatusFilter(admin.SimpleListFilter):
    """Current, upcoming, alumni, and those who are not members."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("current", gettext("Current")),
            ("upcoming", gettext("Joining soon")),
            ("alumni", gettext("Alumni")),
            ("other", gettext("Not a member")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = timezone.localdate()
        if self.value() == "other":
            return queryset.exclude(pk__in=Person.objects.members())
        if self.value() in ("current", "upcoming", "alumni"):
            return getattr(queryset, self.value())(today)
        return queryset


@admin.register(Person)
class PersonAdmin(TableAdmin, PublishableAdmin):
    """Editors see everyone; a member sees and changes their own record only."""

    form = PersonForm
    table = MemberTable
    list_display = ["name", "role", "orcid", "has_photo", "is_published"]
    list_filter = ["is_published", StatusFilter, "memberships__role", "memberships__group"]
    search_fields = ["search_text", "names__search_text"]
    autocomplete_fields = ["user"]
    inlines = [
        MembershipInline, LinkInline, SectionInline, PositionInline, EducationInline, NameInline, OldAddressInline,
    ]  # fmt: skip
    fieldsets = [
        (
            _("Name"),
            {
                "fields": [
                    "name",
                    ("given_name", "family_name"),
                    ("native_name", "native_language"),
                    ("pronouns", "pronunciation", "honorific"),
                    "orcid",
                ],
                "description": _("Only the full name is needed. It is printed on the person's page, card and CV."),
            },
        ),
        (
            _("Page"),
            {
                "fields": ["headline", "bio", ("status_text", "status_is_shown"), "slug", "is_published"],
                "description": _("What visitors read on top of the person's page."),
            },
        ),
        (
            _("Photo"),
            {
                "fields": ["photo", "photo_alt", "photo_crop", ("photo_focus_x", "photo_focus_y"), "photo_consent"],
                "description": _(
                    "Shown only if the person agreed; if they take it back, it is deleted. "
                    "Without a photo the page shows their initials."
                ),
                "classes": ["collapse"],
            },
        ),
        (
            _("Contact and privacy"),
            {
                "fields": [
                    ("email", "email_visibility"),
                    ("phone", "phone_visibility"),
                    ("office", "office_visibility"),
                ],
                "description": _("Private unless the person wishes otherwise."),
                "classes": ["collapse"],
            },
        ),
        (
            _("What their page shows"),
            {
                "fields": ["show_profile_card", "show_links", "show_news", "show_selected", "kept_out_of_search"],
                "classes": ["collapse"],
            },
        ),
        (_("For editors"), {"fields": ["user", "identity_note"], "classes": ["collapse"]}),
    ]
    private_history = frozenset({"email", "phone", "office", "identity_note"})
    # What is shown to whom is decided, not gone back to; the photo of an earlier version may be deleted by now; and a
    # name that became a former one stays one.
    kept_today = frozenset({*DECISIONS, "photo", "photo_alt", "photo_crop", "photo_focus_x", "photo_focus_y", "user"})
    rows_kept_today = frozenset({PersonName})
    editors_only = {"slug", "is_published", "user", "identity_note"}
    readonly_fields = ["photo_crop"]

    class Media:
        css = {"all": ["labsite/admin/focus.css"]}
        js = [forms.Script("labsite/focus.js", defer=True)]

    def record_tools(self, request: HttpRequest, obj: Person) -> list[tuple[str, str]]:
        tools = super().record_tools(request, obj)
        if request.user.has_perm(READ_PRIVATE_HISTORY) and self.has_delete_permission(request, obj):
            tools.append((gettext("Forget…"), reverse("admin:erase_person", args=[obj.pk])))
        return tools

    @admin.display(description=_("what small crops show"))
    def photo_crop(self, person: Person) -> str:
        """The photo with its focus, which the two sliders below set."""
        has_photo = bool(person.photo) and person.photo.storage.exists(person.photo.name)
        context = {
            "photo": person.photo.url if has_photo else "",
            "crop": rendition_address(person, "192", "jpg") if has_photo else "",
        }
        return render_to_string("people/_photo_focus_stage.html", context)

    @admin.display(description=_("here as"))
    def role(self, person: Person) -> str:
        membership = current_membership(person, timezone.localdate())
        if membership:
            return membership.role_text
        return gettext("formerly or later") if person.memberships.all() else gettext("not a member")

    @admin.display(description=_("photo"), boolean=True)
    def has_photo(self, person: Person) -> bool:
        return bool(person.photo)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        people = super().get_queryset(request).with_memberships()
        return people if is_editor(request) else people.filter(user=request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if is_editor(request):
            return fieldsets
        return [(name, options) for name, options in map(self._for_members, fieldsets) if options["fields"]]

    def _for_members(self, fieldset: Any) -> Any:
        name, options = fieldset
        return name, {**options, "fields": [field for field in options["fields"] if field not in self.editors_only]}

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> Any:
        """Only who may see accounts can choose one; names of members are kept by the editors."""
        fields = list(super().get_readonly_fields(request, obj))
        fields += [] if request.user.has_perm("auth.view_user") else ["user"]
        return fields if is_editor(request) else [*fields, *NAMES]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """A table is about everybody; who may change their own page only gets none."""
        return super().has_export_permission(request) and is_editor(request)

    def sees_private(self, request: HttpRequest) -> bool:
        return is_editor(request)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return super().get_list_filter(request) if is_editor(request) else []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if is_editor(request) else {}

    def has_view_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return super().has_view_permission(request, obj) and self._reaches(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        own = super().has_change_permission(request, obj) and self._reaches(request, obj)
        # Where members' changes need approval, there is no way around it: they change their page at /my/profile/.
        return own and (is_editor(request) or not load_lab_profile().changes_need_approval)

    def _reaches(self, request: HttpRequest, obj: Person | None) -> bool:
        return obj is None or is_editor(request) or obj.user_id == request.user.pk

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return super().history_view(request, object_id, extra_context) if is_editor(request) else refuse()

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().history_form_view(request, *args, **kwargs) if is_editor(request) else refuse()


def refuse() -> HttpResponse:
    """History holds what editors noted about a person, so members do not read it."""
    raise PermissionDenied


class PositionPersonForm(RowForm):
    """Nobody holds a position together with themselves: whose position it is, the form around it says."""

    reads_parent = True


class PositionPersonInline(TabularRows):
    model = PositionPerson
    form = PositionPersonForm
    autocomplete_fields = ["person"]
    fields = ["person", "role", "order"]


class PositionPublicationInline(TabularRows):
    model = PositionPublication
    autocomplete_fields = ["publication"]
    fields = ["publication", "label", "order"]


@admin.register(Position)
class PositionAdmin(RecordAdmin):
    list_display = ["__str__", "person", "kind", "start", "end"]
    list_filter = ["kind", "mode"]
    list_select_related = ["person", "organization"]
    search_fields = ["title", "project", "team", "person__search_text", "organization__search_text"]
    autocomplete_fields = ["person", "organization"]
    inlines = [PositionPersonInline, PositionPublicationInline]
    fields = [
        "person", ("kind", "title"), ("organization", "team"), ("place", "mode"), PERIOD, "project", "summary", "order",
    ]  # fmt: skip


class CourseInline(TabularRows):
    model = Course
    fields = ["name", "mark", "order"]


@admin.register(Education)
class EducationAdmin(RecordAdmin):
    form = EducationRecordForm
    private_history = frozenset({"grade", "rank"})
    list_display = ["degree", "field", "person", "organization", "start", "end"]
    list_select_related = ["person", "organization"]
    search_fields = ["degree", "field", "person__search_text", "organization__search_text"]
    autocomplete_fields = ["person", "organization", "advisors", "committee"]
    inlines = [CourseInline]


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    list_display = ["person", "role", "group", "start", "end", "next_destination"]
    list_filter = ["role", "group"]
    list_select_related = ["person", "group"]
    search_fields = ["person__search_text"]
    autocomplete_fields = ["person", "group"]


@admin.register(Group)
class GroupAdmin(PublishableAdmin):
    form = SlugForm
    list_display = ["name", "organization", "lead", "members", "is_published"]
    list_filter = ["is_published"]
    list_select_related = ["organization", "lead"]
    search_fields = ["name", "short_name"]
    autocomplete_fields = ["organization", "lead"]
    inlines = [GroupMembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(member_count=Count("memberships__person", distinct=True))

    @admin.display(description=_("members, ever"), ordering="member_count")
    def members(self, group: Group) -> int:
        return group.member_count


@admin.register(Organization)
class OrganizationAdmin(RecordAdmin):
    list_display = ["name", "short_name", "place", "country", "ror"]
    list_filter = ["country"]
    search_fields = ["search_text"]
    autocomplete_fields = ["parent"]
    fields = ["name", "short_name", "other_names", "ror", ("place", "country"), "url", "parent"]
