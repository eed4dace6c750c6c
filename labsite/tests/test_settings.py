"""The settings come from the environment and refuse a wrong one in one line that names the variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from labsite import environment

ROOT = Path(__file__).resolve().parent.parent.parent
LONG_KEY = "k" * 60


def start(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess:
    """`manage.py check` in a bare environment."""
    bare = {"PATH": os.environ["PATH"], "LABSITE_DATA_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**bare, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "  "}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SECRET_KEY": LONG_KEY, "DATABASE_URL": "mysql://root@localhost/x"}, "DATABASE_URL begins with 'mysql:'"),
        ({"SECRET_KEY": LONG_KEY, "DATABASE_URL": "postgres"}, "DATABASE_URL begins with ':'"),
        ({"SECRET_KEY": LONG_KEY, "DATABASE_URL": "postgresql://localhost"}, "DATABASE_URL names no database"),
        ({"SECRET_KEY": LONG_KEY, "DATABASE_URL": "postgresql://localhost:port/x"}, "DATABASE_URL cannot be read"),
        ({"SECRET_KEY": LONG_KEY, "CACHE_URL": "memcached://x"}, "CACHE_URL is 'memcached://x'"),
        ({"SECRET_KEY": LONG_KEY, "DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        ({"SECRET_KEY": LONG_KEY, "ONLINE_SOURCES": "never"}, "ONLINE_SOURCES is 'never'"),
        ({"SECRET_KEY": LONG_KEY, "LABSITE_DATA_DIR": "/dev/null/data"}, "LABSITE_DATA_DIR is '/dev/null/data'"),
        ({"SECRET_KEY": LONG_KEY, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is '*'"),
        ({"SECRET_KEY": LONG_KEY, "ALLOWED_HOSTS": "https://lab.example.org"}, "ALLOWED_HOSTS names 'https://"),
        ({"SECRET_KEY": LONG_KEY, "OPERATIONS_TOKEN": "secret"}, "OPERATIONS_TOKEN is no good secret"),
        ({"SECRET_KEY": LONG_KEY, "SENTRY_DSN": "errors.example.org"}, "SENTRY_DSN cannot be read"),
        ({"SECRET_KEY": LONG_KEY, "LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'"),
        ({"SECRET_KEY": LONG_KEY, "BACKUP_KEEP": "often"}, "BACKUP_KEEP cannot be read. What to keep is 'often'"),
        ({"SECRET_KEY": LONG_KEY, "BACKUP_SECRET_FILE": "/nowhere"}, "BACKUP_SECRET_FILE is '/nowhere', and there is"),
        ({"SECRET_KEY": LONG_KEY, "BACKUP_SECRET_FILE": "/dev/null"}, "BACKUP_SECRET_FILE is '/dev/null', and there"),
        ({"SECRET_KEY": LONG_KEY, "SESSION_DAYS": "0"}, "SESSION_DAYS is '0': use a whole number from 1 to 365"),
        ({"SECRET_KEY": LONG_KEY, "QUERY_SECONDS": "soon"}, "QUERY_SECONDS is 'soon'"),
        ({"SECRET_KEY": LONG_KEY, "LABSITE_DATA_DIR": "labsite/static/x"}, "LABSITE_DATA_DIR leads to"),
        (
            {"DEBUG": "on", "ALLOWED_HOSTS": "localhost,lab.example.org"},
            "DEBUG is on and ALLOWED_HOSTS names 'lab.example.org'",
        ),
    ],
)
def test_wrong_setting_stops_with_one_line(tmp_path, variables, named):
    result = start(tmp_path, **variables)
    assert result.returncode == 1
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"labsite: {named}")


def test_production_starts_with_a_key_alone(tmp_path):
    result = start(tmp_path, SECRET_KEY=LONG_KEY)
    assert result.returncode == 0, result.stderr


def test_sqlite_survives_concurrent_writers(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    database = environment.read_database(tmp_path)
    assert database["NAME"] == str(tmp_path / "labsite.sqlite3")
    assert database["CONN_MAX_AGE"] is None
    assert database["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
        ),
    }


def test_sqlite_address_gets_the_same_options(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/lab.sqlite3")
    database = environment.read_database(tmp_path)
    assert database["NAME"] == "/srv/lab.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_address(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@db.example.org:5433/lab")
    database = environment.read_database(tmp_path)
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", 5433, "lab")
    assert database["CONN_MAX_AGE"] is None


def test_redis_only_when_configured(monkeypatch):
    monkeypatch.delenv("CACHE_URL", raising=False)
    assert environment.read_cache() == {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:6379/0")
    assert environment.read_cache()["BACKEND"] == "django.core.cache.backends.redis.RedisCache"


@pytest.mark.parametrize("word", ["1", "true", "Yes", "ON"])
def test_flag_words(monkeypatch, word):
    monkeypatch.setenv("SWITCH", word)
    assert environment.read_flag("SWITCH", default=False) is True


def test_unknown_flag_word_is_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SWITCH is 'maybe'"):
        environment.read_flag("SWITCH", default=False)


def test_unknown_time_zone_is_refused(monkeypatch):
    monkeypatch.setenv("TIME_ZONE", "Berlin")
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE is 'Berlin', which is not known: use a name like"):
        environment.read_time_zone()


@pytest.mark.parametrize(
    "address", ["lab.example.org", "ftp://lab.example.org", "https://lab.example.org/sub", "https://"]
)
def test_a_site_address_that_is_none_is_refused(monkeypatch, address):
    monkeypatch.setenv("SITE_URL", address)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL is"):
        environment.read_site_url()


def test_sentry_needs_its_client(monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", "https://key@errors.example.org/1")
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="its client is not installed: run"):
        environment.read_sentry_dsn()
    monkeypatch.setattr(environment, "find_spec", lambda name: name == "sentry_sdk")
    assert environment.read_sentry_dsn() == "https://key@errors.example.org/1"


def test_l5_nothing_private_inside_what_everybody_gets(tmp_path):
    """Also where a link leads there."""
    served = {"static files": tmp_path / "static"}
    (tmp_path / "static").mkdir()
    environment.refuse_exposed(served=served, private={"MEDIA": tmp_path / "media", "DATABASE_URL": None})
    for folder in (tmp_path / "static" / "media", tmp_path / "static"):
        with pytest.raises(ImproperlyConfigured, match="inside the folder of static files: everybody could read it"):
            environment.refuse_exposed(served=served, private={"MEDIA": folder})
    (tmp_path / "media").symlink_to(tmp_path / "static")
    with pytest.raises(ImproperlyConfigured, match="MEDIA leads to"):
        environment.refuse_exposed(served=served, private={"MEDIA": tmp_path / "media"})


@pytest.mark.parametrize("name", ["static", "media"])
def test_l5_a_database_among_served_files_is_refused(tmp_path, name):
    result = start(tmp_path, SECRET_KEY=LONG_KEY, DATABASE_URL=f"sqlite:///{tmp_path}/{name}/lab.sqlite3")
    assert result.returncode == 1
    assert result.stderr.startswith("labsite: DATABASE_URL leads to")


def test_the_folder_of_a_database():
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/lab.sqlite3"}
    assert environment.database_folder(sqlite) == Path("/srv")
    assert environment.database_folder({**sqlite, "NAME": ":memory:"}) is None
    assert environment.database_folder({"ENGINE": "django.db.backends.postgresql", "NAME": "lab"}) is None


@pytest.mark.parametrize(
    ("host", "nearby"),
    [
        ("localhost", True), ("lab.localhost", True), ("127.0.0.1", True), ("[::1]", True), ("192.168.1.20", True),
        ("workstation", True), ("workstation.local", True), ("lab.test", True), ("testserver", True),
        ("lab.example.org", False), (".example.org", False), ("8.8.8.8", False), ("[2600::1]", False),
        ("localhost.example.org", False), ("", True),
    ],
)  # fmt: skip
def test_l5_debugging_is_for_hosts_nearby(monkeypatch, host, nearby):
    monkeypatch.setenv("ALLOWED_HOSTS", host)
    assert environment.read_hosts(False, ["localhost"]) == ([host] if host else ["localhost"])
    if nearby:
        assert environment.read_hosts(True, ["localhost"])
    else:
        with pytest.raises(ImproperlyConfigured, match="Set DEBUG=off"):
            environment.read_hosts(True, ["localhost"])
