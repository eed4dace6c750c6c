"""What README.md and docs/backup.md tell people to type is there (H11: the drill on an empty machine goes by them)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class

from labsite.backups.keeping import NAME, read_rules
from labsite.backups.restoring import KEPT
from labsite.backups.swapping import KEPT_SCHEMA

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
COMMANDS = ("backup", "restore", "restore_drill")


def options_of(command: str) -> set[str]:
    parser = load_command_class("labsite", command).create_parser("manage.py", command)
    return {option for action in parser._actions for option in action.option_strings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_is_told_is_there(command):
    told = re.findall(rf"manage\.py {command}((?: [^`\n|>&]+)?)", README + GUIDE)
    assert told
    named = {option for rest in told for option in re.findall(r"--[a-z-]+", rest)}
    assert named <= options_of(command)


def test_the_options_of_the_tables_are_there():
    named = set(re.findall(r"`(--[a-z-]+)[ `]", GUIDE))
    known = set().union(*map(options_of, COMMANDS))
    assert {"--keep", "--forget", "--max-age", "--with-sessions"} <= named
    assert named <= known


def test_the_two_commands_for_an_empty_machine_are_targets():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for text in (README, GUIDE):
        assert "make restore FROM=" in text and "\n    make serve" in text
    assert "manage.py restore $(FROM)" in makefile and "manage.py backup" in makefile
    named = re.findall(r"labsite-\d\S*?\.labsite\.zip", README + GUIDE)
    assert named and all(NAME.fullmatch(name) for name in named)


def test_what_is_kept_is_what_is_told():
    default = re.search(r"\| `BACKUP_KEEP` \| `([^`]+)`", GUIDE)[1]
    assert f"| `BACKUP_KEEP` | `{default}` |" in README
    settings = (ROOT / "labsite" / "settings.py").read_text(encoding="utf-8")
    assert f'BACKUP_KEEP = environment.read_keep("{default}")' in settings
    assert read_rules(default) == {"last": 3, "daily": 7, "weekly": 5, "monthly": 12}
    assert KEPT == 2 and "The last two are kept" in GUIDE


def test_names_of_schemas_fit_postgresql():
    assert len(KEPT_SCHEMA + "20260528t202640000_undone") <= 63
