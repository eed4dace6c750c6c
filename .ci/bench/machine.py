"""Processes of the benchmark: started on chosen cores, their processor time measured, ended at the end."""

from __future__ import annotations

import atexit
import datetime
import http.client
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
FIRST_PORT = int(os.environ.get("BENCH_PORT", "18700"))
CORES = sorted(os.sched_getaffinity(0))
# With one core for the server and one for who asks, neither takes time from the other.
SERVER_CORES, CLIENT_CORES = ({CORES[0]}, {CORES[1]}) if len(CORES) > 1 else (set(CORES), set(CORES))
ALL_CORES = set(CORES)
START_WITHIN = 60  # seconds
_ports = iter(range(FIRST_PORT, FIRST_PORT + 500))


def describe() -> str:
    """The machine and the versions in a line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    model = models[0] if models else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.date.today().isoformat()}, {len(CORES)} cores of {model}, {memory:.0f} GiB; "
        f"Python {platform.python_version()}, Django {django.__version__}"
    )


def next_port() -> int:
    """A port of our own. Ends the run if somebody listens there: two servers would share its requests unseen."""
    port = next(_ports)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what is only closing does not matter
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is in use: end what listens there, or set BENCH_PORT.")
    return port


def pin(cores: set[int]) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, cores)


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """This process on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Process:
    """A server with all it starts, in a group of its own."""

    def __init__(self, command: list[str], environment: dict[str, str], *, folder: Path, cores: set[int]) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as it runs; a full pipe would stop the server
        self._child = subprocess.Popen(
            command, cwd=folder, env=environment, start_new_session=True, preexec_fn=pin(cores),  # noqa: PLW1509
            stdout=subprocess.DEVNULL, stderr=self._said,
        )  # fmt: skip
        atexit.register(self.stop)

    def stop(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self._child.poll() is None:
                os.killpg(self._child.pid, sign)
                try:
                    self._child.wait(8)
                except subprocess.TimeoutExpired:
                    continue
        # Workers that outlive their parent hold the port.
        if group := members(self._child.pid):
            os.killpg(self._child.pid, signal.SIGKILL)
            deadline = time.monotonic() + 5
            while any(Path(f"/proc/{each}").exists() for each in group) and time.monotonic() < deadline:
                time.sleep(0.02)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def died(self) -> str:
        """What it said when it ended; "" while it runs."""
        if self._child.poll() is None:
            return ""
        self._said.seek(0)
        return self._said.read()[-4000:] or "ended without a word"

    def cpu(self) -> float:
        """Seconds of processor that its living threads have used."""
        nanoseconds = 0
        for process in members(self._child.pid):
            for stat in Path(f"/proc/{process}/task").glob("*/schedstat"):
                try:
                    nanoseconds += int(stat.read_text().split()[0])
                except OSError:
                    continue  # the thread ended
        return nanoseconds / 1e9

    def memory(self) -> float:
        """MB that its processes hold, shared pages counted once each (PSS where the kernel tells)."""
        total = 0
        for process in members(self._child.pid):
            try:
                lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        return total / 1024


def backend_cpu(database: str) -> float:
    """Seconds of processor that PostgreSQL has used for the open connections to this database; 0 if it is elsewhere."""
    nanoseconds = 0
    for name in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = name.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if title.startswith("postgres:") and f" {database} " in title:
                nanoseconds += int((name.parent / "schedstat").read_text().split()[0])
        except OSError:
            continue
    return nanoseconds / 1e9


def members(group: int) -> list[int]:
    """The processes of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


class Granian(Process):
    """The server this site runs on, for `target`, a WSGI application."""

    def __init__(
        self, environment: dict[str, str], *, target: str = "labsite.wsgi:application", folder: Path = ROOT,
        workers: int = 1, threads: int = 4, cores: set[int] = ALL_CORES, options: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.port = next_port()
        self.database = urlsplit(environment["DATABASE_URL"]).path.strip("/")  # of PostgreSQL; "" for SQLite
        super().__init__(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "128",
             "--log-level", "error", "--workers-kill-timeout", "5", *options, target],
            environment, folder=folder, cores=cores,
        )  # fmt: skip
        wait_for(self)


class Nginx(Process):
    """nginx with `workers` that serves the files of `folder`, compressed where a .gz lies beside."""

    def __init__(self, folder: Path, *, workers: int = 1, cores: set[int] = ALL_CORES) -> None:
        self.port = next_port()
        config = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers cannot read a folder of ours
        config.write_text(f"""
            {user} worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log stderr error;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; types {{ text/html html; }}
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fast;
                uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; open_file_cache max=100;
                server {{ listen 127.0.0.1:{self.port} reuseport; root {folder}; gzip_static on; etag on; }}
            }}
        """)
        super().__init__(["nginx", "-c", str(config), "-p", str(folder)], dict(os.environ), folder=folder, cores=cores)
        wait_for(self)


def wait_for(server: Granian | Nginx) -> None:
    """Returns when it answers; ends the run when it does not."""
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        if message := server.died:
            sys.exit(f"A server did not start: {message}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("A server did not answer within a minute.")


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Runs `manage.py`; ends the run with what it says where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def shell(environment: dict[str, str], code: str) -> str:
    """Runs Python within the site."""
    return manage(environment, "shell", "--no-imports", "-c", code)


def run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
