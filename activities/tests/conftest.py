"""Fixtures for the tests of activities."""

from __future__ import annotations

from labsite.tests.conftest import demo_rows

__all__ = ["demo_rows"]
