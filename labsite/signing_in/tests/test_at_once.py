"""Many tries at one moment: no more are let through than one after the other, and a code is still taken once.

On PostgreSQL, where two writers can meet; SQLite lets one transaction write at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from labsite.signing_in.models import Tries
from labsite.signing_in.second_factor import make_recovery_codes, take_app_code, take_recovery_code
from labsite.signing_in.tests.people import give_app
from labsite.signing_in.tries import PASSWORD_BOUNDS, Try
from labsite.tests.members import make_account

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time"),
]
AT_ONCE = 16


def together(act: Callable[[int], object]) -> list[object]:
    """What `act` gives to each of many threads that begin at once; an error counts as what it gives."""
    start, results = threading.Barrier(AT_ONCE), [None] * AT_ONCE

    def run(number: int) -> None:
        start.wait(20)
        try:
            results[number] = act(number)
        except Exception as error:  # noqa: BLE001 - the test says which
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def begin(name: str, address: str) -> object:
    request = RequestFactory().get("/login/", REMOTE_ADDR=address)
    return Try(request, "password", name, PASSWORD_BOUNDS).begin()


def test_e7_guesses_at_once_are_bounded_like_guesses_in_a_row():
    results = together(lambda number: begin("ada", "203.0.113.9"))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(result is None for result in results) == 10


def test_cleaning_up_does_not_meet_those_who_count():
    old = timezone.now() - timedelta(days=2)
    for number in range(AT_ONCE * 2):
        begin(f"name{number}", f"198.51.100.{number}")
    Tries.objects.update(ends_at=old, began_at=old)
    results = together(lambda number: begin(f"name{AT_ONCE - number}", f"198.51.100.{number}"))
    assert results == [None] * AT_ONCE


def test_e13_a_code_given_twice_at_once_is_taken_once():
    account = make_account("ada")
    app, code = give_app(account), make_recovery_codes(account)[0]
    now = 1_700_000_000.0
    assert together(lambda number: take_app_code(account, app.at(int(now)), now)).count(True) == 1
    assert together(lambda number: take_recovery_code(account, code)).count(True) == 1
