"""Line ends in what becomes a header, of a letter or of an answer: no header is made of them, and nothing fails."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from labsite.models import LabProfile
from labsite.signing_in.mail import send, tell_owner
from labsite.tests.factories import make_member, make_publication, make_venue
from labsite.tests.members import client_of, make_account, make_own
from people.models import Person
from publications.models import Identifier, Publication

pytestmark = pytest.mark.django_db

SPLIT = "Ada\r\nX-Planted: 1\r\n\r\nBcc: eve@example.org\n"


@pytest.fixture
def letters(settings) -> list[EmailMessage]:
    settings.MAIL_IS_CONFIGURED = True
    settings.SITE_URL = "https://lab.example.org"
    return mail.outbox


def headers_of(letter: EmailMessage) -> str:
    return letter.message().as_string().partition("\n\n")[0]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_c13_names_become_no_header_of_a_letter(letters, end):
    """By the ways that no form checks: a row as an import or a console wrote it."""
    account = make_account(f"ada{end}Bcc: eve@example.org", first_name=SPLIT, email="ada@example.org")
    Client().post(reverse("members:forgotten"), {"email": "ada@example.org"})
    tell_owner(account, "Your password was changed.")
    assert len(letters) == 2
    for letter in letters:
        assert letter.recipients() == ["ada@example.org"]
        assert "eve" not in headers_of(letter)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_c13_an_address_with_a_line_end_gets_no_letter(letters, end, caplog):
    account = make_account("ada", email=f"ada@example.org{end}Bcc: eve@example.org")
    tell_owner(account, "Your password was changed.")
    answer = Client().post(reverse("members:forgotten"), {"email": account.email})
    assert answer.status_code in (302, 422)
    assert letters == []
    assert "eve" not in caplog.text


def test_c13_a_subject_with_a_line_end_is_no_failure(letters, caplog):
    send(EmailMessage("Hello\r\nBcc: eve@example.org", "text", to=["ada@example.org"]))
    assert letters == []
    assert "could not be made" in caplog.text
    assert "eve" not in caplog.text


def test_c13_records_become_no_header_of_an_answer(client):
    venue = make_venue()
    paper = make_publication("On Quiet Machines", [make_member()], venue=venue, slug="quiet")
    Identifier.objects.create(publication=paper, scheme="doi", value="10.1/x\r\nX-Planted: 1")
    Publication.objects.update(title=SPLIT, abstract=SPLIT)
    Person.objects.update(name=SPLIT, family_name=SPLIT)
    LabProfile.objects.update(name=SPLIT)
    person = Person.objects.get()
    pages = [
        "/", "/publications/quiet/", "/publications/quiet/cite.bib", "/publications/quiet/linkset.json",
        "/publications/export.ris", "/feeds/publications.atom", "/oai?verb=Identify", "/api/v1/publications/quiet/",
        *(f"{person.get_absolute_url()}{end}" for end in ("", "cv/", "cv.pdf", "resume.json", "publications.bib")),
    ]  # fmt: skip
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "X-Planted" not in answer.headers, path
        assert not [value for value in answer.headers.values() if "\r" in value or "\n" in value], path


def test_c13_files_are_called_by_what_the_site_made(client):
    """Names of files are of slugs, which hold letters, digits and hyphens whatever is typed."""
    ada = make_own(SPLIT)
    answer = client_of(ada).get("/my/data/")
    assert answer.status_code == 200
    assert "\n" not in answer["Content-Disposition"]
    planted = "%0d%0aX-Planted:1"
    for path in (f"/publications/references.txt?style=a{planted}", f"/?next={planted}", f"/people{planted}"):
        answer = client.get(path)
        assert "X-Planted" not in answer.headers
        assert not [value for value in answer.headers.values() if "\n" in value]
