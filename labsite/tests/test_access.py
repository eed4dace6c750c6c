"""Who reaches what: all roles, addresses and methods, beside the table that was reviewed (labsite/tests/access.txt)."""

from __future__ import annotations

import os

import pytest

from labsite.tests.access import METHODS, ROLES, SECRET, TABLE, WORDS, Lab, routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GROUPS = sorted({route.group for route in routes()})
WRITE = os.environ.get("ACCESS") == "write"
HEAD = f"""# What each role comes to at each address; read by people.
# Written by `ACCESS=write pytest -n 0 labsite/tests/test_access.py`.
# methods | address (whose record) | {" | ".join(ROLES)}"""
MAY_SEE_DRAFTS = ("editor", "data-manager", "superuser")


def outcome(response) -> str:
    if response.status_code == 302 and "/login/" in response.headers["Location"]:
        return "sign-in"
    return WORDS[response.status_code]


def names_secret(response) -> bool:
    return not response.streaming and SECRET in response.content.decode(errors="replace")


def lines_of(group: str) -> list[str]:
    lab, found = Lab(), []
    for route in routes():
        if route.group != group:
            continue
        for variant, address in lab.addresses(route):
            assert "<" not in address, f"{route.name} is asked with a parameter that has no value"
            rows: dict[tuple[str, ...], list[str]] = {}  # methods by what they come to
            for method in METHODS:
                answers = {role: lab.ask(role, method, address) for role in ROLES}
                for role, response in answers.items():
                    assert response.status_code < 500 or response.status_code == 503, f"{role}: {method} {address}"
                    if role not in MAY_SEE_DRAFTS:
                        assert not names_secret(response), f"{role} reads of a draft at {method} {address}"
                rows.setdefault(tuple(outcome(answers[role]) for role in ROLES), []).append(method)
            name = f"{route.name} ({variant})" if variant else route.name
            found += [" | ".join([" ".join(methods), name, *outcomes]) for outcomes, methods in rows.items()]
    return found


def stored() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if line.startswith("["):
            found[line.strip("[]")] = own = []
        elif line and not line.startswith("#"):
            own.append(" | ".join(part.strip() for part in line.split("|")))
    return found


def as_table(lines: list[str]) -> list[str]:
    """Lines whose columns stand below each other."""
    rows = [line.split(" | ") for line in lines]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [" | ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip() for row in rows]


@pytest.mark.parametrize("group", GROUPS)
def test_every_role_reaches_what_the_table_says(group):
    lines = lines_of(group)
    if WRITE:  # with one process: each group takes the place of its own part
        tables = {**{name: as_table(own) for name, own in stored().items() if name in GROUPS}, group: as_table(lines)}
        parts = ["\n".join([f"[{name}]", *tables[name]]) for name in sorted(tables)]
        TABLE.write_text("\n\n".join([HEAD, *parts]) + "\n")
        return
    expected = stored().get(group, [])
    missing, gone = [line for line in lines if line not in expected], [line for line in expected if line not in lines]
    said = "\n".join([*(f"+ {line}" for line in missing), *(f"- {line}" for line in gone)])
    assert not said, f"labsite/tests/access.txt says otherwise; ACCESS=write writes it anew:\n{said}"


def test_the_table_has_nothing_that_is_not_asked():
    assert sorted(stored()) == GROUPS
