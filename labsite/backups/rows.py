"""Rows counted and summed, so that two databases can be held against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from labsite.backups.values import same_on_all

ROOM = 2**256


class RowSum:
    """The number of rows, and the sum of their SHA-256 modulo 2²⁵⁶: the order of rows does not matter."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.number, self.total = 0, 0
        self.json_columns = [index for index, kind in enumerate(kinds) if kind == "json"]

    def add(self, row: list[Any]) -> None:
        """Of values as an archive holds them."""
        if self.json_columns:
            row = list(row)
            for index in self.json_columns:
                if row[index] is not None:
                    row[index] = same_on_all(row[index])
        line = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest(), "big")) % ROOM
        self.number += 1

    def digest(self) -> str:
        return f"{self.total:064x}"
