"""Python's garbage collector, for processes that make many records."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MANY = 200_000  # new objects between two looks; Python's own 700 cost a third of an import's time


@contextmanager
def collecting_seldom() -> Iterator[Callable[[], None]]:
    """Has the collector look less often, and never at what was there before. For commands, not for web servers.

    Gives what a command calls after each of its steps: records that point to one another are freed, and what is kept
    from the step is not looked at again. So a long run needs no more memory than a short one, and no more time a step.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY, 20, 100)
    try:
        yield let_go
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def let_go() -> None:
    gc.collect()
    gc.freeze()
