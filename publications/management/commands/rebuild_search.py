"""Makes everything anew that lists and search are derived from."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.memory import collecting_seldom
from labsite.lib.search import mend_index_triggers, rebuild_index
from publications.digests import refresh_digests
from publications.models import Publication, PublicationDigest
from publications.totals import mend_counters, recount


class Command(BaseCommand):
    help = (
        "Derives the lines of lists and the search indexes anew from the records. Safe at any time; changes no record."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        indexed = (PublicationDigest, apps.get_model("activities", "NewsItem"))
        with transaction.atomic():
            hold_lock(RECORDS)
            mend_counters(connection)
            for model in indexed:
                mend_index_triggers(model, connection)
        keys = list(Publication.objects.values_list("pk", flat=True))
        with collecting_seldom() as let_go:
            changed = refresh_digests(keys, check_facets=True, after_batch=let_go)
        with transaction.atomic():
            hold_lock(RECORDS)
            recount(connection)
        for model in indexed:
            rebuild_index(model, connection)
        self.stdout.write(f"{len(keys)} publications looked at, {changed} lines changed, search indexes rebuilt.")
