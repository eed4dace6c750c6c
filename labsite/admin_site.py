"""The admin's front page: what an assistant needs most comes first."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

ORDER = ["people", "publications", "activities", "labsite", "auth"]


class LabsiteAdminSite(AdminSite):
    site_header = "Labsite"
    site_title = "Labsite"
    index_title = "What would you like to change?"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER))
