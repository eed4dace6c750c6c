"""What is in an archive and what is not: every field of every model is decided, and described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from activities.models import Talk
from labsite.models import Document
from labsite.site_archive import is_archive
from labsite.site_archive.kinds import (
    APPS,
    KINDS,
    LEFT_OUT,
    OF_ONE,
    every_part,
    list_fields,
    plain_fields,
)
from labsite.site_archive.loading import load_archive
from labsite.site_archive.rules import holds, unique_sets
from labsite.site_archive.schema import schemas
from labsite.site_archive.writing import write_archive
from labsite.tests.archives.sites import as_bytes, empty_site
from people.models import Person, PersonName
from publications.models import Authorship, Publication

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "archive-schema"


def taken() -> set[str]:
    """The labels of every model and field that is in the archive."""
    found = set()
    parts = [(part.model, (part.parent,)) for _, part in every_part()]
    for model, parents in [*((kind.model, ()) for kind in KINDS), *parts]:
        label = model._meta.label
        found |= {label, *(f"{label}.{name}" for name in parents)}
        found |= {f"{label}.{field.name}" for field in plain_fields(model, *parents)}
        found |= {f"{label}.{field.name}" for field in list_fields(model)}
    return found


def test_every_field_is_in_the_archive_or_left_out_for_a_reason():
    here = taken()
    undecided = []
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            label = model._meta.label
            if model.__name__.startswith("Historical") or label in LEFT_OUT:
                continue
            if label not in here:
                undecided.append(label)
                continue
            for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many):
                name = f"{label}.{field.name}"
                is_joined = field.many_to_many and not field.remote_field.through._meta.auto_created
                if not (field.auto_created or field.primary_key or is_joined) and name not in here | LEFT_OUT.keys():
                    undecided.append(name)
    assert undecided == []


def test_what_is_left_out_exists_and_is_left_out():
    known = {model._meta.label: model for app in APPS for model in apps.get_app_config(app).get_models()}
    for name, reason in LEFT_OUT.items():
        app, model, *field = name.split(".")
        assert f"{app}.{model}" in known and reason
        assert not field or known[f"{app}.{model}"]._meta.get_field(field[0])
    assert not taken() & LEFT_OUT.keys()


def test_rows_of_one_of_several_stand_within_each():
    """A column of such a row that leads nowhere in the archive would be lost."""
    within = {(part.model, part.parent) for _, part in every_part()}
    for model in OF_ONE:
        assert {(model, field.name) for field in model._meta.concrete_fields if field.is_relation} == {
            pair for pair in within if pair[0] is model
        }


def test_conditions_of_constraints_are_understood():
    for model in [*(kind.model for kind in KINDS), *(part.model for _, part in every_part())]:
        for _, condition, words in unique_sets(model):
            assert words
            assert condition is None or holds(condition, model()) in (True, False)


def test_schemas_describe_what_is_written(filled, tmp_path):
    load_archive(filled.write(tmp_path / "given"))
    write_archive(tmp_path / "first")
    for kind in KINDS:
        schema = json.loads((tmp_path / "first" / "schema" / f"{kind.name}.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        rows = json.loads((tmp_path / "first" / "data" / f"{kind.name}.json").read_text(encoding="utf-8"))
        assert [error.message for error in Draft202012Validator(schema).iter_errors(rows)] == []
        rows[0]["unheard_of"] = 1
        assert not Draft202012Validator(schema).is_valid(rows)


@pytest.mark.once
def test_schemas_are_published(tmp_path):
    """Regenerate with `manage.py export_site --schema docs/archive-schema`; more than texts is a new version."""
    published = {path.name: path.read_bytes() for path in PUBLISHED.glob("*.json")}
    assert published == {Path(path).name: text for path, text in schemas().items()}


def test_public_leaves_out_what_is_not_for_everybody(filled, tmp_path):
    load_archive(filled.write(tmp_path / "given"))
    Person.objects.filter(slug="people-2").update(is_published=False)
    Person.objects.filter(slug="people-0").update(
        email="secret@example.org", email_visibility="members", photo_consent=False, identity_note="secret note"
    )
    Talk.objects.filter(pk=Talk.objects.latest("pk").pk).update(is_published=False)
    PersonName.objects.filter(person__slug="people-0", kind="former").update(name="Former Secret")
    Publication.objects.filter(slug="publications-2").update(is_published=False, title="Secret paper")
    Authorship.objects.filter(publication__slug="publications-0").update(link_status="proposed", link_note="secret")
    for path in (tmp_path / "complete", tmp_path / "public"):
        write_archive(path, is_public=path.name == "public")
    complete, public = (as_bytes(tmp_path / name) for name in ("complete", "public"))
    for word in (b"people-2", b"publications-2", b"ecret"):
        assert any(word in text for text in complete.values())
        assert not [name for name, text in public.items() if word in text]
    people = json.loads(public["data/people.json"])
    assert [row["photo"] for row in people if row["slug"] == "people-0"] == [""]
    assert sum(name.startswith("media/photos/") for name in public) == 0
    empty_site()
    assert load_archive(tmp_path / "public").is_public
    write_archive(tmp_path / "again", is_public=True)
    assert as_bytes(tmp_path / "again") == public
    assert Document.objects.count() == 2  # the third belongs to drafts


def test_the_command_writes_a_folder_or_a_file(filled, tmp_path, capsys):
    load_archive(filled.write(tmp_path / "given"))
    call_command("export_site", str(tmp_path / "folder"))
    assert is_archive(tmp_path / "folder") and "private data" in capsys.readouterr().out
    for name in ("one", "two.zip"):
        call_command("export_site", str(tmp_path / name), "--zip", "--public")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert "private data" not in capsys.readouterr().out
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_site", str(tmp_path / "one"), "--zip")
    call_command("export_site", str(tmp_path / "one"), "--zip", "--force", "--public")


def test_only_an_earlier_export_is_replaced(filled, tmp_path):
    load_archive(filled.write(tmp_path / "given"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "thesis.tex").write_text("four years of work", encoding="utf-8")
    for options in ([], ["--force"]):
        with pytest.raises(CommandError, match=r"holds other things \(thesis.tex\)"):
            call_command("export_site", str(folder), *options)
    (folder / "thesis.tex").unlink()
    call_command("export_site", str(folder))
    before = as_bytes(folder)
    with pytest.raises(CommandError, match="give --force"):
        call_command("export_site", str(folder))
    call_command("export_site", str(folder), "--force")
    assert as_bytes(folder) == before
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match=r"no export wrote \(notes.txt\)"):
        call_command("export_site", str(folder), "--force")
    (folder / "notes.txt").unlink()
    (folder / "data" / "people.json").write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError, match=r"changed since they were exported \(data/people.json\)"):
        call_command("export_site", str(folder), "--force")
    assert not list(tmp_path.glob(".*"))


def test_an_upload_that_is_gone_is_named(filled, tmp_path, uploads):
    load_archive(filled.write(tmp_path / "given"))
    name = Person.objects.get(slug="people-0").photo.name
    (uploads / name).unlink()
    written = write_archive(tmp_path / "first")
    assert written.missing == [name] and name in "\n".join(written.lines())
    empty_site()
    load_archive(tmp_path / "first")
    assert Person.objects.get(slug="people-0").photo.name == ""
