"""Carries an import from its input to its report, in batches, each of which is stored whole or not at all.

A page plans first and applies when the editor says so; the command plans and applies batch by batch. Either way an
import that is interrupted can be carried on: what was read is read again, what was applied is not applied twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from labsite.lib.bulk import insert_rows
from labsite.lib.http import WebError
from labsite.lib.locks import RECORDS, hold_lock
from publications.importing.applying import apply_plans
from publications.importing.inputs import (
    LOOKED_UP_AT_ONCE,
    ImportProblem,
    TooManyQuestions,
    entries_of,
    forget_input,
)
from publications.importing.leases import Lease, LeaseLost
from publications.importing.planning import Decisions, EntryPlan, Planner, Result
from publications.importing.report import Report
from publications.importing.undoing import undo_entries
from publications.models import Import, ImportEntry
from publications.records import SourceEntry, record_from_json

logger = logging.getLogger(__name__)
BATCH = 500
ONE_TRANSACTION = 1_000  # entries: SQLite has one writer, and others would wait too long for more

Progress = Callable[[int, int], None]  # entries so far, bytes read so far


def batched(entries: Iterable[SourceEntry]) -> Iterator[list[tuple[int, SourceEntry]]]:
    numbered = enumerate(entries, start=1)
    while chunk := list(islice(numbered, BATCH)):
        yield chunk


# The command: plan and apply, batch by batch


def import_entries(
    entries: Iterable[SourceEntry], batch: Import | None, *, user: Any = None, progress: Progress | None = None
) -> Report:
    """Plans and applies `entries`; without `batch` plans only, and writes nothing. Each batch is one transaction."""
    report = Report(dry_run=batch is None, key=batch.pk if batch else None)
    planner = Planner(batch.person if batch else None)
    for chunk in batched(entries):
        if batch is None:
            plans = planner.plan(chunk)
        else:
            with transaction.atomic():
                hold_lock(RECORDS)
                planner.look_again()
                plans = planner.plan(chunk, to_apply=True)
                apply_plans(plans, planner, user=user, reason=f"Import {batch.pk}")
                insert_rows([entry_row(batch, plan) for plan in plans])
        report.add(plans)
        planner.end_batch(is_stored=batch is not None)
        del plans
        if progress:
            progress(sum(report.counts.values()), chunk[-1][1].read)
    return report


def finish_command(batch: Import) -> None:
    """The command read its input to the end."""
    batch.state, batch.read, batch.applied_at = Import.State.APPLIED, batch.size, timezone.now()
    batch.save(update_fields=["state", "read", "applied_at"])


def fail_command(batch: Import) -> None:
    """The command was stopped: what it stored until then stands, and can be taken back."""
    batch.state, batch.problem = Import.State.FAILED, "The command was stopped before the end of its input."
    batch.save(update_fields=["state", "problem"])


def entry_row(batch: Import, plan: EntryPlan) -> ImportEntry:
    """The row of an entry. What it says is kept only while somebody may have to decide on it."""
    is_open = plan.result in ("", Result.CONFLICT)
    title = plan.record.title if plan.record else ""
    return ImportEntry(
        batch=batch, number=plan.number, line=plan.entry.line, label=plan.entry.label[:200], state=plan.state,
        record=plan.entry.record.as_json() if is_open and plan.entry.record else {}, problem=plan.problem,
        notes=plan.notes, publication=plan.publication, choice=plan.choice, has_question=plan.has_question,
        plan=plan.as_json() if is_open else {"title": title}, result=plan.result, effect=plan.effect,
    )  # fmt: skip


# The page: plan, wait, apply


def begin_import(origin: str, name: str, source: str, *, size: int = 0, user: Any = None, person: Any = None) -> Import:
    """An import that is to be read; `work` does it."""
    # A command reads and applies in one go: cut off, it has applied something, and has nothing to read again.
    state = Import.State.APPLYING if origin == Import.Origin.COMMAND else Import.State.READING
    return Import.objects.create(
        origin=origin, name=name[:200], source=source, size=size, created_by=user, person=person, state=state
    )


def begin_leftovers(batch: Import, user: Any = None) -> Import:
    """What an applied import left for a decision, as a new plan. Raises `ImportProblem` where nothing was left."""
    rows = list(batch.entries.filter(result=Result.CONFLICT).exclude(record={}).order_by("number"))
    if not rows:
        raise ImportProblem("Nothing was left for a decision.")
    name = f"What import {batch.pk} left open"
    with transaction.atomic():
        waiting = Import.objects.filter(name=name, state=Import.State.PLANNED).first()
        if waiting:
            return waiting
        rest = begin_import(batch.origin, name, "", user=user, person=batch.person)
        plan_entries(rest, [source_entry(row) for row in rows])
    return rest


def work(key: int, *, may_wait: bool = True) -> None:
    """Carries import `key` on: reads and plans it, applies it, or takes it back. Nothing if another worker has it.

    Without `may_wait`, an import that has many identifiers to look up is left to a worker.
    """
    lease = Lease.take(key)
    if lease is None:
        return
    batch = Import.objects.get(pk=key)
    try:
        if batch.state == Import.State.READING:
            read_and_plan(batch, lease, LOOKED_UP_AT_ONCE if not may_wait else None)
        elif batch.state == Import.State.APPLYING:
            apply_decided(batch, lease)
        elif batch.state == Import.State.UNDOING:
            undo_entries(batch, lease.renew)
    except (LeaseLost, TooManyQuestions):
        pass  # another worker has it, or is to have it
    except Exception as error:  # whatever it is, the import says so, and the next one is not held up
        logger.exception("Import %s failed", key)
        known = isinstance(error, (ImportProblem, WebError, OSError))
        words = str(error) if known else f"The site met a fault ({type(error).__name__}): nothing is half-done."
        Import.objects.filter(pk=key).update(state=Import.State.FAILED, problem=words)
        forget_input(batch)
    finally:
        lease.release()


def read_and_plan(batch: Import, lease: Lease, most_questions: int | None) -> None:
    """Reads the input and stores what is proposed. Begins anew if it was interrupted: reading changes nothing."""
    batch.entries.all().delete()
    plan_entries(batch, kept_alive(entries_of(batch, most_questions), lease))
    if batch.origin == Import.Origin.PASTED:
        name_after_entries(batch)
    forget_input(batch)


def name_after_entries(batch: Import) -> None:
    """Pasted entries are known by the first title among them, and how many more there are."""
    titles = batch.entries.exclude(record={}).order_by("number").values_list("record__title", flat=True)
    first = titles.first()
    if first:
        more = batch.entries.count() - 1
        batch.name = f"{Truncator(first).chars(80)}{f' and {more} more' if more else ''}"
        batch.save(update_fields=["name"])


def kept_alive(entries: Iterable[SourceEntry], lease: Lease) -> Iterator[SourceEntry]:
    """`entries`, renewing the lease while they come: one may be a question to a slow service."""
    for entry in entries:
        lease.renew()
        yield entry


TO_DO = (ImportEntry.State.NEW, ImportEntry.State.UPDATE, ImportEntry.State.DUPLICATE)


def plan_entries(batch: Import, entries: Iterable[SourceEntry]) -> None:
    """Plans `entries`, stores what is proposed, and has the import wait for the editor."""
    planner = Planner(batch.person)
    for chunk in batched(entries):
        plans = planner.plan(chunk)
        with transaction.atomic():
            insert_rows([entry_row(batch, plan) for plan in plans])
            Import.objects.filter(pk=batch.pk).update(read=max(entry.read for _, entry in chunk))
    batch.state = Import.State.PLANNED
    if not batch.entries.filter(state__in=TO_DO).exists():  # nothing would be done: nobody need look
        batch.entries.filter(state=ImportEntry.State.UNCHANGED).update(result=Result.UNCHANGED)
        batch.entries.filter(state=ImportEntry.State.REJECTED).update(result=Result.REJECTED)
        batch.state, batch.applied_at = Import.State.APPLIED, timezone.now()
    batch.save(update_fields=["state", "applied_at"])


def start_applying(batch: Import, user: Any = None) -> None:
    """The editor `user` said: apply."""
    planned = Import.objects.filter(pk=batch.pk, state=Import.State.PLANNED)
    if not planned.update(state=Import.State.APPLYING, asked_by=user):
        raise ImportProblem("This import is applied already, or is being applied.")


def apply_decided(batch: Import, lease: Lease) -> None:
    """Applies the entries as decided: all in one transaction, or in batches where there are too many."""
    keys = list(batch.entries.filter(result="").order_by("number").values_list("pk", flat=True))
    planner = Planner(batch.person)
    step = len(keys) if len(keys) <= ONE_TRANSACTION else BATCH
    for begin in range(0, len(keys), step or 1):
        lease.renew()
        with transaction.atomic():
            hold_lock(RECORDS)
            if not Import.objects.select_for_update().filter(pk=batch.pk, state=Import.State.APPLYING).exists():
                return
            for part in range(begin, min(begin + step, len(keys)), BATCH):
                apply_rows(batch, planner, keys[part : min(part + BATCH, begin + step)])
    own = Import.objects.filter(pk=batch.pk, state=Import.State.APPLYING)
    own.update(state=Import.State.APPLIED, applied_at=timezone.now())


def apply_rows(batch: Import, planner: Planner, keys: list[int]) -> None:
    """Plans these entries anew, follows what was decided on them, and keeps what they did."""
    rows = list(ImportEntry.objects.filter(pk__in=keys, result="").order_by("number"))
    planner.look_again()
    decisions = {row.number: decisions_of(row) for row in rows}
    plans = planner.plan([(row.number, source_entry(row)) for row in rows], decisions, to_apply=True)
    apply_plans(plans, planner, user=batch.asked_by, reason=f"Import {batch.pk}")
    for row, plan in zip(rows, plans, strict=True):
        row.result, row.effect, row.publication = plan.result, plan.effect, plan.publication
        row.problem, row.notes, row.state, row.choice = plan.problem, plan.notes, plan.state, plan.choice
        row.plan = {**plan.as_json(), "decided": row.plan.get("decided") or {}}
        row.has_question = False
        if plan.result != Result.CONFLICT:  # nobody decides on it any more
            row.record, row.plan = {}, {name: row.plan[name] for name in ("changes", "stale", "title")}
    ImportEntry.objects.bulk_update(
        rows,
        ["record", "result", "effect", "publication", "problem", "notes", "state", "choice", "plan", "has_question"],
        batch_size=100,
    )


def decisions_of(row: ImportEntry) -> Decisions:
    """What was decided on an entry; who its authors are as the page showed it, also where nobody touched it."""
    decided = Decisions.of(row.plan.get("decided"))
    decided.authors = decided.authors or row.plan.get("authors", [])
    return decided


def source_entry(row: ImportEntry) -> SourceEntry:
    """The entry as it was read."""
    record = record_from_json(row.record) if row.record else None
    notes = tuple(row.plan.get("reader_notes", ()))
    return SourceEntry(
        line=row.line, label=row.label, record=record, problem="" if record else row.problem, notes=notes,
        is_draft=bool(row.plan.get("is_draft")), known=row.plan.get("known") or 0,
    )  # fmt: skip
