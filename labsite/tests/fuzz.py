"""How many invented cases a property is tried with."""

from __future__ import annotations

import os


def cases(usual: int) -> int:
    """`usual` in the suite; what `make fuzz` asks for there."""
    return int(os.environ.get("FUZZ_CASES", usual))
