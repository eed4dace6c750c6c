"""How many invented cases a property is tried with."""

from __future__ import annotations

import os

PROPERTIES = 28  # that ask `cases`, those with parameters and the interface's operations counted one by one


def cases(usual: int, *, weight: float = 1.0) -> int:
    """`usual` in the suite; with `make fuzz` a share of `FUZZ_CASES`. Of dear cases the `weight` is less than 1."""
    wanted = os.environ.get("FUZZ_CASES")
    return max(1, int(int(wanted) / PROPERTIES * weight)) if wanted else usual


def is_longer() -> bool:
    """Whether this is `make fuzz`."""
    return "FUZZ_CASES" in os.environ
