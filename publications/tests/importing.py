"""What the tests of importing share: entries, and running them through plan and application."""

from __future__ import annotations

import io
from typing import Any

from people.names import split_name
from publications.importing.report import Report
from publications.importing.runs import begin_import, import_entries
from publications.models import Import
from publications.reading import read_entries
from publications.records import Record, RecordAuthor, SourceEntry


def record(title: str = "On Quiet Machines", *authors: str, **values: Any) -> Record:
    """A conference paper of 2024; authors as “Given Family”."""
    names = tuple(RecordAuthor(split_name(name)) for name in authors)
    return Record(**{"kind": "conference-paper", "title": title, "authors": names, "year": 2024, **values})


def entry(one: Record, line: int = 1) -> SourceEntry:
    return SourceEntry(line=line, label=one.key, record=one)


def import_all(*records: Record, dry_run: bool = False, person: Any = None, user: Any = None) -> Report:
    """Imports records as the command does; `report.key` names the import."""
    batch = None if dry_run else begin_import(Import.Origin.COMMAND, "test", "", person=person, user=user)
    return import_entries([entry(one, line) for line, one in enumerate(records, start=1)], batch, user=user)


def import_text(text: str) -> Report:
    batch = begin_import(Import.Origin.COMMAND, "text", "")
    return import_entries(read_entries(io.BytesIO(text.encode())), batch)


def counts(report: Report) -> dict[str, int]:
    """The counts that are not zero."""
    names = ("created", "updated", "unchanged", "conflicts", "rejected")
    return {name: report.as_json()[name] for name in names if report.as_json()[name]}


def results(report: Report) -> list[str]:
    return [each["result"] for each in report.entries]
