"""The rooms and who may look into whom: labsite.lib ← people ← publications ← activities."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("labsite", "people", "publications", "activities")
EDGES = {"admin", "views", "urls", "feeds", "api", "management", "apps", "tests"}
MAY_IMPORT = {
    "labsite.lib": {"labsite.lib"},
    "people": {"labsite.lib", "people"},
    "publications": {"labsite.lib", "people", "publications"},
    "activities": {"labsite.lib", "people", "publications", "activities"},
}


def room_of(module: str) -> str:
    return "labsite.lib" if module.startswith("labsite.lib") else module.partition(".")[0]


def is_edge(module: str) -> bool:
    parts = module.split(".")
    if parts[0] == "labsite" and parts[1:2] != ["lib"]:
        return "admin" in parts or "views" in parts or "tests" in parts or "urls" in parts or "management" in parts
    return bool(EDGES & set(parts[1:])) or any(part.startswith("admin_") for part in parts)


def modules() -> dict[str, Path]:
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """Every module of ours that `path` imports: name, line, whether inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.partition(".")[0] in ROOMS:
                found.append((name, node.lineno, id(node) not in top))
    return found


CASES = sorted(modules().items())


def test_modules_are_found():
    assert {"people.models.person", "labsite.lib.dates", "publications.queries"} <= {name for name, _ in CASES}


@pytest.mark.parametrize(("module", "path"), CASES, ids=[name for name, _ in CASES])
def test_imports_follow_the_direction(module, path):
    if is_edge(module):
        return
    allowed = MAY_IMPORT.get(room_of(module))
    wrong = [
        f"{path.name}:{line} imports {name}"
        for name, line, _ in imports(path)
        if allowed is not None and room_of(name) not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize(("module", "path"), CASES, ids=[name for name, _ in CASES])
def test_nobody_imports_an_edge(module, path):
    """Only URLconfs and tests may, and a package may import its own parts."""
    if module.endswith("urls") or ".tests" in module:
        return
    wrong = [
        f"{path.name}:{line} imports {name}"
        for name, line, _ in imports(path)
        if is_edge(name) and not same_edge(module, name)
    ]
    assert wrong == []


def same_edge(module: str, name: str) -> bool:
    """An admin package may import its own modules and other admin modules' mixins; likewise views."""
    kinds = EDGES & set(module.split("."))
    return bool(kinds & set(name.split(".")))


@pytest.mark.parametrize(("module", "path"), CASES, ids=[name for name, _ in CASES])
def test_no_import_hides_in_a_function(module, path):
    if ".tests" in module or module.endswith(".apps"):  # when apps are loaded, models do not exist yet
        return
    assert [f"{path.name}:{line} imports {name}" for name, line, inside in imports(path) if inside] == []


def test_the_rules_catch_a_wrong_import(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text("from activities.models import Award\n\ndef f():\n    from people.views import person\n")
    assert imports(sample) == [("activities.models.Award", 1, False), ("people.views.person", 4, True)]
    assert room_of("activities.models.Award") not in MAY_IMPORT["people"]
    assert is_edge("people.views.person")
