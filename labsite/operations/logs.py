"""How a line of the log looks: plain for people, or one JSON object a line for programs (`LOG_FORMAT=json`).

Both name the request. Neither can be broken into two lines by what a visitor sends, and neither prints mail addresses,
tokens, or what stands quoted in an exception's message (`labsite.operations.private_text`).
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from labsite.operations.private_text import kinds_of, one_line, path_for_log, without_secrets, without_values
from labsite.operations.request_ids import NAME, current_request_id

# Which parts of a record a line tells beside time, level, source and message: those that we set ourselves.
FIELDS = ("method", "path", "route", "status", "milliseconds", "bytes", "client", "cache")


def message_of(record: logging.LogRecord) -> str:
    """What is said, in one line. Django's own lines about a request get its path anew, without what is secret in it."""
    request = getattr(record, "request", None)
    arguments = record.args if isinstance(record.args, tuple) else ()
    if record.name.startswith("django.") and arguments and arguments[-1] == getattr(request, "path", None):
        match = getattr(request, "resolver_match", None)
        path = path_for_log(request.path, match.kwargs if match else None)
        return one_line(without_secrets(str(record.msg) % (*arguments[:-1], path)))
    if any(isinstance(each, BaseException) for each in arguments):
        arguments = tuple(told_of(each) if isinstance(each, BaseException) else each for each in arguments)
        return one_line(without_secrets(str(record.msg) % arguments))
    try:
        return one_line(without_secrets(record.getMessage()))
    except (TypeError, ValueError):  # a line that cannot be put together still says where it comes from
        return one_line(without_secrets(str(record.msg)))


def request_id_of(record: logging.LogRecord) -> str:
    """Django writes some lines when the answer is on its way, with the request at hand."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return getattr(record, "request_id", "") or current_request_id() or meta.get(NAME, "")


def told_of(error: BaseException) -> str:
    """An exception's message, as much of it as a log may hold."""
    return without_values(str(error), kinds_of(error))


def trace_of(record: logging.LogRecord) -> list[str]:
    """An exception as lines: where it was raised, then what. Causes first, as Python prints them."""
    if not record.exc_info or record.exc_info[1] is None:
        return []
    lines: list[str] = []
    chain = []
    error: BaseException | None = record.exc_info[1]
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for each in reversed(chain):
        for frame in traceback.extract_tb(each.__traceback__):
            lines.append(f"{frame.filename}:{frame.lineno} in {frame.name}")
        lines.append(one_line(f"{type(each).__module__}.{type(each).__qualname__}: {told_of(each)}"))
    return lines


def parts_of(record: logging.LogRecord) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    return {name: one_line(each) if isinstance(each, str) else each for name, each in told.items()}


class JsonFormatter(logging.Formatter):
    """One object a line: `time` (UTC, ISO 8601), `level`, `logger`, `message`, `request_id`, then what there is."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        if name := request_id_of(record):
            line["request_id"] = name
        line |= parts_of(record)
        if trace := trace_of(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """Time, level, source, request and message in one line; an exception's lines below it, set in by four blanks."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        name = request_id_of(record)
        told = " ".join(f"{key}={value}" for key, value in parts_of(record).items())
        first = " ".join(
            part
            for part in (time, record.levelname, record.name, f"[{name}]" if name else "", message_of(record), told)
            if part
        )
        return "\n    ".join([first, *trace_of(record)])


def logging_settings(log_format: str, *, access: bool) -> dict[str, Any]:
    """Django's `LOGGING`. `log_format` is “plain” or “json”; `access` asks for a line for each request."""
    formatter = {"plain": PlainFormatter, "json": JsonFormatter}[log_format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers would print each line twice, the other time as it came.
            "django": {"handlers": [], "level": "INFO" if access else "WARNING"},
            "django.request": {"level": "ERROR"},
            "labsite": {"level": "INFO"},
            "labsite.access": {"level": "INFO" if access else "CRITICAL"},
        },
    }
