"""Pictures from anybody: A1–A8 of the acceptance table, colours, sizes on demand, who may see them, what is deleted."""

from __future__ import annotations

import fcntl
import random
import resource
import struct
import subprocess
import sys
import threading
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin

from labsite.lib.images import ImageUploadField, begin_of, crop_to, reencode
from labsite.lib.renditions import FORMATS, derived_folder, drop_renditions, folder_of, held, kept
from labsite.tests.factories import make_member
from labsite.tests.fuzz import cases
from people.models import Person, ProfileChange
from people.names import initials_of
from people.photos import SIZES, reencode_photo, rendition_address, tint_of

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def save(image: Image.Image, image_format: str = "JPEG", **options) -> bytes:
    target = BytesIO()
    image.save(target, image_format, **options)
    return target.getvalue()


def noise(width: int = 120, height: int = 90, mode: str = "RGB") -> Image.Image:
    pixels = random.Random(7).randbytes(width * height * len(mode))  # noqa: S311 - a picture, not a secret
    return Image.frombytes(mode, (width, height), pixels)


def upload(content: bytes, name: str = "x.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def read(file) -> Image.Image:
    file.seek(0)
    return Image.open(file)


def refusal(content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        reencode_photo(upload(content))
    return caught.value.messages[0]


def empty_png(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel, all black: as small as such a thing can be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row, body = bytes(width // 8 + 2), b""
    for _ in range(height):
        body += packer.compress(row)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body + packer.flush()) + chunk(b"IEND", b"")


NO_IMAGE = "This is not a JPEG, PNG, WebP or AVIF image: save it as one and try again."
DAMAGED = "The picture is damaged: save it again and retry."
TOO_LARGE = "The picture is too large: 40 megapixels are the most."

# A. What is uploaded


def test_a1_a_giant_png_is_refused_from_its_header():
    content = empty_png(13_300, 13_400)
    assert len(content) < 30_000
    assert refusal(content) == TOO_LARGE


def test_a1_our_own_limit_holds_where_pillow_has_none():
    assert refusal(empty_png(8_000, 6_000)) == "The picture has 8000 × 6000 pixels: 40 megapixels are the most."


MEASURE = """
import resource, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from labsite.lib.images import reencode
small = SimpleUploadedFile("x.png", open(sys.argv[1], "rb").read())
huge = SimpleUploadedFile("x.png", open(sys.argv[2], "rb").read())
reencode(small, "JPEG", 1600)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    reencode(huge, "JPEG", 1600)
except ValidationError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a2_sixty_thousand_pixels_a_side_cost_no_memory(tmp_path):
    """In a process of its own, whose highest memory use says what the refusal cost: under 50 MiB."""
    (tmp_path / "small.png").write_bytes(save(noise(), "PNG"))
    (tmp_path / "huge.png").write_bytes(empty_png(60_000, 60_000))
    files = [str(tmp_path / name) for name in ("small.png", "huge.png")]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURE, *files], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 50 * 1024  # KiB, as Linux counts


def test_a2_the_largest_picture_allowed_stays_within_bounds(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(reencode_photo(upload(empty_png(8_000, 5_000)))).size == (1600, 1000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def frames(image_format: str) -> bytes:
    first = Image.new("RGB", (16, 16), "red")
    others = [Image.new("RGB", (16, 16), (0, number % 256, number // 256)) for number in range(9_999)]
    return save(first, image_format, save_all=True, append_images=others, duration=20)


def test_a3_of_ten_thousand_frames_only_the_first_is_read():
    shown = read(reencode_photo(upload(frames("PNG"))))
    assert shown.getpixel((8, 8))[0] > 240
    assert max(shown.getpixel((8, 8))[1:]) < 20


def test_a3_an_animated_webp_gives_its_first_frame():
    shown = read(reencode_photo(upload(frames("WEBP"))))
    assert shown.getpixel((8, 8))[0] > 240


def test_a3_a_gif_is_refused():
    assert refusal(save(Image.new("RGB", (4, 4)), "GIF")) == NO_IMAGE


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a4_truncated_pictures_are_refused_in_words(image_format):
    content = save(noise(), image_format)
    for part in (0.3, 0.6, 0.9):
        assert refusal(content[: int(len(content) * part)]) in (NO_IMAGE, DAMAGED)
    assert refusal(b"") in (NO_IMAGE, DAMAGED)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a4_flipped_bytes_give_a_picture_or_words(image_format):
    """125 variants of each format: whatever comes, it is a fresh picture or one of our refusals."""
    content, chance = save(noise(), image_format), random.Random(image_format)  # noqa: S311
    for _ in range(cases(125)):
        flipped = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        try:
            assert read(reencode_photo(upload(bytes(flipped)))).format == "JPEG"
        except ValidationError as error:
            assert error.messages[0].startswith(("This is not", "The picture"))


SCRIPTS = {
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "php": b"<?php system($_GET['c']); ?>",
    "gif and script": b"GIF89a/*\x00\x00\x00\x00\x00*/=1;alert(1);",
    "pdf": b"%PDF-1.7\n1 0 obj<</JavaScript(app.alert(1))>>endobj",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage",
    "nothing": b"\x00" * 100,
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a5_a6_what_is_no_picture_is_refused_whatever_it_is_called(kind):
    assert refusal(SCRIPTS[kind]) == NO_IMAGE


def test_a5_what_hides_in_a_picture_does_not_come_along():
    payload = b"<script>alert(1)</script><?php echo 1;"
    with_comment = save(noise(), "JPEG", comment=payload) + payload
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", payload.decode())
    with_text = save(noise(), "PNG", pnginfo=text) + payload
    for content in (with_comment, with_text):
        assert payload in content
        for image_format in ("JPEG", "PNG"):
            assert b"alert" not in reencode(upload(content), image_format, 1600).read()


def test_a7_place_camera_notes_and_comments_are_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera turned to the right
    exif[0x010F] = "Camera Maker"
    exif.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    marked = {"exif": exif, "xmp": b"<x:xmpmeta>Secret place</x:xmpmeta>", "icc_profile": profile, "comment": b"Secret"}
    picture = Image.new("RGB", (40, 20), "blue")
    picture.paste("red", (0, 0, 20, 20))  # on the left as stored, on top as taken
    file = reencode_photo(upload(save(picture, "JPEG", quality=95, **marked)))
    shown = read(file)
    assert shown.size == (20, 40)
    assert shown.getpixel((10, 5))[0] > 200
    assert shown.getpixel((10, 35))[2] > 200
    assert dict(shown.getexif()) == {}
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    file.seek(0)
    content = file.read()
    assert not any(word in content for word in (b"Camera Maker", b"Secret", b"xmp", b"ICC_PROFILE", b"Exif"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "../../x.jpg",
        "..\\..\\x.jpg",
        "a.jpg\x00.png",
        "n" * 300 + ".jpg",
        "con.png",
        "\u202egpj.exe",
        "🦉.jpg",
        "x.svg",
    ],
)
def test_a8_no_name_of_a_file_reaches_the_disk(media, name):
    field = ImageUploadField()
    person = make_member("Ada Quint", photo_alt="A face")
    person.photo = field.clean(upload(save(noise()), name))
    person.save()
    stored = [path.relative_to(media) for path in media.rglob("*") if path.is_file()]
    assert [str(path.parent) for path in stored] == ["photos"]
    assert stored[0].suffix == ".jpg"
    assert set(stored[0].stem) <= set("0123456789abcdef")
    assert len(stored[0].stem) == 32


def test_a_file_over_twenty_mebibytes_is_refused_unread():
    file = upload(b"")
    file.size = 20 * 1024**2 + 1
    with pytest.raises(ValidationError) as caught:
        reencode_photo(file)
    assert caught.value.messages == ["The picture has 21 MiB: 20 MiB are the most."]


# Colours


def near(colour: tuple[int, ...], wanted: tuple[int, ...], most: int = 6) -> bool:
    return all(abs(own - other) <= most for own, other in zip(colour, wanted, strict=True))


def middle(file) -> tuple[int, ...]:
    shown = read(file)
    return shown.getpixel((shown.width // 2, shown.height // 2))


def test_a_file_s_own_colours_are_turned_into_srgb():
    """A profile with the primaries of red and blue exchanged: its red is our blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red], profile[blue] = ord("b"), ord("r")
    content = save(Image.new("RGB", (20, 20), (255, 0, 0)), "PNG", icc_profile=bytes(profile))
    assert near(middle(reencode_photo(upload(content))), (0, 0, 255))


def test_a_broken_profile_counts_as_srgb():
    content = save(Image.new("RGB", (20, 20), (200, 30, 40)), "PNG", icc_profile=b"no profile at all")
    assert near(middle(reencode_photo(upload(content))), (200, 30, 40))


@pytest.mark.parametrize(
    ("image", "image_format", "wanted"),
    [
        (Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("I;16", (20, 20), 128 * 257), "PNG", (128, 128, 128)),
        (Image.new("1", (20, 20), 1), "PNG", (255, 255, 255)),
        (Image.new("L", (20, 20), 77), "PNG", (77, 77, 77)),
        (Image.new("LA", (20, 20), (0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (20, 20), (255, 0, 0, 128)), "WEBP", (255, 127, 127)),
        (Image.new("RGB", (20, 20), (10, 200, 30)).quantize(4), "PNG", (10, 200, 30)),
    ],
    ids=["CMYK", "16 bit", "1 bit", "grey", "clear grey", "clear", "half clear", "palette"],
)
def test_every_kind_of_pixel_becomes_rgb_on_white(image, image_format, wanted):
    content = save(image, image_format, **({"quality": 95} if image_format == "JPEG" else {"lossless": True}))
    assert near(middle(reencode_photo(upload(content))), wanted)


def test_a_clear_colour_of_a_palette_is_clear():
    image = Image.new("RGB", (20, 20), (10, 200, 30)).quantize(4)
    content = save(image, "PNG", transparency=image.getpixel((0, 0)))
    assert near(middle(reencode_photo(upload(content))), (255, 255, 255))
    assert middle(reencode(upload(content), "PNG", 480))[3] == 0


def test_a_logo_keeps_its_transparency():
    shown = read(reencode(upload(save(Image.new("RGBA", (900, 300), (0, 0, 255, 0)), "PNG")), "PNG", 480))
    assert (shown.size, shown.mode, shown.getpixel((9, 9))[3]) == ((480, 160), "RGBA", 0)


# Crops


@pytest.mark.parametrize(
    ("size", "focus", "box"),
    [
        ((300, 100), (50, 50), (100, 0, 200, 100)),
        ((300, 100), (0, 0), (0, 0, 100, 100)),
        ((300, 100), (100, 100), (200, 0, 300, 100)),
        ((300, 100), (30, 50), (40, 0, 140, 100)),
        ((100, 300), (50, 25), (0, 25, 100, 125)),
    ],
)
def test_the_focus_stands_in_the_middle_where_it_can(size, focus, box):
    image = noise(*size)
    assert crop_to(image, 100, 100, focus).tobytes() == image.crop(box).tobytes()


def test_a_crop_is_never_larger_than_the_picture():
    assert crop_to(noise(50, 40), 640, 800, (50, 50)).size == (32, 40)
    assert begin_of(10, 10, 90) == 0


# Renditions: who sees them, and what becomes of them


def with_photo(**values) -> Person:
    values = {"photo_alt": "A face", "photo_consent": True, "photo_focus_x": 30, "photo_focus_y": 20} | values
    person = make_member("Ada Quint", **values)
    person.photo = reencode_photo(upload(save(noise(900, 900))))
    person.save()
    return person


def derived(media: Path) -> list[str]:
    return sorted(path.name for path in (media / "derived").rglob("*.*") if path.is_file())


def test_who_makes_one_picture_keeps_nobody_from_another(media, monkeypatch):
    """A wait would be an error here."""
    lock = fcntl.flock
    monkeypatch.setattr("labsite.lib.renditions.fcntl.flock", lambda file, how: lock(file, how | fcntl.LOCK_NB))
    one, other = folder_of("photos/one.jpg") / "1x1-50-50.jpg", folder_of("cards/publications/7") / "v.png"

    def make_one() -> bytes:
        assert kept(other, lambda: b"other", lambda: True) == b"other"
        with pytest.raises(BlockingIOError):
            drop_renditions("photos/one.jpg")
        return b"one"

    assert kept(one, make_one, lambda: True) == b"one"
    assert (one.read_bytes(), other.read_bytes()) == (b"one", b"other")
    assert derived(media) == ["1x1-50-50.jpg", "v.png"]


def test_what_is_withdrawn_while_it_is_made_is_not_left(media, monkeypatch):
    """The record may still say yes when it is asked, a moment before the change is committed."""
    lock, waits = fcntl.flock, threading.Event()
    dropping = threading.Thread(target=drop_renditions, args=["photos/one.jpg"])

    def flock(file, how):
        if threading.current_thread() is dropping:
            waits.set()
        lock(file, how)

    def may_keep() -> bool:
        dropping.start()
        assert waits.wait(20)
        return True

    monkeypatch.setattr("labsite.lib.renditions.fcntl.flock", flock)
    assert kept(folder_of("photos/one.jpg") / "1x1-50-50.jpg", lambda: b"one", may_keep) == b"one"
    dropping.join(20)
    assert derived(media) == []


def test_one_at_a_time_holds_a_folder(media):
    """Each takes the lock's file away with it, so who waited has to look whether theirs is still the one."""
    inside, most = [], []

    def hold() -> None:
        for _ in range(30):
            with held(folder_of("photos/one.jpg")):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=hold) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 180
    assert derived(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_made_in_every_format(client, size, ending):
    person = with_photo()
    address = rendition_address(person, size, ending)
    assert address == reverse(
        "photo_rendition",
        kwargs={"key": Path(person.photo.name).stem, "size": size, "focus": "30-20", "ending": ending},
    )
    response = client.get(address)
    with Image.open(BytesIO(response.content)) as image:
        assert (image.size, image.format) == (tuple(SIZES[size]), FORMATS[ending][0])
        assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}
    assert response.headers["Content-Type"] == FORMATS[ending][1]
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_a_rendition_is_made_once_and_asked_for_with_one_query(client, django_assert_num_queries, media):
    address = rendition_address(with_photo(), "192", "webp")
    with django_assert_num_queries(2):  # the person; and again before the file is kept
        first = client.get(address)
    assert derived(media) == ["192x192-30-20.webp"]
    with django_assert_num_queries(1):
        assert client.get(address).content == first.content
    with django_assert_num_queries(1):
        same = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["96-30-20.gif", "97-30-20.jpg", "96-30-20.svg", "96-3000-20.jpg", "96.jpg", "../96-30-20.jpg"]
)
def test_only_declared_sizes_are_made(client, media, path):
    person = with_photo()
    assert client.get(f"/media/{person.photo.name.removesuffix('.jpg')}-{path}").status_code == 404
    assert derived(media) == []


@pytest.mark.django_db
def test_another_focus_leads_to_the_present_one(client, media):
    person = with_photo()
    old = rendition_address(person, "96", "jpg")
    Person.objects.update(photo_focus_x=60)
    person.refresh_from_db()
    assert client.get(old).headers["Location"] == rendition_address(person, "96", "jpg")
    assert derived(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", [{"photo_consent": False}, {"is_published": False}])
def test_what_is_not_public_is_for_editors_and_leaves_no_copy(client, admin_client, media, hidden):
    person = with_photo(**hidden)
    address = rendition_address(person, "96", "jpg")
    assert client.get(address).status_code == 404
    assert client.get(f"/media/{person.photo.name}").status_code == 404
    assert admin_client.get(address).status_code == 200
    assert derived(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"photo_consent": False}, {"is_published": False}, {"photo_focus_x": 31}, {"photo_focus_y": 0}]
)
def test_what_was_derived_goes_when_it_may_not_stay(client, media, django_capture_on_commit_callbacks, change):
    person = with_photo()
    original = media / person.photo.name
    client.get(rendition_address(person, "96", "jpg"))
    assert len(derived(media)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        for name, value in change.items():
            setattr(person, name, value)
        person.save()
    assert derived(media) == []
    assert original.exists() == ("photo_consent" not in change)


@pytest.mark.django_db
def test_drafts_made_in_bulk_lose_what_was_derived(admin_client, media, django_capture_on_commit_callbacks):
    person = with_photo()
    admin_client.get(rendition_address(person, "96", "jpg"))
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(
            reverse("admin:people_person_changelist"), {"action": "unpublish", "_selected_action": [person.pk]}
        )
    assert derived(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["replace", "clear", "delete"])
def test_a_photo_nobody_names_is_deleted(client, media, django_capture_on_commit_callbacks, act):
    person = with_photo()
    before = media / person.photo.name
    client.get(rendition_address(person, "96", "jpg"))
    with django_capture_on_commit_callbacks(execute=True):
        if act == "delete":
            person.delete()
        else:
            person.photo = reencode_photo(upload(save(noise(50, 50)))) if act == "replace" else ""
            person.save()
    assert not before.exists()
    assert derived(media) == []
    assert len(list((media / "photos").iterdir())) == (1 if act == "replace" else 0)


@pytest.mark.django_db
def test_a_photo_stays_while_somebody_names_it(media, django_capture_on_commit_callbacks):
    person = with_photo()
    stored = media / person.photo.name
    waiting = ProfileChange.objects.create(person=person, photo=person.photo.name)
    with django_capture_on_commit_callbacks(execute=True):
        person.photo = ""
        person.save()
    assert stored.exists()
    with django_capture_on_commit_callbacks(execute=True):
        waiting.delete()
    assert not stored.exists()


@pytest.mark.django_db
def test_nothing_is_deleted_by_a_change_that_is_taken_back(media, django_capture_on_commit_callbacks):
    person = with_photo()
    with django_capture_on_commit_callbacks() as callbacks:
        Person.objects.get().save()
        person.headline = "Quiet"
        person.save(update_fields=["headline"])
    for callback in callbacks:
        callback()
    assert (media / person.photo.name).exists()


@pytest.mark.django_db
def test_consent_taken_back_while_a_picture_is_made_leaves_no_copy(client, media, monkeypatch):
    person = with_photo()
    address = rendition_address(person, "96", "jpg")

    def render_slowly(*args):
        Person.objects.update(photo_consent=False)
        return b"a picture"

    monkeypatch.setattr("labsite.lib.renditions.render", render_slowly)
    client.get(address)
    assert derived(media) == []
    assert list(derived_folder().rglob("*.jpg")) == []


@pytest.mark.django_db
def test_a_missing_file_is_not_found(client, media):
    person = with_photo()
    (media / person.photo.name).unlink()
    assert client.get(rendition_address(person, "96", "jpg")).status_code == 404
    assert client.get(f"/media/{person.photo.name}").status_code == 404


# What pages print


@pytest.mark.django_db
def test_a_card_offers_every_format_with_its_size(client):
    person = with_photo()
    text = client.get("/people/").content.decode()
    assert text.count('<source type="image/avif"') == text.count('<source type="image/webp"') == 1
    assert f"{rendition_address(person, '192', 'avif')} 192w" in text
    assert 'alt="A face" width="384" height="384" loading="lazy"' in text
    profile = client.get(person.get_absolute_url()).content.decode()
    assert 'width="640" height="800" fetchpriority="high"' in profile


@pytest.mark.django_db
def test_without_consent_there_are_initials(client):
    with_photo(photo_consent=False)
    text = client.get("/people/").content.decode()
    assert "/media/photos/" not in text
    assert f'avatar-initials tint-{tint_of("ada-quint")}" aria-hidden="true">AQ<' in text


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada Quint", "AQ"),
        ("Ada", "A"),
        ("Ada B. C. Quint", "AQ"),
        ("O", "O"),
        ("  ", ""),
        ("…", ""),
        ("élodie Ångström", "ÉÅ"),
        ("e\u0301lodie o\u0308rn", "E\u0301O\u0308"),
        ("ß Quint", "ßQ"),
        ("(Ada) “Quint”", "AQ"),
        ("张逸骅", "张"),
        ("김 민준", "김"),
        ("山田 太郎", "山"),
        ("🦉🦉", "🦉"),
        ("👩🏽\u200d🔬 👨", "👩🏽\u200d🔬"),
        ("🇩🇪🇫🇷", "🇩🇪"),
        ("🦉 Ada Quint", "AQ"),
        ("محمد علي", "م\u200cع"),
        ("דוד לוי", "דל"),
        ("3M Company", "3C"),
    ],
)
def test_initials_of_any_name(name, initials):
    assert initials_of(name) == initials


def test_tints_are_spread_and_stay():
    tints = [tint_of(f"person-{number}") for number in range(200)]
    assert set(tints) == set(range(8))
    assert tints == [tint_of(f"person-{number}") for number in range(200)]


# Pictures that were damaged on the disk


@pytest.mark.django_db
@pytest.mark.parametrize("left", [b"", b"no picture", b"\xff\xd8\xff\xe0", "half"])
def test_a_photo_that_is_damaged_is_not_found_and_stands_on_no_card(client, media, left):
    person = with_photo()
    path = media / person.photo.name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if left == "half" else left)
    assert client.get(rendition_address(person, "96", "jpg")).status_code == 404
    assert client.get(f"/cards/people/{person.slug}.png").status_code == 200
    assert client.get(person.get_absolute_url()).status_code == 200
