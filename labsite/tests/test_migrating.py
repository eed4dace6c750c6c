"""Migrations that are killed (H4), and code of before that goes on while they are applied (I5)."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.urls import reverse

from labsite.lib.migrating import LeanState, WholeMigrationExecutor, key_of, targets_of
from labsite.lib.search import DropTextIndex
from labsite.tests.factories import make_member, make_publication
from labsite.tests.forms import form_values
from people.models import Person

OURS = ("labsite", "people", "publications", "activities", "signing_in")
# By app its newest migration in version 0.1.0, the first one, from the day on which the second begins in CHANGELOG.md:
# whoever has tables from before the first version made them from the repository.
FIRST_VERSION: dict[str, str] = {}
# Code of before neither misses what these take away nor fails to fill what they add.
ADDING = (
    migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex, migrations.AlterModelOptions,
    migrations.AlterModelManagers, migrations.RemoveConstraint,
)  # fmt: skip


def tried_migration() -> migrations.Migration:
    """Makes a table with a foreign key and an index, which Django does at the end of a migration."""
    migration = migrations.Migration("0001_initial", "tried")
    key = ("id", models.BigAutoField(primary_key=True))
    migration.operations = [
        migrations.CreateModel("First", [key, ("words", models.CharField(max_length=9, db_index=True))]),
        migrations.CreateModel("Second", [key, ("first", models.ForeignKey("tried.First", models.CASCADE))]),
    ]
    return migration


@pytest.fixture
def executor():
    executor = WholeMigrationExecutor(connection)
    yield executor
    executor.recorder.record_unapplied("tried", "0001_initial")
    with connection.cursor() as cursor:
        for table in ("tried_second", "tried_first"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_h4_a_migration_and_its_note_are_stored_together(executor, monkeypatch):
    """As if it were killed when Django writes the note: no table is left that the next run would make again."""

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(executor.recorder, "record_applied", killed)
        executor.apply_migration(ProjectState(), tried_migration())
    assert not {"tried_first", "tried_second"} & set(connection.introspection.table_names())
    state = executor.apply_migration(ProjectState(), tried_migration())
    assert {"tried_first", "tried_second"} <= set(connection.introspection.table_names())
    assert ("tried", "0001_initial") in executor.recorder.applied_migrations()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert ("tried", "first") in state.models


@pytest.mark.once
def test_classes_of_a_migration_fit_together_whatever_was_made_anew():
    """Only what points at a changed model is made anew. So after each migration of ours: columns are the state's, and
    no class refers to one of before.
    """
    loader = MigrationLoader(None)
    nodes = loader.graph.leaf_nodes()
    plan = dict.fromkeys(key for node in nodes for key in loader.graph.forwards_plan(node))
    state = LeanState()
    assert state.apps.get_models() == []  # from here on classes follow each operation
    for key in plan:
        loader.graph.nodes[key].mutate_state(state, preserve=False)
        models = {key_of(model): model for model in state.apps.get_models(include_auto_created=True)}
        for model in models.values():
            for target in targets_of(model):
                assert target._meta.abstract or models[key_of(target)] is target, (key, model, target)
        own = {name: model for name, model in models.items() if not model._meta.auto_created}
        assert own.keys() == state.models.keys(), key
        for name, model in own.items():
            fields = {field.name for field in (*model._meta.local_fields, *model._meta.local_many_to_many)}
            assert fields == state.models[name].fields.keys(), (key, name)
        between = {
            key_of(field.remote_field.through) for model in own.values() for field in model._meta.local_many_to_many
        }
        assert models.keys() == own.keys() | between, key
    assert len(plan) > 40


@pytest.mark.once
def test_what_points_at_a_model_is_made_anew_with_it_and_nothing_else():
    state = LeanState()
    key = ("id", models.BigAutoField(primary_key=True))
    people = models.ManyToManyField("tried.Person")
    for name, fields in (
        ("Account", []), ("Person", [("account", models.ForeignKey("tried.Account", models.CASCADE))]),
        ("Paper", [("people", people)]), ("Note", [("account", models.ForeignKey("tried.Account", models.CASCADE))]),
    ):  # fmt: skip
        migrations.CreateModel(name, [key, *fields]).state_forwards("tried", state)
    before = {name: state.apps.get_model("tried", name) for name in ("account", "person", "paper", "note")}
    migrations.AddField("person", "note", models.ForeignKey("tried.Note", models.CASCADE)).state_forwards(
        "tried", state
    )
    after = {name: state.apps.get_model("tried", name) for name in before}
    assert {name for name in before if before[name] is not after[name]} == {"person", "paper"}
    assert {each.name for each in after["note"]._meta.related_objects} == {"person"}
    migrations.RemoveField("paper", "people").state_forwards("tried", state)
    assert len(state.apps.get_models(include_auto_created=True)) == 4


def is_adding(operation: Operation) -> bool:
    if isinstance(operation, migrations.AddField):
        field = operation.field
        return field.null or field.has_db_default() or field.many_to_many
    return isinstance(operation, ADDING)


@pytest.mark.once
def test_i5_what_does_more_than_add_is_told_in_the_changes():
    """Versions after the first: code of before runs while they migrate, or CHANGELOG.md says to stand still."""
    changes = (Path(settings.BASE_DIR) / "CHANGELOG.md").read_text(encoding="utf-8")
    if len(re.findall(r"^## \d", changes, re.M)) < 2:
        return
    assert FIRST_VERSION, "name the newest migrations of the first version here"
    graph = MigrationLoader(None).graph
    for app, name in sorted(graph.nodes):
        operations = import_module(graph.nodes[app, name].__module__).Migration.operations
        if app in OURS and name > FIRST_VERSION.get(app, "") and not all(map(is_adding, operations)):
            assert re.search(rf"`{app}\.{name[:4]}`[^#]*stand still", changes), f"CHANGELOG.md: {app}.{name}"


@pytest.mark.once
def test_i5_what_adds_is_told_from_what_does_more():
    words, key = models.CharField(max_length=9), models.ManyToManyField("people.Person")
    filled = models.IntegerField(db_default=0)
    for operation in (
        migrations.CreateModel("New", []), migrations.AddField("new", "words", models.TextField(null=True)),
        migrations.AddField("new", "number", filled), migrations.AddField("new", "people", key),
    ):  # fmt: skip
        assert is_adding(operation), operation
    for operation in (
        migrations.AddField("new", "words", words), migrations.RemoveField("new", "words"),
        migrations.RenameModel("New", "Newer"), migrations.AlterField("new", "words", words),
        migrations.RunSQL("SELECT 1"), DropTextIndex("New", ["words"]),
    ):  # fmt: skip
        assert not is_adding(operation), operation


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_i5_code_of_before_serves_after_a_migration_that_adds(client):
    """A new version adds columns, an index and a table while the processes of the former one answer and save."""
    ada = make_member("Ada Quint")
    make_publication("Quiet paper", [ada])
    column = models.IntegerField(null=True)
    column.set_attributes_from_name("of_the_next_version")
    with connection.schema_editor() as editor:
        for model in (Person, Person.history.model):
            editor.add_field(model, column)
    try:
        client.force_login(get_user_model().objects.create_superuser("editor"))
        assert "Quiet paper" in client.get("/publications/").content.decode()
        address = reverse("admin:people_person_change", args=[ada.pk])
        values = form_values(client.get(address)) | {"headline": "Saved by the code of before"}
        assert client.post(address, values).status_code == 302
        assert "Saved by the code of before" in client.get("/people/ada-quint/").content.decode()
        assert Person.history.filter(headline="Saved by the code of before").count() == 1
    finally:
        with connection.schema_editor() as editor:
            for model in (Person, Person.history.model):
                editor.remove_field(model, column)
