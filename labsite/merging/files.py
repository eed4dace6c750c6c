"""Uploaded files that a merge still needs, should it be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextField
from django.db.models.functions import Cast

from labsite.models import Merge


def files_of_merges(names: set[str]) -> Iterable[str]:
    """Those of `names` that a merge noted which can be taken back. One query for each name."""
    standing = Merge.objects.filter(undone_at=None).annotate(noted=Cast("effect", TextField()))
    return [name for name in names if standing.filter(noted__contains=name).exists()]
