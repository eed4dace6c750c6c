"""Editing publications, bringing them in, and what was brought in."""

from publications.admin import imports, records

__all__ = ["imports", "records"]
