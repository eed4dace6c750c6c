"""The site, loaded once, that forks: a deed has a process of its own in milliseconds. Python takes seconds to start.

`Forked` starts `python -m labsite.tests.killing.forked` with the environment of a site and gives it orders, a line of
JSON each. Every deed is a function of `labsite.tests.killing.deeds`, by its name.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[3]
RESULT = "result "  # begins the line that holds what a deed gave


@dataclass
class Done:
    """What became of a deed: as `subprocess` tells it, negative for a signal; all that it said; and what it gave."""

    returncode: int
    said: str

    @property
    def result(self) -> Any:
        line = next((line for line in reversed(self.said.splitlines()) if line.startswith(RESULT)), None)
        if line is None:
            raise AssertionError(f"The deed ended with {self.returncode} and said: {self.said[-3000:]}")
        return json.loads(line.removeprefix(RESULT))


@dataclass
class Deed:
    """A deed at work. What it says goes to a file, so that a full pipe never holds it."""

    site: Forked
    pid: int
    path: Path

    @property
    def said(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace")

    @property
    def is_over(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return True

    def go(self) -> None:
        """For one that was to wait."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> Done:
        """SIGKILL, however far it is."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> Done:
        done = Done(self.site.order(wait=self.pid), self.said)
        self.path.unlink()
        return done


class Forked:
    """One site, whose `environment` says which."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="labsite-forked-")
        self.count = 0
        self.process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", __name__], cwd=ROOT, env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def order(self, **order: Any) -> int:
        self.process.stdin.write(json.dumps(order) + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError("The forking process has ended.")
        return int(answer)

    def start(self, name: str, *given: Any, waits: bool = False) -> Deed:
        """Begins a deed. One that `waits` has its process and does nothing until it is told to `go`."""
        self.count += 1
        path = Path(self.folder.name) / str(self.count)
        path.touch()
        pid = self.order(deed=name, given=given, out=str(path), waits=waits)
        return Deed(self, pid, path)

    def run(self, name: str, *given: Any) -> Any:
        """What the deed gives. Raises `AssertionError` with all it said where it fails."""
        return self.start(name, *given).wait().result

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.folder.cleanup()


@contextmanager
def forked(environment: dict[str, str]) -> Iterator[Forked]:
    site = Forked(environment)
    try:
        yield site
    finally:
        site.close()


# Within the process that forks


def do(name: str, given: list[Any], out: str, *, waits: bool) -> None:
    """The child: never returns."""
    code = 1
    try:
        file = os.open(out, os.O_WRONLY | os.O_APPEND)
        for own in (1, 2):
            os.dup2(file, own)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if waits:
            os.kill(os.getpid(), signal.SIGSTOP)
        deeds = sys.modules["labsite.tests.killing.deeds"]
        result = getattr(deeds, name)(*given)
        deeds.say(RESULT + json.dumps(result))
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsite.settings")
    django.setup()
    import labsite.tests.killing.deeds  # noqa: F401, PLC0415 - settings come first
    import labsite.urls  # noqa: F401, PLC0415 - what a deed would load otherwise, each time

    gc.collect()
    gc.freeze()  # else every child goes through all of it, and copies it
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if not answer:
                do(order["deed"], order["given"], order["out"], waits=order["waits"])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
