"""PDF files from anybody: recognised by how they begin, bounded in size, addressed by a name of our own."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

MAX_DOCUMENT_BYTES = 50 * 2**20
HEADER = b"%PDF-"
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|\u202a-\u202e\u2066-\u2069]+')
LONGEST_NAME = 200


def validate_document(value: Any) -> None:
    """Refuses what is no PDF file by its first bytes, and what is larger than 50 MiB. A stored file was checked."""
    if not value or getattr(value, "_committed", False):
        return
    if value.size > MAX_DOCUMENT_BYTES:
        raise ValidationError(
            gettext("The document has %(size)s MiB: 50 MiB are the most.") % {"size": -(-value.size // 2**20)}
        )
    value.seek(0)
    begin = value.read(len(HEADER))
    value.seek(0)
    if begin != HEADER:
        raise ValidationError(gettext("This is not a PDF file: save the document as PDF and try again."))


def digest_of(value: Any) -> str:
    """SHA-256 of an open file, which is left at its begin."""
    digest = hashlib.sha256()
    value.seek(0)
    while piece := value.read(2**20):
        digest.update(piece)
    value.seek(0)
    return digest.hexdigest()


def document_name(name: str) -> str:
    """The last part of a file's name without signs that no file name may have; ends in .pdf."""
    plain = NOT_IN_NAMES.sub("-", PurePosixPath(name.replace("\\", "/")).name).strip(" .-") or "document"
    stem = plain[:-4] if plain.lower().endswith(".pdf") else plain
    return f"{stem[: LONGEST_NAME - 4]}.pdf"


def address_of_document(key: str) -> str:
    """The path of a document, known from its key alone: lists print many."""
    return f"{settings.MEDIA_URL}documents/{key}.pdf"


class DocumentUploadField(forms.FileField):
    """A PDF file from anybody, or an error in words."""

    widget = forms.FileInput(attrs={"accept": "application/pdf,.pdf"})
    default_validators = [validate_document]
