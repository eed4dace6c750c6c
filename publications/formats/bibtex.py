"""BibTeX entries to records and back. What was read and not edited since is written word for word."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

import bibtexparser
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

from people.names import NameParts, split_name
from publications.formats.latex import brace_depth, decode_latex, encode_latex, encode_title
from publications.identifiers import normalize_identifier
from publications.records import BIBTEX_TYPES, Record, RecordAuthor

MAX_AUTHORS = 5_000
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
KINDS = {
    "article": "journal-article", "inproceedings": "conference-paper", "conference": "conference-paper",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "techreport": "report", "report": "report",
    "book": "book", "incollection": "chapter", "inbook": "chapter", "unpublished": "preprint", "dataset": "dataset",
    "software": "software", "misc": "other", "online": "other",
}  # fmt: skip
# Fields that have a place in a record. All others are kept in `Record.extra`.
KNOWN = {
    "title", "shorttitle", "author", "year", "month", "booktitle", "journal", "volume", "number", "pages", "publisher",
    "institution", "school", "doi", "eprint", "archiveprefix", "isbn", "pmid", "url", "abstract", "note",
}  # fmt: skip
VERBATIM = {"doi", "url", "eprint", "isbn", "pmid", "archiveprefix"}  # read by machines: never escaped
FIELD_NAME = re.compile(r"[^a-z0-9_:.+-]")
BAD_IN_KEY = re.compile(r"[^A-Za-z0-9_:.+/-]")


@dataclass(frozen=True)
class Problem:
    """An entry that could not be read: the line (from 1) where it begins, and why."""

    line: int
    message: str


def bibtex_key_of(text: str) -> str:
    """`text` as a key that every BibTeX program takes; "" where nothing is left."""
    return BAD_IN_KEY.sub("", text)


# Writing


def write_bibtex(record: Record) -> str:
    """One entry, ending in a line break."""
    kind = BIBTEX_TYPES[record.kind]
    if record.source_type and kind_of(record.source_type, record.identifiers) == record.kind:
        kind = record.source_type
    lines = [f"  {name} = {{{value}}}" for name, value in merged_fields(record).items()]
    return f"@{kind}{{{bibtex_key_of(record.key) or 'unnamed'},\n" + ",\n".join(lines) + "\n}\n"


def merged_fields(record: Record) -> dict[str, str]:
    """Fields in order: ours, each word for word as it was read where it still says the same; then the unknown ones."""
    fields = {}
    for name, plain in own_fields(record):
        if not plain.strip() or name in record.extra:  # what could not be read as ours is kept as it was
            continue
        source = record.source.get(name, "")
        if source and is_safe(source) and says(name, source) == says(name, escape(name, plain)):
            fields[name] = source
        else:
            fields[name] = escape(name, plain)
    for name, value in record.extra.items():
        clean = FIELD_NAME.sub("", str(name).lower())
        if clean and clean not in fields:
            fields[clean] = str(value) if is_safe(str(value)) else encode_latex(str(value))
    if record.topics and "keywords" not in fields:
        fields["keywords"] = encode_latex(", ".join(record.topics))
    return fields


def own_fields(record: Record) -> Iterator[tuple[str, str]]:
    journal = "journal" if record.kind in ("journal-article", "preprint") else "booktitle"
    institution = "school" if record.kind == "thesis" else "institution"
    yield "title", record.marked_title
    yield "shorttitle", record.short_title
    yield "author", author_field(record)
    yield read_from(record, "booktitle", "journal") or journal, record.container
    yield "year", f"{record.year}" if record.year else record.date[:4]
    yield "month", MONTHS[int(record.date[5:7]) - 1] if len(record.date) >= 7 else ""
    yield "volume", record.volume
    yield "number", record.issue or record.article_number
    yield "pages", record.pages
    yield "publisher", record.publisher
    yield read_from(record, "institution", "school") or institution, record.institution
    yield "doi", record.identifier("doi")
    yield "eprint", record.identifier("arxiv")
    yield "archiveprefix", "arXiv" if record.identifier("arxiv") else ""
    yield "isbn", record.identifier("isbn")
    yield "pmid", record.identifier("pmid")
    yield "url", record.link("publisher", "pdf", "project") or record.address
    yield "abstract", record.abstract
    yield "note", note_field(record)


def read_from(record: Record, *names: str) -> str:
    """Which of the fields, the first that was read, gave the value; "" where none did."""
    return next((name for name in names if name in record.source), "")


def note_field(record: Record) -> str:
    if not record.retracted:
        return record.note
    marked = "Retracted" if record.retracted == "yes" else f"Retracted, {record.retracted}"
    return f"{marked}. {record.note}".strip()


def author_field(record: Record) -> str:
    """The authors, encoded already: braces around a name say that it is one piece."""
    names = [
        f"{{{encode_latex(author.name.literal)}}}" if author.name.literal else encode_latex(author.name.inverted)
        for author in record.authors
    ]
    return " and ".join([*names, *([] if record.authors_complete or not names else ["others"])])


def escape(name: str, plain: str) -> str:
    if name == "author":
        return plain
    if name == "title":
        return encode_title(plain)
    if name in VERBATIM:
        return plain if is_safe(plain) else encode_latex(plain)
    return encode_latex(plain.replace("–", "--") if name == "pages" else plain)


def is_safe(value: str) -> bool:
    """Whether a value can stand between braces without ending the entry."""
    return brace_depth(value) <= 50 and not value.rstrip().endswith("\\")


def says(name: str, value: str) -> object:
    """What a value means, for comparing one spelling with another."""
    if name == "author":
        return [name.natural for name in read_names(value)[0]]
    if name == "month":
        return month_number(value) or decode_latex(value)
    if name in ("doi", "eprint", "pmid", "isbn"):
        scheme = "arxiv" if name == "eprint" else name
        try:
            return normalize_identifier(scheme, value)
        except ValueError:
            return value
    if name == "pages":
        return decode_latex(value).replace("–", "-").replace(" ", "")
    return decode_latex(value).casefold() if name == "archiveprefix" else decode_latex(value)


# Reading


def read_bibtex(text: str) -> tuple[list[tuple[int, Record]], list[Problem]]:
    """Records with the line (from 1) where each begins, and what could not be read.

    Never raises for any text. A key that occurs twice, or a broken entry, is a problem with its line; the rest is
    read. String macros are resolved; concatenation with `#` is kept as it is written.
    """
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = bibtexparser.parse_string(text.removeprefix("\ufeff"))
    records, problems = [], []
    for block in library.blocks:
        line = block.start_line + 1
        if isinstance(block, Entry):
            try:
                records.append((line, record_of_entry(block)))
            except ValueError as error:
                problems.append(Problem(line, str(error)))
        elif isinstance(block, DuplicateBlockKeyBlock):
            problems.append(Problem(line, f"The key “{block.key}” was used before: give this entry a key of its own."))
        elif isinstance(block, DuplicateFieldKeyBlock):
            names = ", ".join(sorted(block.duplicate_keys))
            problems.append(Problem(line, f"The field {names} stands twice: keep one."))
        elif isinstance(block, ParsingFailedBlock):
            problems.append(Problem(line, "This entry is not complete: look for a missing brace or comma."))
    return records, problems


def record_of_entry(entry: Entry) -> Record:
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    plain = {name: decode_latex(value) for name, value in fields.items() if name in KNOWN}
    if not plain.get("title"):
        raise ValueError("This entry has no title: add one.")
    names, complete = read_names(fields.get("author", ""))
    if len(names) > MAX_AUTHORS:
        raise ValueError(f"This entry has {len(names)} authors: {MAX_AUTHORS} are the most that can be kept.")
    identifiers = tuple(read_identifiers(fields))
    kind = kind_of(entry.entry_type.lower(), identifiers)
    year, date = read_date(plain)
    return Record(
        key=entry.key,
        kind=kind,
        title=plain["title"],
        short_title=plain.get("shorttitle", ""),
        authors=tuple(RecordAuthor(name) for name in names),
        authors_complete=complete,
        year=year,
        date=date,
        container=plain.get("booktitle") or plain.get("journal", ""),
        volume=plain.get("volume", ""),
        issue=plain.get("number", ""),
        pages=plain.get("pages", ""),
        publisher=plain.get("publisher", ""),
        institution=plain.get("institution") or plain.get("school", ""),
        abstract=plain.get("abstract", ""),
        note=plain.get("note", ""),
        identifiers=identifiers,
        links=(("publisher", fields["url"].strip()),) if is_web_address(fields.get("url", "")) else (),
        extra=unplaced(fields, identifiers),
        source=fields,
        source_type=entry.entry_type.lower(),
    )  # fmt: skip


def kind_of(entry_type: str, identifiers: tuple[tuple[str, str], ...]) -> str:
    """The kind of publication that an entry type means; “misc” with an arXiv number is a preprint."""
    kind = KINDS.get(entry_type, "other")
    return "preprint" if kind == "other" and any(scheme == "arxiv" for scheme, _ in identifiers) else kind


def is_web_address(text: str) -> bool:
    return text.strip().startswith(("http://", "https://"))


def unplaced(fields: dict[str, str], identifiers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What has no place in a record: unknown fields, and known ones that could not be read as what they should be."""
    schemes = {scheme for scheme, _ in identifiers}
    year, date = read_date(fields)
    lost = {name for name in ("doi", "isbn", "pmid") if name in fields and name not in schemes}
    lost |= set() if year else {"year", "month"} & fields.keys()
    lost |= {"month"} & fields.keys() if not date else set()
    if "eprint" in fields and "arxiv" not in schemes:
        lost |= {"eprint", "archiveprefix"}
    if "archiveprefix" in fields and "eprint" not in fields:
        lost.add("archiveprefix")
    if "url" in fields and not is_web_address(fields["url"]):
        lost.add("url")
    if {"booktitle", "journal"} <= fields.keys():
        lost.add("journal")
    if {"institution", "school"} <= fields.keys():
        lost.add("school")
    return {name: value for name, value in fields.items() if name not in KNOWN or name in lost}


def read_identifiers(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in ("doi", "isbn", "pmid"):
        if fields.get(name):
            try:
                yield name, normalize_identifier(name, fields[name])
            except ValueError:
                continue
    prefix = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower()
    if fields.get("eprint") and prefix == "arxiv":
        try:
            yield "arxiv", normalize_identifier("arxiv", fields["eprint"])
        except ValueError:
            return


def read_date(plain: dict[str, str]) -> tuple[int | None, str]:
    year = plain.get("year", "").strip()
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        return None, ""
    month = month_number(plain.get("month", ""))
    return int(year), f"{year}-{month:02d}" if month else ""


def month_number(text: str) -> int:
    """1 to 12 for “dec”, “December”, “12”; 0 for anything else."""
    word = text.strip().strip('"{}').lower()
    if word.isascii() and word.isdigit():
        return int(word) if 1 <= int(word[:4]) <= 12 else 0
    return MONTHS.index(word[:3]) + 1 if word[:3] in MONTHS and word.isalpha() else 0


def read_names(field: str) -> tuple[list[NameParts], bool]:
    """The names of an author field, and whether the list is complete (“and others” says it is not)."""
    names, complete = [], True
    for part in split_at_and(field):
        piece = part.strip()
        if piece.lower() == "others":
            complete = False
        elif piece.startswith("{") and piece.endswith("}") and brace_depth(piece[1:-1]) <= 50:
            names.append(NameParts(literal=decode_latex(piece[1:-1])))
        elif decode_latex(piece):
            names.append(split_name(decode_latex(piece)))
    return [name for name in names if name.natural], complete


def split_at_and(field: str) -> list[str]:
    """The field cut at every “and” that stands between blanks and outside braces. One pass."""
    parts, depth, begin = [], 0, 0
    for match in re.finditer(r"[{}]|(?<=\s)and(?=\s)", field, re.IGNORECASE):
        sign = match.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif depth <= 0:
            parts.append(field[begin : match.start()])
            begin = match.end()
    return [*parts, field[begin:]]
