"""docs/reliability.md names tests, and sections of `make torture`, that exist, and every case once."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-L])(\d+) \|(.+)\|(.+)\|(.+)\|$", re.M)
# How many cases there have to be at least, by letter.
AT_LEAST = dict(zip("ABCDEFGHIJKL", (12, 16, 14, 14, 16, 8, 9, 15, 6, 12, 8, 5), strict=True))


def rows() -> list[tuple[str, int, str]]:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    return [(letter, int(number), tests) for letter, number, _, _, tests in ROW.findall(text)]


def figures() -> list[tuple[str, str]]:
    """Name and numbers of each row of “How much of it”."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    part = text.partition("## How much of it")[2].partition("\n## ")[0]
    return [(name, rest) for name, rest in re.findall(r"^\| ([^|]+) \|(.+)\|$", part, re.M) if name != "figure"]


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
        assert re.search("`test_|`torture: ", tests), f"{letter}{number} names no test"
    assert named > 120


def test_every_figure_names_what_holds_it():
    there, sections = names_of_tests(), names_of_sections()
    assert len(figures()) > 12
    for name, told in figures():
        patterns, held = re.findall(r"`(test_[^`]+)`", told), re.findall(r"`torture: ([^`]+)`", told)
        assert patterns or held, name
        assert all(any(fnmatch(test, pattern) for test in there) for pattern in patterns), name
        assert set(held) <= set(sections), name


def test_figures_that_are_not_held_are_told_and_counted(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / ".ci" / "torture"))
    module = import_module("figures")
    held, missed = module.Figure("p99 of a save", 1.2, 1.5, "s"), module.Figure("growth of memory", 7.5, 5, "%")
    assert str(module.Found("all there", (held,))) == "all there"
    found = module.Found("all there", (held, missed))
    assert str(found) == "all there; NOT HELD: growth of memory 7.50 %, goal below 5.00 %"
    assert found.not_held == [missed]
    assert module.verdict(0, 0) == ("0 faults, 0 figures not held", 0)
    assert module.verdict(2, 1) == ("2 faults, 1 figure not held", 1)
    assert module.verdict(0, 3)[1] == module.verdict(1, 0)[1] == 1
