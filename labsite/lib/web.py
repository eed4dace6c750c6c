"""Addresses and headers. Pure: reads the request, asks nothing else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_root(request: HttpRequest) -> str:
    """The site's address without a slash at the end, “https://lab.example.org”: `SITE_URL`, else as this visitor came.

    Identifiers of feeds and harvests hold it: an installation that answers under several names sets `SITE_URL`.
    """
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
