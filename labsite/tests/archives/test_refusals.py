"""Archives that are damaged, foreign or made to hurt: refused in words, and nothing of them is stored."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from labsite.models import SiteImport
from labsite.site_archive import is_archive
from labsite.site_archive.loading import load_archive
from labsite.site_archive.manifest import VERSION
from labsite.site_archive.media import is_plain_jpeg, is_plain_png
from labsite.site_archive.problems import ArchiveProblem
from labsite.site_import import work
from labsite.tests.archives.filled import Filled, picture
from labsite.tests.factories import make_person
from people.models import Organization, Person

Change = Callable[[Filled], Any]


def refused(folder: Path) -> str:
    """The words of the refusal; nothing may have been stored."""
    with pytest.raises(ArchiveProblem) as found:
        load_archive(folder)
    assert not Person.objects.exists() and not Organization.objects.exists()
    assert not default_storage.exists("photos") or not default_storage.listdir("photos")[1]
    return str(found.value)


def manifest_with(folder: Path, **values: Any) -> None:
    path = folder / "labsite.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **values}), encoding="utf-8")


ROWS: dict[str, tuple[Change, str]] = {
    "dangling": (
        lambda it: it.rows["publications"][0].update(venue="nowhere"),
        r"data/publications.json, row 1 \(publications-0\): 'venue' names 'nowhere', and there is no such row",
    ),
    "dangling list": (lambda it: it.rows["news"][0]["people"].append("nobody"), "'people' names 'nobody'"),
    "list twice": (lambda it: it.rows["news"][0].update(people=["people-0"] * 2), "'people' names one row twice"),
    "list of lists": (lambda it: it.rows["news"][0].update(people=[[]]), "'people' is no list of keys"),
    "two with one key": (
        lambda it: it.rows["people"][2].update(slug="people-0"),
        r"data/people.json, row 3: 'slug' is 'people-0', like that of a row before",
    ),
    "no key": (lambda it: it.rows["talks"][0].pop("key"), "data/talks.json, row 1: 'key' is 'None'"),
    "two that must differ": (
        lambda it: it.rows["publications"][1].update(bibtex_key="a"),
        r"row 2 \(publications-1\): Another publication has this BibTeX key \(the same as",
    ),
    "two authors in one place": (
        lambda it: it.rows["publications"][0]["authors"][1].update(position=1),
        "authors, row 2: Another author has this position",
    ),
    "unknown member": (lambda it: it.rows["pages"][0].update(colour="red"), "'colour' is no member of such a row"),
    "wrong type": (lambda it: it.rows["people"][0].update(name=7), "'name' is '7': write a text"),
    "null": (lambda it: it.rows["people"][0].update(name=None), "'name' is null"),
    "number as truth": (lambda it: it.rows["people"][0].update(is_published=1), "'is_published' is '1': write true"),
    "truth as number": (lambda it: it.rows["people"][0].update(photo_focus_x=True), "'photo_focus_x' is true or false"),
    "too large": (lambda it: it.rows["people"][0].update(photo_focus_x=10**30), "'photo_focus_x'"),
    "wrong date": (lambda it: it.rows["news"][0].update(date="2020-02-31"), "'2020-02-31' is not a day"),
    "wrong choice": (lambda it: it.rows["news"][0].update(kind="rumour"), "'kind': Value 'rumour'"),
    "wrong amount": (lambda it: it.rows["grants"][0].update(amount="much"), "'amount' is 'much'"),
    "wrong moment": (
        lambda it: it.rows["people"][0]["rejections"][0].update(created_at="yesterday"), "'created_at' is 'yesterday'"
    ),
    "javascript": (lambda it: it.rows["people"][0]["links"][0].update(url="javascript:alert(1)"), "'url'"),
    "NUL": (lambda it: it.rows["people"][0].update(bio="a\x00b"), "'bio' holds a NUL"),
    "half a character": (lambda it: it.rows["people"][0].update(bio="a\ud800"), "'bio' holds a NUL or half a"),
    "deep": (lambda it: it.rows["publications"][0].update(extra=nested(80)), "'extra' is nested more than 50"),
    "a list for a dict": (lambda it: it.rows["publications"][0].update(extra=[]), "'extra' is"),
    "former name public": (
        lambda it: it.rows["people"][0]["names"][0].update(is_public=True), "A former name is never public"
    ),
    "end before start": (
        lambda it: it.rows["people"][0]["memberships"][0].update(end="2001"), "memberships, row 1"
    ),
    "own parent": (lambda it: it.rows["venues"][0].update(parent="venues-0"), "A venue cannot belong to itself"),
    "clean": (lambda it: it.rows["people"][1].update(name="\u200b"), "Give a name that can be read"),
    "two labs": (lambda it: it.rows["lab"].append({**it.rows["lab"][0], "key": "b"}), "data/lab.json, row 2"),
    "part is no list": (lambda it: it.rows["people"][0].update(links={}), "links: is no list of rows"),
    "missing reference": (lambda it: it.rows["mentorships"][0].pop("mentor"), "'mentor' is missing"),
    "path in a name": (
        lambda it: it.rows["people"][0].update(photo="../../etc/passwd"), "lists no such file below media/"
    ),
    "one file of two": (
        lambda it: it.rows["people"][2].update(photo=it.rows["people"][0]["photo"]), "which is the file of"
    ),
    "document's sum": (lambda it: it.rows["documents"][0].update(sha256="0" * 64), "'sha256' or 'size' is not that"),
}  # fmt: skip


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_break_a_rule_are_named(filled, tmp_path, name, monkeypatch):
    change, words = ROWS[name]
    change(filled)
    if name == "half a character":
        monkeypatch.setattr(json, "dumps", ascii_dumps(json.dumps))
    folder = filled.write(tmp_path / "given")
    monkeypatch.undo()
    found = refused(folder)
    assert re.search(words, found), found


def ascii_dumps(dumps: Callable[..., str]) -> Callable[..., str]:
    """Half a character can be written as an escape only."""
    return lambda value, **options: dumps(value, **{**options, "ensure_ascii": True})


def test_many_problems_are_counted(filled, tmp_path):
    filled.rows["people"] = [{"slug": f"p{number}", "name": 7} for number in range(40)]
    assert "… and " in refused(filled.write(tmp_path / "given"))


def test_what_is_no_archive_is_said_to_be_none(filled, tmp_path):
    assert not is_archive(tmp_path)
    with pytest.raises(ArchiveProblem, match="There is no labsite.json"):
        load_archive(tmp_path)
    for text in ("", "[]", '{"format": "other"}', "[" * 100_000):
        (tmp_path / "labsite.json").write_text(text, encoding="utf-8")
        assert not is_archive(tmp_path)
        assert "labsite.json" in refused(tmp_path)


def test_a_newer_version_is_refused(filled, tmp_path):
    folder = filled.write(tmp_path / "given")
    manifest_with(folder, version=VERSION + 1, software="Labsite 9.9")
    assert is_archive(folder)
    found = refused(folder)
    assert f"format version {VERSION + 1}, made by Labsite 9.9" in found and "install a newer Labsite" in found
    for version in (0, -1, True, "1", None):
        manifest_with(folder, version=version)
        assert "the version is no number" in refused(folder)


def test_damaged_missing_and_linked_files_are_named(filled, tmp_path):
    folder = filled.write(tmp_path / "given")
    people, photo = folder / "data" / "people.json", next((folder / "media" / "photos").iterdir())
    content = people.read_bytes()
    people.write_bytes(content[:-1] + b" ")
    assert refused(folder) == "data/people.json is not as it was written: copy the archive again."
    people.unlink()
    assert refused(folder) == "data/people.json is missing: copy the archive again."
    (tmp_path / "elsewhere.json").write_bytes(content)
    people.symlink_to(tmp_path / "elsewhere.json")
    assert "is a link to elsewhere" in refused(folder)
    people.unlink()
    people.write_bytes(content)
    photo.unlink()
    assert f"media/photos/{photo.name} is missing" in refused(folder)


@pytest.mark.parametrize(
    "name",
    ["../outside.json", "/etc/passwd", "data/../../x.json", "media/photos/../../x.jpg", "media/x.php", "data\\a"],
)
def test_names_that_lead_out_are_refused(filled, tmp_path, name):
    folder = filled.write(tmp_path / "given")
    files = json.loads((folder / "labsite.json").read_bytes())["files"]
    manifest_with(folder, files={**files, name: files["data/people.json"]})
    assert "is no name that a file of an archive has" in refused(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"slug": "a", "slug": "b"}]', "'slug' stands twice"),
        ('[{"slug": NaN}]', "NaN is no number"),
        ("[1]", "is not a list of rows"),
        ("{}", "is not a list of rows"),
        ("[", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[]", "has 0 rows, and labsite.json says 3"),
    ],
)
def test_files_that_are_no_rows_are_refused(filled, tmp_path, text, words):
    filled.rows.pop("people")
    folder = filled.write(tmp_path / "given")
    (folder / "data" / "people.json").write_text(text, encoding="utf-8")
    manifest = json.loads((folder / "labsite.json").read_bytes())
    list_file(folder, manifest, "data/people.json")
    manifest["records"]["people"] = 3
    (folder / "labsite.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert words in refused(folder)


def list_file(folder: Path, manifest: dict[str, Any], name: str) -> None:
    content = (folder / name).read_bytes()
    manifest["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def with_comment() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 20)).save(target, "JPEG", comment=b"<script>")
    return target.getvalue()


def with_camera() -> bytes:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[271] = "A camera"
    Image.new("RGB", (20, 20)).save(target, "JPEG", exif=exif)
    return target.getvalue()


def as_png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 20)).save(target, "PNG")
    return target.getvalue()


PICTURES: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"<?php echo 1;", "not a JPEG, PNG, WebP or AVIF image"),
    "cut off": (lambda: picture("JPEG", (300, 300))[:400], "the picture is damaged"),
    "behind the end": (lambda: picture("JPEG") + b"PK\x03\x04", "more in it than a picture"),
    "comment": (with_comment, "more in it than a picture"),
    "camera": (with_camera, "more in it than a picture"),
    "other format": (as_png, "it is a PNG picture"),
    "too large": (lambda: large(), "1 JPEG picture of up to|1601 × 10"),
}


def large() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (1601, 10)).save(target, "JPEG")
    return target.getvalue()


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_that_are_not_as_we_store_them_are_refused(filled, tmp_path, name):
    make, words = PICTURES[name]
    photo = filled.rows["people"][0]["photo"]
    filled.media[photo] = make()
    found = refused(filled.write(tmp_path / "given"))
    assert f"media/{photo}" in found and any(word in found for word in words.split("|"))


def test_what_our_encoder_makes_is_plain():
    for size in ((1, 1), (333, 97), (1600, 1200)):
        assert is_plain_jpeg(picture("JPEG", size)) and is_plain_png(picture("PNG", size))
    info, target = PngInfo(), io.BytesIO()
    info.add_text("Comment", "hidden")
    Image.new("RGB", (2, 2)).save(target, "PNG", pnginfo=info)
    assert not is_plain_png(target.getvalue()) and not is_plain_png(picture("PNG") + b"x")
    assert not is_plain_png(b"") and not is_plain_jpeg(b"") and not is_plain_jpeg(b"\xff\xd8\xff")


def test_files_that_nobody_names_are_refused_and_those_not_listed_are_said(filled, tmp_path):
    filled.media["photos/" + "a" * 32 + ".jpg"] = picture("JPEG")
    assert "no record names this file" in refused(filled.write(tmp_path / "given"))
    filled.media.popitem()
    folder = filled.write(tmp_path / "second")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert load_archive(folder, dry_run=True).not_read == ["notes.txt"]


def test_a_site_with_other_records_is_left_alone(filled, tmp_path):
    folder = filled.write(tmp_path / "given")
    make_person("Somebody Else")
    with pytest.raises(ArchiveProblem, match="has records already"):
        load_archive(folder)
    assert Person.objects.count() == 1


def test_another_upload_of_the_name_stays(filled, tmp_path, uploads):
    name = filled.rows["people"][0]["photo"]
    (uploads / "photos").mkdir(parents=True)
    (uploads / name).write_bytes(b"somebody's")
    with pytest.raises(ArchiveProblem, match="uploads have another file"):
        load_archive(filled.write(tmp_path / "given"))
    assert (uploads / name).read_bytes() == b"somebody's"
    assert [path.name for path in (uploads / "photos").iterdir()] == [Path(name).name]
    assert not Person.objects.exists()


def test_a_failure_at_the_end_leaves_no_file(filled, tmp_path, monkeypatch):
    real, calls = default_storage.save, []

    def failing(name: str, content: Any) -> str:
        calls.append(name)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return real(name, content)

    monkeypatch.setattr(default_storage, "save", failing)
    with pytest.raises(ArchiveProblem, match="No space left"):
        load_archive(filled.write(tmp_path / "given"))
    assert not Person.objects.exists()
    assert [name for name in calls if default_storage.exists(name)] == []


def test_an_upload_is_not_read_whole_where_it_is_too_large(filled, tmp_path, monkeypatch):
    batch = SiteImport.objects.create(name="archive.zip", source="archive.zip")
    monkeypatch.setattr(work, "MOST_DATA", 1_000)
    with pytest.raises(ArchiveProblem, match="bring it in with the command import_site"):
        work.carry_archive(batch, filled.write(tmp_path / "archive"))
    batch.refresh_from_db()
    assert (batch.state, batch.report) == ("reading", {})
