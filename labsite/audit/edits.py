"""Versions in words: what was added, deleted or changed, gathered by the click that did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext

from labsite.audit.entries import Version
from labsite.audit.kinds import AuditKind, kind_name
from labsite.lib.versions import ONE_EDIT, held_keys

# What a row that is gone is known by: the first of these columns that it fills.
WORDS = (
    "name", "title", "printed_name", "heading", "degree", "event", "value", "url", "path", "body", "note", "label",
    "kind", "role", "username",
)  # fmt: skip
PRIVATE = {"people.personname": frozenset(WORDS)}  # a former name is nobody's business


@dataclass(frozen=True)
class Part:
    """One row of history: what kind of thing, which one, and what became of it."""

    kind: str
    name: str
    act: str
    fields: tuple[str, ...] = ()
    address: str = ""  # of its own history, where it has a page


@dataclass
class Edit:
    """What one click, import or merge did to one record."""

    record: str
    kind: str
    address: str
    who: str
    reason: str
    version: Version
    parts: list[Part] = field(default_factory=list)

    @property
    def when(self) -> Any:
        return self.version.row.history_date


def describe(versions: Sequence[Version]) -> list[Edit]:
    """Newest first. Rows of one record that one account wrote within a second are one edit."""
    changed = changed_fields(versions)
    names = owner_names(versions)
    edits: list[Edit] = []
    for version in versions:
        owner = owner_of(version)
        edit = edits[-1] if edits and belongs(edits[-1], version, owner) else None
        if edit is None:
            edit = make_edit(version, owner, names)
            edits.append(edit)
        edit.parts.append(make_part(version, changed[id(version)]))
    return edits


def owner_of(version: Version) -> tuple[type[models.Model], Any]:
    return version.kind.owner, getattr(version.row, version.kind.column)


def belongs(edit: Edit, version: Version, owner: tuple[type[models.Model], Any]) -> bool:
    first, row = edit.version, version.row
    is_near = first.row.history_date - row.history_date <= ONE_EDIT
    same = (first.row.history_user_id, first.row.history_change_reason)
    return is_near and owner_of(first) == owner and same == (row.history_user_id, row.history_change_reason)


def make_edit(version: Version, owner: tuple[type[models.Model], Any], names: dict[Any, str]) -> Edit:
    model, key = owner
    user = version.row.history_user
    own = "" if version.kind.is_row else own_words(version.kind, version.row)
    return Edit(
        names.get(owner) or own or gettext("number %(key)s") % {"key": key},
        kind_name(model),
        history_address(model, key),
        (user.get_full_name() or user.get_username()) if user else "",
        version.row.history_change_reason or "",
        version,
    )


def history_address(model: type[models.Model], key: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[key])


def make_part(version: Version, fields: Iterable[str]) -> Part:
    acts = {"+": gettext("added"), "-": gettext("deleted"), "~": gettext("changed")}
    model = version.kind.model
    is_row = version.kind.is_row
    name = own_words(version.kind, version.row) if is_row else ""
    labels = tuple(capfirst(str(model._meta.get_field(each).verbose_name)) for each in fields)
    key = getattr(version.row, model._meta.pk.attname)
    address = history_address(model, key) if is_row and version.kind.has_page else ""
    return Part(kind_name(model), name, acts[version.row.history_type], labels, address)


def own_words(kind: AuditKind, row: Any) -> str:
    """By its own columns, so that it costs no query and works for what is gone."""
    if kind.label in PRIVATE:
        return ""
    texts = (getattr(row, name, "") for name in WORDS)
    return next((Truncator(str(text)).chars(80) for text in texts if text), "")


def owner_names(versions: Sequence[Version]) -> dict[Any, str]:
    """What the records that still exist are called. One query for each kind of record."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for version in versions:
        model, key = owner_of(version)
        wanted[model].add(key)
    found: dict[Any, str] = {}
    for model, keys in wanted.items():
        related = [each.name for each in model._meta.concrete_fields if each.many_to_one and not is_account(each)]
        rows = model._base_manager.select_related(*related) if related else model._base_manager
        found |= {(model, row.pk): str(row) for row in rows.filter(pk__in=keys)}
    return found


def is_account(column: models.Field) -> bool:
    return column.related_model._meta.app_label == "auth"


def changed_fields(versions: Sequence[Version]) -> dict[int, list[str]]:
    """By version, the names of the fields that differ from the version before. Two queries a many-to-many field."""
    found: dict[int, list[str]] = {}
    by_kind: dict[AuditKind, list[Version]] = defaultdict(list)
    for version in versions:
        by_kind[version.kind].append(version)
    for kind, own in by_kind.items():
        single = [each for each in kind.history.tracked_fields if each.editable and not each.primary_key]
        rows = [each for version in own for each in (version.row, version.previous) if each is not None]
        many = {each.name: held_keys(each, rows) for each in kind.history._history_m2m_fields}
        for version in own:
            found[id(version)] = differing(version, single, many) if version.previous else []
    return found


def differing(version: Version, single: list[models.Field], many: dict[str, dict[int, set[Any]]]) -> list[str]:
    if version.row.history_type != "~":
        return []
    row, previous = version.row, version.previous
    names = [each.name for each in single if getattr(row, each.attname) != getattr(previous, each.attname)]
    empty: set[Any] = set()
    return names + [
        name for name, held in many.items() if held.get(row.history_id, empty) != held.get(previous.history_id, empty)
    ]
