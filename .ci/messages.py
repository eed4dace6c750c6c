"""Brings the catalogues in labsite/locale up to date with the code; with --check, only says what they lack.

Needs gettext (xgettext, msgmerge), which is not needed to run the site: the compiled catalogues are part of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "labsite" / "locale"
ROOMS = ("labsite", "people", "publications", "activities", "templates")
ENDINGS = (".py", ".html", ".txt")
SKIPPED = {"tests", "migrations", "locale", "static", "__pycache__"}


def copy_sources(folder: Path) -> None:
    """Everything that can hold words of the interface, and the catalogues, as Django's command wants them."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            place = path.relative_to(ROOT)
            if path.suffix in ENDINGS and not SKIPPED & {*place.parts}:
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / place)
    shutil.copytree(CATALOGUES, folder / "locale")


def extract(folder: Path) -> None:
    """Merges what the sources in `folder` say into the catalogues there."""
    command = [sys.executable, "-m", "django", "makemessages", "--all", "--no-location", "--no-wrap", "--no-obsolete"]
    plain = {"PATH": "/usr/local/bin:/usr/bin:/bin"}  # without settings: the command then looks at its folder alone
    subprocess.run(command, cwd=folder, env=plain, check=True, stdout=subprocess.DEVNULL)


def gaps(fresh: polib.POFile, stored: polib.POFile) -> list[str]:
    """What the stored catalogue lacks of the fresh one, and what it holds that no code says."""
    said = {(entry.msgctxt, entry.msgid) for entry in fresh if not entry.obsolete}
    translated = {(entry.msgctxt, entry.msgid) for entry in stored if entry.translated() and not entry.obsolete}
    known = {(entry.msgctxt, entry.msgid) for entry in stored}
    return [
        *(f"not translated: {text}" for _, text in sorted(said - translated, key=str)),
        *(f"no longer said: {text}" for _, text in sorted(known - said, key=str)),
    ]


def main() -> int:
    check = "--check" in sys.argv[1:]
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_sources(folder)
        extract(folder)
        for path in sorted((folder / "locale").glob("*/LC_MESSAGES/django.po")):
            place = CATALOGUES / path.relative_to(folder / "locale")
            fresh = polib.pofile(str(path), wrapwidth=0)
            if not check:
                fresh.metadata.pop("POT-Creation-Date", None)  # a date that changes with every run
                fresh.save(str(place))
                fresh.save_as_mofile(str(place.with_suffix(".mo")))
            problems += [f"{place.parent.parent.name}: {gap}" for gap in gaps(fresh, polib.pofile(str(place)))]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
