"""The addresses of the style sheets that every page loads."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage

from labsite.style_sheets import BUNDLE, SHEETS

register = template.Library()


@register.simple_tag
def style_sheets() -> list[str]:
    """One where static files were collected, five while one works on them."""
    names = [BUNDLE] if getattr(staticfiles_storage, "is_bundled", False) else SHEETS
    return [staticfiles_storage.url(name) for name in names]
