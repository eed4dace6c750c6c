"""Dates as bibliographies write them, as EDTF level 0: nothing is ever made more exact than it is written. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?([?~%])?\Z", re.ASCII)
DAY_AND_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[.\s]*)?([A-Za-z]+)\.?(?:[.,\s]*(\d{1,2})(?:st|nd|rd|th)?)?\Z", re.ASCII
)


def edtf(year: int | str, month: int | str = 0, day: int | str = 0) -> str:
    """“2024”, “2024-05” or “2024-05-31”; month and day are left out where they are none. "" for no year."""
    if not (f"{year}".isascii() and f"{year}".isdigit()) or not 1 <= int(year) <= 9999:
        return ""
    months = int(month) if f"{month}".isascii() and f"{month}".isdigit() else 0
    if not 1 <= months <= 12:
        return f"{int(year):04d}"
    try:
        days = int(day) if f"{day}".isascii() else 0
        return date(int(year), months, days).isoformat()
    except ValueError:
        return f"{int(year):04d}-{months:02d}"


def read_iso(text: str) -> tuple[str, str]:
    """A date of biblatex or ISO 8601 and a note: of a range its beginning, of an approximate date the date.

    ("", "") where `text` is no date.
    """
    begin, slash, end = text.strip().partition("/")
    match = ISO.match(begin.strip())
    if not match:
        return "", ""
    year, month, day, doubt = match.groups()
    found = edtf(year, month or 0, day or 0)
    notes = []
    if month and len(found) < 7:
        notes.append(f"“{text}” names no month: the year was kept")
    if slash:
        notes.append(f"“{text}” is a range{'' if end.strip(' .') else ' without an end'}: its beginning was kept")
    if doubt:
        notes.append(f"“{text}” is uncertain; it was kept as if it were not")
    return found, "; ".join(notes)


def month_number(text: str) -> int:
    """1 to 12 for “dec”, “December”, “Dec.”, “12”; 0 for anything else."""
    word = text.strip().strip('"{}.').lower()
    if word.isascii() and word.isdigit():
        return int(word) if 1 <= int(word[:4]) <= 12 else 0
    if len(word) < 3:
        return 0
    return next((number for number, name in enumerate(MONTH_NAMES, start=1) if name.startswith(word)), 0)


def month_and_day(text: str) -> tuple[int, int]:
    """(5, 31) for “31 May”, “May 31st”, “May, 31”; a day of 0 where none is written; (0, 0) for anything else."""
    number = month_number(text)
    if number:
        return number, 0
    match = DAY_AND_MONTH.match(" ".join(text.strip().strip('"{}').split()))
    if not match:
        return 0, 0
    before, word, after = match.groups()
    number = month_number(word)
    return (number, int(before or after or 0)) if number and not (before and after) else (0, 0)


def read_csl_date(value: Any) -> str:
    """A date of CSL-JSON as EDTF: its parts may be numbers, texts or null. "" for anything else."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return read_iso(f"{value}"[:40])[0]
    if not isinstance(value, dict):
        return ""
    parts = value.get("date-parts")
    while isinstance(parts, list) and parts and isinstance(parts[0], list):
        parts = parts[0]
    if isinstance(parts, list) and parts:
        texts = [f"{part}".strip()[:5] if isinstance(part, int | str) else "" for part in parts[:3]]
        year, month, day = [*texts, "", ""][:3]
        return edtf(year, month, day) if len(year) == 4 else ""
    written = [text[:40] for text in (value.get("raw"), value.get("literal")) if isinstance(text, str)]
    return next(filter(None, (read_iso(text)[0] or read_written(text) for text in written)), "")


def read_written(text: str) -> str:
    """“May 31, 2024”, “31 May 2024” and “2024 May”; "" for what is no such date."""
    match = re.fullmatch(r"(\d{4})\s+(.{3,20})|(.{0,30}?)[\s,]*\b(\d{4})", " ".join(text.split()), re.ASCII)
    if not match:
        return ""
    return edtf(match.group(1) or match.group(4), *month_and_day(match.group(2) or match.group(3) or ""))
