"""Sites for tests of archives: emptied again, and read as bytes."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from labsite.site_archive.kinds import KINDS, every_part, list_fields
from publications.models import PublicationDigest, PublicationFacet


def empty_site() -> None:
    """Takes every record and upload away, history included, as if the site had just been set up."""
    found = [part.model for _, part in every_part()] + [kind.model for kind in KINDS]
    joined = [field.remote_field.through for model in found for field in list_fields(model)]
    with transaction.atomic():
        for model in dict.fromkeys([PublicationFacet, PublicationDigest, *joined, *found]):
            model._base_manager.all()._raw_delete("default")
        connection.check_constraints()
    for path in Path(settings.MEDIA_ROOT).rglob("*.*"):
        path.unlink()


def as_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
