"""The digest of one publication, for which an editor waits, is made from one statement: as from the many of a batch."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from publications.digests import DERIVED, load_batch, make_digest, refresh_digests
from publications.models import Publication, PublicationDigest

pytestmark = pytest.mark.django_db


def derived(publication: Publication) -> list[object]:
    digest = make_digest(publication)
    return [digest.own_facets, *(getattr(digest, name) for name in DERIVED)]


def stored(publication: Publication) -> list[object]:
    return [getattr(publication.digest, field.attname) for field in PublicationDigest._meta.concrete_fields]


def test_one_is_loaded_as_many_are(django_assert_num_queries):
    call_command("loaddata", "demo", verbosity=0)
    refresh_digests(Publication.objects.values_list("pk", flat=True))
    many = load_batch(list(Publication.objects.values_list("pk", flat=True)))
    assert len(many) > 50
    for each in many:
        [one] = load_batch([each.pk])
        with django_assert_num_queries(0):
            assert stored(one) == stored(each)
            assert derived(one) == derived(each)
    with django_assert_num_queries(1):
        load_batch([many[0].pk])
    assert load_batch([0]) == []
