"""Killed at any instant: a restore leaves the old site or the new one (H13), an upload a whole file or none (H3)."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from labsite.backups.making import make_archive
from labsite.backups.restoring import restore, whole_archive
from labsite.file_storage import WholeFileStorage
from labsite.tests.backups.site import everything, store
from people.models import Person
from publications.models import Topic

ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "0"))  # random instants beside those that are named
POINTS = ["rows", "files", "pages", "place"]
CHANCES = [f"{random.Random(number).uniform(1.0, 4.0):.2f}" for number in range(ROUNDS)]  # noqa: S311 - seconds
# Saves pictures of 4 MB, one after the other, and tells of each that is stored.
SAVER = """
import sys
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from labsite.file_storage import WholeFileStorage
storage = WholeFileStorage(sys.argv[1])
for number in range(10000):
    print(storage.save(f"photos/{number}.jpg", ContentFile(bytes([number % 256]) * 4_000_000)), flush=True)
"""


@pytest.mark.once
@pytest.mark.parametrize("point", [*POINTS, *CHANCES])
def test_h13_a_killed_restore_leaves_the_old_site_or_the_new(
    demo_site, empty_file, quick_tables, tmp_path, settings, point
):
    for number in range(3):
        store(f"photos/{number}.jpg")
    Topic.objects.create(slug="of-then", name="Of then")
    make_archive(tmp_path / "a.zip")
    then = everything()
    for number in range(3):
        default_storage.delete(f"photos/{number}.jpg")
    Topic.objects.filter(slug="of-then").delete()
    Person.objects.filter(pk=Person.objects.first().pk).update(name="Of Today", photo=store("photos/today.jpg"))
    today = everything()
    own = {"LABSITE_DATA_DIR": str(settings.DATA_DIR), "DEBUG": "on", "DATABASE_URL": f"sqlite:///{demo_site}"}
    command = [sys.executable, "-m", "labsite.tests.backups.killed", point, str(tmp_path / "a.zip"), str(empty_file)]
    # Somebody has the site open meanwhile, as its processes have
    with closing(sqlite3.connect(demo_site)) as visitor:
        assert visitor.execute("SELECT count(*) FROM people_person").fetchone()
        done = subprocess.run(command, env={**os.environ, **own}, cwd=settings.BASE_DIR, check=False)  # noqa: S603 - ours
        if point in POINTS:
            assert done.returncode == -signal.SIGKILL
        assert visitor.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = everything()
    assert found == (then if point == "place" else today) or (point in CHANCES and found == then)
    if found == today:
        assert default_storage.exists("photos/today.jpg")
    else:
        assert all(default_storage.exists(f"photos/{number}.jpg") for number in range(3))
    # Another run does all of it
    with whole_archive(tmp_path / "a.zip", None) as archive:
        restore(archive, lambda words: None)
    assert everything() == then
    assert not default_storage.exists("photos/today.jpg")


@pytest.mark.once
def test_h3_a_killed_upload_is_whole_or_not_there(tmp_path, settings):
    folder = tmp_path / "media"
    for number in range(2 + ROUNDS):
        with subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-c", SAVER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR
        ) as saver:
            told = [saver.stdout.readline().strip()]
            time.sleep(0.03 + 0.02 * number)
            saver.kill()
            told += saver.stdout.read().split()
        there = {path.relative_to(folder).as_posix(): path for path in folder.glob("photos/[!.]*")}
        assert set(told) <= set(there)
        assert {path.stat().st_size for path in there.values()} == {4_000_000}
        assert all(len(set(path.read_bytes())) == 1 for path in there.values())


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("failing", ["os.fsync", "os.link"])
def test_h3_a_photo_that_cannot_be_stored_is_named_by_no_record(tmp_path, settings, monkeypatch, failing):
    settings.MEDIA_ROOT = tmp_path

    def fails(*args: object, **options: object) -> None:
        raise OSError(5, "Input/output error")

    person = Person.objects.create(slug="ada", name="Ada Quint")
    person.photo.save("x.jpg", ContentFile(b"first"))
    monkeypatch.setattr(f"labsite.file_storage.{failing}", fails)
    if failing == "os.link":
        monkeypatch.setattr("labsite.file_storage.os.replace", fails)
    before = person.photo.name
    with pytest.raises(OSError, match="Input/output error"):
        person.photo.save("y.jpg", ContentFile(b"second"))
    assert Person.objects.get().photo.name == before
    assert [path.name for path in Path(tmp_path).rglob("*") if path.is_file()] == [before.rpartition("/")[2]]


@pytest.mark.once
def test_a_file_never_replaces_another(tmp_path, monkeypatch):
    storage = WholeFileStorage(tmp_path)
    monkeypatch.setattr(WholeFileStorage, "exists", lambda self, name: False)  # both asked before either wrote
    first = storage.save("photos/a.jpg", ContentFile(b"first"))
    monkeypatch.undo()
    second = storage._save("photos/a.jpg", ContentFile(b"second"))
    assert first == "photos/a.jpg" != second
    with storage.open(first) as one, storage.open(second) as other:
        assert (one.read(), other.read()) == (b"first", b"second")
    assert storage.size(second) == 6
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.once
def test_a_file_system_without_links_stores_too(tmp_path, monkeypatch):
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("labsite.file_storage.os.link", refuse)
    storage = WholeFileStorage(tmp_path)
    name = storage.save("a.jpg", ContentFile(b"content"))
    again = storage.save("a.jpg", ContentFile(b"more"))
    assert name != again
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"content", b"more"]
