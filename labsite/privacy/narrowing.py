"""What somebody decided to show less of stays so when an earlier state of their record comes back."""

from __future__ import annotations

import datetime

from labsite.lib.models import Visibility
from labsite.members.record import SHOWN_IF_TRUE, VISIBILITIES
from people.models import Person

SHOWN = (*SHOWN_IF_TRUE, "is_published")
# Of a person's record, what says who may see what. Going back to an earlier version leaves these as they are.
DECISIONS = (*VISIBILITIES, *SHOWN, "kept_out_of_search", "cv_hidden")


def narrow_since(row: Person, other: Person, moment: datetime.datetime) -> None:
    """Has `row`, which is about to come back as it was at `moment`, show no more than its person wants by now.

    `other` is the record that spoke for them since: what is narrower there than it was then is as narrow in `row`.
    """
    before = other.history.filter(history_date__lte=moment).first() or other.history.last()
    if before is None:
        return
    for name in VISIBILITIES:
        then, now, own = (Visibility.values.index(getattr(each, name)) for each in (before, other, row))
        if now < then:
            setattr(row, name, Visibility.values[min(now, own)])
    for name in SHOWN:
        if getattr(before, name) and not getattr(other, name):
            setattr(row, name, False)
    if other.kept_out_of_search and not before.kept_out_of_search:
        row.kept_out_of_search = True
    known = {*before.cv_hidden, *row.cv_hidden}
    row.cv_hidden = [*row.cv_hidden, *(section for section in other.cv_hidden if section not in known)]
