"""Asks an advisory service whether a version we pin has a known hole: `make advisories`.

It fails closed. A service that has no data says “nothing known” of everything, so it is first asked about a release
whose holes everybody knows; where it does not know those, where it does not answer, or where it skips a package,
this ends with an error as well: then nothing has been audited.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
# Every advisory service has had entries on this release since 2023.
KNOWN_TO_BE_BAD = "django==4.2.0"
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)")


class NotAudited(Exception):
    """Nobody can say whether there are holes."""


def pins(text: str) -> dict[str, str]:
    """The version of each package that a file of requirements pins, whatever the platform."""
    return {match[1].lower(): match[2] for line in text.splitlines() if (match := PIN.match(line))}


def ask(requirements: str) -> dict[str, Any]:
    """What pip-audit says of pinned `requirements`, as its JSON. Raises `NotAudited`."""
    program = shutil.which("pip-audit", path=f"{Path(sys.executable).parent}") or shutil.which("pip-audit")
    if not program:
        raise NotAudited("pip-audit is not installed: run `make advisories`.")
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(requirements, encoding="utf-8")
        command = [
            program, "--requirement", str(listed), "--disable-pip", "--no-deps", "--format", "json",
            "--progress-spinner", "off",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise NotAudited(f"the service did not answer: {done.stderr.strip()[-300:] or 'no reason given'}") from error


def read_report(report: dict[str, Any], asked: dict[str, str]) -> list[str]:
    """A line for each hole. Raises `NotAudited` where one of the packages `asked` was skipped or is not named."""
    told = {each["name"].lower().replace("_", "-"): each for each in report.get("dependencies", [])}
    silent = [
        name for name in asked
        if "vulns" not in told.get(name.replace("_", "-"), {}) or told[name.replace("_", "-")].get("skip_reason")
    ]  # fmt: skip
    if silent:
        raise NotAudited(f"the service said nothing of {', '.join(sorted(silent))}.")
    return [
        f"{name} {each['version']}: {hole['id']}, mended in {', '.join(hole.get('fix_versions') or ['no version yet'])}"
        for name, each in sorted(told.items())
        for hole in each["vulns"]
    ]


def audit(ask: Any = ask) -> list[str]:
    """A line for each hole in what we pin. Raises `NotAudited` where that cannot be said."""
    if not read_report(ask(KNOWN_TO_BE_BAD), pins(KNOWN_TO_BE_BAD)):
        raise NotAudited(f"the service knows no hole of {KNOWN_TO_BE_BAD}, so it has no data: ask where it has.")
    pinned: dict[str, str] = {}
    for name in FILES:
        pinned |= pins((ROOT / name).read_text(encoding="utf-8"))
    return read_report(ask("".join(f"{name}=={version}\n" for name, version in pinned.items())), pinned)


def main() -> int:
    try:
        holes = audit()
    except NotAudited as error:
        print(f"NOT AUDITED: {error}")
        return 2
    print("\n".join(holes) or "No known hole in any version that is pinned.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
