"""What one cell of a spreadsheet says: dates that survived it, numbers, words. Pure: no database.

Readers take what `files` gives (text, numbers, booleans) and raise `ValidationError` in words that name the mend.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils import timezone

from labsite.lib.dates import EDTF_PATTERN, YEARS_AHEAD, PartialDate
from labsite.lib.questions import printable
from labsite.lib.text import clean_text

Cell = str | int | float | bool | Decimal | None

# What a spreadsheet program may take for the beginning of a formula (OWASP, “CSV Injection”), blanks before included.
FORMULA = re.compile(r"\A(?:['\s]*[=+\-@＝＋－＠]|'*[\t\r\n])")
# Signs that XML 1.0 cannot hold and no cell shows.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
EMPTY = (None, "")


def neutral(text: str) -> str:
    """`text` as no spreadsheet program reads it as a formula: an apostrophe goes before what looks like one."""
    text = CONTROL.sub("", text)
    return f"'{text}" if FORMULA.match(text) else text


def restored(text: str) -> str:
    """The text that `neutral` was given. Other texts stay as they are, apostrophes included."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def as_text(cell: Cell) -> str:
    """What a reader would see: a number without “.0”, text in its normal form and without blanks around it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean_text(str(cell))


def shown(cell: Cell) -> str:
    """The cell as a message quotes it."""
    return printable(as_text(cell))


# Dates

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATE_HINT = "Write 2024, 2024-05 or 2024-05-31."
DAY_NUMBERS = range(10_000, 80_000)  # what spreadsheets count from 1900 on: 45413 is 1 May 2024
YEAR = r"(?P<year>\d{4}|\d{2})"
NAMED_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
SPELLINGS = tuple(
    re.compile(rf"\A{pattern}\Z", re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?",
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/](?P<year>\d{4})",
        rf"{NAMED_MONTH}[-/ ,]+{YEAR}",
        rf"(?P<day>\d{{1,2}})\.?[-/ ]+{NAMED_MONTH}[-/ ,]+{YEAR}",
        rf"{NAMED_MONTH}[-/ ]+(?P<day>\d{{1,2}}),?[-/ ]+(?P<year>\d{{4}})",
        r"(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<year>\d{4})",
    )
)


def read_date(cell: Cell) -> PartialDate | None:
    """A date from EDTF text or from what a spreadsheet program makes of it.

    “May-24” and “05/2024” are months, 2024.0 is a year, “31/05/2024” a day. What can be two things is refused:
    “5/6/2024”, a day number, a day without a year.
    """
    if cell in EMPTY:
        return None
    if isinstance(cell, bool):
        raise ValidationError(f"“{shown(cell)}” is not a date. {DATE_HINT}")
    if isinstance(cell, int | float):
        return _year_of_number(cell)
    text = as_text(cell).replace("\u2013", "-").replace("\u2011", "-")
    if re.fullmatch(r"\d{4}\.0+", text, re.ASCII):
        text = text[:4]
    if not EDTF_PATTERN.match(text):
        text = _spelled(text)
    try:
        return PartialDate(text)
    except ValueError as error:
        raise ValidationError(f"{error}. {DATE_HINT}") from error


def _year_of_number(number: float) -> PartialDate:
    if number in DAY_NUMBERS:
        raise ValidationError(
            f"“{shown(number)}” is a spreadsheet's number for a day: give the column the format “Text”. {DATE_HINT}"
        )
    if number != number or number % 1 or not 1000 <= number <= 2999:
        raise ValidationError(f"“{shown(number)}” is not a year. {DATE_HINT}")
    return PartialDate(f"{int(number)}")


def _spelled(text: str) -> str:
    """EDTF text from another spelling of a date; what no rule knows comes back as it was."""
    match = next(filter(None, (pattern.match(text) for pattern in SPELLINGS)), None)
    if match is None:
        if re.fullmatch(r"\d{1,2}[-/. ]+[A-Za-z]{3,9}|\d{1,2}[-/]\d{1,2}", text, re.ASCII):
            raise ValidationError(f"“{printable(text)}” lacks its year. {DATE_HINT}")
        raise ValidationError(f"“{printable(text)}” is not a date. {DATE_HINT}")
    parts = match.groupdict()
    if "first" in parts:
        month, day = _day_and_month(text, int(parts["first"]), int(parts["second"]))
    else:
        month = _month_number(text, parts["name"]) if parts.get("name") else int(parts["month"])
        day = int(parts["day"]) if parts.get("day") else None
    return f"{_whole_year(parts['year'])}-{month:02}" + (f"-{day:02}" if day is not None else "")


def _day_and_month(text: str, first: int, second: int) -> tuple[int, int]:
    if first <= 12 and second <= 12 and first != second:
        raise ValidationError(f"“{printable(text)}” may be two days: which number is the month? {DATE_HINT}")
    return (second, first) if first > 12 else (first, second)


def _month_number(text: str, name: str) -> int:
    if name[:3].lower() not in MONTHS:
        raise ValidationError(f"“{printable(text)}” names no month that is known. {DATE_HINT}")
    return MONTHS.index(name[:3].lower()) + 1


def _whole_year(digits: str) -> str:
    """Two digits as the year nearest to now that can be entered: 24 is 2024, 85 is 1985."""
    if len(digits) == 4:
        return digits
    latest = timezone.localdate().year + YEARS_AHEAD
    year = latest // 100 * 100 + int(digits)
    return str(year if year <= latest else year - 100)


# Numbers

BLANKS_IN_NUMBERS = re.compile(r"[\s\u00a0\u202f'’]")
PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
THOUSANDS = {
    ",": re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", re.ASCII),
    ".": re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3}){2,}|-?[1-9]\d{0,2}(?:\.\d{3})+,\d+", re.ASCII),
}
DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}", re.ASCII)


def read_amount(cell: Cell) -> Decimal | None:
    """A number with or without thousands separators: 12500, “12,500.00”, “12.500,00”, “12 500,5”.

    “12.500” is refused, for it is either of two numbers.
    """
    if cell in EMPTY:
        return None
    if isinstance(cell, bool):
        raise ValidationError(f"“{shown(cell)}” is not a number. Write digits, e.g. 12500.00.")
    if not isinstance(cell, str):
        return _decimal(str(cell), cell)
    text = BLANKS_IN_NUMBERS.sub("", as_text(cell)).replace("\u2212", "-")
    if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text, re.ASCII):
        raise ValidationError(
            f"“{shown(cell)}” may be {text.replace('.', '')} or {text[:-1]}: write it without separator of thousands."
        )
    if THOUSANDS[","].fullmatch(text):
        text = text.replace(",", "")
    elif THOUSANDS["."].fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not PLAIN_NUMBER.fullmatch(text):
        raise ValidationError(f"“{shown(cell)}” is not a number. Write digits, e.g. 12500.00.")
    return _decimal(text, cell)


def _decimal(text: str, cell: Cell) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValidationError(f"“{shown(cell)}” is not a number.") from error
    if not number.is_finite() or abs(number) >= 10**15:
        raise ValidationError(f"“{shown(cell)}” is not a number that fits.")
    return number


def read_whole(cell: Cell) -> int | None:
    """A whole number; 2024.0 is one, 3.5 is refused."""
    number = read_amount(cell)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise ValidationError(f"“{shown(cell)}” is not a whole number.")
    return int(number)


def read_flag(cell: Cell) -> bool | None:
    """Yes or no, in the words spreadsheets use."""
    text = as_text(cell).casefold()
    if text in ("yes", "y", "true", "1", "x"):
        return True
    if text in ("no", "n", "false", "0"):
        return False
    if not text:
        return None
    raise ValidationError(f"“{shown(cell)}” is neither yes nor no.")


def split_list(cell: Cell) -> list[str]:
    """The parts between semicolons or line breaks, without empty ones."""
    return [part for part in map(as_text, re.split(r"[;\n]", str(cell))) if part]
