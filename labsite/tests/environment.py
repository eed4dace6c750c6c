"""The environment of a test run, set before the settings are read (pyproject.toml loads this first)."""

import gc
import os
import tempfile

from django.conf import settings

os.environ.setdefault("DEBUG", "on")
os.environ.setdefault("LABSITE_DATA_DIR", tempfile.mkdtemp(prefix="labsite-tests-"))
os.environ["ONLINE_SOURCES"] = "off"  # no test asks anybody; those of the clients switch it on and serve themselves
os.environ["IMPORT_WORKER"] = "inline"  # another process would not see the test database
os.environ.setdefault("QUERY_SECONDS", "0")  # a test goes on in the thread, and on the connection, of its requests
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "on")  # Playwright's loop runs in the thread of the tests

# What is imported and collected stays to the end: to look through it for garbage again and again took a sixth of the
# time of all tests.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_configure() -> None:
    """A slow password hash protects accounts, not tests: each signed-in test would pay for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
