"""What a section found, and whether the figures that it measured are as they should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` has to stay below `goal`, both in `unit`."""

    name: str
    value: float
    goal: float
    unit: str

    @property
    def is_held(self) -> bool:
        return self.value < self.goal

    def __str__(self) -> str:
        return f"{self.name} {self.value:,.2f} {self.unit}, goal below {self.goal:,.2f} {self.unit}"


@dataclass(frozen=True)
class Found:
    """What came of a section in words, and the figures that judge it."""

    words: str
    figures: tuple[Figure, ...] = ()

    @property
    def not_held(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_held]

    def __str__(self) -> str:
        """The words, with what is not held behind them."""
        return "; NOT HELD: ".join([self.words, *map(str, self.not_held)])


def verdict(faults: int, not_held: int) -> tuple[str, int]:
    """The last line of a run, and its exit status."""
    line = f"{faults} {'fault' if faults == 1 else 'faults'}, "
    line += f"{not_held} {'figure' if not_held == 1 else 'figures'} not held"
    return line, int(bool(faults or not_held))
