"""Imports that were read and wait for somebody to decide."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key
from publications.models import Import, ImportEntry


def find_imports(scope: Scope) -> list[Row]:
    """Imports whose plan nobody applied or gave up, last first. One query."""
    waiting = Import.objects.filter(state=Import.State.PLANNED).exclude(pk__in=scope.dismissed_ids(Import))
    entries = ImportEntry.objects.filter(batch=OuterRef("pk"))
    waiting = waiting.select_related("created_by").annotate(
        entry_count=count_of(entries), open_count=count_of(entries.filter(has_question=True))
    )
    return [make_row(each) for each in waiting.order_by("-pk")[: scope.limit]]


def count_of(entries: QuerySet) -> Coalesce:
    """How many rows the subquery has: counted for the rows that are read only."""
    counted = entries.order_by().values("batch").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def make_row(waiting: Import) -> Row:
    day = formats.date_format(timezone.localtime(waiting.created_at), gettext("j F Y"))
    by = gettext(" by %(username)s") % {"username": waiting.created_by.get_username()} if waiting.created_by else ""
    entries = f"{waiting.entry_count:,} {'entry' if waiting.entry_count == 1 else 'entries'}"
    asks = (
        gettext("; %(open_count)s to decide") % {"open_count": f"{waiting.open_count:,}"} if waiting.open_count else ""
    )
    return Row(
        key=make_key(waiting),
        about=(Place(str(waiting), change_url(waiting)),),
        reason=gettext("%(entries)s, read on %(day)s%(by)s%(asks)s. Nothing of it is on the site yet.")
        % {"entries": entries, "day": day, "by": by, "asks": asks},
        subjects=(waiting,),
        mends=(Place(gettext("Look through and apply"), change_url(waiting)),),
    )


KINDS = [
    Kind(
        "imports",
        _("import that waits for a decision"),
        _("imports that wait for a decision"),
        _("Read and compared with what is here, but neither applied nor left out."),
        ("publications.add_import", "publications.add_publication", "publications.change_publication"),
        find_imports,
    )
]
