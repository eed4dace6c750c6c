"""`manage.py doctor`: each thing that can be wrong is broken, found, mended as it says, and right again."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core import checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from labsite.backups.keeping import new_path
from labsite.backups.scratch import standing_in
from labsite.lib.renditions import folder_of
from labsite.lib.search import index_name
from labsite.management.commands import doctor as command
from labsite.models import LabProfile
from labsite.operations import orphans
from labsite.operations.doctor import accounts, database, derived, folders, installation, surroundings
from labsite.operations.doctor.examination import CHECKS, examine
from labsite.operations.doctor.findings import Finding, some
from labsite.page_cache.triggers import drop_triggers, make_triggers
from labsite.roles import GROUPS
from labsite.signing_in.second_factor import add_app, make_secret
from labsite.tests.backups.site import sqlite_config
from labsite.tests.factories import make_member, make_news, make_publication
from labsite.tests.members import make_account
from people.models import Person
from publications.digests import flush_changes
from publications.models import FacetTotal, Import, PublicationDigest, PublicationFacet
from publications.totals import TOTALS

pytestmark = pytest.mark.django_db
FEEDS = ("/feeds/publications.atom", "/feeds/news.atom")


def levels(check) -> set[str]:
    return {each.level for each in check()}


def problem(check) -> Finding:
    """The one thing that a check finds wrong."""
    (found,) = [each for each in check() if each.level != "ok"]
    return found


@pytest.fixture
def papers():
    found = [make_publication(f"Paper {number}", [make_member(f"Ada {number}")]) for number in range(3)]
    make_news()
    flush_changes()
    return found


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        if is_postgresql():  # what a test has written is not committed, and waits to be checked
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def test_a_site_that_is_well(papers, settings, tmp_path):
    """Nothing fails, whatever the machine's warnings are."""
    LabProfile.objects.create(pk=LabProfile.SINGLE_ID, name="Lab")
    make_account("admin", is_superuser=True, is_staff=True)
    settings.MEDIA_ROOT, settings.DEBUG = tmp_path, True
    found = list(examine())
    assert [each for each in found if each.level == "fail"] == []
    assert len({each.check for each in found}) > 15
    assert all(each.mend for each in found if each.level != "ok" and each.check != "settings")


# Installation


@pytest.mark.once
def test_packages(tmp_path):
    lines = tmp_path / "requirements.txt"
    lines.write_text(
        "Django==5.2.0 \\\n    --hash=sha256:0\nno-such-package==1.0\nwindows-only==1.0 ; os_name == 'nt'\n"
    )
    missing, other = installation.check_packages(lines)
    assert (missing.level, other.level) == ("fail", "warn")
    assert "no-such-package 1.0" in missing.message
    assert "Django" in other.message
    assert "--require-hashes" in missing.mend
    (found,) = installation.check_packages()
    assert found.message[:2].isdecimal()


@pytest.mark.once
def test_python(monkeypatch):
    assert levels(installation.check_python) == {"ok"}
    monkeypatch.setattr(installation.sys, "version_info", (3, 10, 1))
    assert problem(installation.check_python).message.startswith("This is Python 3.10.1")


@pytest.mark.once
def test_settings(settings, monkeypatch):
    settings.DEBUG = True
    assert "DEBUG is on" in next(installation.check_settings()).message
    settings.DEBUG = False
    told = [checks.Warning("Too short.", hint="Longer.", id="security.W009"), checks.Error("Wrong.", id="x.E1")]
    monkeypatch.setattr(installation.checks, "run_checks", lambda **given: told)
    assert [(each.level, each.message) for each in installation.check_settings()] == [
        ("warn", "security.W009: Too short."),
        ("fail", "x.E1: Wrong."),
    ]
    told.clear()
    assert levels(installation.check_settings) == {"ok"}


@pytest.mark.once
@pytest.mark.parametrize(
    ("hosts", "address", "https", "level", "words"),
    [
        (["lab.example.org"], "https://lab.example.org", True, "ok", "https://lab.example.org"),
        (["lab.example.org"], "", True, "warn", "SITE_URL is not set"),
        (["lab.example.org"], "https://other.example.org", True, "fail", "does not answer"),
        (["lab.example.org"], "https://lab.example.org", False, "fail", "HTTPS is off"),
        (["lab.example.org"], "http://lab.example.org", True, "warn", "begins with http:"),
        (["localhost"], "", True, "warn", "this machine only"),
    ],
)
def test_addresses(settings, hosts, address, https, level, words):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SITE_URL, settings.HTTPS = False, hosts, address, https
    (found,) = installation.check_addresses()
    assert (found.level, words in found.message) == (level, True)


@pytest.mark.once
def test_static_files(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT, settings.DEBUG = tmp_path, False
    assert "not collected" in problem(installation.check_static).message
    finder = SimpleNamespace(list=lambda ignored: [("a.css", None), ("b.css", None)])
    monkeypatch.setattr(installation, "get_finders", lambda: [finder])
    (tmp_path / "a.123.css").write_text("")
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": {"a.css": "a.123.css"}}))
    assert "b.css" in problem(installation.check_static).message
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": {"a.css": "a.123.css", "b.css": "a.123.css"}}))
    assert levels(installation.check_static) == {"ok"}
    (tmp_path / "a.123.css").unlink()
    assert problem(installation.check_static).mend == "python manage.py collectstatic --no-input"


@pytest.mark.once
def test_static_files_as_they_are_collected(settings, tmp_path):
    """Those under a prefix of STATICFILES_DIRS included."""
    backend = "labsite.style_sheets.BundledStaticFilesStorage"
    settings.STATIC_ROOT, settings.DEBUG = tmp_path, False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    assert levels(installation.check_static) == {"ok"}
    manifest = tmp_path / "staticfiles.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    name = next(name for name in told["paths"] if name.startswith("guides/"))
    del told["paths"][name]
    manifest.write_text(json.dumps(told), encoding="utf-8")
    assert name in problem(installation.check_static).message


@pytest.mark.once
def test_fonts(monkeypatch):
    monkeypatch.setattr(installation, "cjk_folder", lambda: None)
    assert problem(installation.check_fonts).mend == "apt-get install fonts-noto-cjk"


# Folders and uploads


@pytest.mark.once
def test_folders_and_disk(monkeypatch, settings):
    assert levels(folders.check_folders) == {"ok"}
    monkeypatch.setattr(folders, "problems_of_start", lambda: ["the disk is mounted read-only"])
    assert problem(folders.check_folders).level == "fail"
    settings.DISK_RESERVE = 2**60
    assert problem(folders.check_disk).level == "fail"


@pytest.mark.once
def test_rights(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(folders, "own_file", lambda: None)
    key = tmp_path / "secret_key"
    key.write_text("x")
    key.chmod(0o600)
    assert levels(folders.check_rights) == {"ok"}
    key.chmod(0o644)
    monkeypatch.setattr(folders.stat, "S_IXOTH", 0o777)
    for parent in key.resolve().parents:
        assert parent.stat().st_mode & 0o777
    found = problem(folders.check_rights)
    assert str(key) in found.message
    key.chmod(0o600)
    assert levels(folders.check_rights) == {"ok"}


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DATA_DIR = tmp_path
    return settings.MEDIA_ROOT


def make_old(path: Path) -> None:
    os.utime(path, (time.time() - 10 * 86_400,) * 2)


def test_a12_files_that_nothing_names(media, capsys):
    """A photo whose upload broke off, what was made from it, an import's file: found, listed, removed. Others stay."""
    named, lost, young = (f"photos/{sign * 32}.jpg" for sign in "abc")
    for name in (named, lost, young):
        default_storage.save(name, ContentFile(b"picture"))
        if name != young:
            make_old(media / name)
    Person.objects.create(slug="ada", name="Ada", photo=named)
    made = folder_of(f"photos/{'d' * 32}.jpg")
    made.mkdir(parents=True)
    (made / "1x1.jpg").write_bytes(b"12345")
    make_old(made)
    (media.parent / "imports").mkdir()
    left = media.parent / "imports" / f"{'e' * 32}.txt"
    left.write_text("@book{}")
    make_old(left)
    found = problem(folders.check_uploads)
    assert (found.level, found.mend) == ("warn", "python manage.py cleanup")
    call_command("cleanup", dry_run=True)
    assert (media / lost).exists()
    assert "3 files" in capsys.readouterr().out
    call_command("cleanup")
    assert not (media / lost).exists()
    assert not made.exists()
    assert not left.exists()
    assert (media / named).exists()
    assert (media / young).exists()
    assert levels(folders.check_uploads) == {"ok"}
    call_command("cleanup", older_than=1)
    with pytest.raises(CommandError):
        call_command("cleanup", older_than=0)


def test_a12_a_file_that_came_to_be_named_meanwhile_stays(media):
    name = f"photos/{'a' * 32}.jpg"
    default_storage.save(name, ContentFile(b"picture"))
    make_old(media / name)
    (orphan,) = orphans.find_orphans()
    Person.objects.create(slug="ada", name="Ada", photo=name)
    orphans.remove(orphan)
    assert (media / name).exists()


def test_files_that_are_gone(media):
    person = Person.objects.create(slug="ada", name="Ada", photo=f"photos/{'a' * 32}.jpg")
    found = problem(folders.check_uploads)
    assert found.level == "fail"
    assert f"person {person.pk}" in found.message
    default_storage.save(person.photo.name, ContentFile(b"picture"))
    assert levels(folders.check_uploads) == {"ok"}


# Database


def test_migrations():
    assert levels(database.check_migrations) == {"ok"}
    row = MigrationRecorder.Migration.objects.get(app="labsite", name="0007_content_version")
    row.delete()
    assert problem(database.check_migrations).mend == "python manage.py migrate"
    MigrationRecorder.Migration.objects.create(app=row.app, name=row.name, applied=timezone.now())
    newer = MigrationRecorder.Migration.objects.create(app="people", name="0999_future", applied=timezone.now())
    assert "newer version" in problem(database.check_migrations).message
    newer.delete()
    assert levels(database.check_migrations) == {"ok"}


def test_triggers_of_the_page_cache():
    assert levels(database.check_triggers) == {"ok"}
    drop_triggers(connection)
    assert problem(database.check_triggers).mend == "python manage.py migrate"
    make_triggers(connection)  # what migrate does at its end
    assert levels(database.check_triggers) == {"ok"}


def test_counters_of_filters(papers):
    run(f'DROP TRIGGER "{TOTALS}_insert"' + (f' ON "{PublicationFacet._meta.db_table}"' if is_postgresql() else ""))
    late = make_publication("Late", [make_member("Bo")])
    flush_changes()
    assert problem(database.check_triggers).mend == "python manage.py rebuild_search"
    assert problem(database.check_totals).level == "fail"
    call_command("rebuild_search", verbosity=0)
    assert levels(database.check_triggers) == levels(database.check_totals) == {"ok"}
    make_publication("Later", [make_member("Cy")])  # and they count again
    flush_changes()
    assert levels(database.check_totals) == {"ok"}
    assert late.pk


def test_totals(papers):
    assert levels(database.check_totals) == {"ok"}
    FacetTotal.objects.filter(facet="all:", year=0).update(number=77)
    assert "all: in all years" in problem(database.check_totals).message
    FacetTotal.objects.filter(facet="all:", year=0).delete()
    assert problem(database.check_totals).level == "fail"
    call_command("rebuild_search", verbosity=0)
    assert levels(database.check_totals) == {"ok"}


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def test_triggers_of_search(papers):
    for model in (PublicationDigest, apps.get_model("activities", "NewsItem")):
        name = index_name(model._meta.db_table)
        run(f'DROP INDEX "{name}"' if is_postgresql() else f'DROP TRIGGER "{name}_update"')
        assert problem(database.check_triggers).mend == "python manage.py rebuild_search"
        call_command("rebuild_search", verbosity=0)
        assert levels(database.check_triggers) == {"ok"}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"SELECT sqlite_version()": [("3.20.0",)]}, "3.20.0 is too old"),
        ({"PRAGMA synchronous": [(1,)]}, "synchronous is 1 instead of 2"),
        ({"PRAGMA quick_check(3)": [("row 7 missing from index",)]}, "damaged: row 7 missing"),
        ({"pragma_foreign_key_check": [("people_person", "people_group")]}, "people_person to people_group"),
    ],
)
@pytest.mark.once
def test_sqlite_that_is_ill(monkeypatch, answers, words):
    """A real file cannot be damaged so that every check still runs: SQLite's answers are played."""
    healthy = {
        "SELECT sqlite_version()": [("3.45.0",)], "PRAGMA journal_mode": [("wal",)], "PRAGMA foreign_keys": [(1,)],
        "PRAGMA synchronous": [(2,)], "PRAGMA quick_check(3)": [("ok",)],
    }  # fmt: skip

    def ask(statement: str, *parameters: object) -> list:
        given = {**healthy, **answers}
        return next((given[each] for each in given if each in statement), [])

    monkeypatch.setattr(database, "ask", ask)
    found = [each for each in database.check_sqlite() if each.level != "ok"]
    assert [words in each.message for each in found] == [True]


@pytest.mark.once
def test_a_damaged_database_is_said_once_with_the_command_that_mends_it(tmp_path, settings):
    def check_damaged():
        connected = sqlite3.connect(file)
        try:
            connected.execute("SELECT count(*) FROM x").fetchall()
        except sqlite3.DatabaseError as error:
            raise DatabaseError(str(error)) from error
        yield

    file = tmp_path / "damaged.sqlite3"
    file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    settings.BACKUP_DIR = tmp_path
    (only,) = examine([check_damaged, check_damaged, check_damaged])
    assert only.message.startswith("The database is damaged: ")
    assert "there is none in BACKUP_DIR" in only.mend
    newest = tmp_path / "labsite-20261121T033000Z.labsite.zip"
    newest.write_bytes(b"x")
    (only,) = examine([check_damaged, check_damaged])
    assert f"python manage.py restore {newest}" in only.mend


@pytest.mark.once
def test_postgresql_that_is_ill(monkeypatch):
    answers = {
        "server_version_num": [(130_000, "13.1", "SQL_ASCII")], "datcollversion": [("1", "2")],
        "indisvalid": [("people_person_slug",)],
    }  # fmt: skip
    monkeypatch.setattr(database, "ask", lambda statement: next(answers[key] for key in answers if key in statement))
    told = " ".join(each.message for each in database.check_postgresql())
    assert "13.1 is too old" in told
    assert "SQL_ASCII" in told
    assert "people_person_slug" in told
    answers["server_version_num"] = [(150_000, "15.0", "UTF8")]
    assert "sorted by collation 1" in " ".join(each.message for each in database.check_postgresql())


def test_a_real_database_is_well():
    assert levels(database.check_server) == {"ok"}


# What is derived


def test_lines_of_lists(papers):
    assert levels(derived.check_digests) == {"ok"}
    PublicationDigest.objects.filter(publication=papers[0]).update(title_key="wrong")
    assert papers[0].slug in problem(derived.check_digests).message
    call_command("rebuild_search", verbosity=0)
    PublicationFacet.objects.filter(facet="all:").delete()
    assert problem(derived.check_digests).mend == "python manage.py rebuild_search"
    call_command("rebuild_search", verbosity=0)
    assert levels(derived.check_digests) == levels(database.check_totals) == {"ok"}
    PublicationDigest.objects.filter(publication=papers[0]).delete()
    assert "in no list" in problem(derived.check_digests).message
    call_command("rebuild_search", verbosity=0)
    assert levels(derived.check_digests) == levels(database.check_totals) == {"ok"}


def test_many_lines_are_sampled(papers, monkeypatch):
    monkeypatch.setattr(derived, "SAMPLE", 2)
    (found,) = derived.check_digests()
    assert found.message == "2 of 3 were derived again and are right"


def test_the_search_index(papers):
    assert levels(derived.check_index) == {"ok"}
    name = index_name(PublicationDigest._meta.db_table)
    run(f'DROP INDEX "{name}"' if is_postgresql() else f'DELETE FROM "{name}_data" WHERE id > 10')  # noqa: S608 - ours
    assert problem(derived.check_index).mend == "python manage.py rebuild_search"
    call_command("rebuild_search", verbosity=0)
    assert levels(derived.check_index) == {"ok"}


# Accounts, what waits, surroundings


def test_accounts():
    assert problem(accounts.check_accounts).mend == "python manage.py createsuperuser"
    make_account("admin", is_superuser=True, is_staff=True)
    assert levels(accounts.check_accounts) == {"ok"}
    idle = make_account("idle", is_staff=True)
    assert "idle" in problem(accounts.check_accounts).message
    idle.groups.add(Group.objects.get(name="Editors"))
    assert levels(accounts.check_accounts) == {"ok"}


def rights() -> dict[str, set[int]]:
    groups = Group.objects.filter(name__in=GROUPS)
    return {group.name: set(group.permissions.values_list("pk", flat=True)) for group in groups}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_that_is_gone_comes_back_as_doctor_says(name):
    """And with the rights it had, and without harm to the others."""
    make_account("admin", is_superuser=True, is_staff=True)
    before = rights()
    by_hand = Permission.objects.get(codename="view_group", content_type__app_label="auth")
    other = next(each for each in GROUPS if each != name)
    Group.objects.get(name=other).permissions.add(by_hand)
    Group.objects.get(name=name).delete()
    found = problem(accounts.check_accounts)
    assert (found.level, name in found.message) == ("fail", True)
    words = found.mend.split(",")[0].split()
    assert words[:2] == ["python", "manage.py"]
    call_command(*words[2:], verbosity=0)
    assert levels(accounts.check_accounts) == {"ok"}
    assert rights() == before | {other: before[other] | {by_hand.pk}}
    call_command(*words[2:], verbosity=0)
    assert rights()[name] == before[name]


def test_authenticator_apps_after_a_new_secret_key(settings):
    (found,) = accounts.check_authenticator_apps()
    assert found == ("ok", "authenticator apps", "nobody has one", "")
    ada, former = make_account("ada"), settings.SECRET_KEY
    add_app(ada, make_secret(), 1)
    assert levels(accounts.check_authenticator_apps) == {"ok"}
    settings.SECRET_KEY = "another key that somebody made for the new machine, long enough"
    found = problem(accounts.check_authenticator_apps)
    assert (found.level, "1 of 1" in found.message, "ada" in found.message) == ("fail", True, True)
    assert "SECRET_KEY_FALLBACKS" in found.mend
    settings.SECRET_KEY_FALLBACKS = [former]
    assert levels(accounts.check_authenticator_apps) == {"ok"}
    settings.SECRET_KEY_FALLBACKS = []
    call_command(*found.mend.partition("manage.py ")[2].replace("NAME", "ada").split(), stdout=StringIO())
    assert levels(accounts.check_authenticator_apps) == {"ok"}


def test_the_profile_of_the_lab():
    assert problem(accounts.check_profile).level == "warn"
    LabProfile.objects.create(pk=LabProfile.SINGLE_ID, name="Lab")
    assert levels(accounts.check_profile) == {"ok"}


def test_interrupted_imports_and_drafts():
    make_member("Ada", is_published=False)
    begun = timezone.now() - timedelta(days=1)
    stuck = Import.objects.create(state=Import.State.APPLYING, created_at=begun)
    assert problem(accounts.check_waiting).mend == "python manage.py run_imports"
    Import.objects.filter(pk=stuck.pk).update(working_until=timezone.now() + timedelta(hours=1))
    imports, drafts = accounts.check_waiting()
    assert (imports.level, drafts.message) == ("ok", "1 people")


def test_h9_the_clock(papers):
    assert levels(surroundings.check_clock) == {"ok"}
    behind = timezone.now() - timedelta(days=1)
    assert "was changed at" in " ".join(each.message for each in surroundings.check_clock(behind))
    early = list(surroundings.check_clock(datetime(2020, 1, 1, tzinfo=UTC)))
    assert {each.level for each in early} == {"fail"}
    if is_postgresql():
        assert "database's clock" in early[0].message


def test_h9_a_clock_that_is_early_or_late_breaks_no_page(client, papers, monkeypatch):
    for days in (-1, 1, -9000):
        moved = timezone.now() + timedelta(days=days)
        monkeypatch.setattr(timezone, "now", lambda moved=moved: moved)
        for path in ("/", "/people/", "/publications/", "/news/", *FEEDS, "/sitemap.xml", "/readyz"):
            assert client.get(path).status_code == 200, path
        make_publication(f"On day {days}", [make_member(f"Bo {days}")])
        flush_changes()
        monkeypatch.undo()
    assert levels(derived.check_digests) == {"ok"}


@pytest.mark.once
def test_time_zone_and_mail_and_cache(settings, monkeypatch):
    settings.TIME_ZONE = "UTC"
    monkeypatch.setattr(surroundings.time, "strftime", lambda form: "CET")
    assert problem(surroundings.check_time_zone).level == "warn"
    settings.TIME_ZONE = "Europe/Berlin"
    assert levels(surroundings.check_time_zone) == {"ok"}
    settings.DEFAULT_FROM_EMAIL = "office@lab.example.org"
    settings.EMAIL_BACKEND, settings.MAIL_IS_CONFIGURED = "django.core.mail.backends.smtp.EmailBackend", True
    settings.EMAIL_PORT = 1
    for settings.EMAIL_HOST in ("127.0.0.1", "localhost"):
        found = problem(surroundings.check_mail)
        assert (found.level, f"{settings.EMAIL_HOST}:1" in found.message) == ("warn", True)
        assert "EMAIL_URL" in found.mend
    settings.MAIL_IS_CONFIGURED = False
    assert levels(surroundings.check_mail) == {"ok"}
    settings.EMAIL_BACKEND, settings.MAIL_IS_CONFIGURED = "django.core.mail.backends.console.EmailBackend", True
    assert levels(surroundings.check_mail) == {"ok"}
    settings.DEFAULT_FROM_EMAIL = "webmaster@localhost"
    assert "CONTACT_EMAIL" in problem(surroundings.check_mail).mend

    def fail() -> str:
        raise ConnectionError

    assert levels(surroundings.check_cache) == {"ok"}
    monkeypatch.setattr(surroundings, "try_cache", fail)
    assert "Redis" in problem(surroundings.check_cache).mend


@pytest.mark.once
def test_backups(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "none"
    assert problem(surroundings.check_backups).level == "warn"
    settings.BACKUP_DIR = tmp_path
    (tmp_path / "labsite-of-the-former-site.labsite.zip").write_bytes(b"no archive of ours by its name")
    assert "none" in problem(surroundings.check_backups).message
    for days, level in ((20, "fail"), (3, "warn")):  # copied here today, made then
        archive = new_path(tmp_path, timezone.now() - timedelta(days=days), is_encrypted=False)
        archive.write_bytes(b"x")
        found = problem(surroundings.check_backups)
        assert (found.level, f"{archive.name}, {days} days old" in found.message) == (level, True)
    archive = new_path(tmp_path, timezone.now(), is_encrypted=True)
    archive.write_bytes(b"")
    assert "is empty" in problem(surroundings.check_backups).message
    archive.write_bytes(b"x")
    assert levels(surroundings.check_backups) == {"ok"}


# The command


@pytest.mark.once
def test_a_check_that_breaks_is_a_finding_and_the_others_go_on():
    def check_one():
        raise ValueError("invalid name 'Ada Quint'")
        yield

    def check_two():
        raise OperationalError("no such table: people_person")
        yield

    def check_three():
        yield Finding("ok", "three", "fine")

    one, two, three = examine([check_one, check_two, check_three])
    assert (one.level, "Ada" in one.message) == ("fail", False)
    assert "migrate" in two.mend
    assert three.level == "ok"
    assert len(CHECKS) > 15


@pytest.mark.once
def test_others_write_while_a_check_reads(tmp_path):
    """SQLite lets one transaction write at a time: the doctor must not be that one for minutes."""
    path = tmp_path / "labsite.sqlite3"
    with closing(sqlite3.connect(path)) as maker:
        maker.execute("CREATE TABLE note (words)")

    def check_long():
        assert surroundings.connection.vendor == "sqlite"
        found = database.ask("SELECT count(*) FROM note")
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("INSERT INTO note VALUES ('saved')")
            other.commit()
        later = database.ask("SELECT count(*) FROM note")
        yield Finding("ok", "long", f"{found} then {later}")

    with standing_in(sqlite_config(path)):
        (found,) = examine([check_long])
    assert (found.level, found.message) == ("ok", "[(0,)] then [(1,)]")


@pytest.mark.once
@pytest.mark.parametrize(
    ("level", "strict", "code"), [("ok", True, 0), ("warn", False, 0), ("warn", True, 1), ("fail", False, 1)]
)
def test_exit_code_lines_and_json(monkeypatch, capsys, level, strict, code):
    found = Finding(level, "thing", "It is so.", "" if level == "ok" else "mend it")
    monkeypatch.setattr(command, "examine", lambda: iter([found]))
    for as_json in (False, True):
        if code:
            with pytest.raises(SystemExit) as ended:
                call_command("doctor", json=as_json, strict=strict)
            assert ended.value.code == code
        else:
            call_command("doctor", json=as_json, strict=strict)
        out = capsys.readouterr().out
        if as_json:
            assert json.loads(out) == {"ok": not code, "findings": [found._asdict()]}
        else:
            assert out.startswith(f"{level.ljust(4)} thing: It is so.")
            assert ("→ mend it" in out) is (level != "ok")


@pytest.mark.once
def test_lists_of_names_stay_short():
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
