"""Addresses and headers. Pure: reads the request, asks nothing else."""

from __future__ import annotations

from django.http import HttpRequest


def site_root(request: HttpRequest) -> str:
    """The site's address as this visitor reached it, without a slash at the end: “https://lab.example.org”."""
    return f"{request.scheme}://{request.get_host()}"
