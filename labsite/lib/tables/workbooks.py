"""XLSX workbooks, read within limits that are checked before anything is unpacked or built, and written.

An XLSX file is a ZIP archive of XML (ISO/IEC 29500). Macros, links to other files and drawings are not looked at.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from labsite.lib.tables.cells import Cell

MAX_PARTS, MAX_UNPACKED, MAX_PART = 1_000, 64 * 1024 * 1024, 48 * 1024 * 1024
MAX_RATIO, SMALL_PART = 200, 1024 * 1024  # Excel packs about tenfold
MAX_SHEET_ROWS, MAX_ROW_CELLS = 1_048_576, 16_384  # Excel's own limits
MAX_ELEMENTS, MAX_LOOSE_ELEMENTS = 6_000_000, 1_000_000
PIECE = 256 * 1024
DATE_PARTS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # what is printed as it stands, and conditions


class WorkbookRefused(Exception):
    """The workbook cannot be read; the text says why and what to do."""


def read_workbook(data: bytes, *, most_rows: int, most_columns: int) -> tuple[list[tuple[int, list[Cell]]], list[str]]:
    """The rows of the first sheet that say something, with their numbers, and notes. Reading ends past the limits.

    Formulas give the value that was last computed. One row and one column more than the limits come back, so that
    whoever asked sees that there are more.
    """
    check_archive(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names what it leaves out; all of that is left out here
            return _read(data, most_rows, most_columns)
    except WorkbookRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do for archives nobody made with a spreadsheet
        raise WorkbookRefused(
            "The workbook is damaged: open it in a spreadsheet program and save it again as “Excel Workbook (.xlsx)”."
        ) from error


def _read(data: bytes, most_rows: int, most_columns: int) -> tuple[list[tuple[int, list[Cell]]], list[str]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise WorkbookRefused("The workbook has no sheet with cells.")
        sheet, *others = book.worksheets
        sheet.reset_dimensions()  # what the file says of its size may be wrong and would cut rows off
        rows: list[tuple[int, list[Cell]]] = []
        found = sheet.iter_rows(max_row=MAX_SHEET_ROWS, max_col=most_columns + 1)
        blank = None
        for number, cells in enumerate(found, start=1):
            if cells is blank:  # openpyxl gives one and the same for each row that the file leaves out
                continue
            if all(cell.value is None for cell in cells):
                blank = cells
                continue
            values = [_value(cell) for cell in cells]
            if any(value not in (None, "") for value in values):
                rows.append((number, values))
            if len(rows) > most_rows:
                break
    finally:
        book.close()
    notes = [f"Only the first sheet, “{sheet.title}”, was read; the others were not."] if others else []
    return rows, notes


def _value(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "e":
        raise WorkbookRefused(
            f"Cell {cell.coordinate} holds the error {value}: mend the formula, or paste its value, and try again."
        )
    if isinstance(value, datetime.datetime):
        return date_text(value, cell.number_format)
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)


def date_text(moment: datetime.datetime, number_format: str) -> str:
    """The moment as exact as its format shows it: “mmm-yy” is a month, “yyyy” a year, anything with a day a day."""
    if moment.time() != datetime.time():
        return moment.isoformat(sep=" ", timespec="seconds")
    letters = DATE_PARTS.sub("", number_format or "").lower()
    if "d" in letters or "y" not in letters:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m}" if "m" in letters else f"{moment:%Y}"


# What an archive may hold


def check_archive(data: bytes) -> None:
    """Refuses archives that are not workbooks, or that grow when unpacked: by the directory, then by reading each part.

    The second look builds nothing: it counts elements, and ends at the first document type.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            check_directory(parts)
            for part in parts:
                if not part.is_dir():
                    check_part(archive, part)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise WorkbookRefused("The workbook is damaged or has a password: save it again without one.") from error
    except (ValueError, OverflowError, zlib.error) as error:
        raise WorkbookRefused("The workbook is damaged: save it again.") from error


def check_directory(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names:
        raise WorkbookRefused(
            "This archive is not an Excel workbook: save the table as CSV or as “Excel Workbook (.xlsx)”."
        )
    if len(names) != len(set(names)):
        raise WorkbookRefused("The workbook holds two parts of one name: save it again in a spreadsheet program.")
    sizes = [part.file_size for part in parts]
    swollen = [
        part for part in parts if part.file_size > SMALL_PART and part.file_size > MAX_RATIO * part.compress_size
    ]
    if len(parts) > MAX_PARTS or sum(sizes) > MAX_UNPACKED or max(sizes) > MAX_PART or swollen:
        raise WorkbookRefused("The workbook unpacks to far more than a table needs: leave only the table in it.")


def check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Reads one part through, counting. What is not XML is left to whoever asks for it."""
    count = ElementCount()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = count.begin
    parser.StartDoctypeDeclHandler = count.refuse_doctype
    with archive.open(part) as stream:
        try:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
        except expat.ExpatError as error:
            if part.filename.endswith((".xml", ".rels")):
                raise WorkbookRefused("The workbook is damaged: save it again in a spreadsheet program.") from error


class ElementCount:
    """Counts what a parser would build: cells of the row it is in, and everything outside rows."""

    def __init__(self) -> None:
        self.cells = self.loose = self.all = 0
        self.in_row = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.all += 1
        if local == "row":
            self.in_row, self.cells = True, 0
        elif self.in_row:
            self.cells += 1
        else:
            self.loose += 1
        # A cell is up to six elements: itself, its formula and value, or its text in pieces.
        if self.all > MAX_ELEMENTS or self.loose > MAX_LOOSE_ELEMENTS or self.cells > 6 * MAX_ROW_CELLS:
            raise WorkbookRefused("The workbook holds far more cells than a table needs: leave only the table in it.")

    def refuse_doctype(self, *arguments: Any) -> None:
        raise WorkbookRefused(
            "The workbook declares a document type, which no spreadsheet program writes: save it again."
        )


# Writing


def write_workbook(rows: list[list[Cell]]) -> bytes:
    """One sheet whose first row is bold and stays in view. Text is typed as text, numbers as numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Table")
    sheet.freeze_panes = "A2"
    for number, width in enumerate(column_widths(rows), start=1):
        sheet.column_dimensions[_letter(number)].width = width
    for number, row in enumerate(rows):
        sheet.append(list(_cells(sheet, row, bold=number == 0)))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def column_widths(rows: list[list[Cell]]) -> list[int]:
    return [min(max(len(str(cell or "")) for cell in column[:200]) + 2, 60) for column in zip(*rows, strict=True)]


def _letter(number: int) -> str:
    first, last = divmod(number - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def _cells(sheet: Any, row: list[Cell], *, bold: bool) -> Iterator[Any]:
    for value in row:
        if value in (None, ""):
            yield None
            continue
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"
        if bold:
            cell.font = Font(bold=True)
        yield cell
