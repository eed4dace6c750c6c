"""H6, H7: an import on a disk that is full, or that fails, from any of ten moments on. SQLite's files, real calls.

`make torture` lets each single call fail in its turn.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from labsite.tests.killing.databases import copied_database
from labsite.tests.killing.failing import is_known
from labsite.tests.killing.forked import forked
from labsite.tests.killing.imports import MESSAGE, check_whole

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]
ENTRIES, BATCH, POINTS = 20, 5, 10


def copy(source: str, target: str) -> None:
    for ending in ("-wal", "-shm"):
        if os.path.exists(target + ending):
            os.unlink(target + ending)
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to)


@pytest.mark.skipif(not is_known(), reason="calls are made to fail on Linux only")
def test_h6_h7_an_import_on_a_disk_that_fails_leaves_whole_batches_and_a_second_run_completes(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes in processes of its own")
    with copied_database(tmp_path) as address:
        environment = {**os.environ, "DATABASE_URL": address, "LABSITE_DATA_DIR": str(tmp_path), "DEBUG": "on"}
        site_file, empty = address.removeprefix("sqlite:///"), str(tmp_path / "empty.sqlite3")
        bibliography = str(tmp_path / "twenty.bib")
        copy(site_file, empty)
        with forked(environment) as site:
            site.run("write_bibliography", bibliography, 0, ENTRIES)
            statements = site.run("statements_of_import", bibliography, BATCH)
            stored = set()
            for point in range(POINTS):
                for error in (errno.ENOSPC, errno.EIO):
                    copy(empty, site_file)
                    number = 1 + statements * point // POINTS
                    deed = site.start("import_on_failing_disk", bibliography, BATCH, number, error)
                    done, where = deed.wait(), f"{errno.errorcode[error]} at statement {number} of {statements}"
                    state = site.run("state_of_imports")
                    check_whole(state, done.said, BATCH, where)
                    assert done.returncode and MESSAGE.search(done.said), f"{where}: {done.said[-500:]}"
                    stored.add(state["papers"])
                    site.run("import_file", bibliography, BATCH)
                    assert site.run("state_of_imports")["papers"] == ENTRIES, where
    assert 0 in stored and len(stored) > 2, "the moments are not spread over the import"
