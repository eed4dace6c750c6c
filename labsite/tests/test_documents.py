"""Documents that the site keeps (case A9): PDF files alone, given to whoever may see what names them."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from activities.models import Talk
from labsite.lib import documents
from labsite.models import Document
from labsite.tests.documents import PDF, keep_document
from labsite.tests.factories import make_publication
from labsite.tests.forms import form_values
from publications.digests import flush_changes
from publications.models import Publication

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


@pytest.fixture
def paper():
    paper = make_publication("On Quiet Machines", ["Ada Quint"], listing="always")
    keep_document(paper, "stillé “quiet”.pdf")
    flush_changes()
    return paper


def test_a9_it_is_saved_and_never_shown(client, paper):
    document = Document.objects.get()
    answer = client.get(document.get_absolute_url())
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="still')
    assert "filename*=UTF-8''still%C3%A9" in answer["Content-Disposition"]
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-cache")
    assert "sandbox" in answer["Content-Security-Policy"]
    again = client.get(document.get_absolute_url(), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_what_only_drafts_name_is_for_editors(client, admin_client, paper):
    address = Document.objects.get().get_absolute_url()
    Publication.objects.update(is_published=False)
    assert (client.get(address).status_code, admin_client.get(address).status_code) == (404, 200)
    talk = Talk.objects.create(title="Quiet", event="NQM")
    talk.links.create(label="Paper", document=Document.objects.get())
    assert client.get(address).status_code == 200
    assert client.get(f"/media/documents/{uuid.uuid4().hex}.pdf").status_code == 404


def test_pages_lists_and_machines_name_it(client, paper):
    address = Document.objects.get().get_absolute_url()
    page = client.get(paper.get_absolute_url()).content.decode()
    assert f'href="{address}"' in page
    assert f'<meta name="citation_pdf_url" content="http://testserver{address}">' in page
    assert address in client.get("/publications/").content.decode()
    assert f"http://testserver{address}" in client.get(f"/api/v1/publications/{paper.slug}/").content.decode()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [("a.pdf", b"GIF89a", "not a PDF"), ("a.pdf", b"", "empty"), ("a.pdf", b" %PDF-1.7", "not a PDF")],
)
def test_a9_the_admin_takes_pdf_files_alone(admin_client, paper, name, content, word):
    answer = post_link(admin_client, paper, SimpleUploadedFile(name, content))
    assert answer.status_code in (200, 422)
    assert word in answer.content.decode()
    assert Document.objects.count() == 1


def test_a9_what_is_too_large_is_refused(admin_client, paper, monkeypatch):
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 10)
    assert "are the most" in post_link(admin_client, paper, SimpleUploadedFile("a.pdf", PDF)).content.decode()


def post_link(client, paper, upload, **more):
    """The form of a publication with one more link."""
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    values = form_values(client.get(address))
    number = int(values["links-TOTAL_FORMS"])
    values |= {
        "links-TOTAL_FORMS": number + 1, f"links-{number}-kind": "slides", f"links-{number}-order": 0,
        f"links-{number}-url": "", f"links-{number}-label": "", **more,
    }  # fmt: skip
    if upload is not None:
        values[f"links-{number}-upload"] = upload
    return client.post(address, values)


def test_the_admin_keeps_an_uploaded_document(admin_client, paper):
    answer = post_link(admin_client, paper, SimpleUploadedFile("slides.pdf", PDF))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    link = paper.links.get(kind="slides")
    assert (link.url, link.document.name, link.document.size) == ("", "slides.pdf", len(PDF))
    assert link.document.file.storage.exists(link.document.file.name)


def test_a_link_needs_an_address_or_a_document(admin_client, paper):
    answer = post_link(admin_client, paper, None, **{"links-1-label": "Slides"})
    assert "one of the two" in answer.content.decode()


def test_documents_that_nothing_names_are_removed_in_time(paper):
    document = Document.objects.get()
    paper.links.all().delete()
    call_command("cleanup")
    assert Document.objects.exists()
    Document.objects.update(created_at=timezone.now() - datetime.timedelta(days=2))
    call_command("cleanup")
    assert not Document.objects.exists()
    assert not document.file.storage.exists(document.file.name)
