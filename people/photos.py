"""Portrait uploads: checked before decoding, stored under a name of our own, without camera and place data."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

ALLOWED_FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
MAX_BYTES = 20 * 1024 * 1024
STORED_EDGE = 1600  # pixels; enough for a portrait on any screen


def photo_path(instance: Any, filename: str) -> str:
    """A name that says nothing of the person and nothing of the uploaded file."""
    return f"photos/{uuid.uuid4().hex}.jpg"


def open_photo(upload: Any) -> Image.Image:
    """The image, its header checked but not decoded; raises `ValidationError` with what to do."""
    if upload.size > MAX_BYTES:
        raise ValidationError(f"The photo has {upload.size // 1024 // 1024} MiB: 20 MiB are the most.")
    upload.seek(0)
    try:
        image = Image.open(upload, formats=ALLOWED_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError("This is not a JPEG, PNG or WebP image: save it as one and try again.") from error
    if image.width * image.height > MAX_PIXELS:
        raise ValidationError(f"The photo has {image.width} × {image.height} pixels: 40 megapixels are the most.")
    return image


def validate_photo(value: Any) -> None:
    """Model-level check of a new upload; a photo that is stored already was checked when it came."""
    if value and not getattr(value, "_committed", True):
        open_photo(value.file)


def reencode_photo(upload: Any) -> ContentFile:
    """A fresh JPEG of the upload: turned upright, at most 1,600 pixels a side, with no metadata."""
    image = open_photo(upload)
    try:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError("The photo is damaged: save it again and retry.") from error
    upright.thumbnail((STORED_EDGE, STORED_EDGE))
    target = BytesIO()
    upright.save(target, format="JPEG", quality=88, optimize=True)
    return ContentFile(target.getvalue(), name="photo.jpg")
