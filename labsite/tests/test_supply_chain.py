"""What is installed: every version and hash pinned, and an audit that does not say “nothing known” for want of data."""

from __future__ import annotations

import json
import re
import subprocess
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


# What is in a release: L2


def sbom_command() -> list[str]:
    """The program and arguments of `make sbom`."""
    dry = subprocess.run(["make", "--dry-run", "sbom"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    (line,) = [line for line in dry.stdout.splitlines() if "cyclonedx-py" in line]
    return line.lstrip("@").split()


def beside_python(command: list[str]) -> list[str]:
    """The same with the program that the tests' own Python has."""
    return [str(Path(sys.executable).parent / Path(command[0]).name), *command[1:]]


def test_l2_make_sbom_names_every_pinned_package_with_its_hashes(tmp_path):
    command = beside_python(sbom_command())
    target = tmp_path / "labsite.cdx.json"
    command[command.index("--output-file") + 1] = str(target)
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - our own
    components = json.loads(target.read_text(encoding="utf-8"))["components"]
    listed = {f"{each['name']}=={each['version']}".lower(): each for each in components}
    pinned = {block.split(" ", 1)[0].lower(): block for block in blocks("requirements.txt")}
    assert set(listed) == set(pinned)
    for name, block in pinned.items():
        hashes = {each["content"] for part in listed[name]["externalReferences"] for each in part.get("hashes", ())}
        assert hashes == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)), name


# Habits: L4


def bandit(*targets: str) -> subprocess.CompletedProcess:
    """As `make lint` calls it, over other files."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\t\$\(BIN\)/(bandit .*) \$\(ROOMS\)$", text, re.M)
    command = beside_python(line.split())
    return subprocess.run([*command, *targets], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def test_l4_bandit_finds_nothing_in_our_packages():
    (rooms,) = re.findall(r"^ROOMS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert {"labsite", "people", "publications", "activities"} < set(rooms.split())
    done = bandit(*rooms.split())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "habit",
    ["import subprocess\nsubprocess.run(name, shell=True)", "import pickle\npickle.loads(given)", "eval(given)"],
)
def test_l4_bandit_finds_what_is_unsafe(tmp_path, habit):
    (tmp_path / "unsafe.py").write_text(habit)
    done = bandit(str(tmp_path))
    assert done.returncode == 1, done.stderr
    assert "unsafe.py" in done.stdout
