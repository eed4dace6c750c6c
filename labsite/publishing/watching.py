"""What a page is made from: the questions it puts to the database, and whether it asks what day it is."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from labsite.lib.reading import reading_connection
from labsite.lib.statements import is_around, is_reading

# Types that JSON does not know: how each is written as a text, and read again.
KINDS: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "moment": (datetime.datetime, lambda value: value.isoformat(), datetime.datetime.fromisoformat),
    "day": (datetime.date, lambda value: value.isoformat(), datetime.date.fromisoformat),
    "amount": (Decimal, str, Decimal),
    "uuid": (UUID, str, UUID),
}
KIND = "labsite-kind"

Question = tuple[str, str]  # SQL, and its parameters as JSON


@dataclass
class Sources:
    """The questions that were asked, once each. `is_known` is False where what was read cannot be asked again."""

    questions: dict[Question, None] = field(default_factory=dict)
    asked_day: bool = False
    is_known: bool = True

    def add(self, others: Sources) -> None:
        """What else was asked for the same page."""
        self.questions |= others.questions
        self.asked_day = self.asked_day or others.asked_day
        self.is_known = self.is_known and others.is_known

    def note(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Django calls this around every statement."""
        if is_reading(sql) and not many:
            try:
                self.questions[sql, write_params(params)] = None
            except TypeError:
                self.is_known = False
        elif not is_around(sql):
            self.is_known = False
        return execute(sql, params, many, context)


@contextmanager
def watching() -> Iterator[Sources]:
    """Notes what is asked within. One thread at a time: it stands between all callers and Django's clock."""
    sources, tell_day = Sources(), timezone.localdate

    def noted_day(value: datetime.datetime | None = None, timezone: datetime.tzinfo | None = None) -> datetime.date:
        sources.asked_day = sources.asked_day or value is None
        return tell_day(value, timezone)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(sources.note))
        timezone.localdate = noted_day
        try:
            yield sources
        finally:
            timezone.localdate = tell_day


def write_params(params: Any) -> str:
    """Parameters of a statement as JSON. Raises `TypeError` for what it cannot hold."""
    return json.dumps(params if params is None else [plain(each) for each in params], ensure_ascii=False)


def plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)) or type(value) is str:
        return value
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    for name, (kind, write, _) in KINDS.items():
        if isinstance(value, kind):
            return {KIND: name, "text": write(value)}
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def read_params(text: str) -> Any:
    return json.loads(text, object_hook=lambda found: KINDS[found[KIND]][2](found["text"]))


def ask(question: Question) -> bytes:
    """What the database answers now, as a digest of 16 bytes. One query."""
    sql, params = question
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, read_params(params))
        rows = cursor.fetchall()
    return hashlib.blake2b(repr(rows).encode("utf-8", "surrogatepass"), digest_size=16).digest()
