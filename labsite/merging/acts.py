"""Merging two records, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.locks import RECORDS, hold_lock
from labsite.merging.ledger import Ledger
from labsite.merging.plans import MergePlan, MergeRefused, check_pair, plan_merge
from labsite.merging.relations import relations_of
from labsite.merging.twins import Move
from labsite.models import Merge

CHANGED = _("Something changed since you opened this page: look at it again, then merge.")


def merge(
    kept: models.Model,
    merged: models.Model,
    choices: Mapping[str, str] | None = None,
    user: Any = None,
    seen: str = "",
) -> Merge:
    """Makes `merged` part of `kept`, and deletes it; gives what `undo` needs to part them again.

    `choices` says for columns in which they differ which value to take (“kept” or “merged”); `seen` is the fingerprint
    of the plan that an editor agreed to. Raises `MergeRefused` where the plan has a problem, where it is no longer the
    one that was seen, and where somebody merged or deleted one of the two meanwhile. All of it or nothing is done.
    """
    check_pair(kept, merged)
    try:
        with transaction.atomic():
            hold_lock(RECORDS)
            return merge_locked(*lock_pair(kept, merged), choices or {}, user, seen)
    except IntegrityError as error:
        raise MergeRefused(
            gettext(
                "“%(merged)s” could not become part of “%(kept)s”: somebody added or changed what "
                "belongs to them at the same moment. Nothing was done; look at the page again."
            )
            % {"merged": merged, "kept": kept}
        ) from error


def lock_pair(kept: models.Model, merged: models.Model) -> tuple[models.Model, models.Model]:
    """Both records as they are now; nobody else changes or deletes them, or adds to them, before we are done."""
    rows = type(kept)._base_manager.select_for_update().filter(pk__in=(kept.pk, merged.pk)).order_by("pk")
    found = {row.pk: row for row in rows}
    for record in (kept, merged):
        if record.pk not in found:
            raise MergeRefused(
                gettext("“%(record)s” is not there any more: somebody merged or deleted it.%(trace)s")
                % {"record": record, "trace": trace(record)}
            )
    return found[kept.pk], found[merged.pk]


def trace(record: models.Model) -> str:
    """Into what a record was merged, in words."""
    past = Merge.objects.filter(model=record._meta.label_lower, merged_id=record.pk, undone_at=None).first()
    return gettext(" It is part of “%(kept_name)s” now.") % {"kept_name": past.kept_name} if past else ""


def merge_locked(kept: models.Model, merged: models.Model, choices: Mapping[str, str], user: Any, seen: str) -> Merge:
    shown = plan_merge(kept, merged)
    if seen and shown.fingerprint != seen:
        raise MergeRefused(CHANGED)
    plan = plan_merge(kept, merged, choices)
    if plan.problems:
        raise MergeRefused(" ".join(problem.text for problem in plan.problems))
    names = str(kept)[:300], str(merged)[:300]
    key = merged.pk
    ledger = Ledger(user, f"Merged “{names[1]}” into “{names[0]}”"[:100])
    carry_out(ledger, plan, choices)
    ledger.close(kept)
    return Merge.objects.create(
        model=kept._meta.label_lower, kept_id=kept.pk, merged_id=key, kept_name=names[0], merged_name=names[1],
        effect={"entries": ledger.entries}, created_by=user,
    )  # fmt: skip


def carry_out(ledger: Ledger, plan: MergePlan, choices: Mapping[str, str]) -> None:
    """Rows move, then the other record goes, then the one that stays takes over what only one may have."""
    kept, merged, settlement = plan.kept, plan.merged, plan.settlement
    values = {name: value for column in plan.columns for name, value in column.values(choices).items()}
    if getattr(kept, "parent_id", None) == merged.pk:
        ledger.edit(kept, {"parent_id": None})  # else it would come to belong to itself
    for row, changes in settlement.edits:
        ledger.edit(row, changes)
    for row in settlement.deletions:
        ledger.delete(row)
    for move in plan.moves:
        carry(ledger, move)
    refuse_leftovers(merged)
    ledger.delete(merged)
    problems = faults(kept)
    ledger.edit(kept, {**values, **settlement.values}, settlement.texts)
    for row in settlement.additions:
        ledger.add(row)
    for problem in faults(kept):
        if problem not in problems:
            raise MergeRefused(
                gettext("“%(kept)s” cannot be stored like this: %(problem)s Choose other values.")
                % {"kept": kept, "problem": problem}
            )


def carry(ledger: Ledger, move: Move) -> None:
    """Moves the rows of one relation. Of two that say the same, what belongs to one goes to the other first."""
    for twin in move.twins:
        for nested in twin.moves:
            carry(ledger, nested)
        refuse_leftovers(twin.goes)
        ledger.delete(twin.goes)
        ledger.edit(twin.stays, twin.filled)
    ledger.move(move.relation, move.merged, move.kept)


def refuse_leftovers(record: models.Model) -> None:
    """Deleting a record deletes what points at it: there must be nothing left."""
    for relation in relations_of(type(record)):
        left = relation.rows(record.pk).first()
        if left is not None:
            raise MergeRefused(
                gettext("“%(left)s” belongs to “%(record)s” and could not be moved. Nothing was done.")
                % {"left": left, "record": record}
            )


def faults(record: models.Model) -> list[str]:
    """What the record's own rules say against it, in words."""
    try:
        record.full_clean()
    except ValidationError as error:
        return error.messages
    return []
