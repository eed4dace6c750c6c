"""Readers for environment variables. Each fails with one line that names the variable and the mend.

No variable is read anywhere else than in `labsite/settings.py`, which calls these.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from labsite.backups.keeping import read_rules
from labsite.backups.problems import BackupProblem

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}

SQLITE_OPTIONS = {
    # Django's own defaults lose writes to "database is locked" under concurrent editing; these do not.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # The last three were measured (docs/performance.md): 16 MiB of pages for each connection, sorting in memory, and a
    # log that is cut back to 64 MiB after a large import.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
    ),
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


def read_hosts(debug: bool, local: list[str]) -> list[str]:
    """`ALLOWED_HOSTS`, `local` where it is not set.

    Pages about errors show code and settings while `DEBUG` is on: raises `ImproperlyConfigured` where a host is one
    that others could reach, by a name of the Internet.
    """
    hosts = read_list("ALLOWED_HOSTS") or local
    named = [host for host in hosts if debug and not is_nearby(host)]
    if named:
        raise ImproperlyConfigured(
            f"DEBUG is on and ALLOWED_HOSTS names '{named[0]}': errors would show the code to everybody. Set DEBUG=off."
        )
    written = next((host for host in hosts if "/" in host or " " in host), None)
    if written:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS names '{written}': write the host alone, like lab.example.org, several with commas."
        )
    if any(host in ("*", ".") for host in hosts):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is '*': anybody could have links made with a name of theirs. Name the hosts of this site."
        )
    return hosts


def is_nearby(host: str) -> bool:
    """Whether a name or address is one's own machine, or one of its own network (RFC 1918, 6761, 6762)."""
    try:
        return ip_address(host.strip("[]")).is_private
    except ValueError:
        name = host.lower().rstrip(".")
        return name != "*" and ("." not in name or name.endswith((".localhost", ".local", ".test", ".internal")))


def read_number(name: str, default: int, most: int, least: int = 0) -> int:
    """A whole number from `least` to `most`; raises `ImproperlyConfigured` for anything else."""
    word = read_text(name, str(default))
    if not (word.isascii() and word.isdecimal()) or len(word) > 15 or not least <= int(word) <= most:
        raise ImproperlyConfigured(f"{name} is '{word}': use a whole number from {least} to {most}.")
    return int(word)


def read_keep(default: str) -> str:
    """`BACKUP_KEEP`, which archives stay; raises `ImproperlyConfigured` for what is no such rule."""
    text = read_text("BACKUP_KEEP", default)
    try:
        read_rules(text)
    except BackupProblem as error:
        raise ImproperlyConfigured(f"BACKUP_KEEP cannot be read. {error}") from error
    return text


def read_secret_file(name: str) -> str:
    """The path of a file that holds a secret, "" where it is not set.

    Raises `ImproperlyConfigured` for one that is not there or is empty. One that this account may not read is left to
    the command that needs it, which may run as another.
    """
    path = read_text(name)
    try:
        if path and not Path(path).is_file():
            raise ImproperlyConfigured(f"{name} is '{path}', and there is no such file: make it, or unset {name}.")
        if path and not Path(path).stat().st_size:
            raise ImproperlyConfigured(f"{name} is '{path}', which is empty: write the secret into it.")
    except PermissionError:
        return path
    return path


def number_of_cores() -> int:
    """Of the machine, or those that this process may use of it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    config = parse_database("DATABASE_URL", url, "'sqlite:///path/to/file' or 'postgresql://user@host/name'")
    return sqlite_database(str(config["NAME"])) if scheme == "sqlite" else config


def parse_database(variable: str, url: str, forms: str) -> dict[str, Any]:
    """Django's settings of the database at `url`; `forms` names the addresses that are right, for the error."""
    try:
        config = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} cannot be read ({error}): use {forms}.") from error
    if not config.get("NAME"):
        raise ImproperlyConfigured(f"{variable} names no database: add its name after the last '/'.")
    return config


def read_databases(data_dir: Path) -> dict[str, dict[str, Any]]:
    """Django's `DATABASES`: the one that is written, and as "replica" the one of `DATABASE_REPLICA_URL`, if set."""
    databases = {"default": read_database(data_dir)}
    url = read_text("DATABASE_REPLICA_URL")
    if not url:
        return databases
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL names no PostgreSQL: use 'postgresql://user@host/name' or leave it unset."
        )
    if databases["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL is set, but DATABASE_URL names no PostgreSQL: a replica follows a PostgreSQL."
        )
    replica = parse_database("DATABASE_REPLICA_URL", url, "'postgresql://user@host/name'")
    return databases | {"replica": replica | {"TEST": {"MIRROR": "default"}}}


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


def read_media_storage() -> dict[str, Any]:
    """Django's `STORAGES["default"]` from `MEDIA_STORAGE_URL`; the data folder where it is not set.

    `s3://bucket/folder?endpoint=https://store.example.org&region=eu-1`; folder and parameters may be left out. Keys
    are read by the client of the store, from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the machine's role.
    """
    url = read_text("MEDIA_STORAGE_URL")
    if not url:
        return {"BACKEND": "labsite.file_storage.WholeFileStorage"}
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or set(given) - {"endpoint", "region"}:
        raise ImproperlyConfigured(
            "MEDIA_STORAGE_URL cannot be read: use 's3://bucket/folder?endpoint=https://store.example.org&region=eu-1'."
        )
    if "@" in parts.netloc:
        raise ImproperlyConfigured(
            "MEDIA_STORAGE_URL holds a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
        )
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            "MEDIA_STORAGE_URL is set, but its client is not installed: run \"pip install 'django-storages[s3]'\"."
        )
    options = {
        "bucket_name": parts.netloc, "location": parts.path.strip("/"), "endpoint_url": given.get("endpoint"),
        "region_name": given.get("region"), "default_acl": None, "file_overwrite": False, "signature_version": "s3v4",
    }  # fmt: skip
    return {
        "BACKEND": "labsite.object_storage.GuardedS3Storage",
        "OPTIONS": {name: value for name, value in options.items() if value not in (None, "") or name == "default_acl"},
    }


SHORTEST_TOKEN = 20


def read_token(name: str) -> str:
    """A secret that programs send in a header, "" where it is not set.

    Raises `ImproperlyConfigured` for one that could be guessed.
    """
    token = read_text(name)
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise ImproperlyConfigured(
            f"{name} is no good secret: use at least {SHORTEST_TOKEN} letters and digits without blanks, "
            "for example from 'python -c \"import secrets; print(secrets.token_urlsafe(30))\"'."
        )
    return token


def read_sentry_dsn() -> str:
    """`SENTRY_DSN`, where errors are reported to; "" where it is not set, and nobody is told."""
    dsn = read_text("SENTRY_DSN")
    if not dsn:
        return ""
    parts = urlsplit(dsn)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.username or not parts.path.strip("/"):
        raise ImproperlyConfigured("SENTRY_DSN cannot be read: use 'https://key@errors.example.org/1'.")
    if not find_spec("sentry_sdk"):
        raise ImproperlyConfigured(
            'SENTRY_DSN is set, but its client is not installed: run "pip install sentry-sdk", or unset it.'
        )
    return dsn


def database_folder(database: dict[str, Any]) -> Path | None:
    """The folder of a SQLite file; None for other databases."""
    if not database["ENGINE"].endswith("sqlite3") or ":memory:" in str(database["NAME"]):
        return None
    return Path(database["NAME"]).parent


def refuse_exposed(*, served: dict[str, Path], private: dict[str, Path | None]) -> None:
    """Raises `ImproperlyConfigured` where a folder that is nobody's business lies in one that is given to everybody.

    `served` are folders by what is in them, `private` are folders by the variable that names them; links are followed.
    """
    for what, open_folder in served.items():
        for variable, folder in private.items():
            if folder is not None and folder.resolve().is_relative_to(open_folder.resolve()):
                raise ImproperlyConfigured(
                    f"{variable} leads to '{folder}', which is inside the folder of {what}: everybody could read it. "
                    "Name a folder elsewhere."
                )


MAIL_FORMS = "'smtp://user:password@host:587', 'smtps://user:password@host:465' or 'console'"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def read_mail() -> dict[str, Any] | None:
    """How mail is sent, from `EMAIL_URL`; None where it is not set and nothing is sent.

    `smtp:` goes over to TLS before a password is said (STARTTLS), unless the host is this machine; `smtps:` is TLS from
    the start; `console` prints letters where the site was started.
    """
    url = read_text("EMAIL_URL")
    if not url:
        return None
    if not read_text("SITE_URL"):
        raise ImproperlyConfigured(
            "EMAIL_URL is set, but SITE_URL is not: set SITE_URL, the address that links in letters begin with."
        )
    if url == "console":
        return {"backend": "django.core.mail.backends.console.EmailBackend"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: use {MAIL_FORMS}.") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: use {MAIL_FORMS}.")
    tls, is_here = parts.scheme == "smtps", parts.hostname in LOOPBACK
    return {
        "backend": "django.core.mail.backends.smtp.EmailBackend",
        "host": parts.hostname,
        "port": port or (465 if tls else 25 if is_here else 587),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": tls,
        "starttls": not tls and not is_here,
    }


def read_oidc() -> dict[str, str] | None:
    """The server at which people may sign in (OpenID Connect), from four variables; None where none is set."""
    names = {"server": "OIDC_SERVER", "client_id": "OIDC_CLIENT_ID", "client_secret": "OIDC_CLIENT_SECRET"}
    found = {key: read_text(name) for key, name in names.items()}
    if not any(found.values()):
        return None
    missing = [names[key] for key, value in found.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"{missing[0]} is not set: {', '.join(names.values())} are needed together.")
    server = found["server"].removesuffix("/.well-known/openid-configuration").rstrip("/")
    parts = urlsplit(server)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or is_local) or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"OIDC_SERVER is '{server}': use the server's address, https://login.example.org.")
    return {**found, "server": server, "name": read_text("OIDC_NAME") or parts.hostname}
