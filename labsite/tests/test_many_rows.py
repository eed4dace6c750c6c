"""Rows by the thousand: written at once, and loaded with what hangs on them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from labsite.lib.attaching import attach
from labsite.lib.bulk import MOST_VALUES, insert_rows
from labsite.tests.factories import make_member, make_publication
from publications.models import Authorship, Identifier, Publication, Topic

pytestmark = pytest.mark.django_db


def test_more_rows_than_one_statement_takes():
    count = MOST_VALUES // len(Topic._meta.concrete_fields) + 3
    rows = [Topic(slug=f"t-{number}", name=f"Topic {number}") for number in range(count)]
    with transaction.atomic():
        insert_rows(rows)
    assert Topic.objects.count() == count
    assert Topic.objects.get(pk=rows[-1].pk).slug == f"t-{count - 1}"


def test_what_the_database_refuses_is_an_error_of_django():
    Topic.objects.create(slug="quiet", name="Quiet")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([Topic(slug="loud", name="Loud"), Topic(slug="quiet", name="Quiet")])
    assert Topic.objects.count() == 1


def test_relations_are_what_prefetching_loads(django_assert_num_queries):
    ada, topics = make_member("Ada Quint"), [Topic.objects.create(slug=name, name=name) for name in ("zoo", "ant")]
    for number in range(3):
        paper = make_publication(f"Paper {number}", [ada, "B. Okafor"])
        paper.topics.set(topics[: number + 1])
        Identifier.objects.create(publication=paper, scheme="arxiv", value=f"2401.0000{number}")
    names = ("authorships", "identifiers", "topics", "links")
    papers, others = (
        list(Publication.objects.order_by("pk")),
        Publication.objects.order_by("pk").prefetch_related(*names),
    )
    with django_assert_num_queries(4):
        for name in names:
            attach(papers, name)
    with django_assert_num_queries(0):
        found = [[list(getattr(paper, name).all()) for name in names] for paper in papers]
        assert [row.publication for row in papers[0].authorships.all()] == [papers[0]] * 2
    assert found == [[list(getattr(paper, name).all()) for name in names] for paper in others]
    assert attach([], "authorships") == []


def test_what_it_cannot_do_is_refused():
    paper = make_publication("Paper")
    with pytest.raises(ValueError, match="takes no rows to choose from"):
        attach([paper], "topics", Topic.objects.all())
    with pytest.raises(ValueError, match="Publication is not ordered by names of columns"):
        attach([Topic.objects.create(slug="quiet", name="Quiet")], "publications")
    assert Authorship.objects.count() == 0
