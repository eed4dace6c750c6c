"""What every page's template may use."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from labsite.models import LabProfile


def lab(request: HttpRequest) -> dict[str, LabProfile]:
    """`lab`, the lab's profile: one query on first use. A site without one calls itself Labsite."""
    return {"lab": SimpleLazyObject(load_lab_profile)}


def load_lab_profile() -> LabProfile:
    return LabProfile.objects.select_related("organization").first() or LabProfile(name="Labsite")
