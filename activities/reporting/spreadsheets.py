"""A report as CSV (RFC 4180), as an archive of CSV files, and as an XLSX workbook with a sheet for each section.

What a spreadsheet program may take for a formula gets an apostrophe in front (labsite.lib.tables).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from tablib import Dataset

from activities.reporting.sections import Report, Section
from labsite.lib.tables.cells import Cell
from labsite.lib.tables.files import LONGEST_CELL, CSVFormat, safe_rows
from labsite.lib.tables.workbooks import column_widths

SUMMARY = "summary"
LONGEST_SHEET_NAME = 31  # Excel's own limit
NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
ROOM = 16  # letters of a cell that are left for an apostrophe and the sign of what was cut off


def write_csv(report: Report, key: str, root: str) -> bytes:
    """One section, or the summary, with a heading for each column."""
    return CSVFormat().export_data(dataset_of(report, key))


def write_archive(report: Report, root: str, language: str) -> bytes:
    """A CSV file for the summary and for each section, as a ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in (SUMMARY, *(section.key for section in report.sections)):
            archive.writestr(f"{key}.csv", write_csv(report, key, root))
    return stream.getvalue()


def write_xlsx(report: Report, root: str, language: str) -> bytes:
    """A sheet for the summary, for each section, and for how things are counted."""
    book = Workbook(write_only=True)
    book.properties.title = report.title
    book.properties.creator = report.lab
    book.properties.language = language
    add_sheet(book, _("Summary"), dataset_of(report, SUMMARY))
    for section in report.sections:
        add_sheet(book, section.title, dataset_of(report, section.key))
    rules = Dataset(headers=[_("Section"), _("How it is counted")])
    for section in report.sections:
        rules.append([section.title, section.rule])
    for remark in report.remarks:
        rules.append(["", remark])
    add_sheet(book, _("Rules"), rules)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def dataset_of(report: Report, key: str) -> Dataset:
    """The rows of one section, or of the summary, with their headings. Raises `KeyError` for any other key."""
    if key == SUMMARY:
        return summary_dataset(report)
    section = report.section(key)
    data = Dataset(headers=[column.label for column in section.columns])
    for row in section_rows(section):
        data.append(row)
    return data


def section_rows(section: Section) -> Iterator[list[Cell]]:
    for row in section.rows:
        yield [shortened(cell.exact) for cell in row.cells]


def summary_dataset(report: Report) -> Dataset:
    data = Dataset(headers=[_("Section"), _("Of these"), pgettext("how many", "Number"), _("Remark")])
    title = ""
    for line in report.summary:
        title = title if line.is_part else line.label
        data.append([title, line.label if line.is_part else "", line.count, line.note])
    return data


def shortened(value: Cell) -> Cell:
    """As much of a text as a cell of a spreadsheet holds."""
    if isinstance(value, str) and len(value) > LONGEST_CELL - ROOM:
        return f"{value[: LONGEST_CELL - ROOM]}…"
    return value


def add_sheet(book: Workbook, title: str, data: Dataset) -> None:
    """A sheet whose headings are bold and stay in view. Text is typed as text, numbers as numbers."""
    sheet = book.create_sheet(title.translate(NOT_IN_SHEET_NAMES).strip()[:LONGEST_SHEET_NAME])
    rows = [list(data.headers), *safe_rows(data)]
    sheet.freeze_panes = "A2"
    for number, width in enumerate(column_widths(rows), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, row in enumerate(rows):
        sheet.append([styled_cell(sheet, value, is_heading=number == 0) for value in row])


def styled_cell(sheet: object, value: Cell, *, is_heading: bool) -> WriteOnlyCell | None:
    if value in (None, ""):
        return None
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_heading:
        cell.font = Font(bold=True)
    return cell
