"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from django.db import DatabaseError, connection, transaction

from labsite.operations.doctor import accounts, database, derived, folders, installation, surroundings
from labsite.operations.doctor.database import DAMAGED, damage
from labsite.operations.doctor.findings import FAIL, Check, Finding
from labsite.operations.failures import Trouble, trouble_of
from labsite.operations.private_text import kinds_of, one_line, without_values

CHECKS: list[Check] = [
    *installation.CHECKS, *folders.CHECKS, *database.CHECKS, *derived.CHECKS, *accounts.CHECKS, *surroundings.CHECKS,
]  # fmt: skip


def apart() -> AbstractContextManager[object]:
    """On PostgreSQL a statement that fails spoils its transaction, so each check has its own. SQLite's would hold the
    lock of writers while a check reads the whole file, and nobody could save meanwhile.
    """
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


def examine(checks: list[Check] | None = None) -> Iterator[Finding]:
    """What every check says. One that cannot be made says why, and the others go on.

    That the file of the database is damaged is said once, whatever else cannot be asked because of it.
    """
    is_damaged = False
    for check in CHECKS if checks is None else checks:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            with apart():
                found = list(check())
            is_damaged |= any(each.message.startswith(DAMAGED) for each in found)
        except DatabaseError as error:
            if trouble_of(error) is Trouble.BROKEN:
                found = [] if is_damaged else [damage(one_line(without_values(str(error), kinds_of(error))))]
                is_damaged = True
                yield from found
                continue
            why = one_line(without_values(str(error), kinds_of(error)))
            mend = "see that the database answers, then run: python manage.py migrate"
            found = [Finding(FAIL, name, f"The database could not be asked: {why}.", mend)]
        except Exception as error:
            why = one_line(f"{type(error).__name__}: {without_values(str(error), kinds_of(error))}")
            found = [Finding(FAIL, name, f"This could not be checked ({why}).", "look at the lines above first")]
        yield from found
