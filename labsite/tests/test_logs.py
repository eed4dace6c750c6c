"""The log: one line an event whatever is sent, a name for each request, nothing private."""

from __future__ import annotations

import datetime
import json
import logging
import sys
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import DateField
from django.http import HttpResponse, HttpResponseNotFound
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from labsite.operations.logs import JsonFormatter, PlainFormatter, logging_settings
from labsite.operations.observing import Observed
from labsite.operations.private_text import (
    path_for_log,
    without_secrets,
    without_values,
)
from labsite.operations.request_ids import HEADER, NAME, RequestIdMiddleware, name_request
from labsite.page_cache.layer import PageCache
from labsite.page_cache.marking import LAYER
from labsite.tests.serving import Told, ask
from labsite.visitors import network_of

pytestmark = pytest.mark.once
FORMATTERS = [PlainFormatter(), JsonFormatter()]


def record(message: str, *values: Any, error: BaseException | None = None, **more: Any) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("labsite.test", logging.WARNING, __file__, 1, message, values, info)
    made.__dict__.update(more)
    return made


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\x1b[2J", "\x00", "\u202e"])
def test_e15_nobody_can_write_a_line_of_their_own(formatter, sign):
    line = formatter.format(record("Signed in: %s", f"ada{sign}2026-01-01 00:00:00 INFO forged"))
    assert len(line.splitlines()) == 1
    assert sign not in line


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_e15_not_even_by_an_exception(formatter):
    text = formatter.format(record("Failed", error=raised(ValueError("one\n2026-01-01 00:00:00 ERROR forged"))))
    assert "forged" not in text
    assert all(line.startswith("    ") for line in text.splitlines()[1:])


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("mail to ada.quint@lab.example.org failed", "ada.quint"),
        ("GET /people/?q=Ada+Quint&x=1", "Ada+Quint"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("token=abc123def", "abc123def"),
        ("password 'swordfish'", "swordfish"),
        ('{"csrfmiddlewaretoken": "abcdef"}', "abcdef"),
        ("connecting to postgresql://labsite:swordfish@db/labsite", "swordfish"),
        ("sessionid=0123456789abcdef; other", "0123456789abcdef"),
    ],
)
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_j11_no_mail_token_or_query_string(formatter, message, hidden):
    assert hidden not in formatter.format(record(message.replace("%", "%%")))
    assert hidden not in formatter.format(record("Trouble", error=raised(RuntimeError(message))))


def test_j11_no_names_from_exceptions():
    """What was typed stands quoted in messages, or in PostgreSQL's second line; names of columns stay."""
    message = 'duplicate key value violates "people_slug"\nDETAIL: Key (name)=(Ada Quint) already exists.'
    told = without_values(message, ["IntegrityError"])
    assert told == 'duplicate key value violates "people_slug"'
    assert without_values("invalid date 'Ada Quint'") == "invalid date '…'"
    assert without_values("no such column: 'place'", ["OperationalError"]) == "no such column: 'place'"
    assert without_values("no such column: 'Ada Quint'", ["OperationalError"]) == "no such column: '…'"


def value_errors() -> list[BaseException]:
    """What a planted name is quoted in, as Python and Django say it."""
    found: list[BaseException] = [KeyError("Quintessa"), ValidationError("“Quintessa” is no date.")]
    for refuse in (
        lambda: int("Quintessa"),
        lambda: float("Quint'essa O\"Quintessa"),
        lambda: datetime.date.fromisoformat("Quintessa"),
        lambda: uuid.UUID("Quintessa-Quintessa"),
        lambda: ["a"].index("Quintessa"),
        lambda: {"a": 1}["it's Quintessa's"],
        lambda: reverse("people:person", kwargs={"slug": "Quintessa Quint"}),
        lambda: DateField().to_python("Quintessa"),
    ):
        try:
            refuse()
        except (ValueError, LookupError, NoReverseMatch, ValidationError) as error:
            found.append(error)
    return found


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("error", value_errors(), ids=lambda error: type(error).__name__)
def test_j11_no_value_that_an_exception_quotes(formatter, error):
    for each in (record("Failed", error=raised(error)), record("Failed: %s", error)):
        assert "quint" not in formatter.format(each).lower()


def test_causes_are_told_first_and_each_once():
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise RuntimeError("second") from error
    except RuntimeError as error:
        lines = json.loads(JsonFormatter().format(record("Failed", error=error)))["trace"]
    told = [line for line in lines if "Error" in line]
    assert told == ["builtins.KeyError: '…'", "builtins.RuntimeError: second"]
    assert any("test_logs.py" in line for line in lines)


def test_a_json_line_has_what_programs_look_for():
    line = json.loads(JsonFormatter().format(record("Hello %s", "there", request_id="abcdefgh", status=200)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning", "logger": "labsite.test", "message": "Hello there", "request_id": "abcdefgh", "status": 200,
    }  # fmt: skip


def test_a_line_that_cannot_be_put_together_is_still_one():
    assert "Hello %d" in PlainFormatter().format(record("Hello %d", "there"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"), ("fe80::1%eth0", "fe80::/48"), ("not an address", ""), ("", ""),
    ],
)  # fmt: skip
def test_j11_addresses_are_shortened(address, shown):
    assert network_of({"REMOTE_ADDR": address}) == shown


def test_paths_hide_what_opens_doors():
    assert path_for_log("/reset/MQ/abc-def/", {"uidb64": "MQ", "token": "abc-def"}) == "/reset/…/…/"
    assert path_for_log("/login/new/1/d1-1a1b1/", {"uidb64": "1", "token": "d1-1a1b1"}) == "/login/new/…/…/"
    assert path_for_log("/7/abc.7/", {"key": 7, "token": "abc"}) == "/…/….7/", "a part of a part is hidden too"
    assert path_for_log("/abc.7/", {"key": 7, "token": "abc.7"}) == "/…/"
    assert path_for_log("/a\nb/") == "/a%0Ab/"
    assert len(path_for_log("/" + "x" * 9000)) == 500


@pytest.mark.parametrize(
    "told",
    [
        "The content version cannot be read: server closed the connection. Why? Nobody knows.",
        "Forbidden (CSRF cookie not set.): /login/",
        "The token is too short; the password was changed.",
    ],
)
def test_without_secrets_leaves_plain_sentences_alone(told):
    assert without_secrets(told) == told


def test_j11_lines_of_django_hide_secret_parts_of_paths():
    """“Not Found: /reset/…”: the resolver knows which part is secret."""
    request = RequestFactory().get("/reset/abc-def-ghi/?q=Ada")
    request.resolver_match = SimpleNamespace(kwargs={"token": "abc-def-ghi"})
    made = record("%s: %s", "Service Unavailable", request.path, request=request)
    made.name = "django.request"
    assert PlainFormatter().format(made).endswith("Service Unavailable: /reset/…/")


# Names of requests


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with blank in it", "line\nbreak-here", "<script>alert</script>", ""]
)
def test_a_name_that_is_not_well_formed_is_replaced(given):
    name = name_request({"HTTP_X_REQUEST_ID": given})
    assert name != given
    assert len(name) == 16


def test_a_well_formed_name_is_kept():
    environ = {"HTTP_X_REQUEST_ID": "edge.01-abcdef"}
    assert name_request(environ) == "edge.01-abcdef"
    assert environ[NAME] == "edge.01-abcdef"


def test_every_answer_of_django_has_a_name(client):
    response = client.get("/healthz", headers={"X-Request-ID": "edge.01-abcdef"})
    assert response.headers[HEADER] == "edge.01-abcdef"


def test_a_page_that_is_kept_has_none():
    """Who gets it from memory made another request."""
    middleware = RequestIdMiddleware(lambda request: Client().get("/healthz"))
    request = RequestFactory().get("/", **{LAYER: True})
    assert HEADER not in RequestIdMiddleware(lambda request: HttpResponse())(request).headers
    assert HEADER in RequestIdMiddleware(lambda request: HttpResponseNotFound())(request).headers
    assert HEADER in middleware(RequestFactory().get("/")).headers


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_lines_of_a_request_carry_its_name(formatter):
    told = []

    def answer(request):
        told.append(formatter.format(record("Within")))
        return HttpResponse()

    RequestIdMiddleware(answer)(RequestFactory().get("/", headers={"X-Request-ID": "edge.01-abcdef"}))
    assert "edge.01-abcdef" in told[0]
    assert "edge.01-abcdef" not in formatter.format(record("After"))


# The log of accesses


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[dict] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def access_log(monkeypatch):
    logger, handler = logging.getLogger("labsite.access"), Lines()
    logger.addHandler(handler)
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.manager._clear_cache()
    yield handler.lines
    logger.removeHandler(handler)


@pytest.mark.django_db
def test_accesses_of_memory_and_of_django_are_logged(access_log):
    site = Observed(PageCache(WSGIHandler(), limit=2**24, source=Told()), meter=None, access=True)
    for _ in range(2):
        answer = ask(site, "/people/", QUERY_STRING="q=Ada+Quint", REMOTE_ADDR="192.0.2.77")
        assert answer.status == 200
    assert [line["cache"] for line in access_log] == ["miss", "hit"]
    line = access_log[1]
    assert line["message"] == "GET /people/ 200"
    assert (line["route"], line["client"], line["status"]) == ("people:people", "192.0.2.0/24", 200)
    assert len(line["request_id"]) == 16
    assert "Ada" not in json.dumps(access_log)
    assert answer.headers[HEADER] == line["request_id"] != access_log[0]["request_id"]


def test_what_fails_is_logged_too(access_log):
    def fail(environ, start_response):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        ask(Observed(fail, meter=None, access=True), "/x", "BREW")
    assert access_log[0]["message"] == "other /x 500"
    assert access_log[0]["route"] == "none"


def test_the_client_behind_a_server_in_front(settings):
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1, 192.0.2.77"}
    settings.BEHIND_PROXY = False
    assert network_of(environ) == "127.0.0.0/24"
    settings.BEHIND_PROXY = True
    assert network_of(environ) == "192.0.2.0/24"


def test_logging_settings_print_every_line_once():
    made = logging_settings("json", access=True)
    assert made["formatters"]["line"]["()"] is JsonFormatter
    assert made["loggers"]["django"]["handlers"] == []
    assert made["loggers"]["labsite.access"]["level"] == "INFO"
    assert logging_settings("plain", access=False)["loggers"]["labsite.access"]["level"] == "CRITICAL"
