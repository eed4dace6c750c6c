"""Documents for tests."""

from __future__ import annotations

from django.core.files.base import ContentFile

from labsite.document_forms import make_document
from labsite.models import Document
from publications.models import Publication

PDF = b"%PDF-1.7\nof quiet machines\n%%EOF\n"


def keep_document(publication: Publication, name: str = "quiet.pdf", content: bytes = PDF) -> Document:
    """A stored document that a link of `publication` leads to."""
    document = make_document(ContentFile(content, name))
    document.save()
    publication.links.create(kind="pdf", document=document)
    return document
