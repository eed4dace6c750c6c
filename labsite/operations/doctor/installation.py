"""Python, the packages, the settings, the static files, the fonts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import checks
from django.http.request import validate_host

from labsite.lib.typesetting import cjk_folder
from labsite.operations.doctor.findings import FAIL, OK, WARN, Finding, some

OLDEST_PYTHON = (3, 11)
# A line with a marker after “;” is for some platforms only.
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*\\?$", re.MULTILINE)
INSTALL = "python -m pip install --require-hashes -r requirements.txt"


def check_python() -> Iterator[Finding]:
    shown = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Finding(
            FAIL, "python", f"This is Python {shown}, 3.11 is the oldest that will do.", "install Python 3.11"
        )
    else:
        yield Finding(OK, "python", shown)


def check_packages(requirements: Path | None = None) -> Iterator[Finding]:
    """Against requirements.txt."""
    path = requirements or Path(settings.BASE_DIR) / "requirements.txt"
    missing, others = [], []
    pins = PIN.findall(path.read_text(encoding="utf-8"))
    for name, wanted in pins:
        try:
            found = version(name)
        except PackageNotFoundError:
            missing.append(f"{name} {wanted}")
            continue
        if found != wanted:
            others.append(f"{name} {found} instead of {wanted}")
    if missing:
        yield Finding(FAIL, "packages", f"Not installed: {some(missing)}.", INSTALL)
    if others:
        yield Finding(WARN, "packages", f"Other versions than those that were tested: {some(others)}.", INSTALL)
    if not missing and not others:
        yield Finding(OK, "packages", f"{len(pins)} as in requirements.txt")


def check_settings() -> Iterator[Finding]:
    """What Django's own checks say of a site that others reach."""
    if settings.DEBUG:
        yield Finding(WARN, "settings", "DEBUG is on: errors show the site's inside.", "set DEBUG=off")
    told = checks.run_checks(include_deployment_checks=not settings.DEBUG)
    serious = [each for each in told if each.level >= checks.WARNING and not each.is_silenced()]
    for each in serious:
        level = FAIL if each.level >= checks.ERROR else WARN
        yield Finding(level, "settings", f"{each.id}: {' '.join(str(each.msg).split())}", str(each.hint or ""))
    if not serious and not settings.DEBUG:
        yield Finding(OK, "settings", "Django's checks for deployment have nothing to say")


def check_addresses() -> Iterator[Finding]:
    """By which names the site answers, and whether they are those it calls itself by."""
    hosts = set(settings.ALLOWED_HOSTS)
    real = hosts - set(settings.LOCAL_HOSTS) - {"testserver"}
    own = urlsplit(settings.SITE_URL)
    if not real and not settings.DEBUG:
        yield Finding(
            WARN, "addresses", "The site answers to names of this machine only.", "set ALLOWED_HOSTS=lab.example.org"
        )
    if settings.SITE_URL and not validate_host(own.hostname or "", settings.ALLOWED_HOSTS):
        yield Finding(
            FAIL, "addresses", f"SITE_URL names '{own.hostname}', to which the site does not answer.",
            f"add {own.hostname} to ALLOWED_HOSTS",
        )  # fmt: skip
    elif real and not settings.SITE_URL:
        yield Finding(
            WARN, "addresses", "SITE_URL is not set: feeds and exports name whatever host they are asked by.",
            f"set SITE_URL=https://{sorted(real)[0].strip('.')}",
        )  # fmt: skip
    if real and not settings.HTTPS:
        yield Finding(
            FAIL, "addresses", "HTTPS is off and others reach the site: passwords travel readable.", "set HTTPS=on"
        )
    elif own.scheme == "http" and settings.HTTPS:
        yield Finding(WARN, "addresses", "SITE_URL begins with http: although HTTPS is on.", "let it begin with https:")
    elif real and settings.SITE_URL and validate_host(own.hostname or "", settings.ALLOWED_HOSTS):
        yield Finding(OK, "addresses", settings.SITE_URL)


def check_static() -> Iterator[Finding]:
    """Whether every static file of this version was collected: a page that names another one fails."""
    if settings.DEBUG:
        return
    path = Path(settings.STATIC_ROOT) / "staticfiles.json"
    mend = "python manage.py collectstatic --no-input"
    try:
        collected = json.loads(path.read_text(encoding="utf-8"))["paths"]
    except (OSError, ValueError, KeyError):
        yield Finding(FAIL, "static files", "They were not collected, so pages have no looks or fail.", mend)
        return
    listed = (each for finder in get_finders() for each in finder.list(["CVS", ".*", "*~"]))
    # As collectstatic names them: a folder of STATICFILES_DIRS may stand under a prefix, which its storage knows.
    wanted = {f"{prefix}/{name}" if (prefix := getattr(storage, "prefix", "")) else name for name, storage in listed}
    missing = sorted(wanted - set(collected))
    gone = sorted(name for name in set(collected.values()) if not (Path(settings.STATIC_ROOT) / name).is_file())
    if missing or gone:
        yield Finding(FAIL, "static files", f"Missing: {some(missing or gone)}.", mend)
    else:
        yield Finding(OK, "static files", f"{len(wanted)} collected")


def check_fonts() -> Iterator[Finding]:
    if cjk_folder():
        yield Finding(OK, "fonts", "Chinese, Japanese and Korean are there for PDFs and cards")
    else:
        yield Finding(
            WARN, "fonts", "No font for Chinese, Japanese and Korean: PDFs and cards leave these signs out.",
            "apt-get install fonts-noto-cjk",
        )  # fmt: skip


CHECKS = [check_python, check_packages, check_settings, check_addresses, check_static, check_fonts]
