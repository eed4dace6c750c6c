"""A photo whose consent is taken back goes from everywhere: merges and imports remember photos, to be taken back."""

from __future__ import annotations

from functools import partial
from typing import Any

from labsite.lib.uploads import delete_unnamed
from labsite.models import Merge
from labsite.privacy.blanks import texts_at, with_empty
from labsite.privacy.sites import change_in_sites
from labsite.privacy.traces import merges_of, records_of
from people.models import Person

EMPTY = {"photo": "", "photo_alt": "", "photo_consent": False}


def forget_photos(sender: type[Person], instance: Person, **kwargs: Any) -> None:
    """Of the person's record and those that were merged with it: taken back, a merge brings no photo of theirs."""
    keys, names = records_of(instance), set()
    for made in merges_of(keys):
        names |= set(texts_at(made.effect, "photo"))
        Merge.objects.filter(pk=made.pk).update(effect=with_empty(made.effect, EMPTY))
    change_in_sites(keys, partial(with_empty, empty=EMPTY))
    delete_unnamed(name for name in names if name.startswith("photos/"))
