"""What is derived from records: the lines of lists and the search index."""

from __future__ import annotations

import random
from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from labsite.lib.search import index_is_right
from labsite.operations.doctor.findings import FAIL, OK, Finding, some
from publications.digests import stale_digests
from publications.models import Publication, PublicationDigest

REBUILD = "python manage.py rebuild_search"
SAMPLE = 300  # publications that are derived again, 1.3 ms each; all of them where there are no more


def check_digests() -> Iterator[Finding]:
    """None is missing; the newest, and others by chance, come out as they are stored."""
    without = Publication.objects.filter(digest=None).count()
    if without:
        yield Finding(FAIL, "lines of lists", f"{without} publications have none and are in no list.", REBUILD)
        return
    keys = list(Publication.objects.order_by("-pk").values_list("pk", flat=True))
    chosen = keys if len(keys) <= SAMPLE else keys[: SAMPLE // 2] + random.sample(keys[SAMPLE // 2 :], SAMPLE // 2)  # noqa: S311 - no secret
    stale = stale_digests(chosen)
    if stale:
        titles = Publication.objects.filter(pk__in=stale[:3]).values_list("slug", flat=True)
        told = f"{len(stale)} of {len(chosen)} do not print what the record says: {some(list(titles))}."
        yield Finding(FAIL, "lines of lists", told, REBUILD)
    else:
        yield Finding(OK, "lines of lists", f"{len(chosen)} of {len(keys)} were derived again and are right")


def check_index() -> Iterator[Finding]:
    wrong = [
        str(model._meta.verbose_name_plural)
        for model in (PublicationDigest, apps.get_model("activities", "NewsItem"))
        if not index_is_right(model, connection)
    ]
    if wrong:
        yield Finding(FAIL, "search", f"The index is broken: {some(wrong)}.", REBUILD)
    else:
        yield Finding(OK, "search", "the indexes hold what the records say")


CHECKS = [check_digests, check_index]
