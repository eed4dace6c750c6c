"""What costs half a minute to make is made by one process of a test run, and used by all of them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ANSWERS = "answers.json"


def copy_site(
    paths: pytest.TempPathFactory, folder: Path, url: str, make: Callable[[Path, str], dict[str, str]]
) -> dict[str, str]:
    """Fills the empty `folder` with what `make(folder, url)` writes, and gives what it gives.

    The first process makes it; the others take a copy in which their address stands for the first one's. Both end in
    ports of five digits, so that nothing gets longer.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(folder, url)
    shared = paths.getbasetemp().parent / make.__name__
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / ANSWERS).exists():
            shutil.rmtree(shared, ignore_errors=True)  # of a process that failed half-way
            shared.mkdir()
            answers = make(shared / "copy", url)
            (shared / ANSWERS).write_text(json.dumps([url, answers]), encoding="utf-8")
    first, answers = json.loads((shared / ANSWERS).read_text(encoding="utf-8"))
    shutil.copytree(
        shared / "copy", folder, dirs_exist_ok=True,
        copy_function=lambda source, target: write_for(url, first, Path(source), Path(target)),
    )  # fmt: skip
    return json.loads(json.dumps(answers).replace(first, url))


def write_for(url: str, first: str, source: Path, target: Path) -> None:
    own, others = (each.rpartition(":")[2] for each in (url, first))
    content = source.read_bytes().replace(first.encode(), url.encode())
    if own != others and f"127.0.0.1:{others}".encode() in content:
        raise AssertionError(f"{source.name} names the first process's address in a way that is not known here.")
    target.write_bytes(content)
