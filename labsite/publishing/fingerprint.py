"""Everything but the database that all pages are made from, as one digest: a page made by other code may differ."""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings

FOLDERS = ("labsite", "people", "publications", "activities", "templates")
LEFT_OUT = {"tests", "__pycache__", "migrations"}
# Settings that pages show something of.
SETTINGS = ("LANGUAGE_CODE", "LANGUAGES", "TIME_ZONE", "STATIC_URL", "MEDIA_URL", "DEFAULT_FROM_EMAIL")


def fingerprint(root: str, live: str) -> str:
    """Differs where code, templates, translations, static files, packages, settings or addresses do.

    `root` is the address of the copy, `live` that of the site itself.
    """
    found = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((Path(settings.BASE_DIR) / folder).rglob("*")):
            if path.is_file() and not LEFT_OUT.intersection(path.parts) and path.suffix not in (".pyc", ".po"):
                found.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    found.update(manifest.read_bytes() if manifest.exists() else b"")
    packages = sorted(f"{each.metadata['Name']}=={each.version}" for each in distributions())
    told = [sys.version, *packages, root, live]
    told += [repr(getattr(settings, name)) for name in SETTINGS]
    told.append(repr(sorted((alias, own["ENGINE"], str(own["NAME"])) for alias, own in settings.DATABASES.items())))
    found.update("\n".join(told).encode())
    return found.hexdigest()
