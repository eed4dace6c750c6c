"""What docs/deploy.md tells people to write fits what the site reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.http import HttpResponse
from django.test import RequestFactory

from labsite.headers import POLICY, REPEATED, complete

ROOT = Path(settings.BASE_DIR)
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
# Read by others than this site's settings.
FOREIGN = {
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DATABASE_PASSWORD", "POSTGRES_USER", "POSTGRES_DB",
    "POSTGRES_PASSWORD", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PWD",
}  # fmt: skip


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DEPLOY, re.DOTALL)


def test_every_variable_that_is_set_is_one_that_is_read():
    text = "\n".join(blocks("sh") + blocks("yaml") + blocks("dockerfile"))
    named = set(re.findall(r"\b([A-Z][A-Z_]{2,})(?==|: )", text)) - FOREIGN
    read = (ROOT / "labsite" / "settings.py").read_text() + (ROOT / "labsite" / "environment.py").read_text()
    assert named
    assert {name for name in named if f'"{name}"' not in read} == set()


def test_every_variable_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    read = (ROOT / "labsite" / "settings.py").read_text() + (ROOT / "labsite" / "environment.py").read_text()
    names = set(re.findall(r'read_(?:text|flag|list|choice|number)\(\s*"([A-Z_]+)"', read))
    assert "DATABASE_REPLICA_URL" in names
    assert {name for name in names if f"| `{name}` |" not in readme} == set()


def test_what_runs_once_a_day_is_one_list():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (unit,) = [block for block in blocks("ini") if "once a day" in block and "ExecStart" in block]
    timed = re.findall(r"ExecStart=\S+ manage\.py (.+)", unit)
    told = re.search(r"^Once a day.*?\n\n(.*?)\n\n", readme, re.DOTALL | re.MULTILINE)[1]
    assert timed == [line.partition("#")[0].strip() for line in told.replace("    python manage.py ", "").splitlines()]
    assert {
        "apply_retention --apply",
        "cleanup",
        "forget_sign_ins",
        "check_links",
        "run_imports",
        "run_site_imports",
    } == set(timed)


def test_a_worker_that_dies_comes_back_whatever_the_server_overlooks():
    """It is started anew, a lost one within a day; who starts all of them is started anew too."""
    unit = blocks("ini")[0]
    assert "Restart=on-failure" in unit
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit
    commands = [unit, next(block for block in blocks("dockerfile") if "granian" in block)]
    for command in commands:
        words = re.split(r'[\s",]+', command)
        assert "--respawn-failed-workers" in words
        for option in ("--workers-lifetime", "--workers-kill-timeout"):
            number, unit_of_time = re.fullmatch(r"(\d+)([dhms]?)", words[words.index(option) + 1]).groups()
            assert 0 < int(number) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}[unit_of_time] <= 86_400


def test_nginx_takes_the_largest_upload_and_serves_no_media():
    server = blocks("nginx")[0]
    most = int(re.search(r"client_max_body_size (\d+)m;", server)[1])
    assert most * 2**20 >= settings.LARGEST_UPLOAD
    assert "media" not in server


def test_nginx_says_of_static_files_what_the_site_says():
    """But for the features of a page, which no file has, and leave for scripts of others, which none needs."""
    server, snippet = blocks("nginx")[:2]
    told = dict(re.findall(r'add_header ([\w-]+) "?([^"\n]*?)"? always;', snippet))
    answer = HttpResponse("body {}", content_type="text/css")
    complete(RequestFactory().get("/static/site.css"), answer)
    assert told[POLICY] == answer.headers[POLICY]
    for name in ("Cross-Origin-Resource-Policy", "X-Frame-Options"):
        assert told[name] == answer.headers[name]
    assert set(told) == set(REPEATED) - {"Permissions-Policy", "Access-Control-Allow-Origin"}
    assert server.count("include snippets/labsite-static.conf;") == 2


@pytest.mark.parametrize(
    "word",
    [
        "run_imports",
        "check_links",
        "forget_sign_ins",
        "cleanup",
        "apply_retention",
        "migrate",
        "collectstatic",
        "backup",
        "restore_drill",
    ],
)
def test_every_command_is_there(word):
    assert f"manage.py {word}" in DEPLOY or f"manage {word}" in DEPLOY
    assert word in get_commands()
