"""Uploaded pictures: checked before decoding, stored under a name of our own, without camera and place data."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

ALLOWED_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MAX_PIXELS = 40_000_000
MAX_BYTES = 20 * 1024 * 1024


def logo_path(instance: Any, filename: str) -> str:
    return f"site/{uuid.uuid4().hex}.png"


def picture_path(instance: Any, filename: str) -> str:
    return f"site/{uuid.uuid4().hex}.jpg"


def open_image(upload: Any) -> Image.Image:
    """The image, its header checked but not decoded; raises `ValidationError` with what to do."""
    if upload.size > MAX_BYTES:
        raise ValidationError(f"The picture has {upload.size // 1024 // 1024} MiB: 20 MiB are the most.")
    upload.seek(0)
    try:
        image = Image.open(upload, formats=ALLOWED_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError("This is not a JPEG, PNG, WebP or AVIF image: save it as one and try again.") from error
    if image.width * image.height > MAX_PIXELS:
        raise ValidationError(f"The picture has {image.width} × {image.height} pixels: 40 megapixels are the most.")
    return image


def validate_image(value: Any) -> None:
    """Model-level check of a new upload; a picture that is stored already was checked when it came."""
    if value and not getattr(value, "_committed", True):
        open_image(value.file)


def reencode(upload: Any, format: str, edge: int) -> ContentFile:
    """A fresh JPEG or PNG of the upload: turned upright, at most `edge` pixels a side, with no metadata."""
    image = open_image(upload)
    try:
        upright = ImageOps.exif_transpose(image).convert("RGBA" if format == "PNG" else "RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError("The picture is damaged: save it again and retry.") from error
    upright.thumbnail((edge, edge))
    target = BytesIO()
    upright.save(target, format=format, quality=88, optimize=True)
    return ContentFile(target.getvalue(), name=f"picture.{format.lower()}")
