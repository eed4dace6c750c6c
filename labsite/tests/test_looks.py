"""The lab's looks: accents that stay readable, pictures, and the preview of what is not stored yet."""

from __future__ import annotations

import colorsys
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from labsite.looks import LOGO_HEIGHT, shades_of
from labsite.models import LabProfile, Page
from labsite.tests.forms import seen
from labsite.theme import DARK_GROUNDS, LIGHT_GROUNDS, contrast, make_palette, theme_css, write_colour

pytestmark = pytest.mark.once

STYLES = Path(__file__).resolve().parent.parent / "static" / "labsite" / "css"
CHANGE = "admin:labsite_labprofile_change"
PREVIEW = "admin:labsite_labprofile_preview"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def lab(db) -> LabProfile:
    LabProfile.objects.all().delete()
    return LabProfile.objects.create(id=1, name="Quiet Lab", tagline="We study quiet.")


def picture(size=(2000, 1000), mode="RGB", colour="teal", image_format="PNG") -> SimpleUploadedFile:
    target = BytesIO()
    Image.new(mode, size, colour).save(target, image_format)
    return SimpleUploadedFile("../../photo 🦉.png", target.getvalue(), content_type="image/png")


def values(**fields) -> dict:
    return {"name": "Quiet Lab", "tagline": "We study quiet.", "accent": "#1a4a9c"} | fields


def save(client, **fields):
    address = reverse(CHANGE, args=[1])
    return client.post(address, values(**seen(client, address), **fields))


# Accents


@given(st.tuples(*[st.integers(0, 255)] * 3))
@example((255, 255, 255))
@example((0, 0, 0))
@example((255, 255, 0))
@example((127, 127, 127))
@example((0, 255, 255))
@example((255, 0, 255))
def test_any_accent_can_be_read_in_light_and_in_dark(parts):
    palette = make_palette("#{:02x}{:02x}{:02x}".format(*parts))
    for scheme, grounds in (("light", LIGHT_GROUNDS), ("dark", DARK_GROUNDS)):
        shades = palette[scheme]
        for text in (shades["accent"], shades["accent-strong"]):
            for ground in (*grounds, shades["accent-wash"]):
                assert contrast(text, ground) >= 7
            assert contrast(shades["on-accent"], text) >= 7


def test_a_readable_accent_is_left_as_it_is():
    assert make_palette("#1a4a9c")["light"]["accent"] == "#1a4a9c"
    assert make_palette("#90b2ed")["dark"]["accent"] == "#90b2ed"


@pytest.mark.parametrize("number", range(8))
def test_initials_can_be_read_on_every_tint(number):
    """The hues stand in components.css, saturation and lightness in tokens.css: light first, then dark."""
    hue = re.search(rf"\.tint-{number} {{ --tint-hue: (\d+); }}", (STYLES / "components.css").read_text()).group(1)
    tokens = (STYLES / "tokens.css").read_text()
    grounds, inks = (re.findall(rf"--tint-{part}: (\d+)% (\d+)%", tokens) for part in ("ground", "ink"))
    assert (len(grounds), len(inks)) == (2, 2)
    for pair in zip(grounds, inks, strict=True):
        ground, ink = (
            write_colour(colorsys.hls_to_rgb(int(hue) / 360, int(lightness) / 100, int(saturation) / 100))
            for saturation, lightness in pair
        )
        assert contrast(ground, ink) >= 7


def test_the_style_sheet_of_an_accent(client, lab):
    response = client.get("/theme.css?accent=ffff00")
    assert response.content.decode() == theme_css("#ffff00")
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/theme.css?accent=yellow").status_code == 404


@pytest.mark.parametrize("address", ["/theme.css", "/theme.css?v=1", "/theme.css?scheme=dark"])
def test_a_style_sheet_whose_address_names_no_accent_is_asked_for_again(client, lab, address):
    """Another release may have another accent of its own."""
    assert client.get(address).headers["Cache-Control"] == "no-cache"


def test_the_shades_of_an_accent_are_told_with_their_contrast():
    light, dark = shades_of("#ffff00")
    assert (light["is_changed"], dark["is_changed"], dark["colour"]) == (True, False, "#ffff00")
    for shade in (light, dark):
        assert float(shade["text_contrast"]) >= 7
        assert float(shade["button_contrast"]) >= 7


def test_the_admin_shows_the_shades(admin_client, lab):
    text = admin_client.get(reverse(CHANGE, args=[1])).content.decode()
    for shade in shades_of("#1a4a9c"):
        assert f"<code>{shade['colour']}</code>" in text
        assert f"{shade['text_contrast']} : 1 as text" in text
    shades = admin_client.get(reverse("admin:labsite_labprofile_shades"), {"accent": "#FFFF00"}).content.decode()
    assert "<code>#ffff00</code>" in shades
    assert "(changed, to be readable)" in shades
    wrong = admin_client.get(reverse("admin:labsite_labprofile_shades"), {"accent": "<yellow>"}).content.decode()
    assert "Write a colour as # and six digits" in wrong
    assert "<yellow>" not in wrong


# Pictures


def test_logo_and_picture_are_written_anew(admin_client, lab, media):
    saved = save(
        admin_client, logo=picture((900, 300), "RGBA", (0, 0, 255, 0)), picture=picture(), picture_alt="A room"
    )
    assert saved.status_code == 302
    lab.refresh_from_db()
    with Image.open(media / lab.logo.name) as logo:
        assert (logo.format, logo.mode, logo.size) == ("PNG", "RGBA", (480, 160))
    with Image.open(media / lab.picture.name) as stored:
        assert (stored.format, stored.size) == ("JPEG", (2000, 1000))
    assert re.fullmatch(r"site/[0-9a-f]{32}\.png", lab.logo.name)
    assert re.fullmatch(r"site/[0-9a-f]{32}\.jpg", lab.picture.name)


def test_bad_pictures_are_errors_at_the_field(admin_client, lab, media):
    svg = SimpleUploadedFile("x.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    response = save(admin_client, logo=svg, picture=picture(), accent="yellow", header_links="People")
    errors = response.context["adminform"].form.errors
    assert errors == {
        "logo": ["This is not a JPEG, PNG, WebP or AVIF image: save it as one and try again."],
        "accent": ["Write a colour as # and six digits or letters a to f: #1a4a9c."],
        "header_links": ["Line 1 is 'People': write a label, a bar and an address. Example: People | /people/"],
        "picture_alt": ["Describe the picture for people who cannot see it."],
    }
    assert not (media / "site").exists()


def test_a_replaced_picture_is_deleted(admin_client, client, lab, media, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        save(admin_client, logo=picture((90, 90)), picture=picture(), picture_alt="A room")
    lab.refresh_from_db()
    key = Path(lab.picture.name).stem
    assert client.get(f"/media/site/{key}-640.avif").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        save(admin_client, picture=picture((700, 300)), picture_alt="Another room", **{"logo-clear": "on"})
    assert [path.suffix for path in (media / "site").iterdir()] == [".jpg"]
    assert not (media / "derived" / "site" / key).exists()
    assert client.get(f"/media/site/{key}-640.avif").status_code == 404


@pytest.mark.parametrize("ending", ["avif", "webp", "jpg"])
@pytest.mark.parametrize(("name", "size"), [("640", (640, 320)), ("1280", (1280, 640)), ("1920", (1920, 960))])
def test_the_picture_comes_in_sizes(admin_client, client, lab, django_assert_num_queries, name, size, ending):
    save(admin_client, picture=picture(), picture_alt="A room")
    lab.refresh_from_db()
    address = f"/media/site/{Path(lab.picture.name).stem}-{name}.{ending}"
    with django_assert_num_queries(2):  # the profile; and again before the file is kept
        response = client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    with Image.open(BytesIO(response.content)) as image:
        assert image.size == size
    with django_assert_num_queries(1):
        assert client.get(address).content == response.content


def render(source: str, **context) -> str:
    return " ".join(engines["django"].from_string(source).render(context).split())


def test_the_picture_is_printed_with_its_sizes(admin_client, lab, django_assert_num_queries):
    save(admin_client, picture=picture((1000, 500)), picture_alt="A <room>", picture_caption="Our room")
    lab.refresh_from_db()
    key = Path(lab.picture.name).stem
    with django_assert_num_queries(0):
        text = render("{% lab_picture lab %}", lab=lab)
    for ending in ("avif", "webp", "jpg"):
        assert f'srcset="/media/site/{key}-640.{ending} 640w, /media/site/{key}-1280.{ending} 1000w"' in text
    assert 'alt="A &lt;room&gt;" width="1000" height="500"' in text
    assert "Our room</figcaption>" in text


def test_the_logo_is_printed_at_its_height(admin_client, lab):
    save(admin_client, logo=picture((900, 300)))
    lab.refresh_from_db()
    assert render("{% lab_logo lab %}", lab=lab) == (
        f'<img class="site-logo" src="{lab.logo.url}" alt="" width="120" height="{LOGO_HEIGHT}" decoding="async">'
    )


def test_without_pictures_nothing_is_printed(lab):
    lab.logo, lab.picture = "site/gone.png", "site/gone.jpg"
    for profile in (LabProfile(name="Lab"), lab):
        assert render("{% lab_picture lab %}{% lab_logo lab %}", lab=profile) == ""


# Preview


def preview(client, **fields):
    return client.post(reverse(PREVIEW), values(**fields))


def test_the_preview_shows_what_is_not_stored(admin_client, client, lab):
    response = preview(
        admin_client, name="Loud Lab", tagline="We study <noise>.", header_links="Join | /pages/join/", accent="#ffff00"
    )
    text = response.content.decode()
    assert "We study &lt;noise&gt;." in text
    assert '<a class="site-name"' in text
    assert "Loud Lab" in text
    assert 'href="/pages/join/"' in text
    assert "/theme.css?accent=ffff00" in text
    assert "<body inert" in text
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    lab.refresh_from_db()
    assert (lab.name, lab.accent, lab.history.count()) == ("Quiet Lab", "#1a4a9c", 1)
    page = client.get("/")
    assert "Loud Lab" not in page.content.decode()
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_preview_shows_pictures_that_are_not_stored(admin_client, lab, media):
    response = preview(admin_client, logo=picture((90, 90)), picture=picture(), picture_alt="A room")
    shown = render("{% lab_logo lab %}{% lab_picture lab %}", lab=response.context["lab"])
    assert 'src="data:image/png;base64,' in shown
    assert 'src="data:image/jpeg;base64,' in shown
    assert 'width="1280" height="640"' in shown
    assert list(media.rglob("*.*")) == []


def test_what_cannot_be_previewed_is_said_in_words(admin_client, lab):
    response = preview(admin_client, name="", accent="<b>", header_links="People")
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count("<h1>") == 1
    assert "<strong>Name</strong>: This field is required." in text
    assert "<strong>Accent colour</strong>: Write a colour as #" in text
    assert "<strong>Navigation</strong>: Line 1 is &#x27;People&#x27;" in text
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_preview_is_for_those_who_may_change_the_profile(client, admin_client, lab, django_user_model):
    member = django_user_model.objects.create_user("member", is_staff=True)
    assert preview(client).status_code == 302
    client.force_login(member)
    assert preview(client).status_code == 403
    assert client.get(reverse("admin:labsite_labprofile_shades"), {"accent": "#ffff00"}).status_code == 403
    assert admin_client.get(reverse(PREVIEW)).status_code == 302


def test_a_new_site_can_preview_its_first_profile(admin_client, lab):
    lab.delete()
    assert "We study quiet." in preview(admin_client).content.decode()
    assert not LabProfile.objects.exists()


def test_the_form_says_things_in_plain_words_and_works_without_a_script(admin_client, lab):
    text = admin_client.get(reverse(CHANGE, args=[1])).content.decode()
    for title in ("Name and statement", "Looks", "Navigation and foot", "Members&#x27; corner"):
        assert title in text
    assert f'formaction="{reverse(PREVIEW)}" formtarget="lab-preview" formnovalidate' in text
    assert '<iframe name="lab-preview" title="Preview of the home page">' in text
    assert '<input type="color" data-colour-of="id_accent" aria-label="Choose the colour" hidden>' in text


# The lab's own pages


def test_a_page_gets_its_address_from_its_title(admin_client, client, db):
    saved = admin_client.post(
        reverse("admin:labsite_page_add"),
        {"title": "Join us", "body": "**Write** to us.", "is_published": "on", "slug": "", "summary": ""},
    )
    assert saved.status_code == 302
    assert Page.objects.get().slug == "join-us"
    assert "<strong>Write</strong>" in client.get("/pages/join-us/").content.decode()
