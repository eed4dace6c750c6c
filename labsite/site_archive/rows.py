"""The records as the rows of an archive: read in batches, in the order in which they were entered.

That order breaks ties in many lists, so it is kept: it is the one thing about a database's keys that shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import models

from labsite.lib.text import free_slug
from labsite.site_archive.fields import to_json
from labsite.site_archive.kinds import (
    KEY,
    KIND_OF,
    KINDS,
    SHELVES,
    Kind,
    Part,
    list_fields,
    plain_fields,
)  # fmt: skip
from labsite.site_archive.manifest import MEDIA, NAMES
from labsite.site_archive.public import make_public, public_part, public_rows

BATCH = 500
Row = dict[str, Any]


def batches(rows: models.QuerySet) -> Iterator[list[Any]]:
    """All rows in the order of their keys, some hundred in memory at a time."""
    batch = list(rows.order_by("pk")[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk).order_by("pk")[:BATCH])


def is_stored(name: str) -> bool:
    """Whether there is such an upload, under a name that an archive may have."""
    return NAMES.fullmatch(f"{MEDIA}{name}") is not None and default_storage.exists(name)


class Rows:
    """Reads the records of this site. `is_public` leaves out what is not for everybody.

    Kinds are to be read in the order of `KINDS`: of shelves, a public archive takes what the rows before refer to.
    """

    def __init__(self, *, is_public: bool = False) -> None:
        self.is_public = is_public
        self.files: set[str] = set()  # the media that the rows read so far name
        self.missing: set[str] = set()  # those that are not there, or not under a name of ours: the rows name none
        self.used: dict[type[models.Model], set[Any]] = defaultdict(set)
        self.keys = {kind.model: self.keys_of(kind) for kind in KINDS}

    def chosen(self, model: type[models.Model]) -> models.QuerySet:
        rows = public_rows(model) if self.is_public else model._base_manager.all()
        return rows.filter(KIND_OF[model].only)

    def keys_of(self, kind: Kind) -> dict[Any, str]:
        """By its key in the database, the key of each row in the archive."""
        if kind.naming is None:
            return {pk: str(key) for pk, key in self.chosen(kind.model).order_by("pk").values_list("pk", kind.key)}
        named_by = [
            name for name in ("mentor", "mentee", "person", "publication")
            if any(field.name == name for field in kind.model._meta.concrete_fields)
        ]  # fmt: skip
        rows = self.chosen(kind.model)
        taken: set[str] = set()
        return {
            row.pk: free_slug(kind.naming(row), kind.name, taken)
            for batch in batches(rows.select_related(*named_by) if named_by else rows)
            for row in batch
        }

    def of(self, kind: Kind) -> Iterator[Row]:
        """The rows of a kind. A fixed number of queries for each 500."""
        rows = self.chosen(kind.model)
        if self.is_public and kind.model in SHELVES:
            rows = rows.filter(pk__in=self.with_parents(kind.model))
        for batch in batches(rows):
            for record, row in self.plain(batch, kind.parts):
                if row is not None:
                    yield {KEY: self.keys[kind.model][record.pk], **row} if kind.key == KEY else row

    def with_parents(self, model: type[models.Model]) -> set[Any]:
        """The rows of a shelf that are used, and what they are part of. As many queries as there are levels."""
        found, fresh = set(), self.used[model]
        has_parent = any(field.name == "parent" for field in model._meta.concrete_fields)
        while fresh:
            found |= fresh
            parents = model._base_manager.filter(pk__in=fresh, parent__isnull=False) if has_parent else None
            fresh = set(parents.values_list("parent", flat=True)) - found if parents is not None else set()
        return found

    def plain(
        self, batch: list[Any], parts: Mapping[str, Part], parent: str = ""
    ) -> Iterator[tuple[models.Model, Row | None]]:
        """Each record with its row; with None where it needs another that is left out."""
        if not batch:
            return
        model = type(batch[0])
        fields = plain_fields(model, parent)
        lists = {field.name: self.lists(field, batch) for field in list_fields(model)}
        within = {name: self.within(part, batch) for name, part in parts.items()}
        for record in batch:
            row: Row | None = {}
            for field in fields:
                row[field.name] = self.value(field, record)
            if any(row[field.name] is None for field in fields if field.is_relation and not field.null):
                row = None
            else:
                row |= {name: found.get(record.pk, []) for name, found in lists.items()}
                row |= {name: found.get(record.pk, []) for name, found in within.items()}
                if self.is_public:
                    make_public(record, row)
                self.note_used(fields, record, row)
            yield record, row

    def value(self, field: models.Field, record: models.Model) -> Any:
        if field.is_relation:
            return self.keys[field.related_model].get(getattr(record, field.attname))
        value = to_json(field, record)
        if isinstance(field, models.FileField) and value and not is_stored(value):
            self.missing.add(value)
            return ""
        return value

    def note_used(self, fields: list[models.Field], record: models.Model, row: Row) -> None:
        """What a row that is taken refers to, and the files it names."""
        for field in fields:
            if field.is_relation and row[field.name] is not None:
                self.used[field.related_model].add(getattr(record, field.attname))
            elif isinstance(field, models.FileField) and row[field.name]:
                self.files.add(row[field.name])

    def lists(self, field: models.ManyToManyField, batch: list[Any]) -> dict[Any, list[str]]:
        """By record, the keys of the rows that `field` names, sorted. One query."""
        keys, used = self.keys[field.related_model], self.used[field.related_model]
        source, target = field.m2m_column_name(), field.m2m_reverse_name()
        through = field.remote_field.through._base_manager
        found: dict[Any, list[str]] = defaultdict(list)
        owners = [record.pk for record in batch]
        for owner, other in through.filter(**{f"{source}__in": owners}).values_list(source, target):
            if other in keys:
                found[owner].append(keys[other])
                used.add(other)
        return {owner: sorted(each) for owner, each in found.items()}

    def within(self, part: Part, batch: list[Any]) -> dict[Any, list[Row]]:
        """By record, the rows of `part` that stand within it."""
        owner = part.model._meta.get_field(part.parent).attname
        found: dict[Any, list[Row]] = defaultdict(list)
        rows = part.model._base_manager.filter(**{f"{owner}__in": [record.pk for record in batch]})
        if self.is_public:
            rows = public_part(part.model, rows)
        ordered = list(rows.order_by("pk"))
        for begin in range(0, len(ordered), BATCH):
            for record, row in self.plain(ordered[begin : begin + BATCH], part.parts, part.parent):
                if row is not None:
                    found[getattr(record, owner)].append(row)
        return found
