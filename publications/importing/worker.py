"""Large imports beside the web server: a process of its own, which outlives a restart of the server.

A worker that is gone (the machine went down) is replaced by the next one that starts: with the site, with the next
large import, when somebody looks at the progress page, or by `manage.py run_imports`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from publications.importing.leases import unfinished
from publications.importing.runs import work

CHILDREN: list[subprocess.Popen[bytes]] = []  # the worker that this process started last


def start_worker() -> None:
    """Has every unfinished import carried on: by a new process, or here and now where IMPORT_WORKER is `inline`."""
    if settings.IMPORT_WORKER == "inline":
        run_unfinished()
    elif unfinished() and not any(child.poll() is None for child in CHILDREN):
        CHILDREN[:] = [subprocess.Popen(  # noqa: S603 - our own command, no words of a visitor in it
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "run_imports"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )]  # fmt: skip


def run_unfinished() -> int:
    """Carries on every import that no worker has; gives how many."""
    done = 0
    while keys := unfinished():
        for key in keys:
            work(key)
            done += 1
    return done
