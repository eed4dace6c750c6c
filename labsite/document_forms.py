"""Rows of links in the admin that take an address or a PDF file, which the site then keeps."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.documents import DocumentUploadField, digest_of, document_name
from labsite.lib.rows import RowForm
from labsite.models import Document


class DocumentLinkForm(RowForm):
    """A link: to an address, or to a document that is uploaded with it."""

    upload = DocumentUploadField(label=_("or a PDF file"), required=False, help_text=_("Up to 50 MB."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        url, upload = cleaned.get("url"), cleaned.get("upload")
        if "url" in self.errors or "upload" in self.errors:
            return cleaned
        if url and upload:
            self.add_error("upload", gettext("Give an address or a document, one of the two."))
        elif upload:
            self.instance.document = make_document(upload)
        elif url:
            self.instance.document = None
        elif not self.instance.document_id:
            self.add_error("url", gettext("Give an address or a document, one of the two."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        document = self.instance.document
        if document is not None and document._state.adding:
            document.save(force_insert=True)
        return super().save(commit)


def make_document(upload: Any) -> Document:
    """The row of an upload that was checked; not stored yet."""
    document = Document(name=document_name(upload.name), sha256=digest_of(upload), size=upload.size)
    document.file = upload
    return document


class DocumentLinksMixin:
    """For inlines of such links: says which document is stored."""

    form = DocumentLinkForm
    readonly_fields = ["stored"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("document")

    @display(description=_("document"))
    def stored(self, link: Any) -> str:
        if not link.document_id:
            return "–"
        return format_html('<a href="{}">{}</a>', link.document.get_absolute_url(), link.document.name)
