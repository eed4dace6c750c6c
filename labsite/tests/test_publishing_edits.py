"""After any edit, a run that makes only what may have changed leaves the same bytes as one that makes everything."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from labsite.publishing import layout, routes, run
from labsite.tests.publishing_edits import EDITS
from labsite.tests.world import make_world
from people.models import Person
from publications.digests import flush_changes

pytestmark = pytest.mark.django_db

ROOT = "https://lab.example.org/~quiet"
AT_ONCE = 9  # edits between two comparisons
SLOW = ("people:cv", "people:cv_pdf")  # typeset; test_publishing.py has them


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def quick(monkeypatch, settings, tmp_path):
    """What costs time and is not what is tested here: drawing, typesetting, reading all code anew."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "media"
    versions = iter(range(10_000))
    monkeypatch.setattr(run, "fingerprint", lambda root, live: "the same code")
    monkeypatch.setattr("labsite.card_views.draw", lambda shown: repr(shown).encode())
    monkeypatch.setattr(routes, "NOT_PUBLISHED", routes.NOT_PUBLISHED | dict.fromkeys(SLOW, "is typeset"))
    layout.resolve_name.cache_clear()
    # Within one transaction PostgreSQL writes the version once; that every table has it written is tested elsewhere.
    current = ["0"]
    monkeypatch.setattr(run, "read_version", lambda: current[0])

    def step() -> None:
        flush_changes()
        current[0] = str(next(versions))

    return step


@pytest.mark.once
def test_after_any_edit_the_copy_is_what_a_full_run_makes(quick, tmp_path):
    """Some edits at a time, for the time's sake; with EVERY_EDIT=on one by one, which takes minutes."""
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    make_world(1, with_versions=True)
    quick()
    whole = run.publish(kept, ROOT).made
    assert run.publish(kept, ROOT).made < whole / 10
    at_once = 1 if os.environ.get("EVERY_EDIT") else AT_ONCE
    for begin in range(0, len(EDITS), at_once):
        names = list(EDITS)[begin : begin + at_once]
        for name in names:
            EDITS[name]()
        compare(kept, anew, quick, names)
    assert not any("ada-quint" in file for file in read_all(kept))  # who was erased at last


def test_after_an_edit_on_each_database(quick, tmp_path):
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    make_world(1, with_versions=True)
    quick()
    run.publish(kept, ROOT)
    for name in ("its year", "a person renamed", "past Django", "the lab", "two papers made one"):
        EDITS[name]()
    assert compare(kept, anew, quick, ["these"]) > 0


def compare(kept: Path, anew: Path, quick: Callable[[], None], names: list[str]) -> int:
    """Publishes what changed, and everything anew elsewhere; says how many pages the former made."""
    quick()
    made = run.publish(kept, ROOT).made
    run.publish(anew, ROOT, is_full=True)
    found, wanted = read_all(kept), read_all(anew)
    assert {file for file in found.keys() | wanted.keys() if found.get(file) != wanted.get(file)} == set(), names
    return made


def test_midnight_changes_what_depends_on_the_day(quick, monkeypatch, tmp_path):
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    person = make_world(1, with_versions=True)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    Person.objects.get(pk=person.pk).memberships.update(end=timezone.localdate().isoformat())
    quick()
    before = run.publish(kept, ROOT).made
    assert 'id="alumni-title"' not in (kept / "people/index.html").read_text()
    monkeypatch.setattr(timezone, "localdate", lambda value=None, timezone=None: tomorrow)
    made = run.publish(kept, ROOT).made
    run.publish(anew, ROOT, is_full=True)
    assert read_all(kept) == read_all(anew)
    assert 'id="alumni-title"' in (kept / "people/index.html").read_text()
    assert made < before
