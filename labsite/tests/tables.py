"""Tables for tests: files made in memory, sent through the admin as an assistant would."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook


def csv_file(*rows: list[Any], separator: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode(encoding)


def xlsx_file(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    """A workbook of these rows; `formats` gives number formats by coordinate."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for coordinate, number_format in (formats or {}).items():
        book.active[coordinate].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def page(model: Any, name: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


def upload(client: Any, model: Any, data: bytes, name: str = "table.csv", **options: Any) -> Any:
    """The preview, or the page with the form where the file was refused."""
    return client.post(page(model, "import"), {"file": SimpleUploadedFile(name, data), **options})


def confirm(client: Any, model: Any, preview: Any, **options: Any) -> Any:
    token = preview.context["confirm_form"]["token"].value()
    return client.post(page(model, "process_import"), {"token": token, **options}, follow=True)


def import_table(client: Any, model: Any, data: bytes, **options: Any) -> Any:
    return confirm(client, model, upload(client, model, data, **options))


def said(response: Any) -> list[str]:
    """The messages of a page."""
    return [str(message) for message in response.context["messages"]]


def outline(plan: Any) -> list[tuple[int, str]]:
    """Each row's number and what would become of it."""
    return [(row.number, row.import_type) for row in plan.rows]


def changes(row: Any) -> list[tuple[str, str, str]]:
    return [(change.heading, change.old, change.new) for change in row.changes]


def problems(plan: Any) -> list[tuple[int, str, str]]:
    return [(row.number, each.heading, each.message) for row in plan.refused for each in row.problems]
