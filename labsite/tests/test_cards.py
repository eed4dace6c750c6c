"""Social cards: what they say, who gets them, how long they are kept."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from labsite.cards.drawing import HEIGHT, TITLES, WIDTH, cut, draw_card, drawable, has_glyph, width_of, wrap
from labsite.cards.facts import Card, card_address, make_card
from labsite.context import load_lab_profile
from labsite.models import LabProfile
from labsite.tests.factories import make_group, make_member, make_organization, make_publication, make_venue
from people.models import Person
from people.photos import reencode_photo
from publications.digests import flush_changes
from publications.models import Publication

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def lab(db) -> LabProfile:
    LabProfile.objects.all().delete()
    university = make_organization("Example University")
    return LabProfile.objects.create(id=1, name="Quiet Lab", tagline="We study quiet.", organization=university)


def files(media) -> list[str]:
    return sorted(path.name for path in (media / "derived").rglob("*.png"))


def photo() -> ContentFile:
    target = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(target, "PNG")
    return reencode_photo(ContentFile(target.getvalue(), "x.png"))


def card_of(record) -> Card:
    return make_card(record, load_lab_profile())


def plain_card(**values) -> Card:
    return Card(**{"kind": "", "title": "", "lines": (), "lab": "", "organization": "", "accent": "#1a4a9c"} | values)


# What a card says


def test_a_person_s_card(lab):
    group = make_group("Quiet Machines Group")
    person = make_member("Ada Quint", native_name="阿达", headline="Quiet machines", group=group)
    assert card_of(person) == Card(
        kind="PhD student", title="Ada Quint 阿达", lines=("Quiet Machines Group", "Quiet machines"),
        lab="Quiet Lab", organization="Example University", accent="#1a4a9c",
    )  # fmt: skip


def test_private_things_are_on_no_card(lab):
    """A draft group, a photo without consent, a former name, an e-mail address."""
    group = make_group("Secret group", is_published=False)
    person = make_member(
        "Ada Quint", group=group, email="secret@example.org", identity_note="Secret", photo="photos/a.jpg"
    )
    person.names.create(name="Secret Name", kind="former", is_public=False)
    assert card_of(person) == Card(
        kind="PhD student", title="Ada Quint", lines=(),
        lab="Quiet Lab", organization="Example University", accent="#1a4a9c",
    )  # fmt: skip


def test_a_publication_s_card(lab):
    paper = make_publication("On quiet", ["A. One", "B. Two"], venue=make_venue("ICXM"))
    assert card_of(paper).kind == "ICXM 2024"
    assert card_of(paper).lines == ("A. One, B. Two",)
    many = make_publication("On many", [f"A. Author{number}" for number in range(400)])
    assert card_of(many).lines == ("A. Author0, A. Author1, A. Author2, A. Author3, A. Author4, A. Author5 …",)
    partly = make_publication("On some", ["A. One"], author_list_complete=False)
    assert card_of(partly).lines == ("A. One …",)
    assert card_of(make_publication("On none")).lines == ()


def test_a_retracted_paper_says_so_on_its_card(lab):
    paper = make_publication("On quiet")
    Publication.objects.update(is_retracted=True)
    paper.refresh_from_db()
    assert card_of(paper).title == "[Retracted] On quiet"


def test_the_lab_s_card_does_not_name_it_twice(lab):
    assert (card_of(lab).title, card_of(lab).lines, card_of(lab).lab) == ("Quiet Lab", ("We study quiet.",), "")


def test_the_version_changes_with_all_that_is_drawn(lab):
    person = make_member("Ada Quint", photo="photos/a.jpg", photo_alt="A face")
    versions = [card_of(person).version]
    for name, value in {
        "name": "Ada Q.", "headline": "Louder", "photo_consent": True, "photo_focus_x": 10, "native_name": "阿达",
    }.items():  # fmt: skip
        setattr(person, name, value)
        versions.append(card_of(person).version)
    for name, value in {"name": "Loud Lab", "accent": "#00aa00"}.items():
        LabProfile.objects.update(**{name: value})
        versions.append(card_of(person).version)
    assert len(set(versions)) == len(versions)
    person.bio = "Not on the card"
    assert card_of(person).version == versions[-1]


def test_cards_are_the_same_in_every_language(client, lab):
    person = make_member("Ada Quint")
    address = re.compile(r'<meta property="og:image" content="([^"]+)"')
    found = {tuple(address.findall(client.get(f"{start}{person.slug}/").content.decode())) for start in
             ("/people/", "/zh-hans/people/")}  # fmt: skip
    assert found <= {(), (f"http://testserver{card_address(person, card_of(person))}",)}
    assert card_address(person, card_of(person)).startswith("/cards/people/ada-quint.png?v=")


# The files

PATHS = {
    # profile; person, memberships; and all again before the file is kept
    "/cards/people/ada-quint.png": (6, 3),
    # profile; publication, authorships
    "/cards/publications/on-quiet.png": (6, 3),
    # profile; group
    "/cards/groups/quiet-machines-group.png": (4, 2),
    # profile
    "/cards/site.png": (2, 1),
}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("path", PATHS)
def test_cards_are_pictures_of_the_right_size_drawn_once(client, lab, media, django_assert_num_queries, path, count):
    group = make_group()
    ada = make_member("Ada Quint", group=group)
    for number in range(1, count):
        ada.memberships.create(role="visitor", start=str(2010 + number), end=str(2010 + number))
    make_publication("On quiet", [ada, *(f"A. Author{number}" for number in range(count))], venue=make_venue())
    flush_changes()
    drawn, kept = PATHS[path]
    with django_assert_num_queries(drawn):
        first = client.get(path)
    with Image.open(BytesIO(first.content)) as image:
        assert (image.size, image.format, image.info.keys() & {"exif", "Comment"}) == ((1200, 630), "PNG", set())
    assert len(files(media)) == 1
    with django_assert_num_queries(kept):
        assert client.get(path).content == first.content
    with django_assert_num_queries(kept):
        assert client.get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 304


def test_a_card_by_its_version_may_be_kept_for_ever(client, lab):
    person = make_member("Ada Quint")
    address = card_address(person, card_of(person))
    assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("/cards/people/ada-quint.png", "/cards/people/ada-quint.png?v=00000000"):
        assert client.get(other).headers["Cache-Control"] == "no-cache"


def test_a_card_with_a_face_is_asked_for_again(client, lab):
    """Consent can be taken back."""
    person = make_member("Ada Quint", photo_alt="A face", photo_consent=True)
    person.photo = photo()
    person.save()
    plain = draw_card(plain_card(title="Ada Quint"))
    response = client.get(card_address(person, card_of(person)))
    assert response.headers["Cache-Control"] == "no-cache"
    with Image.open(BytesIO(response.content)) as image, Image.open(BytesIO(plain)) as without:
        place = (WIDTH - 100, 200)
        assert image.convert("RGB").getpixel(place)[0] < 10  # teal has no red
        assert without.convert("RGB").getpixel(place)[0] > 240


def test_a_face_goes_from_disk_with_the_consent(client, lab, media, django_capture_on_commit_callbacks):
    person = make_member("Ada Quint", photo_alt="A face", photo_consent=True)
    person.photo = photo()
    person.save()
    client.get("/cards/people/ada-quint.png")
    assert len(files(media)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        person.photo_consent = False
        person.save()
    assert files(media) == []


def test_one_card_of_a_record_is_kept(client, lab, media):
    make_group()
    for summary in ("One", "Two", "Three"):
        type(make_group("Other")).objects.filter(slug="quiet-machines-group").update(summary=summary)
        client.get("/cards/groups/quiet-machines-group.png")
    assert len(files(media)) == 1


def test_what_was_withdrawn_while_its_card_was_drawn_is_not_kept(client, lab, media, monkeypatch):
    make_member("Ada Quint")

    def draw_slowly(shown):
        Person.objects.update(is_published=False)
        return b"a picture"

    monkeypatch.setattr("labsite.card_views.draw", draw_slowly)
    client.get("/cards/people/ada-quint.png")
    assert files(media) == []


@pytest.mark.parametrize("address", [
    "/cards/people/draft.png", "/cards/publications/draft.png", "/cards/groups/draft.png", "/cards/people/nobody.png",
    "/cards/venues/draft.png", "/cards/people/draft.jpg", "/cards/people/../site.png",
])  # fmt: skip
def test_drafts_and_what_is_not_there_have_no_card(client, admin_client, lab, media, address):
    make_member("Draft", slug="draft", is_published=False)
    make_publication("Draft", slug="draft", is_published=False)
    make_group("Draft", slug="draft", is_published=False)
    for asking in (client, admin_client):
        assert asking.get(address).status_code == 404
    assert files(media) == []


def test_a_page_names_its_card(client, lab):
    """The tag, as pages print it."""
    person = make_member("Ada Quint", headline="Quiet & calm")
    from django.template import engines  # noqa: PLC0415

    template = engines["django"].from_string("{% card_meta person %}")
    text = template.render({"person": person, "lab": load_lab_profile(), "site_root": "https://lab.example.org"})
    address = f"https://lab.example.org{card_address(person, card_of(person))}"
    assert f'<meta property="og:image" content="{address}">' in text
    assert 'content="PhD student. Ada Quint. Quiet &amp; calm. Quiet Lab"' in text
    assert '<meta property="og:image:width" content="1200">' in text
    person.is_published = False
    assert template.render({"person": person, "lab": lab, "site_root": ""}).strip() == ""


# Drawing


@pytest.mark.parametrize("title", [
    "", " ", "A", "W" * 200, "word " * 60, "安静" * 100, "🦉🦉", "محمد علي", "\u202e evil", "a\u0300" * 100,
    "https://example.org/" + "x" * 180,
])  # fmt: skip
def test_any_title_is_drawn_within_the_card(title):
    content = draw_card(plain_card(title=title, kind=title, lines=(title,) * 3, lab=title, organization=title))
    with Image.open(BytesIO(content)) as image:
        rgb = image.convert("RGB")
        assert rgb.size == (WIDTH, HEIGHT)
        edge = {rgb.getpixel((x, y)) for x in range(WIDTH - 60, WIDTH) for y in range(HEIGHT)}
    assert len(edge) == 1  # nothing runs into the margin


@pytest.mark.parametrize("size", [size for size, *_ in TITLES])
@pytest.mark.parametrize("text", ["W" * 200, "word " * 60, "安静的机器" * 20, "one " + "x" * 150 + " two"])
def test_lines_fit_and_lose_nothing(text, size):
    lines = wrap(text, size, 900)
    assert max(width_of(line, size) for line in lines) <= 900
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_is_cut_says_so():
    assert cut("word " * 60, 32, 400).endswith("…")
    assert width_of(cut("word " * 60, 32, 400), 32) <= 400
    assert cut("word", 32, 400) == "word"


def test_no_sign_is_drawn_as_a_box():
    assert has_glyph("A")
    assert not has_glyph("\U0010fffe")
    assert drawable("Ada 🦉 Quint") == "Ada Quint"
    assert drawable("🦉🦉") == "owl owl"
    assert drawable("علي").isascii()
