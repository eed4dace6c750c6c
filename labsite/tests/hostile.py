"""What nobody would send on purpose: values for the fields of a page's forms, and pages with all their forms."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from lxml import html

from labsite.tests.access import Lab, routes

VALUES = [
    "", " ", "\x00", "a\x00b", "-1", "0", "1", "2", "99", "9" * 30, "-" + "9" * 20, "²", "٣", "½", "1e400", "NaN",
    "inf",
    "0x1", "1.5", "null", "None", "[]", "{}", "[1]", '{"a": 1}', '[{"a": [1]}]', '"', "on", "true", "x", "Ada Quint",
    "people.person", "id", "-name", "__all__", "pk", "2024", "2024-13", "2024-02-30", "0000-00-00", "9999-12-31",
    "10000-01-01", "1000-01-01", "2024-05/2023", "2024~", "<script>q4x(1)</script>", "javascript:alert(1)", "https://",
    "https://[", "http://[::1", "https://example.org/" + "a" * 3000, "//evil.example.org", "mailto:x",
    "../../etc/passwd", "%00", "%", "a" * 300, "a" * 20_000, "\u202eabc", "\ufeff", "\u2028", "\U0001f642" * 100,
    "e\u0301" * 200, "\uffff", "{{ 7 }}", "' OR 1=1 --", "0000-0002-1825-0097", "0000-0000-0000-0000", "10.1000/182",
    "10.", "2401.00001", "x@example.org", "x@", "#12345", "#zzzzzz", "1,2", "50", "1000", "1001", "2147483648",
    "9223372036854775808", "1.1.1.1.1", "--", "a" * 300 + "@example.org", "\t\r\n", "\udcff",
]  # fmt: skip
FILES = [
    b"", b"\x00" * 100, b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"PK\x03\x04" + b"\xff" * 40, b"\xff\xfe\x00",
    b"@article{a, title={A}}", b"TY  - JOUR\nER  -\n", b'[{"title": 1}]', b"name,role\nAda,\n", b"\xff" * 300,
    b"{" * 500,
]  # fmt: skip
QUERIES = [
    "q", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "page", "pp", "kind", "kept", "merged",
    "next",
    "id", "id__in", "pk", "name", "year", "from", "to", "format", "style", "author", "role", "group", "state__exact",
    "is_published__exact", "date__gte", "start__gte", "term", "app_label", "model_name", "field_name", "forget", "seen",
    "text", "person", "export", "after", "sort", "lang",
]  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, what a browser would send unchanged, and the names of its files."""

    action: str
    values: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]


class Site:
    """A lab with a bit of everything, and a browser for each role that forgets what it did."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.addresses = sorted({address for route in routes() for _, address in self.lab.addresses(route)})
        self.kept: dict[tuple[str, str], list[Form]] = {}

    @contextmanager
    def undone(self, role: str) -> Iterator[Any]:
        client = self.lab.clients[role]
        cookies = client.cookies.copy()
        with transaction.atomic():
            yield client
            transaction.set_rollback(True)
        client.cookies = cookies

    def ask(self, role: str, method: str, address: str, data: Any = None) -> HttpResponse:
        with self.undone(role) as client:
            response = client.get(address) if method == "GET" else client.post(address, data)
            if response.streaming:
                response.getvalue()
        return response

    def forms(self, role: str, address: str) -> list[Form]:
        """Those of the page that are sent by POST; none where the role does not reach it."""
        if (role, address) not in self.kept:
            response = self.ask(role, "GET", address)
            is_page = response.status_code == 200 and "html" in response.headers["Content-Type"]
            found = html.fromstring(response.content.decode()).forms if is_page and response.content else []
            self.kept[role, address] = [read_form(form, address) for form in found if is_asked(form)]
        return self.kept[role, address]


def is_asked(form: Any) -> bool:
    """Leaves out those that search, and the one at the foot of every page that signs out."""
    return form.method == "POST" and not (form.get("action") or "").endswith("/logout/")


def read_form(form: Any, address: str) -> Form:
    inputs = [each for each in form.inputs if each.name]
    kinds = {each.name: (each.get("type") or "") for each in inputs}
    values = tuple((name, value) for name, value in form.form_values() if kinds.get(name) not in ("submit", "file"))
    buttons = form.xpath(".//button[@name]|.//input[@type='submit'][@name]")
    return Form(
        action=form.get("action") or address,
        values=values,
        files=tuple(name for name, kind in kinds.items() if kind == "file"),
        buttons=tuple((each.get("name"), each.get("value") or "") for each in buttons),
    )


def spoilt(form: Form, chance: random.Random) -> dict[str, Any]:
    """What is sent: a few fields changed, left out, doubled, or filled with those of another kind."""
    data: dict[str, Any] = {}
    for name, value in form.values:
        data.setdefault(name, []).append(value)
    names = [*data, *form.files]
    for name in chance.sample(names, min(len(names), chance.choice((0, 1, 1, 2, 3, 8)))):
        how = chance.random()
        if how < 0.1:
            data.pop(name, None)
        elif how < 0.2:
            data[name] = [chance.choice(VALUES) for _ in range(3)]
        elif name in form.files or how > 0.97:
            data[name] = SimpleUploadedFile(
                chance.choice(("x.jpg", "x.csv", "x.xlsx", "x.bib", "x")), chance.choice(FILES)
            )
        else:
            data[name] = [chance.choice(VALUES)]
    if form.buttons and chance.random() < 0.9:
        name, value = chance.choice(form.buttons)
        data[name] = [value if chance.random() < 0.9 else chance.choice(VALUES)]
    return {
        name: [sendable(each) for each in value] if isinstance(value, list) else value for name, value in data.items()
    }


def sendable(text: str) -> str:
    """Without what no browser can put into UTF-8."""
    return text.encode("utf-8", "ignore").decode()


def query(chance: random.Random) -> str:
    """A question that no link of the site asks, in any bytes."""
    pairs = [(chance.choice(QUERIES), chance.choice(VALUES)) for _ in range(chance.randint(1, 3))]
    return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogateescape'))}" for name, value in pairs)
