"""What belongs to what, once two venues or two organizations are one. No circles."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext


@dataclass(frozen=True)
class Parent:
    """What the one that stays will belong to (its key, or None); or why the two cannot be one."""

    key: int | None
    problem: str = ""


def settle_parent(kept: models.Model, merged: models.Model) -> Parent:
    """The parent of the one that stays: its own, else the other one's, where that makes no circle. One query.

    One that belongs to the other simply becomes it. Where a third one stands between them, it would belong to what
    belongs to it: that is for an editor to put right first.
    """
    parents = dict(type(kept)._base_manager.filter(parent__isnull=False).values_list("pk", "parent"))
    own, other = parents.get(kept.pk), parents.get(merged.pk)
    chain = ancestors(kept.pk, parents)
    if merged.pk in chain[1:]:
        between = type(kept)._base_manager.get(pk=chain[0])
        return Parent(
            None,
            gettext("“%(kept)s” belongs to “%(between)s”, which belongs to “%(merged)s”: change that first.")
            % {"kept": kept, "between": between, "merged": merged},
        )
    if own is not None and own != merged.pk:
        return Parent(own)
    reaches_kept = other is not None and (other == kept.pk or kept.pk in ancestors(other, parents))
    return Parent(None if reaches_kept else other)


def ancestors(key: int, parents: dict[int, int]) -> list[int]:
    """What `key` belongs to, and what that belongs to, and so on, each once."""
    chain: list[int] = []
    while (key := parents.get(key)) is not None and key not in chain:
        chain.append(key)
    return chain
