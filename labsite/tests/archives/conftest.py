"""Fixtures for tests of archives: places for uploads, and an archive in which every field says something."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsite.tests.archives.filled import Filled
from labsite.tests.backups.conftest import empty_file

__all__ = ["empty_file"]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT


@pytest.fixture
def filled(db) -> Filled:
    return Filled()
