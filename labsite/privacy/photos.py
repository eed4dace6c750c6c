"""A photo whose consent is taken back goes from everywhere: merges and imports remember photos, to be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from labsite.lib.uploads import delete_unnamed
from labsite.models import Merge
from labsite.privacy.sites import change_in_sites
from labsite.privacy.traces import records_of
from people.models import Person


def forget_photos(sender: type[Person], instance: Person, **kwargs: Any) -> None:
    """Of the person's record and those that were merged with it: taken back, a merge brings no photo of theirs."""
    keys = records_of(instance)
    merges = Merge.objects.filter(model="people.person").filter(Q(kept_id__in=keys) | Q(merged_id__in=keys))
    names: set[str] = set()
    for made in merges:
        names |= set(photos_in(made.effect))
        Merge.objects.filter(pk=made.pk).update(effect=without_photo(made.effect))
    change_in_sites(keys, without_photo)
    delete_unnamed(names)


def photos_in(value: Any) -> Iterator[str]:
    """The stored photos that a merge remembers."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts_in(each) if key == "photo" else photos_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from photos_in(each)


def texts_in(value: Any) -> list[str]:
    """What a column holds, or held before and after."""
    return [each for each in (value if isinstance(value, list) else [value]) if each]


def without_photo(value: Any) -> Any:
    """What a merge or an import remembers of people, without photos, their descriptions and consent to them."""
    if isinstance(value, dict):
        return {key: blank(EMPTY[key], each) if key in EMPTY else without_photo(each) for key, each in value.items()}
    return [without_photo(each) for each in value] if isinstance(value, list) else value


def blank(empty: Any, value: Any) -> Any:
    """The empty value, or as many as there are in a list: what a column held before and after."""
    return [empty for _ in value] if isinstance(value, list) else empty


EMPTY: dict[str, Any] = {"photo": "", "photo_alt": "", "photo_consent": False}
