"""An archive in which every field of every model says something: rows made from the models themselves.

Of each kind there are three rows: one that fills every field with awkward values, one that fills hardly any, and one
that is like the first as far as the rules let it be.
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import models
from PIL import Image

from activities.models import Metric, NewsItem, Service, TalkLink
from labsite.backups.values import kind_of
from labsite.lib.dates import EDTFField
from labsite.lib.images import reencode
from labsite.models import Document, LabProfile, OldPath
from labsite.site_archive.folders import Staging
from labsite.site_archive.kinds import KEY, KINDS, Kind, Part, list_fields, plain_fields
from labsite.site_archive.manifest import MANIFEST, Manifest
from people.models import OldAddress, PersonName, Position, PositionPerson
from publications.models import Identifier, Link, Rejection

AWKWARD = 'Ünï "quoted": # 张逸骅 🏆 שלום {{ x }} --- | & <b>\\n é'
PDF = b"%PDF-1.4\n% an invented paper\n%%EOF\n"
DOCUMENTS = [f"{number:032x}" for number in (7, 8, 9)]
ORCIDS = ("0000-0002-1825-0097", "", "0000-0001-5109-3700")
FULL, BARE, ALIKE = range(3)
# By the name of the field, or of model and field: what the rules of our models ask for.
SAID: dict[str, Any] = {
    "start": "2019-02", "end": "2020-05-31", "end_is_unknown": False, "year": 2020, "date": "2020-05",
    "end_date": "2020-06-01", "ror": "05hs6h993", "country": "SA", "currency": "EUR", "email": "ada@example.org",
    "url": "https://example.org/path?a=1&b=[2]#c", "accent": "#0a5c36", "count": 3, "position": 1,
    "header_links": "People | /people/\nElsewhere | https://example.org/", "footer_links": "Join | /pages/join/",
    "bibtex_key": "quint2020:a", "selected": 3, "submissions": 40, "rate_percent": "7.50",
    "photo_focus_x": 12, "photo_focus_y": 90, "phone_visibility": "members", "native_language": "zh-Hans",
    "PersonName.kind": "former", "PersonName.is_public": False, "AwardReceipt.year": "2021-03",
    "cv_hidden": ["skills", "talks"], "extra": {"zeta": "1", "alpha": {"b": [1.5, 2, None, True]}, "é": "ü"},
    "raw_record": {"read": {"bibtex": "abc"}, "venue": AWKWARD}, "match_key": "onquietmachines",
    "Identifier.scheme": "doi", "Document.size": len(PDF), "Document.sha256": hashlib.sha256(PDF).hexdigest(),
}  # fmt: skip


@cache
def picture(format: str, size: tuple[int, int] = (40, 30), colour: tuple[int, ...] = (10, 90, 200)) -> bytes:
    """A picture as this site stores it after an upload."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return reencode(ContentFile(target.getvalue()), format, 1600).read()


class Filled:
    """`rows` by kind, and the `media` that they name."""

    def __init__(self) -> None:
        self.media: dict[str, bytes] = {}
        self.number = 0
        self.rows = {kind.name: [self.top(kind, which) for which in self.of(kind)] for kind in KINDS}

    def of(self, kind: Kind) -> tuple[int, ...]:
        return (FULL,) if kind.model is LabProfile else (FULL, BARE, ALIKE)

    def key(self, kind: Kind, which: int) -> str:
        if kind.model is Document:
            return DOCUMENTS[which]
        if kind.model is OldPath:
            return f"/lists/{which}.html"
        return f"{AWKWARD} {which}" if kind.key == "name" else f"{kind.name}-{which}"

    def top(self, kind: Kind, which: int) -> dict[str, Any]:
        row = self.row(kind.model, kind.parts, which, which)
        if kind.key == KEY:
            return {KEY: self.key(kind, which), **row}
        return {**row, kind.key: self.key(kind, which)}

    def row(self, model: type[models.Model], parts: dict[str, Part], which: int, owner: int, parent: str = "") -> Any:
        self.number += 1
        row: dict[str, Any] = {}
        for field in plain_fields(model, parent):
            value = self.value(model, field, which, owner)
            if value is not None or field.null:
                row[field.name] = value
        for field in list_fields(model):
            target = next(kind for kind in KINDS if kind.model is field.related_model)
            row[field.name] = [] if which == BARE else [self.key(target, other) for other in (FULL, ALIKE)]
        for name, part in parts.items():
            inner = (FULL, BARE) if owner != BARE and part.model not in (PositionPerson,) else (FULL,)
            row[name] = [self.row(part.model, part.parts, each, owner, part.parent) for each in inner]
        return self.mended(model, row, which, owner)

    def value(self, model: type[models.Model], field: models.Field, which: int, owner: int) -> Any:
        said = SAID.get(f"{model.__name__}.{field.name}", SAID.get(field.name))
        is_bare = (
            which == BARE
            and not isinstance(field, models.DateTimeField)
            and (field.blank or field.null or field.has_default())
        )
        if field.is_relation:
            return self.reference(model, field, which)
        if isinstance(field, models.FileField):
            return "" if is_bare else self.file(model, field, which)
        if is_bare:
            return None if field.null else field.get_default() if field.has_default() else ""
        if field.name == "orcid":
            return ORCIDS[which]
        if said is not None:
            return said
        if field.choices:
            return [value for value, _ in field.flatchoices if value != ""][-1]
        if isinstance(field, EDTFField):
            return "2020-05-31"
        kind = kind_of(field)
        plain = {"boolean": True, "integer": 3, "decimal": "12.50", "moment": "2024-05-31T12:00:00.000001+00:00"}
        if kind in plain:
            return plain[kind]
        if kind == "json":
            return [AWKWARD, "NIPS"] if field.default is list else {"b": AWKWARD, "a": [1, 2.5, None]}
        if isinstance(field, models.SlugField):
            return f"old-{self.number}"
        text = f"{self.number} {AWKWARD}" if field.unique or model in (PersonName, Rejection) else AWKWARD
        return text[: field.max_length].strip() if field.max_length else f"{text}\n\n- second line\n"

    def reference(self, model: type[models.Model], field: models.ForeignKey, which: int) -> str | None:
        if which == BARE and field.null:
            return None
        kind = next(kind for kind in KINDS if kind.model is field.related_model)
        if field.name == "mentee":  # not themselves
            return self.key(kind, (which + 1) % 3)
        if field.name == "parent":  # and in no circle
            return self.key(kind, ALIKE) if which == FULL else None
        return self.key(kind, which)

    def file(self, model: type[models.Model], field: models.Field, which: int) -> str:
        if model is Document:
            name, content = f"documents/{DOCUMENTS[which]}.pdf", PDF
        else:
            format = "PNG" if field.name == "logo" else "JPEG"
            folder, ending = ("photos" if field.name == "photo" else "site"), format.lower().replace("jpeg", "jpg")
            name, content = f"{folder}/{self.number * 100 + len(self.media):032x}.{ending}", picture(format)
        self.media[name] = content
        return name

    def mended(self, model: type[models.Model], row: dict[str, Any], which: int, owner: int) -> dict[str, Any]:
        """What the rules ask of several fields together."""
        if model is Metric:
            row["publication" if which == FULL else "person"] = None
            row["person" if which == FULL else "publication"] = f"{'people' if which == FULL else 'publications'}-0"
        elif model in (Link, TalkLink):
            row |= {"url": f"https://example.org/{self.number}", "document": None}
            if which == FULL:
                row |= {"url": "", "document": DOCUMENTS[owner]}
        elif model is Identifier:
            row["value"] = f"10.1000/x{self.number}"
        elif model in (OldAddress, OldPath):
            row["path"] = f"/old/{self.number}/张.html"
            row |= {"list_page": "news"} if "list_page" in row else {}
        elif model is NewsItem and which == BARE:
            row["date"] = "2019"
        elif model is PositionPerson:
            row["person"] = "people-1" if owner != BARE else "people-0"
        elif model is Document:
            row |= {"file": self.file(model, model._meta.get_field("file"), which), "size": len(PDF)}
            row["sha256"] = SAID["Document.sha256"]
        for name, values in {"bibtex_key": ("a", "", "b"), "orcid": ORCIDS}.items():
            if name in row:
                row[name] = values[which]
        if which == BARE and model in (Position, Service):
            row["title"] = "Something"
        return row

    def write(self, folder: Path, *, is_public: bool = False) -> Path:
        """The archive of these rows, as another program might have written it."""
        staging = Staging(folder, is_kept=False)
        folder.mkdir(parents=True)
        manifest = Manifest(is_public=is_public)
        for name, rows in self.rows.items():
            staging.add(f"data/{name}.json", json.dumps(rows, ensure_ascii=False).encode())
            manifest.records[name] = len(rows)
        for name, content in self.media.items():
            staging.add(f"media/{name}", content)
        manifest.files = staging.files
        staging.add(MANIFEST, manifest.to_json(), is_listed=False)
        return folder
