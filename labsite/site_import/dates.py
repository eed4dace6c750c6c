"""Dates and stretches of time as templates and their owners write them, as EDTF level 0. Pure."""

from __future__ import annotations

import re

from publications.formats.dates import edtf, month_number, read_written

WITH_TIME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[T ]\d{1,2}:\d{2}.{0,20})?\Z", re.ASCII)
NUMBERS = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?\.?\Z", re.ASCII)
MONTH_AND_YEAR = re.compile(r"(\d{1,2})[/.](\d{4})\Z", re.ASCII)
NOW = {"present", "now", "current", "today", "ongoing", "–", "-", ""}
SEPARATOR = re.compile(r"\s+(?:-+|–|—|to|until|till)\s*|\s*(?:--+|–|—)\s*|(?<=[\d.])\s*-\s*(?=\d{4}\b|[A-Za-z])")
DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\Z", re.ASCII)
ALREADY = re.compile(r"\(?\s*(?:expected|anticipated)\s*\)?", re.IGNORECASE)
SEASONS = re.compile(r"\b(?:spring|summer|autumn|fall|winter)\b", re.IGNORECASE)


def read_date(text: str) -> str:
    """“2024-05-31 10:00 +0200”, “2024.05”, “05/2024”, “May 31, 2024”, “May 2024” as EDTF; "" for anything else.

    A season is left out, as no month is named by it.
    """
    words = " ".join(text.strip().strip("()[]").split())[:60].rstrip(".:,")
    if match := WITH_TIME.match(words):
        words = match.group(1)
    if match := NUMBERS.match(words):
        year, month, day = match.groups()
        found = edtf(year, month or 0, day or 0)
        return found if len(found) == (4 if not month else 7 if not day else 10) else ""
    if match := MONTH_AND_YEAR.match(words):
        found = edtf(match.group(2), match.group(1))
        return found if len(found) == 7 else ""
    if SEASONS.search(words):
        words = SEASONS.sub("", words).strip(" ,")
    if len(words) == 4:
        return edtf(words)
    found = read_written(words)
    return found if len(found) > 4 else ""


def read_period(text: str) -> tuple[str, str, bool] | None:
    """(start, end, whether it lasts) of “2019 - 2024”, “Sept 2019 – present”, “2017-2019”, “2024”; `None` for others.

    One date alone is both beginning and end of nothing known: it is the end of what was finished then.
    """
    words = " ".join(ALREADY.sub("", text).split())[:80]
    if len(parts := SEPARATOR.split(words, maxsplit=1)) == 2:
        end = parts[1].strip(" .")
        finish = "" if end.lower() in NOW else read_date(end)
        begin = read_date(parts[0]) or begin_like(parts[0], finish)
        if begin and (finish or end.lower() in NOW):
            return begin, finish, not finish
    found = read_date(words)
    return ("", found, False) if found else None


def begin_like(text: str, end: str) -> str:
    """“Jan” before “May 2022”, and “7th” before “10 Sep. 2020”: the year and the month stand behind."""
    if len(end) >= 7 and (month := month_number(text)) and not text[:1].isdigit():
        return edtf(end[:4], month)
    day = DAY.match(text.strip())
    return edtf(end[:4], end[5:7], day.group(1)) if len(end) == 10 and day else ""
