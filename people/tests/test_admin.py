"""Editing a person: bad input at the field, slugs, photos without camera data."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from labsite.tests.factories import make_member, make_organization, make_person
from labsite.tests.forms import seen
from people.models import Person

pytestmark = pytest.mark.django_db
ADD = "admin:people_person_add"
PREFIXES = ("memberships", "links", "sections", "positions", "education", "names", "old_addresses")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def values(**fields):
    data = {
        "name": "Ada Quint", "photo_focus_x": "50", "photo_focus_y": "50", "email_visibility": "private",
        "phone_visibility": "private", "office_visibility": "private", "is_published": "on",
    }  # fmt: skip
    for prefix in PREFIXES:
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return data | fields


def one(prefix, **fields):
    return {f"{prefix}-TOTAL_FORMS": "1"} | {f"{prefix}-0-{name}": value for name, value in fields.items()}


def test_a_name_is_enough(admin_client):
    assert admin_client.post(reverse(ADD), values()).status_code == 302
    assert Person.objects.get().slug == "ada-quint"


def test_two_people_of_one_name_get_two_addresses(admin_client):
    make_person("Ada Quint")
    admin_client.post(reverse(ADD), values())
    assert set(Person.objects.values_list("slug", flat=True)) == {"ada-quint", "ada-quint-2"}


@pytest.mark.parametrize(
    ("name", "slug"), [("张逸骅", "zhangyihua"), ("🦉🦉", "owlowl"), ("Peter Richtárik", "peter-richtarik")]
)
def test_address_is_made_from_any_name(admin_client, name, slug):
    assert admin_client.post(reverse(ADD), values(name=name)).status_code == 302
    assert Person.objects.get().slug == slug


def test_pasted_orcid_address_is_understood(admin_client):
    admin_client.post(reverse(ADD), values(orcid="https://orcid.org/0000-0002-1825-0097"))
    assert Person.objects.get().orcid == "0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("field", "value", "start"),
    [
        ("orcid", "0000-0002-1825-0098", "'0000-0002-1825-0098' is not an ORCID iD"),
        ("orcid", "none", "'none' is not an ORCID iD"),
        ("name", "   ", "This field is required"),
        ("phone_visibility", "public", "Select a valid choice"),
        ("email", "nobody", "Enter a valid email"),
        ("email", "a@example.org\r\nBcc: b@example.org", "Enter a valid email"),
    ],
)
def test_bad_values_are_errors_at_the_field(admin_client, field, value, start):
    response = admin_client.post(reverse(ADD), values(**{field: value}))
    assert response.context["adminform"].form.errors[field][0].startswith(start)
    assert not Person.objects.exists()


def test_orcid_of_somebody_else_is_refused(admin_client):
    make_person("Bo", orcid="0000-0002-1825-0097")
    response = admin_client.post(reverse(ADD), values(orcid="0000-0002-1825-0097"))
    assert "Another person has this ORCID iD." in str(response.context["errors"])


@pytest.mark.parametrize(
    ("prefix", "fields", "field", "message"),
    [
        (
            "memberships",
            {"role": "phd", "start": "2024-05", "end": "2023"},
            "end",
            "The end (2023) is before the start (2024-05).",
        ),
        ("memberships", {"role": "phd", "start": "2024-13"}, "start", "'2024-13' is not a day of the calendar."),
        ("memberships", {"role": "", "start": "2024"}, "role", "This field is required."),
        (
            "memberships",
            {"role": "phd", "start": "2023", "end": "2024", "end_is_unknown": "on"},
            "end_is_unknown",
            "An end date is given: untick this box or clear the date.",
        ),
        (
            "names",
            {"name": "Old Name", "kind": "former", "is_public": "on"},
            "is_public",
            "A former name is never public: untick this.",
        ),
        (
            "old_addresses",
            {"path": "about.html"},
            "path",
            "'about.html' is not a path: write it from the first slash, /about.html.",
        ),
    ],
)
def test_bad_rows_are_errors_at_the_field(admin_client, prefix, fields, field, message):
    response = admin_client.post(reverse(ADD), values(**one(prefix, **fields)))
    formsets = {formset.formset.prefix: formset.formset for formset in response.context["inline_admin_formsets"]}
    assert formsets[prefix].errors[0][field] == [message]
    assert not Person.objects.exists()


def test_person_with_position_and_degree(admin_client):
    place = make_organization()
    rows = one(
        "positions", kind="internship", organization=place.pk, title="Intern", start="2023-05", end="2023-08", order="0"
    )
    rows |= one("education", organization=place.pk, degree="Ph.D.", start="2022")
    response = admin_client.post(reverse(ADD), values(**rows))
    assert response.status_code == 302, response.context["errors"]
    person = Person.objects.get()
    assert person.positions.get().period == "May 2023 – August 2023"
    assert person.education.get().period == "2022 – present"


def picture(image_format="JPEG", size=(640, 480), exif=None) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, "teal").save(target, image_format, **({"exif": exif} if exif else {}))
    return target.getvalue()


def upload(client, content: bytes, name="photo.jpg"):
    file = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return client.post(reverse(ADD), values(photo=file, photo_alt="A person", photo_consent="on"))


def test_photo_loses_camera_and_place(admin_client, media):
    exif = Image.Exif()
    exif[0x010F] = "Camera Maker"
    exif.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    assert upload(admin_client, picture(exif=exif), "../../GPS 🦉.jpg").status_code == 302
    stored = list(media.rglob("*.jpg"))
    assert len(stored) == 1
    assert len(stored[0].stem) == 32
    with Image.open(stored[0]) as image:
        assert dict(image.getexif()) == {}
    assert b"Camera Maker" not in stored[0].read_bytes()


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_other_formats_become_jpeg(admin_client, media, image_format):
    assert upload(admin_client, picture(image_format)).status_code == 302
    with Image.open(next(media.rglob("*.jpg"))) as image:
        assert image.format == "JPEG"


def huge() -> bytes:
    target = BytesIO()
    Image.new("1", (13_300, 13_400)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<?php echo 1;",
        picture()[:200],
        b"GIF89a" + b"\x00" * 40,
        picture("GIF"),
    ],
    ids=["html", "svg", "php", "truncated", "broken gif", "gif"],
)
def test_what_is_no_photo_is_refused_with_words(admin_client, media, content):
    response = upload(admin_client, content)
    assert "photo" in response.context["adminform"].form.errors
    assert list(media.rglob("*.*")) == []
    assert not Person.objects.exists()


def test_huge_photo_is_refused_before_decoding(admin_client, media):
    response = upload(admin_client, huge())
    assert "photo" in response.context["adminform"].form.errors
    assert list(media.rglob("*.*")) == []


def test_photo_needs_a_description(admin_client):
    file = SimpleUploadedFile("photo.jpg", picture())
    response = admin_client.post(reverse(ADD), values(photo=file))
    assert response.context["adminform"].form.errors["photo_alt"] == [
        "Describe the photo for people who cannot see it."
    ]


def test_photo_is_shown_only_with_consent(client, admin_client, media):
    upload(admin_client, picture())
    person = Person.objects.get()
    address = f"/media/{person.photo.name}"
    assert client.get(address).status_code == 200
    for change in ({"photo_consent": False}, {"is_published": False}):
        Person.objects.update(**{"photo_consent": True, "is_published": True} | change)
        assert client.get(address).status_code == 404, change
        assert admin_client.get(address).status_code == 200, change
    Person.objects.update(photo="")
    assert admin_client.get(address).status_code == 404


def test_nobody_advises_or_mentors_themselves(admin_client):
    person, university = make_person("Ada Quint"), make_organization()
    response = admin_client.post(
        reverse("admin:people_education_add"),
        {"person": person.pk, "organization": university.pk, "degree": "Ph.D.", "advisors": [person.pk],
         "courses-TOTAL_FORMS": "0", "courses-INITIAL_FORMS": "0"},
    )  # fmt: skip
    assert response.context["adminform"].form.errors["advisors"] == [
        "Ada Quint is the student here: choose other people."
    ]
    page = reverse("admin:people_person_change", args=[person.pk])
    degree = one("education", organization=university.pk, degree="Ph.D.", committee=[person.pk], grades_are_public="")
    response = admin_client.post(page, values(slug=person.slug, **degree, **seen(admin_client, page)))
    assert "is the student here" in response.content.decode()
    response = admin_client.post(
        reverse("admin:people_position_add"),
        {"person": person.pk, "kind": "internship", "title": "Intern", "order": "0",
         **one("position_people", person=person.pk, role="mentor", order="0"), "position_people-INITIAL_FORMS": "0",
         "position_publications-TOTAL_FORMS": "0", "position_publications-INITIAL_FORMS": "0"},
    )  # fmt: skip
    assert "This is the person whose position it is" in response.content.decode()
    assert not person.positions.exists()


def test_a_position_says_something(admin_client):
    person = make_person("Ada Quint")
    row = one("positions", kind="employment", order="0")
    page = reverse("admin:people_person_change", args=[person.pk])
    response = admin_client.post(
        page, values(slug=person.slug, **row, **{"positions-0-place": "Rome"}, **seen(admin_client, page))
    )
    assert "Say what the position was, or where" in response.content.decode()


@pytest.mark.parametrize("path", ["/people/", "/admin/", "/publications/"])
def test_an_old_address_is_no_page_of_this_site(admin_client, path):
    person = make_person("Ada Quint")
    page = reverse("admin:people_person_change", args=[person.pk])
    response = admin_client.post(
        page, values(slug=person.slug, **one("old_addresses", path=path), **seen(admin_client, page))
    )
    assert "is a page of this site already" in response.content.decode()


def test_cards_speak_of_the_present_stay(client):
    ada = make_member("Ada Quint", role="phd", start="2022", next_destination="SecretCo")
    ada.memberships.create(role="visitor", start="2015", end_is_unknown=True)
    bo = make_member("Bo Quint", role="phd", start="2022")
    bo.memberships.create(role="postdoc", start="2090")
    for path in ("/", "/search/?q=quint", "/people/", ada.get_absolute_url()):
        text = client.get(path).content.decode()
        assert "PhD student" in text
        assert "SecretCo" not in text
    home = client.get("/").content.decode()
    assert "Visitor" not in home
    assert "Postdoc" not in home
    gone = make_member("Cy Quint", role="phd", start="2015", end="2019", next_destination="OpenCo")
    assert "<td>OpenCo</td>" in client.get("/people/").content.decode()
    assert "OpenCo" in client.get(gone.get_absolute_url()).content.decode()
