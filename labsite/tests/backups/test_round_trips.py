"""The whole site in one archive and back: H10, H12, H14, H15 of the matrix, and I1."""

from __future__ import annotations

import datetime
import errno
import os
import secrets
import threading
import zipfile
from contextlib import closing
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command, load_command_class
from django.core.management.base import SystemCheckError
from django.db import connection, connections, transaction
from django.test import Client

from labsite.backups import making, restoring
from labsite.backups import snapshot as snapshots
from labsite.backups.archive import opened
from labsite.backups.drill import drill
from labsite.backups.loading import load_table
from labsite.backups.making import make_archive
from labsite.backups.manifest import Manifest, TablePart
from labsite.backups.problems import BackupProblem
from labsite.backups.restoring import restore, whole_archive
from labsite.backups.scratch import scratch_database, standing_in
from labsite.backups.snapshot import read_rows, snapshot
from labsite.backups.tables import tables_of
from labsite.operations import starting
from labsite.signing_in.models import AccountSession, AuthenticatorApp, Tries
from labsite.signing_in.sealing import CannotOpen, open_sealed
from labsite.signing_in.second_factor import add_app, make_secret
from labsite.tests.backups.site import (
    PIXEL,
    everything,
    fill_hundred_megabytes,
    nasty_rows,
    pages,
    sqlite_site,
    store,
    totals,
    use_folder,
)
from labsite.tests.factories import make_person, make_venue
from people.models import Person
from publications.models import Publication, Topic, Venue

whole = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def silent(words: str) -> None:
    """Nobody listens."""


def restored(path: Path, secret: bytes | None = None) -> restoring.Restored:
    with whole_archive(path, secret) as archive:
        return restore(archive, silent)


def content(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def backup(**options: object) -> str:
    out = StringIO()
    call_command("backup", stdout=out, stderr=out, **options)
    return out.getvalue()


# Round trips


@pytest.mark.once
def test_a_restored_site_has_every_row_and_prints_every_page_as_before(demo_site, quick_tables, tmp_path):
    nasty_rows()
    picture = store("photos/0123.jpg")
    before, printed, counted = everything(), pages(), totals()
    archive = tmp_path / "a.zip"
    manifest = make_archive(archive)
    assert manifest.rows == sum(map(len, before.values())) and not manifest.missing_files
    # What is written afterwards is not in the archive
    make_person("Later Than That")
    Publication.objects.all().delete()
    default_storage.delete(picture)
    later = store("photos/later.jpg")
    result = restored(archive)
    assert everything() == before
    assert pages() == printed
    assert totals() == counted
    assert content(picture) == PIXEL
    assert not default_storage.exists(later), "no record names it"
    assert (result.aside / "media" / later).read_bytes() == PIXEL


@whole
def test_h14_sqlite_to_postgresql_to_sqlite(demo_file, empty_file, folders, quick_tables, settings, tmp_path):
    """The tables of PostgreSQL are made by migrations, in a schema beside those in use."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; the run on it has this")
    here = folders
    use_folder(settings, tmp_path / "first")
    with sqlite_site(demo_file, tmp_path / "first"):
        nasty_rows()
        store("photos/0123.jpg")
        first, printed, counted = everything(), pages(), totals()
        make_archive(tmp_path / "first.zip")
        next_key = make_venue("NEXT").pk
    use_folder(settings, here)
    restored(tmp_path / "first.zip")
    assert everything() == first
    del printed["/search/?q=learning"]  # each database ranks in its own way
    assert {address: page for address, page in pages().items() if address in printed} == printed
    assert totals() == counted
    assert make_venue("NEXT").pk == next_key, "a number that was given is not given again"
    Venue.objects.filter(pk=next_key).delete()
    venue = Venue.objects.order_by("pk").first()
    with transaction_version() as versions:
        venue.save()
    assert versions[0] != versions[1], "the triggers are there"
    make_archive(tmp_path / "second.zip", secret=b"a quiet long secret")
    use_folder(settings, tmp_path / "third")
    with sqlite_site(empty_file, tmp_path / "third"):
        restored(tmp_path / "second.zip", b"a quiet long secret")
        third = everything()
        third["publications_historicalvenue"] = [
            row for row in third["publications_historicalvenue"] if row in first["publications_historicalvenue"]
        ]
        assert {name for name in first if first[name] != third[name]} <= {"publications_venue"}
        assert totals() == counted
        assert (tmp_path / "third" / "media" / "photos" / "0123.jpg").read_bytes() == PIXEL
    use_folder(settings, here)
    restoring.undo()
    assert not Person.objects.filter(slug="nasty-0").exists(), "what was there before is there again"


NEWER = [
    "CREATE TABLE people_badge (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES people_person)",
    "CREATE TABLE people_badgecolour (id bigserial PRIMARY KEY, badge_id bigint NOT NULL REFERENCES people_badge)",
    "CREATE TABLE people_alone (id bigserial PRIMARY KEY)",
]


@whole
def test_going_back_and_upgrading_again_on_postgresql(folders, tmp_path):
    """Tables that the newer version made go aside with the others, so that it can make them once more."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; the run on it has this")
    make_archive(tmp_path / "before.zip")

    def upgrade() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in NEWER:
                cursor.execute(statement)
            cursor.execute("INSERT INTO people_badge (person_id) SELECT id FROM people_person")
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0999_badge', now())")

    ada = make_person("Ada").pk
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id integer)")
    try:
        upgrade()
        restored(tmp_path / "before.zip")
        assert not {"people_badge", "people_badgecolour", "people_alone"} & set(connection.introspection.table_names())
        assert "somebody_elses" in connection.introspection.table_names()
        make_person("Bo", pk=ada + 1)
        upgrade()
        Person.objects.get(pk=ada + 1)  # bound to the table that is in use now
        restoring.undo()
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id FROM people_badge")
            assert cursor.fetchall() == [(ada,)]
            cursor.execute("SELECT 1 FROM django_migrations WHERE name = '0999_badge'")
            assert cursor.fetchone()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS people_badgecolour, people_badge, people_alone, somebody_elses")
            cursor.execute("DELETE FROM django_migrations WHERE name = '0999_badge'")


@whole
def test_one_host_builds_in_a_schema_at_a_time(folders):
    """Several hosts share one PostgreSQL: the second must not drop what the first is building."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; the run on it has this")
    with scratch_database("labsite_drill", folders / ".drill") as config:
        with pytest.raises(BackupProblem, match="Another host builds in the schema labsite_drill"):
            scratch_database("labsite_drill", folders / ".drill").__enter__()
        with standing_in(config) as scratch, scratch.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            assert cursor.fetchone() == ("labsite_drill",), "it is still there"
        with scratch_database("labsite_restoring", folders / ".restoring"):
            pass  # another one is nobody's
    with scratch_database("labsite_drill", folders / ".drill"):
        pass


class transaction_version:
    """The content version before and after."""

    def __enter__(self) -> list[int]:
        self.versions = [self.read()]
        return self.versions

    def __exit__(self, *args: object) -> None:
        self.versions.append(self.read())

    def read(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(token) FROM labsite_contentversion")
            return cursor.fetchone()[0]


@pytest.mark.once
def test_i1_an_archive_of_an_older_version_is_migrated(demo_site, demo_file, settings, tmp_path):
    """Without the facets that publications.0007 brought. All tables are made by migrations here."""
    printed, counted, number = pages(), totals(), Publication.objects.count()
    call_command("migrate", "publications", "0006", verbosity=0)
    manifest = make_archive(tmp_path / "old.zip")
    assert ["publications", "0006_imports"] in manifest.migrations
    assert ["publications", "0007_facets"] not in manifest.migrations
    use_folder(settings, tmp_path / "new")
    with sqlite_site(demo_file, tmp_path / "new"):
        Publication.objects.all().delete()
        result = restored(tmp_path / "old.zip")
        assert any("older" in note for note in result.notes)
        assert Publication.objects.count() == number
        for address in ("/feeds/publications.atom", "/sitemap.xml"):  # they tell that this upgrade changed lines
            del printed[address]
        assert {address: page for address, page in pages().items() if address in printed} == printed
        assert totals() == counted


@pytest.mark.once
def test_a_restore_is_undone_and_forgotten(demo_site, quick_tables, tmp_path):
    store("photos/old.jpg")
    make_archive(tmp_path / "a.zip")
    default_storage.delete("photos/old.jpg")
    kept = store("photos/kept.jpg")
    changed = store("photos/changed.jpg", b"before")
    make_archive(tmp_path / "b.zip")
    default_storage.delete(changed)
    store(changed, b"after")
    Topic.objects.create(slug="of-today", name="Of today")
    before = everything()
    restored(tmp_path / "b.zip")
    assert not Topic.objects.filter(slug="of-today").exists()
    assert content(changed) == b"before"
    call_command("restore", undo=True, yes=True, stdout=StringIO())
    assert everything() == before
    assert content(changed) == b"after"
    restored(tmp_path / "a.zip")
    restored(tmp_path / "a.zip")
    restored(tmp_path / "b.zip")
    assert len(restoring.asides()) == restoring.KEPT
    assert default_storage.exists(kept)
    call_command("restore", forget=True, yes=True, stdout=StringIO())
    assert restoring.asides() == []
    (restoring.aside_folder() / "20990101t000000000").mkdir()  # of a run that was killed before it kept anything
    with pytest.raises(CommandError, match="Nothing is kept"):
        call_command("restore", undo=True, yes=True, stdout=StringIO())


@pytest.mark.once
def test_a_damaged_database_is_replaced(demo_site, quick_tables, tmp_path):
    make_archive(tmp_path / "a.zip")
    before = everything()
    connection.close()
    for ending in ("-wal", "-shm"):
        demo_site.with_name(demo_site.name + ending).unlink(missing_ok=True)
    demo_site.write_bytes(b"no database at all" * 1000)
    result = restored(tmp_path / "a.zip")
    assert everything() == before
    assert (result.aside / "labsite.sqlite3").read_bytes().startswith(b"no database")


# While the site runs


STATEMENTS = [
    "INSERT INTO auth_group (name) VALUES (?)",
    "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, '', '2030-01-01')",
]


def writer(number: int, connect: object, stop: threading.Event, done: list[int]) -> None:
    """Writes to two tables in each transaction: a copy of one moment has as many rows of either."""
    with closing(connect()) as own:
        mark = "%s" if connection_is_postgresql(own) else "?"
        step = 0
        while not stop.is_set():
            step += 1
            name = f"w-{number}-{secrets.token_hex(12)}"
            cursor = own.cursor()
            cursor.execute("BEGIN IMMEDIATE" if mark == "?" else "BEGIN")
            for statement in STATEMENTS:
                cursor.execute(statement.replace("?", mark), [name])
            cursor.execute("COMMIT")
        done.append(step)


def connection_is_postgresql(own: object) -> bool:
    return isinstance(own, psycopg.Connection)


def write_meanwhile(connect: object, act: object) -> int:
    stop, done = threading.Event(), []
    threads = [threading.Thread(target=writer, args=(number, connect, stop, done)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        act()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(done) == len(threads), "no writer was refused"
    return sum(done)


def check_moments(folder: Path, rounds: int) -> None:
    for number in range(rounds):
        with opened(folder / f"{number}.zip", None) as archive:
            archive.check()
            tables = {table.name: table for table in archive.manifest.tables}
            groups = [row[1] for row in archive.rows(tables["auth_group"]) if row[1].startswith("w-")]
            sessions = [row[0] for row in archive.rows(tables["django_session"])]
            assert sorted(groups) == sorted(sessions)
            assert tables["auth_group"].last_key >= tables["auth_group"].rows


ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "3"))


def back_up_meanwhile(connect: object, folder: Path, rounds: int) -> None:
    """So many backups while two write; each is of one moment."""

    def act() -> None:
        for number in range(rounds):
            make_archive(folder / f"{number}.zip", with_sessions=True)

    assert write_meanwhile(connect, act) > 0
    check_moments(folder, rounds)


def connector_to_file(path: Path) -> object:
    return lambda: connections["default"].copy().Database.connect(path, isolation_level=None, timeout=20)


@pytest.mark.once
def test_h10_a_backup_under_write_load_is_of_one_moment(empty_site, tmp_path):
    back_up_meanwhile(connector_to_file(empty_site), tmp_path, ROUNDS)


@pytest.mark.once
def test_h10_a_hundred_megabytes_and_media_are_of_one_moment_too(empty_site, tmp_path):
    fill_hundred_megabytes()
    back_up_meanwhile(connector_to_file(empty_site), tmp_path, 1)
    with opened(tmp_path / "0.zip", None) as archive:
        assert sum(file.bytes for file in archive.manifest.files) == 20_000_000


@whole
def test_h10_on_postgresql(folders, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; the run on it has this")
    parameters = {key: each for key, each in connection.get_connection_params().items() if key in LIBPQ}

    def connect() -> psycopg.Connection:
        return psycopg.connect(**parameters, autocommit=True)

    back_up_meanwhile(connect, tmp_path, ROUNDS)
    fill_hundred_megabytes()
    back_up_meanwhile(connect, tmp_path, 1)


LIBPQ = ("host", "port", "dbname", "user", "password")


@pytest.mark.once
def test_a_photo_that_is_replaced_meanwhile_is_not_missing(demo_site, tmp_path, monkeypatch):
    """Its record is read, then both change: all is read once more."""
    person = Person.objects.first()
    old = store("photos/old.jpg")
    Person.objects.filter(pk=person.pk).update(photo=old)
    copied = making.add_files
    calls = []

    def replaced(writer, manifest, snapshot_connection, named):
        if not calls:
            default_storage.delete(old)
            Person.objects.filter(pk=person.pk).update(photo=store("photos/new.jpg"))
        calls.append(named)
        copied(writer, manifest, snapshot_connection, named)

    monkeypatch.setattr(making, "add_files", replaced)
    manifest = make_archive(tmp_path / "a.zip")
    assert calls == [{"photos/old.jpg"}, {"photos/new.jpg"}]
    assert [file.name for file in manifest.files] == ["photos/new.jpg"]
    assert manifest.missing_files == []


@pytest.mark.once
def test_a_photo_that_the_site_has_lost_is_named(demo_site, tmp_path):
    Person.objects.filter(pk=Person.objects.first().pk).update(photo="photos/lost.jpg")
    assert make_archive(tmp_path / "a.zip").missing_files == ["photos/lost.jpg"]


@pytest.mark.once
def test_what_is_derived_or_half_written_stays_out_and_waiting_imports_come_along(demo_site, tmp_path, settings):
    for name in (
        "media/derived/photos/x/1.avif",
        "media/photos/.half.part",
        "imports/waiting.txt",
        "media/site/logo.png",
    ):
        path = settings.DATA_DIR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
    manifest = make_archive(tmp_path / "a.zip")
    assert [file.member for file in manifest.files] == ["media/site/logo.png", "imports/waiting.txt"]


@pytest.mark.once
def test_memory_is_bounded_by_rows_at_a_time(demo_site):
    with snapshot() as copy:
        (table,) = [table for table in tables_of(copy) if table.name == "publications_publication"]
        rows = read_rows(copy, table)
        first = next(rows)
        assert len(first) == len(table.columns)
        rows.close()


# The commands


@pytest.mark.once
def test_backup_drill_and_restore_as_an_operator_runs_them(demo_site, quick_tables, settings, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a quiet long secret\n")
    settings.BACKUP_SECRET_FILE = str(secret)
    said = backup()
    (archive,) = settings.BACKUP_DIR.glob("*.labsite.encrypted")
    assert str(archive) in said and "checked" in said
    assert archive.stat().st_mode & 0o077 == 0, "only this account reads it"
    out = StringIO()
    call_command("restore_drill", stdout=out, max_age=1.0)
    assert "No difference." in out.getvalue()
    before = everything()
    Publication.objects.all().delete()
    out = StringIO()
    call_command("restore", yes=True, stdout=out)
    assert "Restored." in out.getvalue() and "--undo" in out.getvalue()
    assert everything() == before
    with pytest.raises(CommandError, match="Nobody can be asked"):
        call_command("restore", stdout=StringIO())
    assert everything() == before
    call_command("restore", check=True, stdout=out)
    secret.write_text("another long secret\n")
    with pytest.raises(CommandError, match="The secret is not the one"):
        call_command("restore", yes=True, stdout=StringIO())
    settings.BACKUP_SECRET_FILE = ""
    with pytest.raises(CommandError, match="is encrypted: name the file with its secret"):
        call_command("restore", yes=True, stdout=StringIO())
    secret.write_text("short")
    with pytest.raises(CommandError, match="holds 5 letters: use at least 12"):
        backup(secret_file=str(secret))


@pytest.mark.once
def test_a_disk_that_became_read_only_is_backed_up_elsewhere(demo_site, settings, monkeypatch, tmp_path):
    """And cleanup runs on one that is full: the check that refuses to start there (labsite.E001) stops neither."""
    connection.close()
    beside = set(demo_site.parent.iterdir())

    def refuse(*args: object, **options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(starting, "TemporaryFile", refuse)
    monkeypatch.setattr(snapshots.os, "statvfs", lambda folder: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(SystemCheckError, match="mounted read-only"):
        call_command("check", stdout=StringIO())
    assert beside == {demo_site}
    assert [load_command_class("labsite", name).requires_system_checks for name in ("backup", "cleanup")] == [[], []]
    said = backup(to=str(tmp_path / "elsewhere"))
    assert "checked" in said and set(demo_site.parent.iterdir()) == beside
    (archive,) = (tmp_path / "elsewhere").glob("*.zip")
    call_command("cleanup", stdout=StringIO())
    assert read_manifest(archive).rows == sum(map(len, everything().values()))


def read_manifest(path: Path) -> Manifest:
    with opened(path, None) as archive:
        return archive.manifest


@pytest.mark.once
def test_a_log_that_lies_beside_a_read_only_database_is_not_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots.os, "statvfs", lambda folder: SimpleNamespace(f_flag=os.ST_RDONLY))
    path = tmp_path / "labsite.sqlite3"
    path.touch()
    assert snapshots.cannot_change(path)
    (tmp_path / "labsite.sqlite3-wal").write_bytes(b"a change")
    assert not snapshots.cannot_change(path)


@pytest.mark.once
def test_a_restore_asks_and_takes_only_yes(demo_site, quick_tables, monkeypatch, tmp_path):
    make_archive(tmp_path / "a.zip")
    make_person("Still Here")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(tmp_path / "a.zip"), stdout=StringIO())
    assert Person.objects.filter(name="Still Here").exists()


@pytest.mark.once
def test_a_drill_reports_what_differs_and_leaves_the_site_alone(
    demo_site, quick_tables, monkeypatch, tmp_path, settings
):
    backup()
    before = everything()
    monkeypatch.setattr("labsite.backups.drill.compare", lambda manifest, scratch: ["people_person: 3 rows"])
    error = StringIO()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("restore_drill", stdout=StringIO(), stderr=error)
    assert "people_person" in error.getvalue()
    assert everything() == before
    assert not (settings.DATA_DIR / ".drill").exists()
    (old,) = settings.BACKUP_DIR.glob("*.zip")
    with pytest.raises(CommandError, match="hours old"):
        call_command("restore_drill", stdout=StringIO(), max_age=-1.0)


@pytest.mark.once
def test_a_drill_finds_a_row_that_a_migration_changed(demo_site, quick_tables, monkeypatch, tmp_path):
    make_archive(tmp_path / "a.zip")
    real = call_command

    def migrate_and_spoil(name, *args, **options):
        real(name, *args, **options)
        Person.objects.filter(pk=Person.objects.first().pk).update(name="Somebody Else")

    monkeypatch.setattr("labsite.backups.loading.call_command", migrate_and_spoil)
    with whole_archive(tmp_path / "a.zip", None) as archive:
        assert [words.partition(":")[0] for words in drill(archive).differences] == ["people_person"]


@pytest.mark.once
def test_another_secret_key_is_told_with_what_it_shuts(demo_site, quick_tables, settings, tmp_path):
    boss, former = get_user_model().objects.get(username="boss"), settings.SECRET_KEY
    add_app(boss, make_secret(), 1)
    make_archive(tmp_path / "a.zip")
    settings.SECRET_KEY = "another key that somebody made for the new machine, long enough"
    assert restored(tmp_path / "a.zip").notes == [restoring.OTHER_KEY]
    with pytest.raises(CannotOpen):
        open_sealed(AuthenticatorApp.objects.get(account=boss).secret)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert restored(tmp_path / "a.zip").notes == []
    assert open_sealed(AuthenticatorApp.objects.get(account=boss).secret)


@pytest.mark.once
def test_sessions_stay_out_unless_asked_for(demo_site, settings, tmp_path):
    """Whoever finds an archive is signed in nowhere by it: no key of a session stands in any member."""
    client = Client()
    client.force_login(get_user_model().objects.get(username="boss"))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert AccountSession.objects.filter(pk=key).exists()
    Tries.objects.create(key="k" * 64, scope="address", ends_at="2030-01-01T00:00:00Z")

    def holding(name: str, **options: object) -> list[str]:
        manifest = make_archive(tmp_path / name, **options)
        assert {"signing_in_tries"} <= set(manifest.left_out)
        with zipfile.ZipFile(tmp_path / name) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        assert not [member for member, content in members.items() if b"k" * 64 in content]
        return [member for member, content in members.items() if key.encode() in content]

    assert holding("a.zip") == []
    assert holding("b.zip", with_sessions=True) == ["tables/signing_in_accountsession.jsonl"]


@pytest.mark.once
def test_tables_of_others_are_named(demo_site, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id integer)")
    assert make_archive(tmp_path / "a.zip").unknown_tables == ["somebody_elses"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE somebody_elses")


@pytest.mark.once
def test_a_newer_database_is_not_backed_up_by_halves(demo_site, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0999_later', '2030-01-01')"
        )
    with pytest.raises(BackupProblem, match=r"people.0999_later.*install the version that made it"):
        make_archive(tmp_path / "a.zip")
    assert list(tmp_path.glob("*a.zip*")) == []


@pytest.mark.once
def test_h15_rotation_checks_each_and_fails_aloud(demo_site, settings):
    settings.BACKUP_KEEP = "last:2"
    folder = settings.BACKUP_DIR
    backup()
    (first,) = folder.glob("*.labsite.zip")
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    for day in range(4):
        stamp = (moment + datetime.timedelta(days=day)).strftime("%Y%m%dT%H%M%S")
        (folder / f"labsite-{stamp}Z.labsite.zip").write_bytes(first.read_bytes())
    (folder / "notes.txt").write_text("of the operator")
    (folder / "labsite-old.zip").write_text("of somebody")
    (folder / ".labsite-1.zip.part").write_text("of a run that was killed")
    damaged = folder / "labsite-20260103T000000Z.labsite.zip"
    damaged.write_bytes(first.read_bytes()[:-200] + b"x" + first.read_bytes()[-199:])
    out = StringIO()
    with pytest.raises(CommandError, match="1 of the archives .* damaged"):
        call_command("backup", stdout=out, stderr=out)
    names = {path.name for path in folder.iterdir()}
    assert names >= {damaged.name, first.name, "notes.txt", "labsite-old.zip"}
    assert len([name for name in names if name.endswith(".labsite.zip")]) == 3, "two whole ones and the damaged one"
    assert not list(folder.glob(".*.part"))
    assert damaged.name in out.getvalue() and "Removed labsite-20260101T000000Z.labsite.zip" in out.getvalue()
    damaged.unlink()
    assert "0 of them damaged" in backup(check=True)
    settings.BACKUP_KEEP = "weekly:x"
    with pytest.raises(CommandError, match="use periods and numbers like"):
        backup()


@pytest.mark.once
def test_a_full_disk_leaves_no_archive_and_an_error(demo_site, settings, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labsite.backups.archive.os.fsync", full)
    with pytest.raises(CommandError, match="cannot be written .*No space left"):
        backup()
    assert [path.name for path in settings.BACKUP_DIR.iterdir()] == [".lock"]


@pytest.mark.once
def test_a_restore_wants_room(demo_site, quick_tables, monkeypatch, tmp_path):
    make_archive(tmp_path / "a.zip")
    monkeypatch.setattr("labsite.backups.restoring.shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with pytest.raises(BackupProblem, match="make room first"):
        restored(tmp_path / "a.zip")


@pytest.mark.once
def test_one_backup_and_one_restore_at_a_time(demo_site, settings, tmp_path):
    from labsite.management.commands.backup import one_at_a_time  # noqa: PLC0415

    with one_at_a_time(settings.BACKUP_DIR), pytest.raises(CommandError, match="Another backup .* is running"):
        backup()
    make_archive(tmp_path / "a.zip")
    with restoring.alone(), pytest.raises(BackupProblem, match="Another restore is running"):
        restored(tmp_path / "a.zip")


@pytest.mark.once
def test_accounts_keep_their_passwords_and_rights(demo_site, quick_tables, tmp_path):
    boss = get_user_model().objects.get(username="boss")
    make_archive(tmp_path / "a.zip")
    boss.delete()
    restored(tmp_path / "a.zip")
    assert get_user_model().objects.get(username="boss").check_password("a quiet long secret")


# Other places, and what does not fit


@pytest.mark.once
def test_uploads_in_a_store_elsewhere_go_through_its_storage(demo_site, quick_tables, settings, tmp_path):
    elsewhere = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": elsewhere}
    kept = store("photos/kept.jpg")
    changed = store("photos/changed.jpg", b"before")
    make_archive(tmp_path / "a.zip")
    default_storage.delete(kept)
    default_storage.delete(changed)
    store(changed, b"after")
    later = store("photos/later.jpg")
    result = restored(tmp_path / "a.zip")
    assert content(kept) == PIXEL
    assert content(changed) == b"before"
    assert not default_storage.exists(later)
    assert (result.aside / "media" / "photos" / "changed.jpg").read_bytes() == b"after"
    restoring.undo()
    assert content(changed) == b"after"
    assert default_storage.exists(later) and not default_storage.exists(kept)


@pytest.mark.once
def test_a_store_that_gives_another_name_is_told(demo_site, quick_tables, settings, tmp_path, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    kept = store("photos/kept.jpg")
    make_archive(tmp_path / "a.zip")
    default_storage.delete(kept)
    before = everything()
    own = type(default_storage._wrapped)
    monkeypatch.setattr(own, "get_available_name", lambda self, name, max_length=None: f"{name}.other")
    with pytest.raises(BackupProblem, match=r"photos/kept\.jpg another name"):
        restored(tmp_path / "a.zip")
    assert everything() == before


@pytest.mark.once
def test_an_archive_with_a_dangling_reference_changes_nothing(demo_site, quick_tables, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO auth_user_groups (user_id, group_id) VALUES (999, 999)")
    make_archive(tmp_path / "a.zip")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM auth_user_groups")
        cursor.execute("PRAGMA foreign_keys=ON")
    before = everything()
    with pytest.raises(BackupProblem, match="refer to others that are not there .*auth_user_groups"):
        restored(tmp_path / "a.zip")
    assert everything() == before
    assert not (demo_site.parent / ".restoring").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "words", "databases"),
    [
        (None, "(?i:not.null)", {"sqlite", "postgresql"}),
        ("x" * 151, "value too long", {"postgresql"}),
        ("a\x00b", "NUL", {"postgresql"}),
    ],
)
def test_a_row_that_the_database_does_not_take_is_named(name, words, databases):
    if connection.vendor not in databases:
        pytest.skip("this database takes it")
    part = TablePart("auth_group", [["id", "integer"], ["name", "text"]])
    archive = SimpleNamespace(path="a.zip", rows=lambda part: iter([[1001, name]]))
    with pytest.raises(BackupProblem, match=rf"does not take a row of auth_group .*{words}"), transaction.atomic():
        load_table(archive, connection, part)


@whole
def test_an_account_that_may_make_no_schema_is_told_what_to_grant(folders):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; the run on it has this")
    role = f"labsite_tests_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{role}"')
        cursor.execute(f'SET ROLE "{role}"')
        try:
            with (
                pytest.raises(BackupProblem, match='GRANT CREATE ON DATABASE "test_'),
                scratch_database("labsite_drill", folders / ".drill"),
            ):
                pass
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute(f'DROP ROLE "{role}"')
