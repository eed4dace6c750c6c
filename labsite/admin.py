"""Editing the lab's own profile, with a preview of what it would look like, and the lab's own pages."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from labsite.headers import allow
from labsite.lib.editing import PublishableAdmin, RecordAdmin, RecordForm, SlugForm
from labsite.lib.images import ImageUploadField
from labsite.looks import LOGO_EDGE, PICTURE_EDGE, shades_of
from labsite.models import LabProfile, Page
from labsite.models.site import validate_colour
from labsite.site_import import admin as moving_in  # noqa: F401 - registers its pages

PREVIEWED = "'self' data:"  # a picture that is not stored yet stands in the page itself


class ColourInput(forms.TextInput):
    """The colour as text, and beside it, with a script, the browser's own chooser."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"maxlength": 7, "size": 9, "spellcheck": "false", "autocomplete": "off", **(attrs or {})})

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<span class="colour">{} <input type="color" data-colour-of="{}" aria-label="{}" hidden></span>',
            super().render(name, value, attrs, renderer),
            (attrs or {}).get("id", ""),
            _("Choose the colour"),
        )


def help_of(field: str) -> str:
    return LabProfile._meta.get_field(field).help_text


class LabProfileForm(RecordForm):
    """Logo and picture are written anew when they come, so that nothing of a camera or an editor program is stored."""

    logo = ImageUploadField(format="PNG", edge=LOGO_EDGE, required=False, help_text=help_of("logo"))
    picture = ImageUploadField(format="JPEG", edge=PICTURE_EDGE, required=False, help_text=help_of("picture"))

    class Meta:
        model = LabProfile
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose
        widgets = {"accent": ColourInput}

    def clean_logo(self) -> Any:
        return self.present("logo")

    def clean_picture(self) -> Any:
        return self.present("picture")

    def present(self, field: str) -> Any:
        """Of an earlier version whose file was deleted since, the one that there is now."""
        file = self.cleaned_data.get(field)
        if file and field not in self.changed_data and not file.storage.exists(file.name):
            return LabProfile.objects.filter(pk=self.instance.pk).values_list(field, flat=True).first() or ""
        return file


@admin.register(LabProfile)
class LabProfileAdmin(RecordAdmin):
    """There is one profile: its list leads straight to it."""

    form = LabProfileForm
    change_form_template = "admin/labsite/labprofile/change_form.html"
    autocomplete_fields = ["organization"]
    readonly_fields = ["accent_shades"]
    fieldsets = [
        (_("Name and statement"), {"fields": ["name", "tagline", "introduction", "organization", "url"]}),
        (_("Looks"), {"fields": ["accent", "accent_shades", "logo", "picture", "picture_alt", "picture_caption"]}),
        (_("Navigation and foot"), {"fields": ["header_links", "contact", "footer_links"]}),
        (_("Members' corner"), {"fields": ["changes_need_approval", "retention_months"]}),
    ]

    class Media:
        css = {"all": ["labsite/admin/preview.css"]}
        js = [forms.Script("labsite/admin/preview.js", defer=True)]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("preview/", self.admin_site.admin_view(self.preview), name="labsite_labprofile_preview"),
            path("shades/", self.admin_site.admin_view(self.shades), name="labsite_labprofile_shades"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("its shades"))
    def accent_shades(self, profile: LabProfile) -> str:
        """What the accent becomes where it is read, with the contrast it then has."""
        return print_shades(profile.accent)

    def shades(self, request: HttpRequest) -> HttpResponse:
        """The same for `?accent=%23ffff00`, while it is being chosen."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponse(print_shades(request.GET.get("accent", "")))

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The home page as it would be with the values of the form, which are not stored."""
        profile = LabProfile.objects.select_related("organization").first()
        if not (self.has_change_permission(request, profile) if profile else self.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:labsite_labprofile_changelist"))
        form = self.get_form(request, profile, change=profile is not None)(
            request.POST, request.FILES, instance=profile
        )
        response = show_home(request, form.instance) if form.is_valid() else say_problems(request, form)
        response.headers["X-Frame-Options"] = "SAMEORIGIN"  # the form's own page shows it in a frame
        allow(response, "img-src", PREVIEWED)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
        return response

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changeform_view(request, *args, **kwargs)
        allow(response, "frame-src", "'self'")  # the preview, which is written into the frame: this policy is its own
        allow(response, "img-src", PREVIEWED)
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not LabProfile.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        profile = LabProfile.objects.first()
        if profile is None:
            return super().changelist_view(request, extra_context)
        return HttpResponseRedirect(reverse("admin:labsite_labprofile_change", args=[profile.pk]))

    def save_model(self, request: HttpRequest, obj: LabProfile, form: Any, change: bool) -> None:
        obj.pk = LabProfile.SINGLE_ID
        super().save_model(request, obj, form, change)


def print_shades(accent: str) -> str:
    """The shades of an accent as HTML, or what is wrong with it."""
    try:
        validate_colour(accent)
    except ValidationError as error:
        return render_to_string("admin/labsite/labprofile/_shades.html", {"problem": error.messages[0]})
    return render_to_string("admin/labsite/labprofile/_shades.html", {"shades": shades_of(accent.lower())})


def show_home(request: HttpRequest, profile: LabProfile) -> HttpResponse:
    """The home page of a lab with this profile. Nothing on it can be pressed: it leads nowhere."""
    asked = copy.copy(request)
    asked.method = "GET"
    asked.previewed_lab = profile
    response = resolve(reverse("home")).func(asked)
    response.content = response.content.replace(b"<body", b"<body inert", 1)
    return response


def say_problems(request: HttpRequest, form: forms.ModelForm) -> HttpResponse:
    problems = [
        (form.fields[name].label if name in form.fields else "", list(errors)) for name, errors in form.errors.items()
    ]
    response = TemplateResponse(request, "admin/labsite/labprofile/preview_problems.html", {"problems": problems})
    return response.render()


class PageForm(SlugForm):
    slug_source = "title"


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    """Pages of the lab's own: how to join, accessibility, privacy. The lab profile's links lead to them."""

    form = PageForm
    list_display = ["title", "slug", "is_published"]
    list_filter = ["is_published"]
    search_fields = ["title", "summary", "body"]
    fields = ["title", "summary", "body", "slug", "is_published"]
