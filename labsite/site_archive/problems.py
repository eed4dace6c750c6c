"""What stops an archive from being written or loaded."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 20  # problems that are named; the rest is counted


class ArchiveProblem(ValueError):
    """What is wrong, where, and the mend. `problems` has each on a line of its own."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        left = len(self.problems) - SHOWN
        more = [f"… and {left} more."] if left > 0 else []
        super().__init__("\n".join([*self.problems[:SHOWN], *more]))
