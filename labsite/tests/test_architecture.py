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


@pytest.fixture(scope="module")
def every_import() -> dict[str, list[tuple[str, int, bool]]]:
    return {module: imports(path) for module, path in sorted(modules().items())}


def test_modules_are_found(every_import):
    assert {"people.models.person", "labsite.lib.dates", "publications.queries"} <= set(every_import)


def test_imports_follow_the_direction(every_import):
    wrong = [
        f"{module}:{line} imports {name}"
        for module, found in every_import.items()
        if room_of(module) in MAY_IMPORT and not is_edge(module)
        for name, line, _ in found
        if room_of(name) not in MAY_IMPORT[room_of(module)]
    ]
    assert wrong == []


def test_nobody_imports_an_edge(every_import):
    """Only URLconfs and tests may, and a package may import its own parts."""
    wrong = [
        f"{module}:{line} imports {name}"
        for module, found in every_import.items()
        if not module.endswith("urls") and ".tests" not in module
        for name, line, _ in found
        if is_edge(name) and not same_edge(module, name)
    ]
    assert wrong == []


def same_edge(module: str, name: str) -> bool:
    """An admin package may import its own modules and other admin modules' mixins; likewise views."""
    kinds = EDGES & set(module.split("."))
    return bool(kinds & set(name.split(".")))


def test_no_import_hides_in_a_function(every_import):
    wrong = [
        f"{module}:{line} imports {name}"
        for module, found in every_import.items()
        if ".tests" not in module and not module.endswith(".apps")  # when apps are loaded, models do not exist yet
        for name, line, inside in found
        if inside
    ]
    assert wrong == []


def test_the_rules_catch_a_wrong_import(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text("from activities.models import Award\n\ndef f():\n    from people.views import person\n")
    assert imports(sample) == [("activities.models.Award", 1, False), ("people.views.person", 4, True)]
    assert room_of("activities.models.Award") not in MAY_IMPORT["people"]
    assert is_edge("people.views.person")
