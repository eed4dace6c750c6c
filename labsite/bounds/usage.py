"""What each has used of an allowance, in memory that all processes of the machine share.

A level rises by the seconds that were used and sinks by itself with time. Two tables of slots; who is asked about is a
keyed digest that names a slot in each, and the lower of the two levels counts. So the memory is bounded whatever
strangers send, no address stands in it, and two who meet in one slot do not meet in the other.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SLOTS = 32_768  # of each table
SLOT = struct.Struct("<dd")  # level in seconds of work, and when it was written (seconds since 1970)
SIZE = 2 * SLOTS * SLOT.size  # 1 MiB


@dataclass(frozen=True)
class Allowance:
    """`rate` seconds of work a second for as long as one likes, and `store` seconds at once before that holds."""

    rate: float
    store: float

    @classmethod
    def of_minutes(cls, a_minute: float, minutes: int) -> Allowance:
        """`a_minute` seconds of work in each minute, those of `minutes` at once."""
        return cls(a_minute / 60, a_minute * minutes)

    def seconds_until(self, level: float, most: float) -> int:
        """After which `level` is below `most`."""
        return max(1, math.ceil((level - most) / self.rate))


class Usage:
    """The levels in the file at `path`; in the memory of this process alone where it cannot be written.

    The machine is what is bounded, so its memory is the right place: a database would be written with every request,
    and what other hosts do costs this one nothing. Asking takes about ten microseconds.
    """

    def __init__(self, path: Path, secret: str, clock: Callable[[], float] = time.time) -> None:
        self.key = hashlib.blake2b(secret.encode(), digest_size=32).digest()
        self.clock = clock
        self.lock = threading.Lock()
        try:
            self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(self.file).st_size != SIZE:
                os.ftruncate(self.file, SIZE)
            # All its blocks now, an error where there is no room: later, a page without one would kill the process.
            os.posix_fallocate(self.file, 0, SIZE)
            self.memory = mmap.mmap(self.file, SIZE)
            weakref.finalize(self, os.close, self.file)
        except OSError:
            self.file, self.memory = -1, mmap.mmap(-1, SIZE)

    def level(self, name: str, allowance: Allowance) -> float:
        """What `name` has used and time has not yet given back, in seconds of work."""
        with self.held():
            return min(self.read(place, allowance) for place in self.places(name))

    def use(self, name: str, seconds: float, allowance: Allowance) -> float:
        """Adds work; gives the level."""
        now = self.clock()
        with self.held():
            levels = [self.read(place, allowance) + seconds for place in self.places(name)]
            for place, level in zip(self.places(name), levels, strict=True):
                SLOT.pack_into(self.memory, place, level, now)
        return min(levels)

    def places(self, name: str) -> tuple[int, int]:
        """Where the two slots of a name begin."""
        digest = hashlib.blake2b(name.encode(), key=self.key, digest_size=8).digest()
        one, two = struct.unpack("<II", digest)
        return one % SLOTS * SLOT.size, (SLOTS + two % SLOTS) * SLOT.size

    def read(self, place: int, allowance: Allowance) -> float:
        """A level as it is now. What cannot be one is none: a clock that was put right harms nobody."""
        level, written = SLOT.unpack_from(self.memory, place)
        gone = self.clock() - written
        if not (math.isfinite(level) and math.isfinite(written)) or gone < 0:
            return 0.0
        return max(0.0, level - allowance.rate * gone)

    @contextmanager
    def held(self) -> Iterator[None]:
        """One thread of one process at a time. The system gives the lock back where a process is killed."""
        with self.lock:
            if self.file >= 0:
                fcntl.lockf(self.file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self.file >= 0:
                    fcntl.lockf(self.file, fcntl.LOCK_UN)


@cache
def usage_at(path: Path, secret: str) -> Usage:
    """The one that this process has of a file: closing a second one would let go of the first one's locks."""
    return Usage(path, secret)
