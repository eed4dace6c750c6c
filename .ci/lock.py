"""Writes requirements.txt and requirements-dev.txt from the lists of what is named (`*.in`): `make lock`.

Every version is pinned, and the hash of every file that may be installed stands beside it, for all platforms and
Pythons from 3.11 on. Versions that are in the lists stay; a newer one is taken by changing the `.in` file, or with
`make lock ARGS=--upgrade` for what is needed in turn. Asks the package index that uv is set to; names none.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
HEADER = "# Written by `make lock` from {source}: change that file and run it again.\n"
PIN = re.compile(r"^[A-Za-z0-9_.-]+==\S+")


def lock(source: str, target: str, *more: str) -> int:
    """Resolves `source` into `target`; gives how many packages. Ends with a message where that is not possible."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}") or shutil.which("uv")
    if not uv:
        sys.exit("uv is not installed: run `make lock`, or pip install uv.")
    command = [
        uv, "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes",
        "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--output-file", target,
        *more, source,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"{target} is as it was: the versions in {source} do not go together, or the index did not answer.")
    path = ROOT / target
    text = path.read_text(encoding="utf-8")
    if "://" in text:
        sys.exit(f"{target} names an address: no package may come from anywhere but the index one has set.")
    path.write_text(HEADER.format(source=source) + text, encoding="utf-8")
    return sum(bool(PIN.match(line)) for line in text.splitlines())


def main(arguments: list[str]) -> None:
    serving = lock("requirements.in", "requirements.txt", *arguments)
    developing = lock("requirements-dev.in", "requirements-dev.txt", "--constraint", "requirements.txt", *arguments)
    print(f"{serving} packages to run on, {developing} to develop with.")


if __name__ == "__main__":
    main(sys.argv[1:])
