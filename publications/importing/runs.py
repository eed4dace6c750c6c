"""Carries an import from its input to its report, in batches, each of which is stored whole or not at all.

A page plans first and applies when the editor says so; the command plans and applies batch by batch. Either way an
import that is interrupted can be carried on: what was read is read again, what was applied is not applied twice.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from labsite.lib.http import WebError
from labsite.lib.locks import RECORDS, hold_lock
from publications import reading
from publications.importing.applying import apply_plans
from publications.importing.planning import Decisions, EntryPlan, Planner, Result
from publications.importing.report import Report
from publications.models import Import, ImportEntry
from publications.records import SourceEntry, record_from_json
from publications.sources import look_up, works_of

BATCH = 500
ONE_TRANSACTION = 2_000  # entries: SQLite has one writer, and others would wait too long for more
LEASE = datetime.timedelta(seconds=60)
LARGEST_FILE = 100 * 2**20  # bytes
LOOKED_UP_AT_ONCE = 3  # identifiers that a page may ask for online while its visitor waits

Progress = Callable[[int, int], None]  # entries so far, bytes read so far


class ImportProblem(ValueError):
    """An input that cannot be imported, and the mend, in words."""


def folder() -> Path:
    """Where uploads wait: in the data folder, not among the media, which are served."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def store_input(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Writes an input to a file of a name of ours; gives the name and the size. Raises `ImportProblem` above 100 MB."""
    name, size = f"{uuid.uuid4().hex}.txt", 0
    path = folder() / name
    try:
        with path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > LARGEST_FILE:
                    raise ImportProblem(f"The file is larger than {LARGEST_FILE // 2**20} MB: import it in parts.")
                file.write(piece)
    except (ImportProblem, OSError):
        path.unlink(missing_ok=True)
        raise
    return name, size


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(2**16):
        yield piece


def batched(entries: Iterable[SourceEntry]) -> Iterator[list[tuple[int, SourceEntry]]]:
    numbered = enumerate(entries, start=1)
    while chunk := list(islice(numbered, BATCH)):
        yield chunk


def entries_of(batch: Import) -> Iterator[SourceEntry]:
    """The entries of an import's input, identifiers looked up."""
    kind, _, address = batch.source.partition(" ")
    if batch.origin == Import.Origin.ONLINE:
        yield from works_of(kind, address)
    else:
        yield from looked_up(reading.read_bounded(folder() / batch.source))


def looked_up(entries: Iterable[SourceEntry]) -> Iterator[SourceEntry]:
    """`entries`, with a bare identifier replaced by what its service says."""
    for entry in entries:
        if entry.lookup is None or entry.record is not None or entry.problem:
            yield entry
            continue
        try:
            answers = look_up(*entry.lookup)
        except WebError as error:
            answers = [SourceEntry(line=entry.line, problem=str(error))]
        for found in answers:
            yield SourceEntry(
                line=entry.line, label=entry.label or found.label, record=found.record, problem=found.problem,
                notes=(*entry.notes, *found.notes), read=entry.read,
            )  # fmt: skip


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
                plans = planner.plan(chunk)
                apply_plans(plans, planner, user=user, reason=f"Import {batch.pk}")
                ImportEntry.objects.bulk_create([entry_row(batch, plan) for plan in plans], batch_size=BATCH)
        report.add(plans)
        if progress:
            progress(sum(report.counts.values()), chunk[-1][1].read)
    return report


def finish_command(batch: Import) -> None:
    """The command read its input to the end."""
    batch.state, batch.read, batch.applied_at = Import.State.APPLIED, batch.size, timezone.now()
    batch.save(update_fields=["state", "read", "applied_at"])


def entry_row(batch: Import, plan: EntryPlan) -> ImportEntry:
    """The row of an entry. What it says is kept only while somebody may have to decide on it."""
    is_open = plan.result in ("", Result.CONFLICT)
    return ImportEntry(
        batch=batch, number=plan.number, line=plan.entry.line, label=plan.entry.label[:200], state=plan.state,
        record=plan.entry.record.as_json() if is_open and plan.entry.record else {}, problem=plan.problem,
        notes=plan.notes, publication=plan.publication, choice=plan.choice, has_question=plan.has_question,
        plan=plan.as_json() if is_open else {}, result=plan.result, effect=plan.effect,
    )  # fmt: skip


# The page: plan, wait, apply


def begin_import(origin: str, name: str, source: str, *, size: int = 0, user: Any = None, person: Any = None) -> Import:
    """An import that is to be read; `work` does it."""
    return Import.objects.create(
        origin=origin, name=name[:200], source=source, size=size, created_by=user, person=person
    )


def begin_leftovers(batch: Import, user: Any = None) -> Import:
    """What an applied import left for a decision, as a new plan. Raises `ImportProblem` where nothing was left."""
    rows = list(batch.entries.filter(result=Result.CONFLICT).exclude(record={}).order_by("number"))
    if not rows:
        raise ImportProblem("Nothing was left for a decision.")
    rest = begin_import(batch.origin, f"What import {batch.pk} left open", "", user=user, person=batch.person)
    plan_entries(rest, [source_entry(row) for row in rows])
    return rest


def work(key: int) -> None:
    """Carries import `key` on: reads and plans it, or applies it. Does nothing if another worker has it."""
    if not claim(key):
        return
    batch = Import.objects.get(pk=key)
    try:
        if batch.state == Import.State.READING:
            read_and_plan(batch)
        elif batch.state == Import.State.APPLYING:
            apply_decided(batch)
    except (ImportProblem, WebError, OSError) as error:
        batch.state, batch.problem = Import.State.FAILED, str(error)
        batch.save(update_fields=["state", "problem"])
    finally:
        Import.objects.filter(pk=key).update(working_until=None)


def claim(key: int) -> bool:
    """Takes the import for `LEASE`, unless another worker has it. One statement decides."""
    now = timezone.now()
    free = Import.objects.filter(Q(working_until__isnull=True) | Q(working_until__lt=now), pk=key)
    return bool(free.filter(state__in=UNFINISHED).update(working_until=now + LEASE))


UNFINISHED = (Import.State.READING, Import.State.APPLYING)


def unfinished() -> list[int]:
    """Imports that wait for a worker: new ones, and those whose worker is gone."""
    free = Q(working_until__isnull=True) | Q(working_until__lt=timezone.now())
    rows = Import.objects.filter(free, state__in=UNFINISHED).exclude(origin=Import.Origin.COMMAND)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def read_and_plan(batch: Import) -> None:
    """Reads the input and stores what is proposed. Begins anew if it was interrupted: reading changes nothing."""
    batch.entries.all().delete()
    plan_entries(batch, entries_of(batch))
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


def plan_entries(batch: Import, entries: Iterable[SourceEntry]) -> None:
    planner = Planner(batch.person)
    for chunk in batched(entries):
        plans = planner.plan(chunk)
        with transaction.atomic():
            ImportEntry.objects.bulk_create([entry_row(batch, plan) for plan in plans], batch_size=BATCH)
            Import.objects.filter(pk=batch.pk).update(
                read=max(entry.read for _, entry in chunk), working_until=timezone.now() + LEASE
            )
    batch.state, batch.working_until = Import.State.PLANNED, None
    batch.save(update_fields=["state", "working_until"])


def forget_input(batch: Import) -> None:
    """The file is not needed once it is planned: entries hold what it said."""
    if batch.origin in (Import.Origin.PASTED, Import.Origin.FILE) and batch.source:
        (folder() / Path(batch.source).name).unlink(missing_ok=True)


def start_applying(batch: Import) -> None:
    """The editor said: apply."""
    changed = Import.objects.filter(pk=batch.pk, state=Import.State.PLANNED).update(state=Import.State.APPLYING)
    if not changed:
        raise ImportProblem("This import is applied already, or is being applied.")


def apply_decided(batch: Import) -> None:
    """Applies the entries as decided: all in one transaction, or in batches where there are too many."""
    keys = list(batch.entries.filter(result="").order_by("number").values_list("pk", flat=True))
    planner = Planner(batch.person)
    step = len(keys) if len(keys) <= ONE_TRANSACTION else BATCH
    for begin in range(0, len(keys), step or 1):
        with transaction.atomic():
            hold_lock(RECORDS)
            for part in range(begin, min(begin + step, len(keys)), BATCH):
                apply_rows(batch, planner, keys[part : min(part + BATCH, begin + step)])
            Import.objects.filter(pk=batch.pk).update(working_until=timezone.now() + LEASE)
    batch.state, batch.applied_at = Import.State.APPLIED, timezone.now()
    batch.save(update_fields=["state", "applied_at"])


def apply_rows(batch: Import, planner: Planner, keys: list[int]) -> None:
    """Plans these entries anew, follows what was decided on them, and keeps what they did."""
    rows = list(ImportEntry.objects.filter(pk__in=keys).order_by("number"))
    decisions = {row.number: decisions_of(row) for row in rows}
    plans = planner.plan([(row.number, source_entry(row)) for row in rows], decisions)
    apply_plans(plans, planner, user=batch.created_by, reason=f"Import {batch.pk}")
    for row, plan in zip(rows, plans, strict=True):
        row.result, row.effect, row.publication = plan.result, plan.effect, plan.publication
        row.problem, row.notes, row.state, row.choice = plan.problem, plan.notes, plan.state, plan.choice
        row.plan = {**plan.as_json(), "decided": row.plan.get("decided") or {}}
        row.has_question = False
    ImportEntry.objects.bulk_update(
        rows,
        ["result", "effect", "publication", "problem", "notes", "state", "choice", "plan", "has_question"],
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
    return SourceEntry(line=row.line, label=row.label, record=record, problem="" if record else row.problem)
