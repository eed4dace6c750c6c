"""Readers for environment variables. Each fails with one line that names the variable and the mend.

No variable is read anywhere else than in `labsite/settings.py`, which calls these.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}

SQLITE_OPTIONS = {
    # Django's own defaults lose writes to "database is locked" under concurrent editing; these do not.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def read_text(name: str, default: str = "") -> str:
    """The variable's value without surrounding blanks."""
    return os.environ.get(name, default).strip()


def read_flag(name: str, default: bool) -> bool:
    """A yes-or-no variable; raises `ImproperlyConfigured` for anything else."""
    word = read_text(name, "on" if default else "off").lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} is '{word}': use 'on' or 'off'.")


def read_choice(name: str, choices: list[str]) -> str:
    """One of `choices`, the first where the variable is not set; raises `ImproperlyConfigured` for anything else."""
    word = read_text(name, choices[0]).lower()
    if word not in choices:
        raise ImproperlyConfigured(f"{name} is '{word}': use one of {', '.join(choices)}.")
    return word


def read_list(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list without empty items."""
    return [item.strip() for item in read_text(name, default).split(",") if item.strip()]


def read_secret_key(debug: bool) -> str:
    """`SECRET_KEY`, which only a debugging site may do without."""
    key = read_text("SECRET_KEY")
    if key:
        if not debug and len(key) < 50:
            raise ImproperlyConfigured(
                f"SECRET_KEY has {len(key)} characters: use at least 50 random ones, "
                "for example from 'python -c \"import secrets; print(secrets.token_urlsafe(50))\"'."
            )
        return key
    if debug:
        return "only-for-debugging-" + "0" * 40
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: set it to at least 50 random characters, "
        "for example from 'python -c \"import secrets; print(secrets.token_urlsafe(50))\"'."
    )


def read_database(data_dir: Path) -> dict[str, Any]:
    """Django's `DATABASES["default"]` from `DATABASE_URL`; SQLite in `data_dir` where it is not set."""
    url = read_text("DATABASE_URL")
    if not url:
        return sqlite_database(str(data_dir / "labsite.sqlite3"))
    scheme = urlsplit(url).scheme
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with '{scheme}:': use 'sqlite:///path/to/file' or 'postgresql://user@host/name'."
        )
    try:
        config = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read ({error}): use 'sqlite:///path/to/file' or 'postgresql://user@host/name'."
        ) from error
    if not config.get("NAME"):
        raise ImproperlyConfigured("DATABASE_URL names no database: add its name after the last '/'.")
    if scheme == "sqlite":
        return sqlite_database(str(config["NAME"]))
    return config


def sqlite_database(name: str) -> dict[str, Any]:
    """A SQLite database with the options that survive concurrent writers and power cuts."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def read_site_url() -> str:
    """`SITE_URL` without a slash at the end; "" where it is not set."""
    address = read_text("SITE_URL").rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query):
        raise ImproperlyConfigured(f"SITE_URL is '{address}': use an address like https://lab.example.org.")
    return address


def read_time_zone() -> str:
    """`TIME_ZONE`, a name of the IANA database; UTC where it is not set."""
    name = read_text("TIME_ZONE", "UTC")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"TIME_ZONE is '{name}', which is not known: use a name like Europe/Berlin."
        ) from error
    return name


def read_cache() -> dict[str, Any]:
    """Django's `CACHES["default"]` from `CACHE_URL` (redis://…); per-process memory where it is not set."""
    url = read_text("CACHE_URL")
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if urlsplit(url).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(f"CACHE_URL is '{url}': use 'redis://host:6379/0' or leave it unset.")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
