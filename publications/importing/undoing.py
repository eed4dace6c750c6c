"""Takes an import back, also days later: what nobody touched since. What was edited is left, and named.

One transaction; an import is taken back once.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from labsite.lib.dates import parse_edtf
from labsite.lib.locks import RECORDS, hold_lock
from publications.importing.comparing import LABELS
from publications.importing.updating import DATES
from publications.models import (
    Authorship,
    Distinction,
    Identifier,
    Import,
    ImportEntry,
    Link,
    Notice,
    Publication,
    PublicationDigest,
    Venue,
)

BATCH = 500
OWN_ROWS = (Authorship, Identifier, Link, Distinction, Notice)
PARTS = {"identifiers": Identifier, "links": Link, "distinctions": Distinction}


class AlreadyUndone(ValueError):
    """An import that was taken back, or did nothing that could be."""


@dataclass
class Undone:
    """What taking back did: how many publications went and how many were changed back, and what was kept and why."""

    deleted: int = 0
    restored: int = 0
    conflicts: int = 0


@transaction.atomic
def undo_import(key: int, user: Any = None) -> Undone:
    """Takes back the import with this primary key. Raises `AlreadyUndone` in words."""
    hold_lock(RECORDS)
    batch = Import.objects.select_for_update().get(pk=key)
    if batch.state == Import.State.UNDONE:
        raise AlreadyUndone(f"“{batch}” was taken back on {batch.undone_at:%d %B %Y} already.")
    done = Undone()
    entries = batch.entries.exclude(effect={}).order_by("-number")
    keys = list(entries.values_list("pk", flat=True))
    for begin in range(0, len(keys), BATCH):
        undo_batch(list(ImportEntry.objects.filter(pk__in=keys[begin : begin + BATCH]).order_by("-number")), user, done)
    remove_unused_venues(ImportEntry.objects.filter(batch=batch, effect__has_key="venue"))
    batch.state, batch.undone_at = Import.State.UNDONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    return done


def undo_batch(entries: list[ImportEntry], user: Any, done: Undone) -> None:
    created = {entry.effect["created"]: entry for entry in entries if "created" in entry.effect}
    reasons = reasons_to_keep(created)
    publications = Publication.objects.in_bulk(created)
    for entry in entries:
        if "created" in entry.effect:
            conflicts = delete_created(publications.get(entry.effect["created"]), reasons, user)
            done.deleted += not conflicts
        elif "publication" in entry.effect:
            conflicts = Restoration(entry, user).restore()
            done.restored += 1
        else:
            continue
        done.conflicts += len(conflicts)
        entry.effect["undone"] = conflicts
    ImportEntry.objects.bulk_update(entries, ["effect"], batch_size=BATCH)


def moment(entry: ImportEntry) -> datetime.datetime:
    """When the entry was applied."""
    return parse_datetime(entry.effect["at"])


# Publications that the import made


def reasons_to_keep(created: dict[int, ImportEntry]) -> dict[int, str]:
    """By publication why it may not go: it was edited, or something refers to it. A fixed number of queries."""
    reasons: dict[int, str] = {}
    for model in (Publication, *OWN_ROWS):
        column = "id" if model is Publication else "publication_id"
        rows = model.history.filter(**{f"{column}__in": created}).select_related("history_user")
        rows = rows.filter(history_date__gt=min(map(moment, created.values()))) if created else rows.none()
        for row in rows:
            key = getattr(row, column)
            if row.history_date > moment(created[key]):
                who = f" by {row.history_user}" if row.history_user else ""
                reasons[key] = f"edited on {row.history_date:%d %B %Y}{who}"
    for name, keys in referred_to(list(created)).items():
        for key in keys:
            reasons.setdefault(key, f"a {name} refers to it")
    return reasons


def referred_to(keys: list[int]) -> dict[str, set[int]]:
    """By the name of a kind of record, the publications among `keys` that such records refer to."""
    found: dict[str, set[int]] = defaultdict(set)
    own = {*OWN_ROWS, PublicationDigest, ImportEntry}
    for relation in Publication._meta.related_objects:
        model = relation.related_model
        if model in own or hasattr(model, "history_type") or hasattr(model, "m2m_history_id"):
            continue
        if relation.many_to_many:
            column = f"{relation.field.m2m_reverse_field_name()}_id"
            rows = relation.field.remote_field.through._default_manager
        else:
            column, rows = relation.field.attname, model._default_manager
        found[str(model._meta.verbose_name)].update(
            rows.filter(**{f"{column}__in": keys}).values_list(column, flat=True)
        )
    return found


def delete_created(publication: Publication | None, reasons: dict[int, str], user: Any) -> list[str]:
    """Why it is kept, in words; nothing if it went, or was gone."""
    if publication is None:
        return []
    if publication.pk in reasons:
        return [f"“{publication}” was kept: {reasons[publication.pk]}."]
    publication._history_user = user
    publication.delete()
    return []


# Publications that the import changed


class Restoration:
    """Changes one publication back, field by field."""

    def __init__(self, entry: ImportEntry, user: Any) -> None:
        self.entry, self.user, self.at = entry, user, moment(entry)
        self.publication = Publication.objects.filter(pk=entry.effect["publication"]).first()
        self.conflicts: list[str] = []

    def restore(self) -> list[str]:
        """What could not be changed back, in words."""
        if self.publication is None:
            return [f"“{self.entry.label}” was deleted since: there is nothing to change back."]
        for linked in self.entry.effect.get("people", ()):
            self._unlink(linked)
        if "authors" in self.entry.effect:
            self._restore_authors(self.entry.effect["authors"])
        for name, keys in self.entry.effect.get("added", {}).items():
            self._remove(name, keys)
        for change in reversed(self.entry.effect.get("changes", [])):
            self._change_back(change["field"], change["old"], change["new"])
        self._forget_reading()
        self._write(self.publication)
        return self.conflicts

    def _write(self, row: models.Model) -> None:
        row._history_user = self.user
        row.save()

    def _kept(self, what: str) -> None:
        self.conflicts.append(f"{what} of “{self.publication}” was edited since and is kept.")

    def _is_edited(self, row: models.Model) -> bool:
        return row.history.filter(history_date__gt=self.at).exists()

    def _change_back(self, name: str, old: Any, new: Any) -> None:
        publication = self.publication
        if name == "extra":
            added = dict(new)
            same = {key: value for key, value in added.items() if publication.extra.get(key) == value}
            publication.extra = {key: value for key, value in publication.extra.items() if key not in same}
            if len(same) < len(added):
                self._kept("A BibTeX field")
        elif name == "other_titles":
            publication.other_titles = [title for title in publication.other_titles if title != new]
        elif name == "venue":
            if publication.venue_id == new:
                publication.venue_id = old if Venue.objects.filter(pk=old).exists() else None
            else:
                self._kept("Venue")
        elif str(getattr(publication, name) or "") == str(new or ""):
            setattr(publication, name, parse_edtf(old or None) if name in DATES else old)
        else:
            self._kept(LABELS[name])

    def _remove(self, name: str, keys: list[int]) -> None:
        if name == "topics":
            self.publication.topics.remove(*keys)
            return
        for row in PARTS[name].objects.filter(pk__in=keys, publication=self.publication):
            if self._is_edited(row):
                self._kept(f"{row._meta.verbose_name.capitalize()} “{row}”")
            else:
                row._history_user = self.user
                row.delete()

    def _unlink(self, linked: dict[str, Any]) -> None:
        row = Authorship.objects.filter(pk=linked["row"]).first()
        if row is None or row.person_id != linked["person"] or self._is_edited(row):
            self._kept(f"Author “{row.printed_name if row else '?'}”")
            return
        for name, value in linked["before"].items():
            setattr(row, name, value)
        self._write(row)

    def _restore_authors(self, effect: dict[str, Any]) -> None:
        rows = {row.pk: row for row in self.publication.authorships.all()}
        now = [[row.pk, row.position] for row in sorted(rows.values(), key=lambda row: row.pk)]
        if now != [list(pair) for pair in effect["after"]]:
            self._kept("The list of authors")
            return
        for key in effect["added"]:
            rows[key]._history_user = self.user
            rows.pop(key).delete()
        for key, position in effect["before"]:
            row = rows.get(key)
            if row is not None and row.position != position:
                row.position = position
                self._write(row)
        for data in effect["deleted"]:
            self._write(Authorship(**data))
        self.publication.author_list_complete = effect["complete"]

    def _forget_reading(self) -> None:
        """What the source said is not known any more, so that importing it again brings it again."""
        raw = dict(self.publication.raw_record or {})
        read = dict(raw.get("read") or {})
        read.pop(self.entry.effect.get("source", ""), None)
        self.publication.raw_record = {**raw, "read": read}


def remove_unused_venues(entries: Iterable[ImportEntry]) -> None:
    """Venues that the import made and nothing refers to; one that somebody edited stays."""
    for venue in Venue.objects.filter(pk__in=[entry.effect["venue"] for entry in entries]):
        used = any(
            relation.field.model._default_manager.filter(**{relation.field.name: venue}).exists()
            for relation in Venue._meta.related_objects
            if not hasattr(relation.related_model, "history_type")
        )
        if not used and venue.history.count() == 1:
            venue.delete()
