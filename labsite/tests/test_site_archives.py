"""Archives that were made to hurt (case A10): refused in words, and the disk is as it was."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile

import pytest

from labsite.site_import import archives
from labsite.site_import.archives import BadArchive, look_through, unpacked, uploads
from labsite.site_import.reading import UnknownSite, recognise


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


def packed(path, entries, **options):
    """An archive of (name or ZipInfo, content) pairs."""
    with zipfile.ZipFile(path, "w", options.pop("compression", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def link_entry(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def locked(path):
    """Says of its one entry that it has a password."""
    packed(path, [("a.md", "text")])
    data = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = data.find(sign)
        data[begin + at] |= 1
    path.write_bytes(data)
    return path


def lying(path):
    """Says that its one entry holds 10 bytes; it holds a megabyte."""
    packed(path, [("a.md", b"\0" * 2**20)])
    data = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        begin = data.find(sign)
        data[begin + at : begin + at + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    return path


def overlong(path):
    """Says that its list of entries has two gigabytes."""
    packed(path, [("a.md", "text")])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 2**31)
    path.write_bytes(data)
    return path


ATTACKS = {
    "bomb": (lambda path: packed(path, [("a.md", b"\0" * (60 * 2**20))]), "times its size"),
    "many": (lambda path: packed(path, ((f"{number}", b"") for number in range(20_001))), "more than 20,000 files"),
    "link": (lambda path: packed(path, [(link_entry("a.md"), "/etc/passwd")]), "a link or a device"),
    "climbing": (lambda path: packed(path, [("a/../../../b.md", "text")]), "outside the archive's folder"),
    "absolute": (lambda path: packed(path, [("/etc/b.md", "text")]), "outside the archive's folder"),
    "drive": (lambda path: packed(path, [("C:/b.md", "text")]), "outside the archive's folder"),
    "backslashes": (lambda path: packed(path, [("..\\b.md", "text")]), "outside the archive's folder"),
    "twice": (lambda path: packed(path, [("a/B.md", "1"), ("a/b.md", "2")]), "twice"),
    "file and folder": (lambda path: packed(path, [("a", "1"), ("a/b.md", "2")]), "a file and a folder"),
    "locked": (locked, "password"),
    "lying": (lying, "damaged or cut off"),
    "overlong": (overlong, "more than 20,000 files"),
    "rare": (lambda path: packed(path, [("a.md", "text")], compression=zipfile.ZIP_LZMA), "rarely used"),
    "deep": (lambda path: packed(path, [("a/" * 40 + "b.md", "text")]), "too long"),
    "no archive": (lambda path: path.write_bytes(b"%PDF-1.7") and path, "no ZIP file"),
    "hollow": (lambda path: path.write_bytes(cut()) and path, "damaged or cut off .*: fetch it again"),
    "cut": (lambda path: packed(path, [("a.md", "text")]) and os.truncate(path, 20) or path, "is cut off"),
}


def cut():
    """The list of entries, and not what is in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.md", "text " * 1000)
    data = content.getvalue()
    return data[: data.find(b"PK\x01\x02") // 2] + data[data.find(b"PK\x01\x02") :]


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a10_it_is_refused_and_leaves_nothing(name, tmp_path):
    make, word = ATTACKS[name]
    path = make(tmp_path / "site.zip")
    before = sorted(uploads().rglob("*"))
    with pytest.raises(BadArchive, match=word) as caught, unpacked(path):
        raise AssertionError("it was unpacked")
    assert ("damaged" in str(caught.value)) == (name in ("lying", "hollow"))
    assert sorted(uploads().rglob("*")) == before


def test_an_archive_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_PACKED", 100)
    with pytest.raises(BadArchive, match="MB: leave out"):
        look_through(packed(tmp_path / "site.zip", [("a.md", "text" * 100)]))


def test_the_only_folder_is_the_site_and_goes_afterwards(tmp_path):
    path = packed(tmp_path / "site.zip", [("lab-main/", ""), ("lab-main/_config.yml", "x: 1"), ("__MACOSX/._a", "")])
    with unpacked(path) as folder:
        assert (folder.name, [each.name for each in folder.iterdir()]) == ("lab-main", ["_config.yml"])
        assert folder.is_relative_to(uploads())
    assert not folder.exists()


def test_files_beside_each_other_are_the_site(tmp_path):
    with unpacked(packed(tmp_path / "site.zip", [("_config.yml", "x: 1"), ("_news/1.md", "text")])) as folder:
        assert sorted(each.name for each in folder.iterdir()) == ["_config.yml", "_news"]


@pytest.mark.parametrize(
    ("name", "called"), [("", "site.zip"), ("my lab.zip", "my lab.zip"), ("../..", "site.zip"), ("实" * 200, "实" * 66)]
)
def test_messages_call_the_folder_as_the_archive_was_called(name, called, tmp_path):
    with unpacked(packed(tmp_path / "site.zip", [("a.md", "1"), ("b.md", "2")]), name) as folder:
        assert folder.name == called
        with pytest.raises(UnknownSite, match="which holds 2 files") as caught:
            recognise(folder)
    assert ".site-" not in str(caught.value)


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, settings):
    settings.DISK_RESERVE = 2**60
    with pytest.raises(BadArchive, match="not enough room"):
        look_through(packed(tmp_path / "site.zip", [("a.md", "text")]))
