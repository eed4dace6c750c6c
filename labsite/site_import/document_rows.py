"""Documents of a site as rows: PDF files alone, each content once."""

from __future__ import annotations

from django.core.files import File

from labsite.lib.documents import digest_of, document_name
from labsite.models import Document
from labsite.site_import.old_paths import add_old_paths, former_address
from labsite.site_import.records import Media, Place
from labsite.site_import.rows import Row, origin_key
from labsite.site_import.survey import Survey


def document_row(survey: Survey, media: Media, place: Place) -> Row | None:
    """The row for a file of the site, with the address it had; None where it is no document, which is reported."""
    if media.path in survey.documents:
        return survey.documents[media.path]
    if not survey.document(media):
        return None
    with survey.open(media) as file:
        content = File(file)
        digest, size = digest_of(content), content.size
    row = next((each for each in survey.documents.values() if each.values["sha256"] == digest), None)
    if row is None:
        row = Row(
            Document, origin_key("document", digest), "documents", media.path,
            {"name": document_name(media.path), "sha256": digest}, {"size": size},
            {"file": media}, found=Document.objects.filter(sha256=digest).first(),
        )  # fmt: skip
    survey.documents[media.path] = row
    add_old_paths(survey, (former_address(survey.content.prefix, media.path),), row, place)
    return row
