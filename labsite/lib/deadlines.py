"""Ends of waiting: a moment by which a request is over, and a connection that is cut off then."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from labsite.lib.destinations import WebError


class Deadline:
    """The moment by which everything must be over."""

    def __init__(self, name: str, seconds: float) -> None:
        self.name, self.seconds = name, seconds
        self.end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; raises `WebError` where there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise WebError(f"{self.name} did not answer within {self.seconds:g} s: try again later.")
        return left


@contextmanager
def cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after `seconds`, however slowly the other side goes on sending."""
    twin = connected.dup()  # TLS takes the socket over, but not its twin

    def end() -> None:
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        twin.close()
