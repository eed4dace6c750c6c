"""Generated data: alike in whatever steps they are made, and skewed as real ones are."""

from __future__ import annotations

import pytest
from django.db.models import Count
from django.test import Client

from labsite.tests.chances import VOCABULARY, vocabulary
from labsite.tests.generated import Plan, grow
from labsite.tests.generated_addresses import sample_addresses
from publications.digests import refresh_digests
from publications.models import Authorship, Publication, PublicationDigest


def facts() -> list[tuple]:
    publications = Publication.objects.order_by("slug").values_list(
        "slug", "title", "year", "kind", "venue__slug", "is_published", "listing"
    )
    authors = Authorship.objects.order_by("publication__slug", "position").values_list(
        "publication__slug", "printed_name", "person__slug", "link_status"
    )
    return [*publications, *authors]


@pytest.mark.django_db
def test_the_steps_make_no_difference():
    grow(0, 60)
    at_once = facts()
    Publication.objects.all().delete()
    grow(0, 25)
    grow(25, 60)
    assert facts() == at_once


@pytest.mark.django_db
def test_the_digests_are_those_that_an_editor_would_cause():
    grow(0, 40)
    before = {digest.pk: digest.row for digest in PublicationDigest.objects.all()}
    assert len(before) == 40
    assert refresh_digests(before) == 0
    assert {digest.pk: digest.row for digest in PublicationDigest.objects.all()} == before


@pytest.mark.django_db
def test_a_database_has_what_lists_must_tell_apart():
    grow(0, 120)
    listed = Publication.objects.listed()
    assert 60 < listed.count() < 120
    assert Publication.objects.filter(is_published=False).exists()
    assert Publication.objects.filter(listing="never").exists()
    assert Publication.objects.filter(year=None).exists()
    counts = Authorship.objects.exclude(person=None).order_by().values("person").annotate(n=Count("pk"))
    most, *others = sorted((row["n"] for row in counts), reverse=True)
    assert most > 3 * others[len(others) // 2]


def test_a_few_papers_have_thousands_of_authors_and_most_have_few():
    assert Plan(777).length == 3000
    lengths = sorted(Plan(number).length for number in range(400))
    assert lengths[0] == 1
    assert 3 <= lengths[200] <= 5


def test_no_word_is_the_beginning_of_another():
    words = vocabulary()
    assert len(set(words)) == VOCABULARY
    assert len({len(word) for word in words}) == 1


@pytest.mark.django_db
def test_every_address_a_benchmark_asks_for_is_there():
    grow(0, 150)
    client = Client()
    for kind, addresses in sample_addresses(150).items():
        for address in addresses[:1]:
            assert client.get(address).status_code == 200, (kind, address)
