"""A former name is nowhere in public: no page, file, feed or search has it, whoever printed it on whatever."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

from labsite.tests.factories import make_member, make_publication
from labsite.tests.forms import form_values
from labsite.tests.world import make_world
from people.former_names import without_former
from people.models import Person
from publications.digests import flush_changes
from publications.models import Authorship, Publication

OLD = "Zyxwvia Oldquint"
BIB = "@article{quiet, title={Quiet Engines}, author={Zyxwvia Oldquint and Bo Okafor}, year={2024}, journal={Hush}}"
PAGES = [
    "/", "/people/", "/people/ada-quint/", "/people/ada-quint/cv/", "/people/ada-quint/resume.json",
    "/people/ada-quint/publications.bib", "/publications/", "/publications/?author=ada-quint",
    "/publications/?style=apa", "/publications/paper-0/", "/publications/paper-0/cite.bib",
    "/publications/paper-0/cite.ris",
    "/publications/paper-0/cite.json", "/publications/paper-0/cite.jsonld", "/publications/export.bib",
    "/publications/export.json", "/publications/export.ris", "/publications/references.txt?style=ieee",
    "/embed/publications/", "/embed/publications/?style=apa", "/feeds/publications.atom", "/feeds/publications.json",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/api/v1/publications/", "/api/v1/publications/paper-0/",
    "/search/?q=quint", "/figures/coauthors.csv", "/venues/v0/", "/topics/topic-0/", "/research/area-0/",
]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "name", "former", "shown"),
    [
        (OLD, "Ada Quint", [OLD], "Ada Quint"),
        ("Z. Oldquint", "Ada Quint", ["Other Name", OLD], "Ada Quint"),
        ("Oldquint, Zyxwvia", "Ada Quint", [OLD], "Ada Quint"),
        ("A. Quint", "Ada Quint", ["Anna Quint"], "A. Quint"),  # it is today's name too
        ("A. Third", "Ada Quint", [OLD], "A. Third"),
        (OLD, "Ada Quint", [], OLD),
    ],
)
def test_what_is_printed_is_shown_unless_it_is_a_former_name(printed, name, former, shown):
    assert without_former(printed, name, former) == shown


@pytest.fixture
def ada(db) -> Person:
    person = make_world(2)
    Authorship.objects.filter(person=person).update(printed_name=OLD)
    Publication.objects.update(raw_record={"bibtex": {"type": "article", "fields": {"author": OLD, "title": "x"}}})
    person.names.create(name=OLD, kind="former", is_public=False)
    person.save()
    flush_changes()
    return person


@pytest.mark.parametrize("path", PAGES)
def test_no_public_answer_has_it(client, ada, path):
    text = client.get(path).getvalue().decode()
    assert "oldquint" not in text.lower() and "zyxwv" not in text.lower()


@pytest.mark.parametrize("path", ["/search/?q=oldquint", "/publications/?q=oldquint", "/people/?q=oldquint"])
def test_nothing_is_found_by_it(client, ada, path):
    text = client.get(path).content.decode()
    assert "/people/ada-quint/" not in text and "/publications/paper-0/" not in text


def test_editors_read_what_was_printed(ada, admin_client):
    row = Authorship.objects.filter(person=ada).first()
    page = admin_client.get(reverse("admin:publications_authorship_change", args=[row.pk]))
    assert OLD in page.content.decode()


def test_who_is_not_sure_or_a_draft_is_printed_as_it_was(client, ada):
    paper = make_publication("Another", [ada], slug="another")
    paper.authorships.update(printed_name=OLD, link_status="proposed")
    paper.save()
    flush_changes()
    assert OLD in client.get("/publications/another/").content.decode()


@pytest.mark.django_db
def test_an_import_does_not_bring_it_back(client, tmp_path):
    ada = make_member("Ada Quint")
    ada.names.create(name=OLD, kind="former", is_public=False)
    (tmp_path / "new.bib").write_text(BIB)
    call_command("import_publications", str(tmp_path / "new.bib"), verbosity=0)
    row = Authorship.objects.get(printed_name=OLD)
    Authorship.objects.filter(pk=row.pk).update(person=ada, link_status="confirmed")
    Publication.objects.get().save()
    flush_changes()
    call_command("import_publications", str(tmp_path / "new.bib"), verbosity=0)
    paper = Publication.objects.get()
    for path in (paper.get_absolute_url(), "/publications/", "/publications/export.bib"):
        text = client.get(path).getvalue().decode()
        assert OLD not in text and "Oldquint" not in text and "Quint" in text


def test_it_cannot_be_former_while_the_address_says_it(admin_client, db):
    person = make_member("Zyxwvia Oldquint")
    page = reverse("admin:people_person_change", args=[person.pk])
    values = form_values(admin_client.get(page)) | {
        "name": "Ada Quint", "given_name": "Ada", "family_name": "Quint",
        "names-TOTAL_FORMS": "1", "names-0-name": OLD, "names-0-kind": "former",
    }  # fmt: skip
    refused = admin_client.post(page, values)
    assert "still says this name" in refused.content.decode() and Person.objects.get().name == OLD
    assert admin_client.post(page, values | {"slug": "ada-quint"}).status_code == 302
    assert Person.objects.get().slug == "ada-quint"
