"""Portraits: where they are stored, in which sizes pages show them, and who may see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models.signals import post_save, pre_save

from labsite.lib.changes import consent_withdrawn, records_written
from labsite.lib.images import ImageUploadField, reencode, validate_image
from labsite.lib.renditions import FORMATS, Size, drop_renditions
from labsite.lib.uploads import connect_uploads

STORED_EDGE = 1600  # pixels; enough for a portrait on any screen
# By the word in their address. Squares for lists, portraits for a person's own page; each for coarse and fine screens.
SIZES = {
    "96": Size(96, 96),
    "192": Size(192, 192),
    "384": Size(384, 384),
    "320": Size(320, 400),
    "640": Size(640, 800),
}
SQUARES, PORTRAITS = ("96", "192", "384"), ("320", "640")
SHOWN = ("photo", "photo_focus_x", "photo_focus_y", "photo_consent", "is_published")
TINTS = 8
validate_photo = validate_image


def photo_path(instance: Any, filename: str) -> str:
    """A name that says nothing of the person and nothing of the uploaded file."""
    return f"photos/{uuid.uuid4().hex}.jpg"


def reencode_photo(upload: Any) -> ContentFile:
    """A fresh JPEG of the upload: turned upright, in sRGB, at most 1,600 pixels a side, with no metadata."""
    return reencode(upload, "JPEG", STORED_EDGE)


class PhotoUploadField(ImageUploadField):
    """For forms: gives a fresh JPEG, or an error in words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"format": "JPEG", "edge": STORED_EDGE, **options})


class FocusInput(forms.NumberInput):
    """A slider over a hundred percent of the photo's width or height; `focus.js` shows what it does."""

    input_type = "range"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"min": 0, "max": 100, "step": 1, **(attrs or {})})


@dataclass(frozen=True)
class Source:
    """One format of a picture, as `<source>` and `<img>` name it."""

    type: str
    srcset: str
    src: str


def rendition_address(person: Any, size: str, ending: str) -> str:
    """`/media/photos/<hex>-<size>-<focus>.<ending>`: another focus is another address.

    Not by `reverse`: a list of a thousand people prints nine of these for each.
    """
    focus = f"{person.photo_focus_x}-{person.photo_focus_y}"
    return f"{settings.MEDIA_URL}{person.photo.name.removesuffix('.jpg')}-{size}-{focus}.{ending}"


def sources_of(person: Any, sizes: Iterable[str]) -> list[Source]:
    """The person's photo in each format, best first; the last one every browser knows. No query."""
    found = []
    for ending, (_, media_type) in FORMATS.items():
        addresses = {size: rendition_address(person, size, ending) for size in sizes}
        srcset = ", ".join(f"{address} {SIZES[size].width}w" for size, address in addresses.items())
        found.append(Source(media_type, srcset, next(reversed(addresses.values()))))
    return found


def tint_of(slug: str) -> int:
    """Which of the grounds stands behind a person's initials: always the same one."""
    return sum(position * ord(sign) for position, sign in enumerate(slug, start=1)) % TINTS


# What is derived from a photo goes when it changes, or when not everybody may see it any more.


def connect_photos(person: type[models.Model], *others: type[models.Model]) -> None:
    """Follows changes of people's photos; `others` are models with a field `photo` of their own."""
    for model in (person, *others):
        connect_uploads(model, "photo")
    pre_save.connect(note_shown, sender=person, dispatch_uid="photos")
    post_save.connect(drop_stale, sender=person, dispatch_uid="photos")
    records_written.connect(drop_hidden, sender=person, dispatch_uid="photos")


def note_shown(sender: type[models.Model], instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    stored = sender._base_manager.filter(pk=instance.pk).exclude(photo="") if instance.pk else None
    instance._photo_before = stored.values_list(*SHOWN).first() if stored is not None else None
    if instance._photo_before and is_withdrawn(dict(zip(SHOWN, instance._photo_before, strict=True)), instance):
        if update_fields is not None and not {"photo", "photo_alt"} <= {*update_fields}:
            raise ValueError("Without consent the photo goes too: save “photo” and “photo_alt” with “photo_consent”.")
        instance.photo, instance.photo_alt = "", ""
        consent_withdrawn.send(sender=sender, instance=instance)


def is_withdrawn(before: dict[str, Any], person: Any) -> bool:
    """Whether this save takes back the consent to the photo that is stored."""
    return before["photo_consent"] and not person.photo_consent and person.photo.name == before["photo"]


def drop_stale(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    before = instance._photo_before
    if before and before != (instance.photo.name, *(getattr(instance, name) for name in SHOWN[1:])):
        transaction.on_commit(partial(drop_renditions, before[0]), robust=True)


def drop_hidden(sender: type[models.Model], instances: Iterable[Any], **kwargs: Any) -> None:
    """After people were written in bulk, e.g. made drafts."""
    for person in instances:
        if person.photo and not (person.photo_consent and person.is_published):
            transaction.on_commit(partial(drop_renditions, person.photo.name), robust=True)
