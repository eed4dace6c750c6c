"""What any two filters together cost: the same at 3 results and at 300."""

from __future__ import annotations

import itertools

import pytest
from pytest_django import DjangoAssertNumQueries

from labsite.tests.factories import make_member, make_venue
from publications.digests import flush_changes, refresh_digests
from publications.models import Authorship, Distinction, Publication, Topic

pytestmark = pytest.mark.django_db

PLAIN = 5  # the frame; all that is counted; what the choices are called; places and rows of the page
KNOWN = {"venue=icxm", "topic=silence", "author=ada-quint"}  # one more, in all, to know whether these are there
FILTERS = [
    "venue=icxm", "year=2020&year=none", "type=preprint", "topic=silence", "award=oral", "code=yes",
    "since=1990&until=2021", "q=unlearning", "author=ada-quint", "workshops=hide", "sort=title",
]  # fmt: skip
ORDERED_OTHERWISE = {"q=unlearning", "sort=title"}
# Totals tell how many have one of these in any years, but for an author, who may be a member or a guest.
GROUPS = {*FILTERS} - {"year=2020&year=none", "since=1990&until=2021", *ORDERED_OTHERWISE}
PAIRS = list(itertools.combinations(FILTERS, 2))


def make_alike(count: int) -> None:
    """So many publications, each of which fits every filter."""
    member, venue = make_member("Ada Quint"), make_venue("ICXM")
    topic = Topic.objects.create(slug="silence", name="Silence")
    papers = Publication.objects.bulk_create(
        Publication(
            slug=f"alike-{number}", title=f"Unlearning {number}", kind="preprint", year=2020, venue=venue, has_code=True
        )
        for number in range(count)
    )
    Authorship.objects.bulk_create(
        Authorship(publication=paper, position=1, printed_name="Ada Quint", person=member) for paper in papers
    )
    Distinction.objects.bulk_create(Distinction(publication=paper, kind="oral") for paper in papers)
    topic.publications.set(papers)
    refresh_digests(paper.pk for paper in papers)
    flush_changes()


@pytest.mark.parametrize("count", [3, 300])
def test_any_two_filters(client, django_assert_num_queries: DjangoAssertNumQueries, count):
    make_alike(count)
    for pair in PAIRS:
        query = "&".join(pair)
        # What was collected to be counted is the first page: one query less.
        is_collected = {*pair} <= GROUPS or ("author=ada-quint" in pair and not ORDERED_OTHERWISE & {*pair})
        expected = PLAIN + bool(KNOWN & {*pair}) - is_collected
        with django_assert_num_queries(expected, info=query):
            response = client.get(f"/publications/?{query}")
        assert response.context["page"].count == count, query


@pytest.mark.parametrize("count", [3, 300])
def test_exports_and_feeds(client, django_assert_num_queries: DjangoAssertNumQueries, count):
    make_alike(count)
    for path, expected in (
        ("/publications/export.bib?venue=icxm&q=unlearning", 8),
        ("/publications/export.json?award=oral&code=yes", 7),
        ("/publications/references.txt?author=ada-quint&style=acm", 8),
        ("/feeds/publications.atom?topic=silence", 4),
    ):
        with django_assert_num_queries(expected, info=path):
            assert client.get(path).getvalue()
