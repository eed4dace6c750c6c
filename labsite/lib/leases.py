"""One question to PostgreSQL for all who ask the same within two milliseconds, and nothing old after a commit.

A lease (Gray and Cheriton, 1989): whoever was told something may go by it for `LEASE` from the moment it began to ask,
and whoever has committed waits for as long before it goes on. When a commit returns, or the page that says “saved” is
on its way, no process on any host goes by what was before. Clocks are never compared: each side only measures how long
something lasted. What writes around Django (psql) waits for nothing: its change is seen two milliseconds later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from labsite.lib.statements import may_write

LEASE = 0.002  # seconds: a worker that answers 25,000 requests a second asks for one in fifty


class Lease:
    """What any of a process's threads was told last, and until when it may be gone by."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.held: tuple[Any, float] = (None, 0.0)

    def over(self, ask: Callable[[], Any]) -> Callable[[], Any]:
        """`ask`, asked only where nobody holds what it would say."""
        clock = self.clock

        def ask_again() -> Any:
            value, until = self.held
            began = clock()
            if began < until:
                return value
            value = ask()
            self.held = value, began + LEASE
            return value

        return ask_again


def wait_out() -> None:
    """Until no lease is left that was given before this."""
    time.sleep(LEASE)


def wait_after_writing(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django calls this around every statement: whatever may have written is waited for once it is committed."""
    result = execute(sql, params, many, context)
    if may_write(sql):
        wait_after_commit(context["connection"])
    return result


def wait_after_commit(connection: BaseDatabaseWrapper) -> None:
    """Has this transaction wait when it is committed, once; without one, waits now.

    A transaction that is begun and ended by hand, which Django has no hook for, is not waited for.
    """
    if connection.in_atomic_block:
        hooks = connection.run_on_commit
        if all(function is not wait_out for _, function, _ in hooks):
            # As `on_commit` adds them, but in front: one that fails keeps those behind it from being called.
            hooks.insert(0, (set(connection.savepoint_ids), wait_out, True))
    elif connection.get_autocommit():
        wait_out()


def attend(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """A new connection waits after what it commits, also in a process that keeps no pages itself."""
    wrappers = connection.execute_wrappers
    if connection.vendor == "postgresql" and wait_after_writing not in wrappers:
        wrappers.insert(0, wait_after_writing)  # Django's `execute_wrapper` takes the last one away when it ends
