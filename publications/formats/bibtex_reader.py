"""The entries of a BibTeX file as they stream by: macros, inheritance and keys, in bounded memory. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from publications.formats.bibtex_record import read_fields
from publications.formats.bibtex_syntax import RawEntry, Strings, block_type, parse_entry, parse_string
from publications.records import SourceEntry

MAX_KEYS = 200_000  # remembered, for finding a key that stands twice
MAX_PARENTS_TOTAL = 8_000_000  # letters of what entries may inherit
MAX_WAITING_TOTAL = 8_000_000  # letters of entries that wait for what they inherit from
MAX_GENERATIONS = 3
SILENT = {"comment", "preamble", "control", "set", "xdata"}
VOLUMES = {"proceedings", "mvproceedings", "collection", "mvcollection", "periodical"}
PARENTS = VOLUMES | {"book", "mvbook", "reference", "mvreference", "xdata", "techreport", "report"}
# What an entry takes from the volume that its `crossref` names. A volume's own DOI, address and title are not its own.
INHERITED = (
    "booktitle", "booksubtitle", "year", "date", "month", "publisher", "editor", "volume", "series", "address",
    "location", "organization", "isbn", "issn", "eventtitle", "eventdate", "venue", "institution", "school", "journal",
    "journaltitle", "edition",
)  # fmt: skip
PARTS = {
    "inproceedings",
    "conference",
    "incollection",
    "inbook",
    "bookinbook",
    "suppbook",
    "suppcollection",
    "inreference",
}
MAX_NOTES = 12


@dataclass
class Waiting:
    """An entry whose parent has not come yet, or a volume that may prove to be nothing but a parent."""

    raw: RawEntry
    line: int
    notes: tuple[str, ...]
    size: int


class BibtexReader:
    """Takes the blocks of one file in order. Every block but comments and macros is answered exactly once."""

    def __init__(self) -> None:
        self.strings = Strings()
        self.keys: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self.parents: OrderedDict[str, RawEntry] = OrderedDict()
        self.parents_total = 0
        self.waiting: OrderedDict[int, Waiting] = OrderedDict()
        self.waiting_total = 0
        self.count = 0
        self.lenders: set[str] = set()

    def read(self, block: str, line: int, notes: tuple[str, ...] = ()) -> Iterator[SourceEntry]:
        """The answers to a block whose braces are balanced; `line` is where it begins."""
        kind = block_type(block)
        if kind in SILENT - {"xdata"}:
            return
        try:
            if kind == "string":
                notes += tuple(parse_string(block, self.strings))
                return
            raw = parse_entry(block, self.strings)
        except ValueError as error:
            yield SourceEntry(line, label=excerpt(block), problem=str(error), notes=notes)
            return
        first = self.remember_key(raw.key, line, block)
        if first is not None:
            before, same = first
            if not same:
                yield SourceEntry(
                    line, label=raw.key, notes=notes,
                    problem=f"The key “{raw.key}” was used in line {before} already, by another entry: "
                    f"give this one, in line {line}, a key of its own.",
                )  # fmt: skip
                return
            notes += (f"The same entry, word for word, stands in line {before} already.",)
        elif kind in PARENTS:
            self.remember_parent(raw)
        if kind == "xdata":
            return
        if not needs(raw) and kind not in VOLUMES:
            yield self.answer(raw, line, notes)
            return
        yield from self.wait(Waiting(raw, line, notes, len(block)))

    def finish(self) -> Iterator[SourceEntry]:
        """The entries that still wait: with what they inherit, or as they are, with a note."""
        self.waiting = OrderedDict(
            sorted(self.waiting.items(), key=lambda item: (item[1].raw.type in VOLUMES, item[0]))
        )  # a volume is answered when every entry that may need it was
        while self.waiting:
            yield self.release()

    def remember_key(self, key: str, line: int, block: str) -> tuple[int, bool] | None:
        """Where the key stood before and whether in the same words; `None` where it is new."""
        if not key:
            return None
        words = hash(" ".join(block.split()))
        if key in self.keys:
            before, then = self.keys[key]
            return before, then == words
        self.keys[key] = (line, words)
        if len(self.keys) > MAX_KEYS:
            self.keys.popitem(last=False)
        return None

    def remember_parent(self, raw: RawEntry) -> None:
        fields = raw.fields if raw.type == "xdata" else {
            name: raw.fields[name] for name in (*INHERITED, "title", "subtitle", "author", "crossref", "xdata")
            if name in raw.fields
        }  # fmt: skip
        self.parents[raw.key.lower()] = RawEntry(raw.type, raw.key, fields)
        self.parents_total += size_of(fields)
        while self.parents_total > MAX_PARENTS_TOTAL and len(self.parents) > 1:
            _, gone = self.parents.popitem(last=False)
            self.parents_total -= size_of(gone.fields)

    def wait(self, entry: Waiting) -> Iterator[SourceEntry]:
        if entry.raw.type not in VOLUMES and self.find_missing(entry.raw) is None:
            yield self.answer(entry.raw, entry.line, entry.notes)
            return
        self.count += 1  # two entries may stand on one line
        self.waiting[self.count] = entry
        self.waiting_total += entry.size
        while self.waiting_total > MAX_WAITING_TOTAL:
            yield self.release()

    def release(self) -> SourceEntry:
        _, entry = self.waiting.popitem(last=False)
        self.waiting_total -= entry.size
        return self.answer(entry.raw, entry.line, entry.notes)

    def find_missing(self, raw: RawEntry, generation: int = 0) -> str | None:
        """The key of an entry that `raw` inherits from and that has not come yet."""
        for key in needs(raw, generation):
            parent = self.parents.get(key.lower())
            if parent is None:
                return key
            if generation < MAX_GENERATIONS and (missing := self.find_missing(parent, generation + 1)):
                return missing
        return None

    def answer(self, raw: RawEntry, line: int, notes: tuple[str, ...]) -> SourceEntry:
        if raw.type in VOLUMES and raw.key.lower() in self.lenders:
            return SourceEntry(
                line, label=raw.key, notes=notes,
                problem="This volume only lends its fields to entries of this file (crossref): it is no publication of "
                "its own here.",
            )  # fmt: skip
        fields = self.inherit(raw, raw.notes)
        found = raw.notes
        try:
            reading = read_fields(raw.type, raw.key, fields)
        except ValueError as error:
            return SourceEntry(line, label=raw.key or excerpt(raw.type), problem=str(error), notes=(*notes, *found))
        every = (*notes, *found, *reading.notes)
        if len(every) > MAX_NOTES:
            every = (*every[: MAX_NOTES - 1], f"And {len(every) - MAX_NOTES + 1} more remarks.")
        return SourceEntry(line, label=raw.key or excerpt(reading.record.title), record=reading.record, notes=every)

    def inherit(self, raw: RawEntry, notes: list[str], generation: int = 0) -> dict[str, str]:
        """The fields of `raw` with those of its parents, which are named no more where they were found."""
        fields = dict(raw.fields)
        for name in ("xdata", "crossref"):
            if name not in fields or generation > MAX_GENERATIONS:
                continue
            for key in keys_of(fields[name], generation):
                parent = self.parents.get(key.lower())
                if parent is None:
                    notes.append(f"No entry “{key}”, which {name} names, was found among the volumes of this file.")
                    continue
                self.lenders.add(key.lower())
                lent = self.inherit(parent, notes, generation + 1)
                taken = xdata_fields(lent, fields) if name == "xdata" else crossref_fields(raw, parent, lent, fields)
                fields = {own: text for own, text in fields.items() if own != name} | taken
                if taken and not generation:
                    notes.append(f"Taken from “{key}”: {', '.join(taken)}.")
        return fields


def needs(raw: RawEntry, generation: int = 0) -> list[str]:
    """The keys of the entries that `raw` inherits from."""
    return [key for name in ("xdata", "crossref") for key in keys_of(raw.fields.get(name, ""), generation)]


def keys_of(text: str, generation: int) -> list[str]:
    """Not more than a few of each generation, so that entries that name each other cannot multiply the work."""
    return [key.strip() for key in text.split(",") if key.strip()][: 3 if generation else 20]


def xdata_fields(lent: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in lent.items() if name not in own and name not in ("xdata", "crossref")}


def crossref_fields(raw: RawEntry, parent: RawEntry, lent: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """What a part takes from its volume: the volume's title becomes its `booktitle`."""
    found = {name: lent[name] for name in INHERITED if name in lent}
    if raw.type in PARTS and "booktitle" not in found and "title" in lent:
        found["booktitle"] = lent["title"]
        if "subtitle" in lent:
            found["booksubtitle"] = lent["subtitle"]
    if raw.type == "inbook" and parent.type in ("book", "mvbook") and "author" in lent:
        found["author"] = lent["author"]
    if {"year", "date"} & own.keys():
        found = {name: text for name, text in found.items() if name not in ("year", "date", "month")}
    if "booktitle" in own:
        found.pop("booksubtitle", None)
    return {name: text for name, text in found.items() if name not in own}


def size_of(fields: dict[str, str]) -> int:
    return sum(map(len, fields.values())) + 100 * len(fields)


def excerpt(text: str) -> str:
    """The first words of a text, for naming an entry without a key."""
    folded = " ".join(text.lstrip()[:300].split())
    return folded if len(folded) <= 60 else f"{folded[:60]}…"
