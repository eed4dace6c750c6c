"""What is brought in, before it is read: kept in a file of ours, looked up where it only names a paper, forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from labsite.lib.http import WebError
from publications import reading
from publications.models import Import
from publications.records import SourceEntry
from publications.sources import look_up, works_of

LARGEST_FILE = 100 * 2**20  # bytes
LOOKED_UP_AT_ONCE = 3  # identifiers that a page may ask for online while its visitor waits


class ImportProblem(ValueError):
    """An input that cannot be imported, and the mend, in words."""


class TooManyQuestions(Exception):
    """More identifiers are to be looked up than a visitor can wait for."""


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


def entries_of(batch: Import, most_questions: int | None = None) -> Iterator[SourceEntry]:
    """The entries of an import's input, identifiers looked up."""
    kind, _, address = batch.source.partition(" ")
    if batch.origin == Import.Origin.ONLINE:
        yield from works_of(kind, address)
    else:
        yield from looked_up(reading.read_bounded(folder() / batch.source), most_questions)


def looked_up(entries: Iterable[SourceEntry], most: int | None = None) -> Iterator[SourceEntry]:
    """`entries`, with a bare identifier replaced by what its service says. Raises `TooManyQuestions` above `most`."""
    asked = 0
    for entry in entries:
        if entry.lookup is None or entry.record is not None or entry.problem:
            yield entry
            continue
        asked += 1
        if most is not None and asked > most:
            raise TooManyQuestions
        try:
            answers = look_up(*entry.lookup)
        except WebError as error:
            answers = [SourceEntry(line=entry.line, problem=str(error))]
        for found in answers:
            yield SourceEntry(
                line=entry.line, label=entry.label or found.label, record=found.record, problem=found.problem,
                notes=(*entry.notes, *found.notes), read=entry.read,
            )  # fmt: skip


def forget_input(batch: Import) -> None:
    """The file is not needed once it is planned: entries hold what it said."""
    if batch.origin in (Import.Origin.PASTED, Import.Origin.FILE) and batch.source:
        (folder() / Path(batch.source).name).unlink(missing_ok=True)
