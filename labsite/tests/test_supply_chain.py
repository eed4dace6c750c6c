"""What is installed: every version and hash pinned, and an audit that does not say “nothing known” for want of data."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = [("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")]


@pytest.fixture(scope="module")
def advisories():
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        yield import_module("advisories")
    finally:
        sys.path.remove(str(ROOT / ".ci"))


def blocks(name: str) -> list[str]:
    """Each requirement with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def named(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {re.sub(r"\[.*?\]", "", line).lower().replace("_", "-") for line in lines if line and line[0] not in "#-"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_l1_every_version_and_hash_is_pinned(name):
    for block in blocks(name):
        assert re.match(r"[A-Za-z0-9._-]+==\S+ ", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_l1_the_pins_are_those_of_the_list(source, target):
    """Whoever changes a list runs `make lock`."""
    pinned = {block.split(" ", 1)[0].lower().replace("_", "-") for block in blocks(target)}
    assert named(source) - pinned == set()


def test_l1_what_it_runs_on_is_what_it_is_developed_with():
    developed = {block.split(" ", 1)[0] for block in blocks("requirements-dev.txt")}
    assert {block.split(" ", 1)[0] for block in blocks("requirements.txt")} - developed == set()


@pytest.mark.parametrize("name", [name for pair in PAIRS for name in pair])
def test_l1_no_package_index_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def told(**vulns: list[dict]) -> dict:
    return {"dependencies": [{"name": name, "version": "1", "vulns": each} for name, each in vulns.items()]}


HOLE = {"id": "CVE-1", "fix_versions": ["4.2.1"]}


def test_l3_a_service_without_data_is_no_audit(advisories):
    """It says “nothing known” even of a release whose holes everybody knows."""
    with pytest.raises(advisories.NotAudited, match="has no data"):
        advisories.audit(lambda requirements: told(django=[]))


def test_l3_what_was_skipped_is_no_audit(advisories):
    skipped = {"dependencies": [{"name": "django", "skip_reason": "not found"}]}
    with pytest.raises(advisories.NotAudited, match="said nothing of django"):
        advisories.audit(lambda requirements: skipped)
    with pytest.raises(advisories.NotAudited, match="said nothing of brotli"):
        advisories.read_report(told(django=[HOLE]), {"django": "1", "brotli": "1"})


def test_l3_holes_are_named_with_the_version_that_mends_them(advisories):
    def ask(requirements: str) -> dict:
        names = advisories.pins(requirements)
        return told(**{name: [HOLE] if name in ("django", "pillow") else [] for name in names})

    assert advisories.audit(ask) == [
        "django 1: CVE-1, mended in 4.2.1",
        "pillow 1: CVE-1, mended in 4.2.1",
    ]


def test_l3_a_service_that_does_not_answer_ends_with_an_error(advisories, monkeypatch, capsys):
    def fail() -> list[str]:
        raise advisories.NotAudited("the service did not answer: nobody there")

    monkeypatch.setattr(advisories, "audit", fail)
    assert advisories.main() == 2
    assert "NOT AUDITED" in capsys.readouterr().out
