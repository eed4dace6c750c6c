"""Questions to a server: many at once through wrk, or one after the other, each measured."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from machine import CLIENT_CORES, Granian, Nginx, pin

RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
TOTAL = re.compile(r"(\d+) requests in")
PERCENTILE = re.compile(r"\s(50|99)%\s+([\d.]+)(us|ms|s)\b")
BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """One second of wrk. Times are milliseconds, `cpu` the server's microseconds a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True)
class Target:
    """What is asked of one server, always with the same headers; `status` is what a right answer has."""

    name: str
    server: Granian | Nginx
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


def load(target: Target, *, seconds: int = 1, connections: int = 8, cores: set[int] = CLIENT_CORES) -> Load:
    """Asks as fast as the server answers."""
    before = target.server.cpu()
    headers = [part for name, value in target.headers for part in ("-H", f"{name}: {value}")]
    address = f"http://127.0.0.1:{target.server.port}{target.path}"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *headers, address],
        capture_output=True, text=True, check=False, preexec_fn=pin(cores),  # noqa: PLW1509
    )  # fmt: skip
    told = done.stdout
    if done.returncode or (bad := BAD.search(told)):
        sys.exit(f"{target.name}: {bad.group() if not done.returncode else done.stderr}")
    times = {match[1]: float(match[2]) * MILLISECONDS[match[3]] for match in PERCENTILE.finditer(told)}
    total = int(TOTAL.search(told)[1])
    spent = target.server.cpu() - before
    return Load(float(RATE.search(told)[1]), times["50"], times["99"], spent / max(total, 1) * 1e6)


class Reader:
    """One visitor who keeps their connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes, float]:
        """Status, headers by lower-case name, body, milliseconds."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers or {})
        answer = self.connection.getresponse()
        body = answer.read()
        spent = (time.perf_counter() - began) * 1000
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body, spent


def check(target: Target) -> tuple[dict[str, str], bytes]:
    """Headers and body of one answer; ends the run if it is not what is to be measured."""
    reader = Reader(target.server.port)
    for _ in range(3):  # the page is in memory from then on
        status, headers, body, _ = reader.get(target.path, dict(target.headers))
    wanted = dict(target.headers).get("Accept-Encoding", "identity")
    if status != target.status or (status == 200 and headers.get("content-encoding", "identity") != wanted):
        encoding = headers.get("content-encoding")
        sys.exit(f"{target.name}: {target.path} answered {status} ({encoding}), not {target.status} ({wanted}).")
    return headers, body


def spread(values: list[float], form: str = ",.0f") -> str:
    """“median (least–most)”."""
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
