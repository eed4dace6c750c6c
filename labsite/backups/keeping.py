"""Where archives lie, what they are called, and which of them stay."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from labsite.backups.problems import BackupProblem

PLAIN, ENCRYPTED = ".labsite.zip", ".labsite.encrypted"
NAME = re.compile(r"labsite-(\d{8}T\d{6})Z(?:-(\d+))?\.labsite\.(?:zip|encrypted)")
STAMP = "%Y%m%dT%H%M%S"
RULE = re.compile(r"(last|daily|weekly|monthly|yearly):([1-9]\d{0,3})")
ALL = "all"
# What archives of one period have in common.
PERIODS: dict[str, Callable[[datetime.datetime], object]] = {
    "last": lambda moment: moment,
    "daily": lambda moment: moment.date(),
    "weekly": lambda moment: moment.isocalendar()[:2],
    "monthly": lambda moment: (moment.year, moment.month),
    "yearly": lambda moment: moment.year,
}
Rules = dict[str, int]


def read_rules(text: str) -> Rules:
    """“daily:7,weekly:5,monthly:12” as numbers by period; “all” is no rule. Raises `BackupProblem`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words == [ALL]:
        return {}
    found = [RULE.fullmatch(word) for word in words]
    if not words or not all(found):
        raise BackupProblem(
            f"What to keep is '{text}': use periods and numbers like 'daily:7,weekly:5,monthly:12', or 'all'. "
            "Periods are last, daily, weekly, monthly and yearly."
        )
    return {match[1]: int(match[2]) for match in found if match}


def moment_of(path: Path) -> datetime.datetime | None:
    """When an archive was made, by its name; None for other files."""
    match = NAME.fullmatch(path.name)
    return datetime.datetime.strptime(match[1], STAMP).replace(tzinfo=datetime.UTC) if match else None


def place_in_time(path: Path) -> tuple[str, int]:
    """By which archives are in order: the moment, and the number of those of one second."""
    match = NAME.fullmatch(path.name)
    return (match[1], int(match[2] or 1)) if match else ("", 0)


def archives_in(folder: Path) -> list[Path]:
    """The archives in a folder, the newest first; none in one that is not there.

    Raises `OSError` where it cannot be looked into.
    """
    try:
        with os.scandir(folder) as entries:
            found = [Path(each.path) for each in entries if moment_of(Path(each.name)) and each.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=place_in_time, reverse=True)


def newest_in(folder: Path) -> Path:
    """Raises `BackupProblem` where there is none, or nobody may look."""
    try:
        found = archives_in(folder)
    except OSError as error:
        raise BackupProblem(f"{folder} cannot be looked into ({error.strerror}): give rights.") from error
    if not found:
        raise BackupProblem(f"There is no archive in {folder}: make one with 'manage.py backup', or name one.")
    return found[0]


def new_path(folder: Path, moment: datetime.datetime, is_encrypted: bool) -> Path:
    """A name that no archive in the folder has."""
    ending = ENCRYPTED if is_encrypted else PLAIN
    base, number = f"labsite-{moment.strftime(STAMP)}Z", 1
    path = folder / f"{base}{ending}"
    while path.exists():
        number += 1
        path = folder / f"{base}-{number}{ending}"
    return path


def kept(archives: Iterable[Path], rules: Rules) -> set[Path]:
    """Those that stay: of each period the newest, and of periods as many as the rules say. Without rules, all."""
    ordered = sorted(archives, key=place_in_time, reverse=True)
    if not rules:
        return set(ordered)
    stay: set[Path] = set(ordered[:1])
    for period, number in rules.items():
        seen: set[object] = set()
        for path in ordered:
            moment = moment_of(path)
            assert moment is not None  # noqa: S101 - only archives are asked about
            of_period = path.name if period == "last" else PERIODS[period](moment)
            if of_period in seen:
                continue
            if len(seen) == number:
                break
            seen.add(of_period)
            stay.add(path)
    return stay
