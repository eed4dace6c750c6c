"""H1: an import that is killed at any moment leaves whole batches, all that it told to be in, and can be run again.

`TORTURE_ROUNDS` is how often (60). `make torture` does it more often, and with what comes of a cut of power.
"""

from __future__ import annotations

import os

import pytest

from labsite.tests.killing.databases import copied_database
from labsite.tests.killing.forked import forked
from labsite.tests.killing.imports import Killings

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "60"))


def test_a_kill_at_any_moment_leaves_whole_batches_and_a_second_run_completes(tmp_path):
    with copied_database(tmp_path) as address:
        environment = {**os.environ, "DATABASE_URL": address, "LABSITE_DATA_DIR": str(tmp_path), "DEBUG": "on"}
        with forked(environment) as site:
            killings = Killings(site, tmp_path / "large.bib")
            killings.run(ROUNDS)
            killings.complete()
    assert killings.met_work > ROUNDS / 4, "too few kills met an import at work"
