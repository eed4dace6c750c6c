"""Pictures and documents of an archive: taken byte for byte, and only if they are what this site itself would store.

A picture here was decoded and encoded anew when it was uploaded, and has nothing but its pixels. One that has more was
made elsewhere: it is refused, not mended.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models

from labsite.backups.files import sum_of
from labsite.lib.documents import validate_document
from labsite.lib.images import open_image
from labsite.looks import LOGO_EDGE, PICTURE_EDGE
from labsite.models import Document, LabProfile
from labsite.site_archive.building import Built
from labsite.site_archive.manifest import MEDIA, Manifest
from labsite.site_archive.problems import ArchiveProblem
from people.models import Person
from people.photos import STORED_EDGE

# By model and field: the format and the longest edge in pixels as this site stores them.
STORED: dict[tuple[type[models.Model], str], tuple[str, int]] = {
    (Person, "photo"): ("JPEG", STORED_EDGE),
    (LabProfile, "logo"): ("PNG", LOGO_EDGE),
    (LabProfile, "picture"): ("JPEG", PICTURE_EDGE),
}
FOLDERS = {"JPEG": ".jpg", "PNG": ".png"}
PNG_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
PNG_BEGIN, JPEG_BEGIN, JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xd9"
JFIF, FIRST_APP, LAST_APP, COMMENT, SCAN = 0xE0, 0xE0, 0xEF, 0xFE, 0xDA


def check_media(folder: Path, manifest: Manifest, built: Built) -> None:
    """Notes in `built.problems` files that records name and the archive lacks, and those that we would not store so."""
    owners: dict[str, str] = {}
    for model, records in built.records.items():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                for record in records:
                    check_file(folder, manifest, built, record, field, owners)
    for name in sorted(path for path in manifest.files if path.startswith(MEDIA)):
        if name not in owners:
            built.note(name, "no record names this file: remove it and its line in labsite.json")


def check_file(
    folder: Path, manifest: Manifest, built: Built, record: models.Model, field: models.Field, owners: dict[str, str]
) -> None:
    value = getattr(record, field.name).name
    place = f"{built.place_of(record)}: '{field.name}'"
    if not value:
        return
    name = f"{MEDIA}{value}"
    if name not in manifest.files:
        built.note(place, f"names {value[:80]}, and labsite.json lists no such file below {MEDIA}")
    elif name in owners:
        built.note(place, f"names {value}, which is the file of {owners[name]}")
    else:
        owners[name] = built.place_of(record)
        try:
            if isinstance(record, Document):
                check_document(folder / name, record)
            else:
                check_picture(folder / name, *STORED[type(record), field.name])
        except ValidationError as error:
            built.note(name, " ".join(error.messages).rstrip("."))


def check_document(path: Path, record: Document) -> None:
    """Raises `ValidationError` unless the file is a PDF as this site keeps it, and what its row says of it."""
    with path.open("rb") as file:
        upload = File(file, name=path.name)
        validate_document(upload)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if path.name != f"{record.pk}.pdf":
        raise ValidationError("the name of the file is not the document's 'id': name it so")
    if (record.sha256, record.size) != (digest, path.stat().st_size):
        raise ValidationError("the document's 'sha256' or 'size' is not that of the file")


def check_picture(path: Path, format: str, edge: int) -> None:
    """Raises `ValidationError` unless the file has the format, the size and nothing but the pixels."""
    if path.suffix != FOLDERS[format]:
        raise ValidationError(f"a {format} picture is stored as {FOLDERS[format]}")
    with path.open("rb") as file:
        upload = File(file, name=path.name)
        image = open_image(upload)
        if image.format != format or max(image.size) > edge or getattr(image, "n_frames", 1) != 1:
            raise ValidationError(
                f"it is a {image.format} picture of {image.width} × {image.height} pixels, and this site stores one "
                f"{format} picture of up to {edge} pixels a side: upload it on the site the archive is of"
            )
        try:
            image.load()
        except Exception as error:  # damaged bytes may raise anything in the decoder of their format
            raise ValidationError("the picture is damaged") from error
    content = path.read_bytes()
    if not (is_plain_jpeg(content) if format == "JPEG" else is_plain_png(content)):
        raise ValidationError(
            "the file has more in it than a picture: upload it on the site the archive is of, which keeps pixels only"
        )


def is_plain_jpeg(content: bytes) -> bool:
    """Whether nothing stands before, beside or behind the picture: no camera data, no profile, no comment."""
    if not content.startswith(JPEG_BEGIN):
        return False
    position = len(JPEG_BEGIN)
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return False
        marker = content[position + 1]
        if marker == JPEG_END[1]:
            return position + 2 == len(content)
        if marker == COMMENT or (FIRST_APP <= marker <= LAST_APP and marker != JFIF):
            return False
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == SCAN:
            position = end_of_scan(content, position)
    return position + 2 == len(content) and content.endswith(JPEG_END)


def end_of_scan(content: bytes, position: int) -> int:
    """Where the compressed pixels end: the next marker that is none of those that may stand within."""
    while 0 <= (position := content.find(b"\xff", position)) < len(content) - 1:
        if content[position + 1] not in (0x00, *range(0xD0, 0xD8)):
            return position
        position += 2
    return len(content)


def is_plain_png(content: bytes) -> bool:
    if not content.startswith(PNG_BEGIN):
        return False
    position = len(PNG_BEGIN)
    while position + 12 <= len(content):
        size, name = int.from_bytes(content[position : position + 4], "big"), content[position + 4 : position + 8]
        if name not in PNG_CHUNKS:
            return False
        position += 12 + size
        if name == b"IEND":
            return position == len(content) and size == 0
    return False


def store_media(folder: Path, manifest: Manifest, stored: list[str]) -> None:
    """Copies the files among the uploads, each under its own name; notes in `stored` those that were not there.

    Raises `ArchiveProblem` where another file has the name.
    """
    for path in sorted(manifest.files):
        if not path.startswith(MEDIA):
            continue
        name = path.removeprefix(MEDIA)
        if default_storage.exists(name):
            if sum_of(default_storage, name) != manifest.files[path].sha256:
                raise ArchiveProblem(
                    f"This site's uploads have another file {name}: 'manage.py cleanup' removes what no record names."
                )
            continue
        with (folder / path).open("rb") as source:
            stored.append(default_storage.save(name, File(source)))
        if stored[-1] != name:
            raise ArchiveProblem(f"Somebody else stores the file {name} at this moment: try again.")
