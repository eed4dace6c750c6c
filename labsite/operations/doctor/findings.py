"""What a check says: one line, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

OK, WARN, FAIL = "ok", "warn", "fail"


class Finding(NamedTuple):
    """`mend` is a command to run, or a sentence; empty where there is nothing to mend."""

    level: str
    check: str
    message: str
    mend: str = ""


Check = Callable[[], Iterator[Finding]]


def some(names: list[str], most: int = 3) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
