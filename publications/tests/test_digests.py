"""Digests follow what is committed, and only that: here transactions are real."""

from __future__ import annotations

import threading
import time

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from labsite.tests.factories import make_member, make_publication, make_venue
from publications import digests
from publications.apps import make_missing_digests
from publications.digests import refresh_digests
from publications.models import Publication, PublicationDigest, Topic
from publications.records import Record

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def title_of(paper: Publication) -> str:
    return PublicationDigest.objects.get(pk=paper.pk).row["title"]


def save_as(paper: Publication, title: str) -> None:
    paper.title = title
    paper.save()


class Refused(Exception):
    pass


def test_a_commit_is_followed():
    paper = make_publication("First", [make_member("Ada Quint")])
    assert title_of(paper) == "First"
    with transaction.atomic():
        save_as(paper, "Second")
        assert title_of(paper) == "First"
    assert title_of(paper) == "Second"


def test_what_is_rolled_back_leaves_nothing_behind():
    paper = make_publication("First", [make_member("Ada Quint")])
    with pytest.raises(Refused), transaction.atomic():
        save_as(paper, "Refused")
        raise Refused
    assert title_of(paper) == "First"
    save_as(paper, "Third")
    assert title_of(paper) == "Third"


def test_a_savepoint_that_is_rolled_back_takes_its_notes_along():
    paper = make_publication("First", [make_member("Ada Quint")])
    with transaction.atomic():
        with pytest.raises(Refused), transaction.atomic():
            save_as(paper, "Refused")
            raise Refused
        save_as(paper, "Fourth")
    assert title_of(paper) == "Fourth"


def test_one_edit_with_many_rows_makes_one_digest(monkeypatch):
    paper = make_publication("First", [make_member("Ada Quint")])
    made = []
    monkeypatch.setattr(digests, "refresh_digests", lambda keys: made.append(sorted(keys)))
    with transaction.atomic():
        save_as(paper, "Second")
        for number in range(2, 9):
            paper.authorships.create(position=number, printed_name=f"N. {number}")
    assert made == [[paper.pk]]


def test_a_failure_after_the_commit_loses_no_edit(monkeypatch, caplog):
    paper = make_publication("First", [make_member("Ada Quint")])
    with monkeypatch.context() as patch:
        patch.setattr(digests, "make_digest", lambda publication: 1 / 0)
        with transaction.atomic():
            save_as(paper, "Second")
    assert Publication.objects.get().title == "Second"
    assert "ZeroDivisionError" in caplog.text
    assert refresh_digests([paper.pk]) == 1
    assert title_of(paper) == "Second"


def test_of_two_edits_at_once_the_later_one_stays(monkeypatch):
    """SQLite lets one writer at a time into a transaction, PostgreSQL one into the locked rows."""
    paper = make_publication("First", [make_member("Ada Quint")])
    held, original = threading.Event(), digests.make_row

    def slow_row(publication: Publication, record: Record) -> dict:
        assert connection.in_atomic_block
        row = original(publication, record)
        if publication.title == "Slow edit":
            held.set()
            time.sleep(0.6)
        return row

    monkeypatch.setattr(digests, "make_row", slow_row)
    with CaptureQueriesContext(connection) as asked:
        save_as(paper, "Alone")
    assert title_of(paper) == "Alone"
    if connection.vendor == "sqlite":  # whose test database is in memory and cannot be shared by threads that write
        return
    assert any("FOR UPDATE" in query["sql"] for query in asked.captured_queries)

    def edit_slowly() -> None:
        save_as(Publication.objects.get(pk=paper.pk), "Slow edit")
        connection.close()

    other = threading.Thread(target=edit_slowly)
    other.start()
    assert held.wait(10)
    save_as(Publication.objects.get(pk=paper.pk), "Later edit")
    other.join()
    assert Publication.objects.get().title == "Later edit"
    assert title_of(paper) == "Later edit"


def test_what_moves_elsewhere_leaves_no_trace():
    ada, bo = make_member("Ada Quint"), make_member("Bo Quint")
    first, second = make_publication("First", [ada]), make_publication("Second", [bo])
    metric = first.metrics.create(name="citations", value=5, source="Somewhere")
    row = first.authorships.create(position=2, printed_name="Cy Mover")

    def keys() -> list[int]:
        return [PublicationDigest.objects.get(pk=paper.pk).citations_key for paper in (first, second)]

    assert keys() == [-5, 1]
    metric.publication = second
    metric.save()
    assert keys() == [1, -5]
    row.publication = second
    row.save()
    assert set(Publication.objects.search("mover")) == {second}
    name = ada.names.create(name="Zebulon Alias")
    name.person = bo
    name.save()
    assert set(Publication.objects.search("zebulon")) == {second}


def test_clearing_a_topic_is_followed():
    paper = make_publication("First", [make_member("Ada Quint")])
    topic = Topic.objects.create(slug="noise", name="Noise")
    topic.publications.add(paper)
    assert set(Publication.objects.search("noise")) == {paper}
    topic.publications.clear()
    assert not Publication.objects.search("noise").exists()


def test_a_save_that_shows_nowhere_makes_nothing_anew(monkeypatch):
    ada, venue = make_member("Ada Quint"), make_venue("ICXM")
    paper = make_publication("First", [ada], venue=venue)
    made = []
    monkeypatch.setattr(digests, "refresh_digests", lambda keys: made.append(sorted(keys)))
    ada.headline, venue.url = "Something new", "https://example.org/"
    ada.save()
    venue.save()
    assert made == []
    ada.slug, venue.short_name = "ada-renamed", "ICYM"
    ada.save()
    venue.save()
    assert made == [[paper.pk], [paper.pk]]


def test_whatever_is_exported_counts_as_a_change():
    paper = make_publication("First", [make_member("Ada Quint")], abstract="upper")
    for name, value in {
        "publisher": "House", "institution": "Place", "bibtex_key": "key2024", "abstract": "Upper",
        "listing": "always", "volume": "7", "article_number": "12",
    }.items():  # fmt: skip
        before = PublicationDigest.objects.get().changed_at
        setattr(paper, name, value)
        paper.save()
        assert PublicationDigest.objects.get().changed_at > before, name


def test_an_orcid_of_an_author_counts_as_a_change():
    ada = make_member("Ada Quint")
    make_publication("First", [ada])
    before = PublicationDigest.objects.get().changed_at
    ada.orcid = "0000-0002-1825-0097"
    ada.save()
    assert PublicationDigest.objects.get().changed_at > before


def test_texts_of_any_length_and_script_are_indexed():
    paper = make_publication("基于深度学习的图像方法" * 45, [make_member("张逸骅")], abstract="word " * 250_000)
    for words in ("深度学习", "图像", "基于", '"学习的图像"', "逸骅", "张逸骅", "zhangyihua"):
        assert set(Publication.objects.search(words)) == {paper}, words
    assert not Publication.objects.search("图深").exists()


def test_missing_digests_are_made_after_an_upgrade():
    paper = make_publication("First", [make_member("Ada Quint")])
    PublicationDigest.objects.all().delete()
    make_missing_digests(using="default", apps=apps)
    assert title_of(paper) == "First"


def test_no_digest_is_made_on_the_way_back_to_an_older_version():
    """Where a column is not there yet, or no more, nothing can be read by the models of today."""
    make_publication("First", [make_member("Ada Quint")])
    PublicationDigest.objects.all().delete()
    loader = MigrationLoader(connection)
    for room, migration in (("publications", "0007_facets"), ("publications", "0008_text_hits")):
        state = loader.project_state((room, migration)).apps
        make_missing_digests(using="default", apps=state)
        assert not PublicationDigest.objects.exists()
