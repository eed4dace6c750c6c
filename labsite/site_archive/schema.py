"""The JSON Schemas of an archive, made from the models: their texts, their limits, their choices."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.text import capfirst

from labsite.site_archive.fields import schema_of
from labsite.site_archive.kinds import KEY, KIND_OF, KINDS, Kind, Part, list_fields, plain_fields
from labsite.site_archive.problems import ArchiveProblem

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEY_SCHEMA = {
    "title": "Key",
    "description": "Names this row within its file, for other rows to refer to it. Made from what the row says.",
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
}


def path_of(kind: Kind) -> str:
    return f"schema/{kind.name}.schema.json"


def schemas() -> dict[str, bytes]:
    """Every schema, by its path in the archive. In English, whatever language is active."""
    with translation.override("en"):
        return {path_of(kind): to_text(document(kind)) for kind in KINDS}


def to_text(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def document(kind: Kind) -> dict[str, Any]:
    """The schema of one file: an array of rows in the order in which they were entered."""
    rows = {"type": "array", "items": row_schema(kind.model, kind.parts, has_key=kind.key == KEY)}
    if kind.name == "lab":
        rows |= {"maxItems": 1}
    return {
        "$schema": DIALECT,
        "$id": f"urn:labsite:archive:1:{kind.name}",
        "title": capfirst(str(kind.model._meta.verbose_name_plural)),
        "description": described(kind.model),
        **rows,
    }


def row_schema(model: type[models.Model], parts: Any, parent: str = "", *, has_key: bool = False) -> dict[str, Any]:
    properties: dict[str, Any] = {KEY: KEY_SCHEMA} if has_key else {}
    required = [KEY] if has_key else []
    for field in plain_fields(model, parent):
        properties[field.name] = reference_schema(field) if field.is_relation else schema_of(field)
        if is_required(field):
            required.append(field.name)
    for field in list_fields(model):
        properties[field.name] = {"title": capfirst(str(field.verbose_name)), "type": "array", "uniqueItems": True,
                                  "items": target_schema(field.related_model)}  # fmt: skip
    for name, part in parts.items():
        properties[name] = part_schema(part)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def part_schema(part: Part) -> dict[str, Any]:
    rows = {"type": "array", "items": row_schema(part.model, part.parts, part.parent)}
    return {"title": capfirst(str(part.model._meta.verbose_name_plural)), "description": described(part.model), **rows}


def reference_schema(field: models.ForeignKey) -> dict[str, Any]:
    target = target_schema(field.related_model)
    found: dict[str, Any] = {"title": capfirst(str(field.verbose_name))}
    if field.help_text:
        found["description"] = str(field.help_text)
    return found | target | ({"type": ["string", "null"]} if field.null else {})


def target_schema(model: type[models.Model]) -> dict[str, Any]:
    kind = KIND_OF[model]
    return {"type": "string", "$comment": f"The member '{kind.key}' of a row of data/{kind.name}.json."}


def is_required(field: models.Field) -> bool:
    """Whether a row without it could not be loaded: what is missing elsewhere counts as the model's default."""
    return not (field.has_default() or field.blank or field.null)


def described(model: type[models.Model]) -> str:
    return inspect.cleandoc(model.__doc__ or "")


def write_schemas(folder: Path) -> None:
    """The schemas alone, as they are published in docs/archive-schema. Raises `ArchiveProblem`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in schemas().items():
            (folder / Path(path).name).write_bytes(text)
    except OSError as error:
        raise ArchiveProblem(f"{folder} cannot be written ({error.strerror or error}): name another folder.") from error
