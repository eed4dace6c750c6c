"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from labsite.lib.together import Plan
from labsite.lib.web import site_root
from labsite.models import LabProfile
from labsite.publishing import PUBLISHED


def lab(request: HttpRequest) -> dict[str, Any]:
    """`lab`, the lab's profile: one query on first use. A site without one calls itself Labsite.

    `request.previewed_lab` stands in its place where an editor looks at a profile that is not stored yet.
    `is_published_copy`: the page becomes a file, whose scripts do what a server would (labsite.publishing).
    `site_root` is the site's address without a slash, `canonical` this page's without its query string.
    """
    root = site_root(request)
    return {
        "lab": SimpleLazyObject(lambda: lab_of(request)),
        "site_root": root,
        "canonical": f"{root}{request.path}",
        "is_published_copy": PUBLISHED in request.META,
    }


def lab_of(request: HttpRequest) -> LabProfile:
    """The profile that this request's page shows. One query, none where an editor previews one."""
    return getattr(request, "previewed_lab", None) or load_lab_profile()


def load_lab_profile() -> LabProfile:
    found = LAB.load()["profiles"]
    return found[0] if found else LabProfile(name="Labsite")


LAB = Plan(lambda: {"profiles": LabProfile.objects.select_related("organization")[:1]})
