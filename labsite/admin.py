"""Editing the lab's own profile."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from labsite.lib.editing import RecordAdmin
from labsite.models import LabProfile


@admin.register(LabProfile)
class LabProfileAdmin(RecordAdmin):
    """There is one profile: its list leads straight to it."""

    autocomplete_fields = ["organization"]

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
