"""A disk that fails from a moment on, for one process: Linux answers its calls that write with an error.

A filter of system calls (seccomp) needs no rights and no program, and what fails is the real call of SQLite.
"""

from __future__ import annotations

import ctypes
import platform
import struct

# Numbers of the calls, by the processor's kind: pwrite64, fsync, fdatasync, ftruncate.
CALLS = {"x86_64": (18, 74, 75, 77), "aarch64": (68, 82, 83, 46)}
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # of prctl
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # of the filter's language
ALLOW, ERROR = 0x7FFF0000, 0x00050000


def is_known() -> bool:
    """Whether calls can be made to fail on this machine."""
    return platform.system() == "Linux" and platform.machine() in CALLS


def fail_writes(error: int) -> None:
    """From now on every call of this process and its children that writes to a database gives `error` (an errno).

    What is printed comes through: that is another call. Raises `OSError` where the system allows no filter.
    """
    calls = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 0)]  # the call's number
    steps += [(IF_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERROR | error)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, *values in ((NO_NEW_PRIVILEGES, 1, 0), (SECCOMP, FILTER, ctypes.addressof(described))):
        given = [ctypes.c_ulong(each) for each in (*values, 0, 0)]
        if libc.prctl(option, *given):
            raise OSError(ctypes.get_errno(), "no filter of calls here")
