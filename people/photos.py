"""Portraits: where they are stored and how large."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.base import ContentFile

from labsite.lib.images import reencode, validate_image

STORED_EDGE = 1600  # pixels; enough for a portrait on any screen
validate_photo = validate_image


def photo_path(instance: Any, filename: str) -> str:
    """A name that says nothing of the person and nothing of the uploaded file."""
    return f"photos/{uuid.uuid4().hex}.jpg"


def reencode_photo(upload: Any) -> ContentFile:
    """A fresh JPEG of the upload: turned upright, at most 1,600 pixels a side, with no metadata."""
    return reencode(upload, "JPEG", STORED_EDGE)
