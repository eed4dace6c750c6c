"""Any mixture of BibTeX, RIS, CSL-JSON and identifiers to entries, one by one. Pure: no database, no request.

`read_entries` reads in this process, `read_bounded` in another one whose memory and time are limited.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from publications.formats.addresses import find_identifiers
from publications.formats.bibtex_reader import BibtexReader, excerpt
from publications.formats.csl_reader import items_of, notes_on_date, read_csl, record_of_csl
from publications.formats.lines import Lines
from publications.formats.ris_reader import record_of_ris
from publications.formats.stretches import Splitter, Stretch
from publications.records import SourceEntry, record_from_json

WORKER = "publications.reading_worker"
ROOT = Path(__file__).resolve().parent.parent
# What may be read: the endings of the files that exports write, and “list” for lines with identifiers.
FORMS = ("bib", "ris", "json", "list")
LOOKED_UP = {"doi", "arxiv", "openreview", "pmid"}
COMMENT = re.compile(r"\s*(?:%|//|--\s|#(?!\s*\d))")
# Between BibTeX entries any text may stand, but not what somebody meant to be an entry.
TRIED = re.compile(r"://|\b1[0O]\.\d{4}|\bdoi\b|\barxiv\b|\bopenreview\b", re.IGNORECASE)
NOTHING = (
    "Nothing was found that can be read. Give BibTeX, RIS or CSL-JSON, or lines with DOIs, arXiv numbers, "
    "OpenReview addresses or PubMed numbers."
)


def read_entries(file: BinaryIO, form: str = "") -> Iterator[SourceEntry]:
    """The entries of a file, as they are found: each is a record, or a problem in words, or an identifier to look up.

    `form` is one of `FORMS`, or "" for any mixture. Streams: memory does not grow with the file. Every entry is
    answered once; comments and text between BibTeX entries are none. Entries that inherit from one further down come
    later than they stand. Never raises for any content; raises `ValueError` for an unknown `form`.
    """
    if form and form not in FORMS:
        raise ValueError(f"“{form}” is no form of input: choose one of {', '.join(FORMS)}.")
    lines = Lines(file)
    found = False
    for entry in _Reader(form).entries(Splitter(lines, form)):
        found = True
        yield replace(entry, read=lines.read)
    if lines.read and not found:
        yield SourceEntry(1, problem=NOTHING, read=lines.read)


@dataclass
class _Run:
    """Lines that follow each other and say nothing. `is_wrong` if BibTeX would not pass over them either."""

    first: int
    last: int
    words: str
    is_wrong: bool

    def complaint(self) -> SourceEntry:
        problem = f"This line is no entry and holds no identifier: “{self.words}”."
        if self.last > self.first:
            problem = (
                f"Lines {self.first} to {self.last} are no entries and hold no identifier. "
                f"They begin with “{self.words}”."
            )
        return SourceEntry(self.first, label=self.words, problem=problem)


class _Reader:
    """Answers stretches in order. Lines that say nothing wait until it is clear whether they belong to BibTeX."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.bibtex = BibtexReader()
        self.is_in_bibtex = form == "bib"
        self.run: _Run | None = None

    def entries(self, stretches: Splitter) -> Iterator[SourceEntry]:
        for stretch in stretches:
            if stretch.form == "text":
                yield from self.text(stretch)
                continue
            self.is_in_bibtex = stretch.form == "bib"
            yield from self.complain()
            yield from self.stretch(stretch)
        yield from self.complain()
        yield from self.bibtex.finish()

    def stretch(self, stretch: Stretch) -> Iterator[SourceEntry]:
        if stretch.problem:
            yield SourceEntry(stretch.line, label=excerpt(stretch.text), problem=stretch.problem, notes=stretch.notes)
        elif stretch.form == "bib":
            yield from self.bibtex.read(stretch.text, stretch.line, stretch.notes)
        elif stretch.form == "ris":
            yield self.ris(stretch)
        else:
            yield from csl_entries(stretch)

    def ris(self, stretch: Stretch) -> SourceEntry:
        try:
            record, notes = record_of_ris(stretch.text)
        except ValueError as error:
            return SourceEntry(stretch.line, label=excerpt(stretch.text), problem=str(error), notes=stretch.notes)
        label = record.key or excerpt(record.title)
        return SourceEntry(stretch.line, label=label, record=record, notes=(*stretch.notes, *notes[:10]))

    def text(self, stretch: Stretch) -> Iterator[SourceEntry]:
        if COMMENT.match(stretch.text):
            return
        identifiers = [] if self.form == "bib" else find_identifiers(stretch.text)
        identifiers = [found for found in identifiers if found[0] in LOOKED_UP]
        if identifiers:
            yield from self.complain()
            self.is_in_bibtex = False
            for scheme, value in identifiers:
                yield SourceEntry(stretch.line, label=value, lookup=(scheme, value), notes=stretch.notes)
            return
        is_wrong = stretch.text.lstrip().startswith("@") or (self.form != "bib" and bool(TRIED.search(stretch.text)))
        if self.run and self.run.is_wrong != is_wrong:
            yield from self.complain()
        self.run = self.run or _Run(stretch.line, stretch.line, excerpt(stretch.text), is_wrong)
        self.run.last = stretch.line

    def complain(self) -> Iterator[SourceEntry]:
        """The lines that say nothing, as one rejected entry; beside BibTeX only what BibTeX does not pass over."""
        if self.run and (self.run.is_wrong or not self.is_in_bibtex):
            yield self.run.complaint()
        self.run = None


def csl_entries(stretch: Stretch) -> Iterator[SourceEntry]:
    """The entries of one item of a JSON file: a record, several that it wraps, or an identifier as a bare text."""
    try:
        item = read_csl(stretch.text)
    except ValueError as error:
        yield SourceEntry(stretch.line, label=excerpt(stretch.text), problem=str(error), notes=stretch.notes)
        return
    if isinstance(item, str):
        found = [each for each in find_identifiers(item) if each[0] in LOOKED_UP]
        for scheme, value in found:
            yield SourceEntry(stretch.line, label=value, lookup=(scheme, value), notes=stretch.notes)
        if not found:
            problem = f"This text is no entry and holds no identifier: “{excerpt(item)}”."
            yield SourceEntry(stretch.line, label=excerpt(item), problem=problem)
        return
    for each in items_of(item):
        try:
            record = record_of_csl(each)
        except ValueError as error:
            yield SourceEntry(stretch.line, label=excerpt(stretch.text), problem=str(error), notes=stretch.notes)
        else:
            label = record.key or excerpt(record.title)
            notes = (*stretch.notes, *notes_on_date(each))
            yield SourceEntry(stretch.line, label=label, record=record, notes=notes)


# In another process


@dataclass(frozen=True)
class Limits:
    """What one stretch of input may take: seconds of computing, and bytes of memory of the whole process."""

    seconds: int = 4
    memory: int = 300_000_000
    silence: int = 60  # seconds without a sign of life, whatever the process does


def read_bounded(path: Path, form: str = "", *, limits: Limits | None = None) -> Iterator[SourceEntry]:
    """`read_entries` of the file at `path`, in a child process that may take no more than `limits`.

    Where a limit is reached, or the child dies, the rest of the file is one rejected entry. The child is ended when
    the iterator is closed. Raises `OSError` where the file cannot be opened, `ValueError` for an unknown `form`.
    """
    if form and form not in FORMS:
        raise ValueError(f"“{form}” is no form of input: choose one of {', '.join(FORMS)}.")
    bounds = limits or Limits()
    with open(path, "rb"):
        pass
    command = [sys.executable, "-m", WORKER, str(path), form, str(bounds.seconds), str(bounds.memory)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        pipesize=2**20,  # so that it reads on while what came before is stored
        env={"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"} | {
            name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ
        },
    ) as child:  # fmt: skip
        try:
            yield from _answers(child, bounds)
        finally:
            child.kill()


def _answers(child: subprocess.Popen[bytes], bounds: Limits) -> Iterator[SourceEntry]:
    line, read, end = 1, 0, ""
    for answer in _json_lines(child, bounds.silence):
        line, read, end = answer.get("line", line), answer.get("read", read), answer.get("end", "")
        if "entry" in answer:
            yield entry_from_json(answer["entry"])
    if end == "all":
        return
    child.kill()
    reason = "it has a fault that stopped the reader"
    if end == "memory":
        reason = f"it takes more than {bounds.memory // 1_000_000} MB of memory"
    elif child.wait() < 0:
        reason = f"it takes more than {bounds.seconds} seconds"
    yield SourceEntry(
        line, read=read,
        problem=f"What follows line {line} could not be read: {reason}. Nothing from there on was taken; look for an "
        "entry that is very long or very deeply nested, and take it out.",
    )  # fmt: skip


def _json_lines(child: subprocess.Popen[bytes], silence: int) -> Iterator[dict[str, Any]]:
    """What the child writes, a JSON object a line; ends when it ends, or says nothing for `silence` seconds."""
    stream = child.stdout
    if stream is None:
        return
    rest = b""
    while select.select([stream], [], [], silence)[0]:
        chunk = os.read(stream.fileno(), 1 << 16)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield json.loads(line)


def entry_as_json(entry: SourceEntry) -> dict[str, Any]:
    """An entry as JSON keeps it; `entry_from_json` gives it back."""
    data = {
        "line": entry.line,
        "label": entry.label,
        "problem": entry.problem,
        "notes": entry.notes,
        "read": entry.read,
    }
    return data | {"lookup": entry.lookup, "record": entry.record.as_json() if entry.record else None}


def entry_from_json(data: dict[str, Any]) -> SourceEntry:
    """The entry that `entry_as_json` wrote."""
    return SourceEntry(
        line=data["line"],
        label=data["label"],
        record=record_from_json(data["record"]) if data["record"] else None,
        problem=data["problem"],
        notes=tuple(data["notes"]),
        lookup=tuple(data["lookup"]) if data["lookup"] else None,
        read=data["read"],
    )
