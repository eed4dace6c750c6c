"""Values that stand for others while a statement is put into SQL, and the others put in their place."""

from __future__ import annotations

import datetime
from typing import Any


def make_sample(kind: type, number: int) -> Any:
    """What stands for a value while a plan is put into SQL: nothing that a condition of ours would name.

    A text is one word of letters, which searching leaves as it is.
    """
    if kind is int:
        return -902_411_735_000 - number
    if kind is datetime.date:
        return datetime.date(9187, 3, 1) + datetime.timedelta(days=number)
    return f"wordthatstandsfor{chr(97 + number // 26)}{chr(97 + number % 26)}"


def bind(value: Any, place: str) -> Any:
    """The value of a parameter: as it is, or within a pattern of LIKE."""
    if place == "{}":
        return value
    escaped = str(value).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return place.replace("{}", escaped)
