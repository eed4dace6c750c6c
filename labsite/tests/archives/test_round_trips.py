"""An archive, loaded into a site without records, gives the same archive again, byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from labsite.backups.scratch import standing_in
from labsite.site_archive.kinds import KEY, KINDS, Part, every_part, list_fields, plain_fields
from labsite.site_archive.loading import REASON, load_archive
from labsite.site_archive.writing import write_archive
from labsite.tests.archives.sites import as_bytes, empty_site
from labsite.tests.backups.site import copy_file, sqlite_config
from labsite.tests.factories import make_member, make_publication
from people.models import Person
from publications.digests import stale_digests
from publications.models import Publication


def empties(model: Any, parts: dict[str, Part], rows: list[dict[str, Any]], path: str, parent: str = "") -> list[str]:
    """The members that no row says anything in."""
    names = [field.name for field in (*plain_fields(model, parent), *list_fields(model))] + list(parts)
    found = [f"{path}.{name}" for name in names if not any(row[name] not in ("", None, [], {}, False) for row in rows)]
    for name, part in parts.items():
        inner = [each for row in rows for each in row[name]]
        found += empties(part.model, part.parts, inner, f"{path}.{name}", part.parent)
    return found


def test_every_field_comes_back(filled, tmp_path):
    report = load_archive(filled.write(tmp_path / "given"))
    assert report.changed and report.records["people"] == 3
    write_archive(tmp_path / "first")
    # Nothing may hide behind an empty value: a former name is never public, and a period with an end has ended.
    never = {"people.names.is_public"} | {
        f"{path}.end_is_unknown"
        for path in ("people.memberships", "people.positions", "people.education", "grants", "mentorships", "projects")
    }
    for kind in KINDS:
        rows = json.loads((tmp_path / "first" / "data" / f"{kind.name}.json").read_text(encoding="utf-8"))
        assert set(empties(kind.model, kind.parts, rows, kind.name)) <= never
    for name in ("people", "publications"):
        texts = [(tmp_path / each / "data" / f"{name}.json").read_text(encoding="utf-8") for each in ("given", "first")]
        given, first = ([{**row, "services": None} for row in json.loads(text)] for text in texts)
        assert given == first  # but for the keys of talks, which are made anew

    empty_site()
    load_archive(tmp_path / "first")
    write_archive(tmp_path / "second")
    assert as_bytes(tmp_path / "first") == as_bytes(tmp_path / "second")


def test_what_is_derived_and_history_are_there(filled, tmp_path):
    load_archive(filled.write(tmp_path / "given"))
    assert stale_digests(Publication.objects.values_list("pk", flat=True)) == []
    version = Person.history.get(slug="people-0")
    assert (version.history_type, version.history_change_reason) == ("+", REASON)
    assert Publication.history.get(slug="publications-0").topics.count() == 2
    assert Person.objects.search("zhang").count() >= 1
    for model in [*(kind.model for kind in KINDS), *(part.model for _, part in every_part())]:
        for record in model._base_manager.all():
            record.full_clean()  # what loading asked in its own way is what Django asks


def test_the_demo_comes_back_and_is_known_again(db, tmp_path):
    call_command("loaddata", "demo", verbosity=0)
    write_archive(tmp_path / "first")
    assert not load_archive(tmp_path / "first").changed
    empty_site()
    load_archive(tmp_path / "first")
    write_archive(tmp_path / "second")
    assert as_bytes(tmp_path / "first") == as_bytes(tmp_path / "second")


def test_another_database_gives_the_same_bytes(filled, tmp_path, empty_file):
    """From the tests' database into one of SQLite and back: with PostgreSQL as the first, across the two."""
    load_archive(filled.write(tmp_path / "given"))
    write_archive(tmp_path / "first")
    copy = tmp_path / "other.sqlite3"
    copy_file(empty_file, copy)
    with standing_in(sqlite_config(copy)):
        load_archive(tmp_path / "first")
        write_archive(tmp_path / "second")
    assert as_bytes(tmp_path / "first") == as_bytes(tmp_path / "second")
    empty_site()
    load_archive(tmp_path / "second")
    write_archive(tmp_path / "third")
    assert as_bytes(tmp_path / "first") == as_bytes(tmp_path / "third")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_export_reads_one_moment(tmp_path):
    """Outside of a transaction it opens a connection of its own, and gives it back."""
    make_publication(authors=[make_member()])
    before = connection.connection
    write_archive(tmp_path / "first")
    assert connection.connection is before
    empty_site()
    load_archive(tmp_path / "first")
    write_archive(tmp_path / "second")
    assert as_bytes(tmp_path / "first") == as_bytes(tmp_path / "second")


def test_the_commands_take_it_out_and_bring_it_back(filled, tmp_path, capsys):
    load_archive(filled.write(tmp_path / "given"))
    call_command("export_site", str(tmp_path / "first"), "--zip")
    empty_site()
    for options, words in (
        (["--dry-run"], "Would be loaded: 3 awards"),
        ([], "Loaded: 3 awards"),
        ([], "Nothing changed"),
    ):
        call_command("import_site", str(tmp_path / "first.zip"), *options)
        assert words in capsys.readouterr().out
    call_command("export_site", str(tmp_path / "second"), "--zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_keys_name_their_rows(filled, tmp_path):
    """Rows without a name of their own get one from what they say; those that are alike are numbered."""
    load_archive(filled.write(tmp_path / "given"))
    write_archive(tmp_path / "first")
    awards = json.loads((tmp_path / "first" / "data" / "awards.json").read_text(encoding="utf-8"))
    keys = [row[KEY] for row in awards]
    assert keys[1:] == [f"{keys[0]}-2", f"{keys[0]}-3"]
