"""Whatever changes what visitors may see changes the content version, in the same transaction; reading does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from django.test import Client
from django.urls import reverse

from labsite.merging import merge, undo
from labsite.models import ContentVersion, Page
from labsite.page_cache import triggers
from labsite.page_cache.triggers import UNSEEN, found_triggers, make_triggers, seen_tables
from labsite.page_cache.versions import VersionUnknown, make_source
from labsite.tests.factories import make_member, make_news, make_person, make_publication
from labsite.tests.forms import form_values
from people.models import Membership, Person
from publications.importing.undoing import undo_import
from publications.models import Publication, Topic
from publications.tests.importing import import_all, record
from publications.tests.test_undoing import WHOLE

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def version() -> int:
    """What all rows together say, as the page cache reads it."""
    return sum(ContentVersion.objects.values_list("token", flat=True))


@pytest.fixture
def world() -> Person:
    person = make_member("Ada Quint", headline="Quiet")
    make_publication("A paper", [person], slug="paper")
    make_news("Something happened.", person)
    Topic.objects.create(slug="silence", name="Silence")
    Page.objects.create(slug="join", title="Join", body="Come.")
    return person


def save_in_the_admin() -> None:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    address = reverse("admin:labsite_page_change", args=[Page.objects.get().pk])
    before = version()
    values = form_values(client.get(address, {"plain": "0"}))
    assert version() == before  # looking is no change, nor is a session
    response = client.post(address, {**values, "title": "Join us"})
    assert response.status_code == 302, response.context["errors"]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def save_in_two_steps() -> None:
    with transaction.atomic():
        Person.objects.update(headline="one")
        with transaction.atomic():
            Person.objects.update(headline="two")


def merge_two() -> None:
    first, second = make_person("Bo Okafor"), make_person("B. Okafor")
    before = version()
    record = merge(first, second)
    after = version()
    assert after != before
    assert undo(record) == []
    assert version() != after


def import_and_undo() -> None:
    before = version()
    report = import_all(WHOLE, record("Another quiet paper", "Cy Weiss"))
    after = version()
    assert after != before
    undo_import(report.key)
    assert version() != after


WRITES: dict[str, Callable[[], object]] = {
    "save": lambda: Page.objects.get().save(),
    "save in the admin": save_in_the_admin,
    "update": lambda: Person.objects.update(headline="Loud"),
    "bulk_create": lambda: Topic.objects.bulk_create([Topic(slug="a", name="A"), Topic(slug="b", name="B")]),
    "bulk_update": lambda: Page.objects.bulk_update([Page(pk=Page.objects.get().pk, title="x")], ["title"]),
    "delete many": lambda: Membership.objects.all()._raw_delete("default"),
    "raw update": lambda: run("UPDATE people_person SET headline = 'raw'"),
    "raw insert": lambda: run("INSERT INTO publications_topic (slug, name, code) VALUES ('raw', 'Raw', '')"),
    "raw delete": lambda: run("DELETE FROM activities_newsitem_people"),
    "a link between two": lambda: Publication.objects.get(slug="paper").topics.add(Topic.objects.get(slug="silence")),
    "links replaced": lambda: Publication.objects.get(slug="paper").topics.set(Topic.objects.all()),
    "in two steps": save_in_two_steps,
    "import, undone": import_and_undo,
    "merge, undone": merge_two,
    "delete": lambda: Page.objects.get().delete(),
}


# Several in one test: emptying the tables after each takes seconds.


def test_every_way_to_write_changes_it(world):
    for name, write in WRITES.items():
        before = version()
        write()
        assert version() != before, name


def test_what_visitors_do_not_see_does_not(world):
    before = version()
    client = Client()
    for path in ("/", "/people/ada-quint/", "/news/", "/no/such/page/"):
        client.get(path)
    client.force_login(get_user_model().objects.create_user("somebody"))
    Publication.history.update(history_change_reason="x")
    run("DELETE FROM publications_import")
    assert version() == before
    Person.history.update(history_change_reason="x")  # the sitemap tells when people were changed last
    assert version() != before


def test_a_write_that_is_rolled_back_changes_nothing(world):
    before = version()
    with transaction.atomic():
        Person.objects.update(headline="never")
        transaction.set_rollback(True)
    assert version() == before
    # what comes after a step that was rolled back counts
    with transaction.atomic():
        with transaction.atomic():
            Person.objects.update(headline="never")
            transaction.set_rollback(True)
        Person.objects.update(headline="this one")
    assert version() != before


def test_versions_never_come_again(world):
    """Rows that were emptied, or came back from a copy, start somewhere else."""
    seen = {version()}
    for _ in range(20):
        ContentVersion.objects.all().delete()
        Person.objects.update(headline="x")
        assert version() not in seen
        seen.add(version())


def test_every_table_that_visitors_see_is_watched():
    """A model that comes counts, unless somebody says in `UNSEEN` why it does not."""
    tables = {
        model._meta.db_table
        for app in triggers.APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.model_name.startswith("historical")
    }
    assert tables - UNSEEN <= seen_tables()
    assert tables >= UNSEEN
    assert {"publications_publication_topics", "people_historicalperson", "labsite_labprofile"} <= seen_tables()
    assert set(found_triggers(connection).values()) == seen_tables()


def test_triggers_survive_a_table_that_is_made_anew(world):
    """SQLite drops them with the old table; `migrate` makes them again, and changes the version once more."""
    old, new = models.CharField(max_length=300, default=""), models.CharField(max_length=301, default="")
    old.set_attributes_from_name("headline")
    new.set_attributes_from_name("headline")
    with connection.schema_editor() as editor:
        editor.alter_field(Person, old, new)
    is_lost = "people_person" not in found_triggers(connection).values()
    assert is_lost == (connection.vendor == "sqlite")
    before = version()
    call_command("migrate", verbosity=0)
    assert version() != before
    assert "people_person" in found_triggers(connection).values()
    before = version()
    Person.objects.update(headline="seen")
    assert version() != before
    with connection.schema_editor() as editor:
        editor.alter_field(Person, new, old)
    make_triggers(connection)


def test_triggers_are_made_once(monkeypatch):
    assert make_triggers(connection) == 0
    monkeypatch.setattr(triggers, "UNSEEN", {*UNSEEN, "labsite_page"})
    dropped = make_triggers(connection)
    assert dropped == (3 if connection.vendor == "sqlite" else 1)
    monkeypatch.undo()
    assert make_triggers(connection) == dropped


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite is read")
def test_a_database_in_memory_has_no_version_for_others(tmp_path):
    source = make_source("default")
    if connection.is_in_memory_db():
        assert source.read() is None
        with pytest.raises(VersionUnknown):
            source.connect()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="how PostgreSQL is read and written")
class TestPostgreSQL:
    def test_the_version_is_read_on_a_connection_of_its_own(self, world):
        source = make_source("default")
        before = source.read()
        assert before is not None
        with transaction.atomic():
            Person.objects.update(headline="not yet")
            assert source.read() == before
        assert source.read() not in (before, None)

    def test_writers_do_not_wait_for_each_other(self, world):
        """One row each: as many as ever wrote at the same time."""
        source, other = make_source("default"), connections.create_connection("default")
        try:
            with transaction.atomic():
                Person.objects.update(headline="a long import")
                with other.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '2s'")
                    before = source.read()
                    cursor.execute("UPDATE labsite_page SET title = 'meanwhile'")
                between = source.read()
                assert between != before
            assert source.read() != between
            assert ContentVersion.objects.count() == 2
            Person.objects.update(headline="next")
            assert ContentVersion.objects.count() == 2
        finally:
            other.close()

    def test_emptying_a_table_counts(self, world):
        before = version()
        run("TRUNCATE publications_topic CASCADE")
        assert version() != before

    def test_a_connection_that_breaks_is_made_again(self, world):
        source = make_source("default")
        before = source.read()
        run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND query LIKE '%labsite_contentversion%'")  # fmt: skip
        assert source.read() is None
        source.paused_until = 0.0
        assert source.read() == before
