"""Uploaded pictures: checked before decoding, stored under a name of our own, without camera and place data."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext
from PIL import Image, ImageCms, ImageOps

ALLOWED_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
ACCEPTED_TYPES = "image/jpeg,image/png,image/webp,image/avif"
MAX_PIXELS = 40_000_000
MAX_BYTES = 20 * 1024 * 1024
WHITE = (255, 255, 255)


def logo_path(instance: Any, filename: str) -> str:
    return f"site/{uuid.uuid4().hex}.png"


def picture_path(instance: Any, filename: str) -> str:
    return f"site/{uuid.uuid4().hex}.jpg"


# What decoders raise for a stored picture that was damaged since.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


def open_image(upload: Any) -> Image.Image:
    """The image, its header checked but not decoded; raises `ValidationError` with what to do."""
    if upload.size > MAX_BYTES:
        raise ValidationError(
            gettext("The picture has %(size)s MiB: 20 MiB are the most.") % {"size": -(-upload.size // 1024**2)}
        )
    upload.seek(0)
    try:
        image = Image.open(upload, formats=ALLOWED_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(gettext("The picture is too large: 40 megapixels are the most.")) from error
    except Exception as error:  # a header made to hurt may raise anything in the reader of its format
        raise ValidationError(
            gettext("This is not a JPEG, PNG, WebP or AVIF image: save it as one and try again.")
        ) from error
    if image.width * image.height > MAX_PIXELS:
        size = {"width": image.width, "height": image.height}
        raise ValidationError(
            gettext("The picture has %(width)s × %(height)s pixels: 40 megapixels are the most.") % size
        )
    return image


def validate_image(value: Any) -> None:
    """Model-level check of a new upload; a picture that is stored already was checked when it came."""
    if value and not getattr(value, "_committed", True):
        open_image(value.file)


def reencode(upload: Any, format: str, edge: int) -> ContentFile:
    """A fresh JPEG or PNG of the upload: turned upright, in sRGB, at most `edge` pixels a side, with no metadata.

    Of several frames the first is taken. A PNG keeps its transparency; a JPEG stands on white.
    Raises `ValidationError` with what to do.
    """
    image = open_image(upload)
    try:
        fresh = to_srgb(shrink(image, edge), keep_alpha=format == "PNG")
        content = encode(fresh, format, quality=88)
    except Exception as error:  # damaged bytes may raise anything in the decoder of their format
        raise ValidationError(gettext("The picture is damaged: save it again and retry.")) from error
    return ContentFile(content, name=f"picture.{format.lower()}")


def shrink(image: Image.Image, edge: int) -> Image.Image:
    """Upright and at most `edge` pixels a side, before anything else: later steps then cost little memory."""
    image.draft(None, (edge, edge))  # a JPEG is decoded at half or a quarter of its size where that is enough
    image.seek(0)
    image.load()
    if image.mode in ("P", "PA") or "transparency" in image.info:  # indexes of colours cannot be mixed
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode.startswith("I"):  # sixteen bits, of which Pillow would cut off what is above 255
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    image.thumbnail((edge, edge))
    return ImageOps.exif_transpose(image)


def to_srgb(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """The same colours in sRGB, as RGBA or as RGB on white; nothing else of the file comes along."""
    has_alpha = image.mode in ("LA", "RGBA")
    alpha = image.getchannel("A") if has_alpha else None
    solid = apply_profile(image.convert(image.mode[:-1]) if has_alpha else image)
    fresh = Image.new("RGBA" if keep_alpha else "RGB", solid.size, WHITE)
    fresh.paste(solid, mask=None if keep_alpha else alpha)
    if keep_alpha and alpha:
        fresh.putalpha(alpha)
    return fresh


def apply_profile(image: Image.Image) -> Image.Image:
    """RGB by the file's own colour profile; a profile that cannot be used counts as sRGB, as browsers do."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("L", "RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert("RGB")
    return image.convert("RGB")


QUALITY = {"AVIF": 60, "WEBP": 78, "JPEG": 82}
OPTIONS: dict[str, dict[str, Any]] = {
    "AVIF": {"speed": 7, "max_threads": 1},
    "WEBP": {"method": 4},
    "JPEG": {"optimize": True, "progressive": True},
    "PNG": {"optimize": True},
}


def encode(image: Image.Image, format: str, quality: int | None = None) -> bytes:
    """The file, with no more than its pixels."""
    image.info = {}  # encoders would write a comment or profile that still hangs on the image
    options = OPTIONS[format] | ({} if format == "PNG" else {"quality": quality or QUALITY[format]})
    target = BytesIO()
    image.save(target, format=format, **options)
    return target.getvalue()


def crop_to(image: Image.Image, width: int, height: int, focus: tuple[int, int]) -> Image.Image:
    """The largest part of these proportions with `focus` (percent from left and top) as near its middle as can be.

    At most `width` × `height` pixels, and never more than there were. `focus.js` shows the same part.
    """
    scale = min(image.width / width, image.height / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = begin_of(image.width, wide, focus[0]), begin_of(image.height, high, focus[1])
    part = image.crop((left, top, left + wide, top + high))
    part.thumbnail((width, height))
    return part


def begin_of(whole: int, part: int, percent: int) -> int:
    """Where a part of a line begins that has the point at `percent` of the line in its middle, or nearly."""
    return min(max(round(whole * percent / 100 - part / 2), 0), whole - part)


class ImageUploadInput(forms.ClearableFileInput):
    """Offers only files that are read."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ACCEPTED_TYPES, **(attrs or {})})


class ImageUploadField(forms.FileField):
    """A picture from anybody: what it gives is a fresh file, or an error in words. Nothing else ever decodes it."""

    widget = ImageUploadInput

    def __init__(self, *, format: str = "JPEG", edge: int = 1600, **options: Any) -> None:
        self.format, self.edge = format, edge
        super().__init__(**{"max_length": None, **options})

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        return reencode(upload, self.format, self.edge) if upload else None
