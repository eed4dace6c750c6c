"""The process in which `publications.reading.read_bounded` reads a file: limited in memory and computing time.

`python -m publications.reading_worker PATH FORM SECONDS MEMORY` writes one JSON object a line: an entry, or how far it
has come. It needs no settings and opens nothing but the file. Where it takes too long the system ends it.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import BinaryIO

from publications.reading import entry_as_json, read_entries


def main() -> int:
    """Reads the file that the command line names. Returns 0 when all of it was read."""
    path, form, seconds, memory = sys.argv[1:5]
    bound_memory(int(memory))
    # SIGVTALRM without a handler ends the process, also inside of one long regular expression.
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    with open(path, "rb") as file:
        watched = Watched(file, int(seconds))
        try:
            for entry in read_entries(watched, form):
                watched.line = max(watched.line, entry.line)
                say({"entry": entry_as_json(entry), "line": watched.line, "read": entry.read})
                watched.wind_up()
        except MemoryError:
            say({"end": "memory"})
            return 1
    say({"end": "all"})
    return 0


class Watched:
    """A file that says how far it was read, and gives every stretch of it the same time."""

    def __init__(self, file: BinaryIO, seconds: int) -> None:
        self.file = file
        self.seconds = seconds
        self.line = 1
        self.count = 0
        self.wind_up()

    def read(self, size: int = -1) -> bytes:
        self.wind_up()
        chunk = self.file.read(size)
        self.count += len(chunk)
        say({"line": self.line, "read": self.count})
        return chunk

    def wind_up(self) -> None:
        """Gives the next stretch its time."""
        signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds)


def bound_memory(memory: int) -> None:
    """Limits the memory of this process, where the system can."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError):  # macOS knows the limit but refuses it
        return


def say(answer: dict) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
