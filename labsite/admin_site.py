"""The admin's front page: what an assistant needs most comes first."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from labsite import audit_views, erase_views, merge_views, request_views, review_views

ORDER = ["people", "publications", "activities", "labsite", "auth"]


class LabsiteAdminSite(AdminSite):
    site_header = "Labsite"
    site_title = "Labsite"
    index_title = _("What would you like to change?")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().index(request, {**review_views.index_context(request), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [*self.review_urls(), *self.merge_urls(), *self.request_urls(), *self.audit_urls(), *super().get_urls()]

    def review_urls(self) -> list[URLPattern]:
        return [
            path("review/dismissed/", self.admin_view(review_views.dismissed_page), name="review_dismissed"),
            path("review/show-again/", self.admin_view(review_views.show_again), name="review_show_again"),
            path("review/answer/", self.admin_view(review_views.answer), name="review_answer"),
            path("review/<slug:name>/", self.admin_view(review_views.kind_page), name="review_kind"),
            path("review/<slug:name>/dismiss/", self.admin_view(review_views.dismiss), name="review_dismiss"),
        ]

    def merge_urls(self) -> list[URLPattern]:
        return [
            path("merge/<str:label>/", self.admin_view(merge_views.merge_page), name="merge"),
            path("merges/", self.admin_view(merge_views.merges_page), name="merges"),
            path("merges/<int:key>/undo/", self.admin_view(merge_views.undo_page), name="merge_undo"),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to sign in on; it leads back here. Whoever may not edit is told so there."""
        asked = request.GET.get("next", request.POST.get("next", ""))
        return redirect_to_login(asked or reverse("admin:index"), reverse("members:login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page for this too, which counts wrong tries and ends other sessions."""
        return HttpResponseRedirect(reverse("members:password"))

    def audit_urls(self) -> list[URLPattern]:
        return [path("changes/", self.admin_view(audit_views.recent_changes), name="recent_changes")]

    def request_urls(self) -> list[URLPattern]:
        """What members ask for."""
        return [
            path("requests/change/<int:key>/", self.admin_view(request_views.profile_change), name="profile_change"),
            path(
                "requests/change/<int:key>/photo.jpg",
                self.admin_view(request_views.profile_change_photo),
                name="profile_change_photo",
            ),
            path("requests/removal/<int:key>/", self.admin_view(request_views.removal_request), name="removal_request"),
            path("forget/<int:key>/", self.admin_view(erase_views.erase_person), name="erase_person"),
        ]
