"""Tables as files: what is written opens as text, what is read survives spreadsheets, and no file breaks the reader."""

from __future__ import annotations

import csv
import datetime
import io
import random
import re
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tablib import Dataset

from labsite.lib.tables import waiting
from labsite.lib.tables.cells import neutral, read_amount, read_date, read_flag, read_whole, restored
from labsite.lib.tables.files import MAX_BYTES, CSVFormat, FileRefused, Sheet, XLSXFormat, read_table
from labsite.lib.tables.lookups import Lookup
from labsite.lib.tables.workbooks import read_workbook
from labsite.tests.tables import csv_file, xlsx_file

HEADINGS = {"Name", "Start", "Note"}
DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", " =1", "'=1", "''-x", "\n=1",
    "=HYPERLINK(\"http://example.org\",\"x\")", "-Quint", "'@x",
]  # fmt: skip
HARMLESS = ["Ada", "'s-Hertogenbosch", "a=b", "1-2", "’tis", "''", "'", "a\t=1", "1+1"]


def known(heading: str) -> bool:
    return heading.strip() in HEADINGS


def read(data: bytes) -> Sheet:
    return read_table(data, known)


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return str(refused.value)


# Formulas


@pytest.mark.parametrize("text", DANGEROUS)
def test_formula_is_disarmed_and_comes_back(text):
    assert neutral(text) == f"'{text}"
    assert restored(neutral(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text):
    assert (neutral(text), restored(text)) == (text, text)


@given(st.text(alphabet="'=+-@＝ \tab\n", max_size=6))
def test_disarming_loses_nothing(text):
    assert restored(neutral(text)) == text
    assert not re.match(r"\s*[=+\-@＝]|[\t\n]", neutral(text))


def sample() -> Dataset:
    data = Dataset(headers=["Name", "Start", "Note"])
    for text in DANGEROUS:
        data.append([text, "2024-05", 'a;=1,"b"\r\nc'])
    data.append(["Ada", "2024", -5])
    data.append(["Bo", "", Decimal("-12.50")])
    return data


def test_csv_is_quoted_and_marked_as_utf8():
    data = CSVFormat().export_data(sample())
    assert data.startswith(b'\xef\xbb\xbf"Name","Start","Note"\r\n"\'=1+1","2024-05","a;=1,""b""\r\nc"\r\n')
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:18]] == [f"'{text}" for text in DANGEROUS]
    assert [row[2] for row in rows[18:]] == ["-5", "-12.50"]


def test_xlsx_holds_text_and_numbers_and_no_formula():
    data = XLSXFormat().export_data(sample())
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "n"] == [-5, -12.5]
    assert {cell.number_format for cell in cells if cell.data_type == "s"} == {"@"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("file_format", [CSVFormat, XLSXFormat])
def test_exported_text_reads_back_as_it_was(file_format):
    sheet = read(file_format().export_data(sample()))
    assert [row[0] for row in sheet.rows[:17]] == DANGEROUS
    assert sheet.rows[-1][:2] == ["Bo", None] or sheet.rows[-1][:2] == ["Bo", ""]


def test_signs_that_no_cell_can_hold_are_left_out():
    data = Dataset(headers=["Name"])
    data.append(["A\x00d\x0ba"])
    assert read(XLSXFormat().export_data(data)).rows == [["Ada"]]


# Cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("2024", "2024"), (2024, "2024"), (2024.0, "2024"), ("2024.0", "2024"), ("2024-05", "2024-05"),
        ("2024-5", "2024-05"), ("2024/05", "2024-05"), ("05/2024", "2024-05"), ("5-2024", "2024-05"),
        ("May-24", "2024-05"), ("may 2024", "2024-05"), ("Sept. 2024", "2024-09"), ("Dec-99", "1999-12"),
        ("2024-05-31", "2024-05-31"), ("2024-05-31 00:00:00", "2024-05-31"), ("2024-05-31T00:00:00", "2024-05-31"),
        ("31/05/2024", "2024-05-31"), ("5/31/2024", "2024-05-31"), ("5/5/2024", "2024-05-05"),
        ("31.05.2024", "2024-05-31"), ("31 May 2024", "2024-05-31"), ("31-May-24", "2024-05-31"),
        ("May 31, 2024", "2024-05-31"), (" 2024 ", "2024"), ("2024–05", "2024-05"),
    ],
)  # fmt: skip
def test_date_survives_a_spreadsheet(cell, text):
    assert str(read_date(cell)) == text


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("5/6/2024", "may be two days"), ("05.06.2024", "may be two days"), ("24-May", "lacks its year"),
        ("5/6", "lacks its year"), (45413, "number for a day"), (45413.0, "number for a day"), (2024.5, "not a year"),
        ("2024-13", "not a day of the calendar"), ("2024-02-30", "not a day of the calendar"), (True, "not a date"),
        ("Fall 2024", "names no month"), ("soon", "not a date"), ("2024-05-31 14:30:00", "not a date"),
        (float("nan"), "not a year"), (-5, "not a year"), ("32/05/2024", "not a day"), ("20240", "not a date"),
    ],
)  # fmt: skip
def test_date_that_may_be_another_is_refused(cell, words):
    with pytest.raises(ValidationError, match=words):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12500", "12500"), (12500, "12500"), (12500.5, "12500.5"), ("12,500", "12500"), ("12,500.00", "12500.00"),
        ("12.500,00", "12500.00"), ("1.234.567", "1234567"), ("12 500", "12500"), ("12\u202f500,5", "12500.5"),
        ("12'500", "12500"), ("12,5", "12.5"), ("-5", "-5"), ("\u22125", "-5"), ("0.50", "0.50"),
    ],
)  # fmt: skip
def test_amount_is_read_with_either_separator(cell, number):
    assert read_amount(cell) == Decimal(number)


@pytest.mark.parametrize("cell", ["12.500", "$12", "1,23,456", "0,500", "12,50,0", "abc", True, float("inf"), "1e400"])
def test_amount_that_may_be_another_is_refused(cell):
    with pytest.raises(ValidationError):
        read_amount(cell)


def test_whole_numbers_and_flags():
    assert [read_whole(cell) for cell in (3, 3.0, "3.0", "1,234", "")] == [3, 3, 3, 1234, None]
    assert [read_flag(cell) for cell in ("Yes", True, "x", 1, "NO", False, 0, "")] == [
        True, True, True, True, False, False, False, None,
    ]  # fmt: skip
    for function, cell in ((read_whole, "3.5"), (read_flag, "perhaps")):
        with pytest.raises(ValidationError):
            function(cell)


# Files of text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding, separator):
    sheet = read(csv_file(["Name", "Start"], ["Zoé Köhler", "2024"], separator=separator, encoding=encoding))
    assert (sheet.headings, sheet.rows, sheet.numbers) == (["Name", "Start"], [["Zoé Köhler", "2024"]], [2])
    assert len(sheet.notes) == (encoding == "cp1252")


def test_separator_may_be_named_and_blank_rows_keep_their_numbers():
    sheet = read(b'sep=;\r\nName;Note\r\n\r\nAda;"a\r\nb"\r\n;;\r\nBo;\r\n')
    assert (sheet.rows, sheet.numbers) == ([["Ada", "a\r\nb"], ["Bo", None]], [4, 6])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b",,\n", "is empty"),
        (b"x" * (MAX_BYTES + 1), "larger than 10 MiB"),
        (b"Name\n" + b"Ada\n" * 20_001, "more than 20,000 rows"),
        (b",".join([b"Name"] * 101), "more than 100 columns"),
        (b"Name\n" + b"x" * 32_768, "longer than 32,767"),
        (b"Name\nAda,extra\n", "“extra” stands under none"),
        (b'Name\n"Ada\n', "Line 2 cannot be read"),
        (b'Name\n"Ada"x\n', "Line 2 cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 more", "old .xls workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><table>", "HTML"),
        (b'{"a": 1}', "JSON"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"Name\n\x00\x01\x02", "not a table of text"),
        (b"Name\n\x81\x8d", "not a table of text"),
        (b"\xff\xfeN\x00a", "broken at byte"),
    ],
)
def test_text_that_is_no_table_is_refused_in_words(data, words):
    assert words in refusal(data)


# Workbooks


def test_workbook_dates_are_as_exact_as_they_show():
    day = datetime.datetime(2024, 5, 1)
    rows = [["Name", "Start"], *[["Ada", day]] * 5, ["Ada", datetime.datetime(2024, 5, 1, 14, 30)], ["Ada", 2024]]
    formats = {"B2": "mmm-yy", "B3": "yyyy", "B4": "dd/mm/yyyy", "B5": "[$-409]mmmm yyyy", "B6": '"d" yyyy'}
    sheet = read(xlsx_file(*rows, formats=formats))
    assert [row[1] for row in sheet.rows] == [
        "2024-05", "2024", "2024-05-01", "2024-05", "2024", "2024-05-01 14:30:00", 2024,
    ]  # fmt: skip


def rebuilt(data: bytes, part: str, change) -> bytes:
    """The workbook with one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in source.infolist():
            content = source.read(each)
            archive.writestr(each.filename, change(content) if each.filename == part else content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_what_a_workbook_says_of_its_size_is_not_believed():
    data = xlsx_file(["Name", "Note"], ["Ada", "x"], ["Bo", "y"])
    lying = rebuilt(data, SHEET, lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1:A1"'))
    assert lying != data
    assert read(lying).rows == [["Ada", "x"], ["Bo", "y"]]


def test_only_the_first_sheet_is_read_and_that_is_said():
    book = load_workbook(io.BytesIO(xlsx_file(["Name"], ["Ada"])))
    book.create_sheet("More").append(["Name"])
    book.active.title = "People"
    stream = io.BytesIO()
    book.save(stream)
    sheet = read(stream.getvalue())
    assert sheet.rows == [["Ada"]]
    assert sheet.notes == ["Only the first sheet, “People”, was read; the others were not."]


def test_formula_in_a_workbook_gives_its_last_value_and_errors_are_named():
    data = xlsx_file(["Name"], ["Ada"])
    text = re.compile(rb'<c r="A2"[^>]*>.*?</c>')
    computed = rebuilt(data, SHEET, lambda xml: text.sub(b'<c r="A2" t="str"><f>UPPER("bo")</f><v>BO</v></c>', xml))
    assert read(computed).rows == [["BO"]]
    broken = rebuilt(data, SHEET, lambda xml: text.sub(b'<c r="A2" t="e"><v>#REF!</v></c>', xml))
    assert "Cell A2 holds the error #REF!" in refusal(broken)


def archive_of(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def hostile_workbooks() -> dict[str, bytes]:
    plain = xlsx_file(["Name"], ["Ada"])
    end = b"</sheetData>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return {
        "an OpenDocument table": stream.getvalue(),
        "a bomb": archive_of(big=b"0" * 50_000_000),
        "many small bombs": archive_of(**{f"part{number}": b"0" * 1_000_000 for number in range(80)}),
        "many parts": archive_of(**{f"part{number}": b"" for number in range(1_100)}),
        "a row of two million cells": rebuilt(
            plain, SHEET, lambda xml: xml.replace(end, b'<row r="3">' + b"<c/>" * 2_000_000 + b"</row>" + end)
        ),
        "elements without end": rebuilt(plain, SHEET, lambda xml: xml.replace(end, b"<x/>" * 1_100_000 + end)),
        "a document type": rebuilt(plain, SHEET, lambda xml: entity + xml[xml.index(b"<worksheet") :]),
        "no sheet": rebuilt(plain, "xl/workbook.xml", lambda xml: b"<workbook/>"),
        "broken XML": rebuilt(plain, SHEET, lambda xml: xml[:-20]),
        "a cut archive": plain[: len(plain) // 2],
        "two parts of one name": two_of_one_name(plain),
        "a workbook with a password": b"PK\x03\x04" + b"\x01" * 200,
    }


def two_of_one_name(data: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(SHEET, b"<worksheet/>")
    return stream.getvalue()


def test_hostile_workbooks_are_refused_in_words():
    for what, data in hostile_workbooks().items():
        words = refusal(data)
        assert "orkbook" in words, (what, words)


def test_a_row_far_below_or_far_right_costs_nothing():
    plain = xlsx_file(["Name"], ["Ada"])
    far = rebuilt(plain, SHEET, lambda xml: xml.replace(b'<row r="2">', b'<row r="900000000">').replace(b'r="A2"', b""))
    assert read(far).rows == []
    right = rebuilt(plain, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="XFD2"'))
    assert read(right).rows == []


def test_more_columns_and_rows_than_allowed_are_refused():
    assert "more than 100 columns" in refusal(xlsx_file(["Name"] * 101))
    assert "more than 20,000 rows" in refusal(xlsx_file(["Name"], *[["Ada"]] * 20_001))


def test_reading_ends_behind_the_last_row_asked_for():
    rows, _ = read_workbook(xlsx_file(*[["Ada", "Bo", "Cy"]] * 50), most_rows=10, most_columns=1)
    assert (len(rows), rows[0]) == (11, (1, ["Ada", "Bo"]))


@pytest.mark.parametrize("seed", range(8))
def test_no_bytes_break_the_reader(seed):
    """Flipped, cut and doubled files: a table or a refusal, nothing else."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    files = [
        xlsx_file(["Name", "Start"], ["Ada", datetime.datetime(2024, 5, 1)], ["Bo", 3.5]),
        CSVFormat().export_data(sample()),
        csv_file(["Name", "Note"], ["Zoé", 'a"b'], encoding="utf-16"),
    ]
    outcomes = set()
    for _ in range(60):
        data = bytearray(chance.choice(files))
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        try:
            outcomes.add(type(read(bytes(data))).__name__)
        except FileRefused as refused:
            outcomes.add(type(refused).__name__)
            assert str(refused)
    assert outcomes == {"Sheet", "FileRefused"}


# What waits for its confirmation


def test_kept_files_are_private_and_go_after_a_day(tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path
    name = waiting.keep(b"table")
    assert waiting.fetch(name) == b"table"
    assert (tmp_path / "tables" / name).stat().st_mode & 0o777 == 0o600
    assert waiting.fetch("../../etc/passwd") is None
    monkeypatch.setattr(waiting, "KEEP_SECONDS", -1)
    other = waiting.keep(b"other")
    assert (waiting.fetch(name), waiting.fetch(other)) == (None, b"other")
    waiting.drop(other)
    waiting.drop("../x")
    assert waiting.fetch(other) is None


# Finding records


class Thing:
    pk = None


def test_lookup_prefers_keys_then_names_as_printed():
    lookup, one, two, three = Lookup("thing", "things", "Write another."), Thing(), Thing(), Thing()
    lookup.add(one, "one", keys=["one"], names=["Zoé"])
    lookup.add(two, "two", keys=["two"], names=["Zoe", "one"])
    lookup.add(three, "three", keys=["three"], names=["Ann"])
    lookup.add(one, "one", names=["Ann"])
    assert lookup.find("ONE") is one
    assert lookup.find("https://example.org/things/two/") is two
    assert (lookup.find("Zoé"), lookup.find("Zoe")) == (one, two)
    for text, words in (
        ("ZOÉ", "Two things are called “ZOÉ”: give one of one, two."),
        ("x", "No thing is called “x”."),
    ):
        with pytest.raises(ValidationError, match=re.escape(words)):
            lookup.find(text)
    assert lookup.candidates("Ann") == [one, three] or lookup.candidates("Ann") == [three, one]
