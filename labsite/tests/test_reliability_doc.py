"""docs/reliability.md names tests, and sections of `make torture`, that exist, and every case once."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-L])(\d+) \|(.+)\|(.+)\|(.+)\|$", re.M)
# How many cases there have to be at least, by letter.
AT_LEAST = dict(zip("ABCDEFGHIJKL", (12, 16, 14, 14, 16, 8, 9, 15, 6, 12, 8, 5), strict=True))


def rows() -> list[tuple[str, int, str]]:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    return [(letter, int(number), tests) for letter, number, _, _, tests in ROW.findall(text)]


def names_of_tests() -> set[str]:
    found = set()
    for path in ROOT.glob("*/**/test_*.py"):
        if ".venv" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return found


def names_of_sections() -> list[str]:
    """Those of `make torture`."""
    text = (ROOT / ".ci" / "torture" / "__main__.py").read_text(encoding="utf-8")
    return re.findall(r'^    "(\w+)": Section\(', text, re.M)


def test_every_case_stands_once():
    assert len(rows()) >= 150
    for letter, least in AT_LEAST.items():
        numbers = [number for own, number, _ in rows() if own == letter]
        assert numbers == list(range(1, max(numbers) + 1)), letter
        assert len(numbers) >= least, letter


def test_every_test_that_is_named_exists():
    there, named, sections = names_of_tests(), 0, names_of_sections()
    for letter, number, tests in rows():
        for pattern in re.findall(r"`(test_[^`]+)`", tests):
            named += 1
            assert any(fnmatch(name, pattern) for name in there), f"{letter}{number}: {pattern}"
        for section in re.findall(r"`torture: ([^`]+)`", tests):
            assert section in sections, f"{letter}{number}: make torture has no section {section}"
        is_told = re.search("`test_|`torture: |open", tests)
        assert is_told, f"{letter}{number} names neither a test nor why there is none"
    assert named > 120
