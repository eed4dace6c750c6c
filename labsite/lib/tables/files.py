"""Tables as files: CSV of every common kind and XLSX are read within limits; both are written (RFC 4180, ISO 29500).

What cannot be read raises `FileRefused`, whose words name what was found and the mend. Nothing else comes out of
`read_table`, whatever the bytes are.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from import_export.formats.base_formats import Format
from tablib import Dataset

from labsite.lib.tables.cells import CONTROL, Cell, as_text, neutral, restored
from labsite.lib.tables.workbooks import WorkbookRefused, read_workbook, write_workbook

MAX_BYTES, MAX_ROWS, MAX_COLUMNS = 10 * 1024 * 1024, 20_000, 100
LONGEST_CELL = 32_767  # letters, Excel's own limit
SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "an old .xls workbook, or one with a password: save it as “Excel Workbook (.xlsx)”",
    b"%PDF": "a PDF: export the table as CSV or XLSX instead",
    b"{": "JSON: save the table as CSV or XLSX instead",
    b"<": "a page of HTML or XML: open it in a spreadsheet program and save it as CSV or XLSX",
    b"\x1f\x8b": "a compressed file: unpack it first",
    b"\x89PNG": "an image: a table has to be CSV or XLSX",
    b"\xff\xd8\xff": "an image: a table has to be CSV or XLSX",
}


class FileRefused(Exception):
    """The file cannot be read; the text says why and what to do."""


@dataclass
class Sheet:
    """A table as read: the headings, and each row that says something with its number in the file."""

    headings: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def dataset(self) -> Dataset:
        """The rows for django-import-export, all of one width."""
        data = Dataset(headers=list(self.headings))
        for row in self.rows:
            data.append(row)
        return data


def read_table(data: bytes, known: Callable[[str], bool]) -> Sheet:
    """The table in `data`, an XLSX workbook or CSV. `known` tells headings from other words and so finds the separator.

    At most 10 MiB, 20,000 rows and 100 columns. Apostrophes that an export put before formulas are taken away.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB: split it into several.")
    if not data.strip():
        raise FileRefused("The file is empty.")
    if data.startswith(b"PK"):
        try:
            rows, notes = read_workbook(data, most_rows=MAX_ROWS + 1, most_columns=MAX_COLUMNS)
        except WorkbookRefused as refusal:
            raise FileRefused(str(refusal)) from refusal
        return make_sheet(rows, notes)
    begin = data[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    for signature, words in SIGNATURES.items():
        if begin.startswith(signature):
            raise FileRefused(f"This is {words}.")
    text, notes = decode(data)
    return make_sheet(read_csv(text, known), notes)


def decode(data: bytes) -> tuple[str, list[str]]:
    """Text from UTF-8, UTF-16 with or without a mark, or Windows-1252, with a note where that was a guess."""
    encoding, notes = "utf-8-sig", []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in data[:2]:
        encoding = "utf-16-be" if data[:1] == b"\x00" else "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise FileRefused(f"The text is broken at byte {error.start}: save it as “CSV UTF-8”.") from error
        text = data.decode("cp1252", errors="replace")
        notes = ["The file is not UTF-8 and was read as Western European (Windows-1252): check the accents below."]
    found = CONTROL.search(text) or ("\ufffd" in text and notes)
    if found:
        raise FileRefused("This is not a table of text: save it as “CSV UTF-8” or as “Excel Workbook (.xlsx)”.")
    return text, notes


def read_csv(text: str, known: Callable[[str], bool]) -> Iterable[tuple[int, list[Cell]]]:
    """The rows of CSV text with their numbers; separated by whichever of `,`, `;` and tab gives most known headings."""
    first = 1
    separator = ""
    if text[:4].lower() == "sep=":
        hint, _, text = text.partition("\n")
        separator, first = hint[4:5], 2
    if separator not in (",", ";", "\t"):
        separator = max(",;\t", key=lambda sign: sum(map(known, first_row(text, sign))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, row in enumerate(reader, start=first):
            yield number, list(row)
    except csv.Error as error:
        raise FileRefused(
            f"Line {reader.line_num + first - 1} cannot be read ({error}): look for a quotation mark that is not "
            'closed, and write a quotation mark inside a cell twice ("").'
        ) from error


def first_row(text: str, separator: str) -> list[str]:
    """The cells of the first row that says something, cut at `separator`; none where it cannot be cut so."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return next((row for row in reader if any(map(str.strip, row))), [])
    except csv.Error:
        return []


def make_sheet(rows: Iterable[tuple[int, Sequence[Cell]]], notes: list[str]) -> Sheet:
    """The first row that says something holds the headings; the limits hold for what is below it."""
    sheet: Sheet | None = None
    for number, row in rows:
        cells = trimmed([restored(cell) if isinstance(cell, str) else cell for cell in row])
        if not cells:
            continue
        check_row(number, cells)
        if sheet is None:
            sheet = Sheet([as_text(cell) for cell in cells], notes=notes)
            continue
        if len(cells) > len(sheet.headings):
            extra = as_text(next(cell for cell in cells[len(sheet.headings) :] if as_text(cell)))
            raise FileRefused(
                f"Row {number} has more cells than the headings in the first row (“{extra[:40]}” stands under none): "
                "give the column a heading, or put text with separators in quotation marks."
            )
        if len(sheet.rows) == MAX_ROWS:
            raise FileRefused(f"The table has more than {MAX_ROWS:,} rows: split it into several files.")
        sheet.rows.append(cells + [None] * (len(sheet.headings) - len(cells)))
        sheet.numbers.append(number)
    if sheet is None:
        raise FileRefused("The table is empty: its first row has to hold the headings.")
    return sheet


def check_row(number: int, cells: list[Cell]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(f"Row {number} has more than {MAX_COLUMNS} columns: leave out those that are not needed.")
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
        raise FileRefused(f"A cell in row {number} is longer than {LONGEST_CELL:,} letters: shorten it.")


def trimmed(cells: list[Cell]) -> list[Cell]:
    """Without the cells at the end that say nothing."""
    while cells and (cells[-1] is None or not as_text(cells[-1])):
        cells.pop()
    return cells


# Formats, as django-import-export's pages choose them


class TableFormat(Format):
    title = extension = content_type = ""

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return self.content_type

    def can_export(self) -> bool:
        return True


class CSVFormat(TableFormat):
    """UTF-8 with a mark, so that Excel reads accents; every cell quoted, so that no separator inside one ends it."""

    title, extension, content_type = "CSV", "csv", "text/csv; charset=utf-8"

    def export_data(self, dataset: Dataset) -> bytes:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([dataset.headers, *safe_rows(dataset)])
        return codecs.BOM_UTF8 + stream.getvalue().encode()


class XLSXFormat(TableFormat):
    """One sheet; text is typed as text, so that nothing in it is computed and no date changes its shape."""

    title, extension = "Excel (XLSX)", "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: Dataset) -> bytes:
        return write_workbook([list(dataset.headers), *safe_rows(dataset)])


def safe_rows(dataset: Dataset) -> Iterable[list[Cell]]:
    """The rows as they are written: text that looks like a formula gets an apostrophe, numbers stay numbers."""
    for row in dataset:
        cells = [neutral(cell) if isinstance(cell, str) else cell for cell in row]
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            raise FileRefused(f"A cell has more than {LONGEST_CELL:,} letters, which no spreadsheet holds.")
        yield cells


FORMATS = (XLSXFormat, CSVFormat)
