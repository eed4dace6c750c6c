"""Documents that the site keeps itself: papers, slides and posters as PDF files."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labsite.lib.documents import address_of_document, validate_document


def new_key() -> str:
    """A number that nobody guesses, as its address prints it."""
    return uuid.uuid4().hex


def document_path(instance: Any, filename: str) -> str:
    """A name that says nothing of the uploaded file; the file's own name is kept in the row."""
    return f"documents/{instance.pk}.pdf"


class Document(models.Model):
    """A PDF file that links of publications and talks lead to. Visitors get it while one of those is published.

    It never changes: another file is another document, so that its address and its content belong together.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_key, editable=False)
    file = models.FileField(upload_to=document_path, validators=[validate_document])
    name = models.CharField(max_length=200, help_text=_("What the file was called, and what it is saved as."))
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False, help_text=_("Bytes."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of_document(self.pk)
