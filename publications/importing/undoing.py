"""Takes an import back, also days later: what nobody touched since. What was edited is left, and named."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q
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

BATCH = 200
OWN_ROWS = (Authorship, Identifier, Link, Distinction, Notice)
PARTS = {"identifiers": Identifier, "links": Link, "distinctions": Distinction, "notices": Notice}
# A command, or a site, that was interrupted while it was applied: what it stored can be taken back.
CUT_OFF = Q(origin__in=[Import.Origin.COMMAND, Import.Origin.SITE], state=Import.State.APPLYING)


class AlreadyUndone(ValueError):
    """An import that was taken back, or did nothing that could be."""


@dataclass
class Undone:
    """What taking back did: how many publications went and how many were changed back, and what was kept and why."""

    deleted: int = 0
    restored: int = 0
    conflicts: int = 0


def start_undoing(key: int, user: Any = None) -> None:
    """The editor `user` said: take it back. Raises `AlreadyUndone` in words for an import of which nothing can be."""
    open_ones = Import.objects.filter(pk=key).filter(
        Q(state=Import.State.APPLIED) | Q(state=Import.State.FAILED) | CUT_OFF
    )
    if not open_ones.update(state=Import.State.UNDOING, working_until=None, asked_by=user):
        batch = Import.objects.get(pk=key)
        when = f" on {batch.undone_at:%d %B %Y}" if batch.undone_at else ""
        raise AlreadyUndone(f"“{batch}” cannot be taken back: it is “{batch.get_state_display().lower()}”{when}.")


def undo_import(key: int, user: Any = None) -> Undone:
    """Takes back the import with this primary key, all at once. Raises `AlreadyUndone` in words."""
    with transaction.atomic():
        start_undoing(key, user)
        return undo_entries(Import.objects.get(pk=key))


def undo_entries(batch: Import, renew: Callable[[], None] = lambda: None) -> Undone:
    """Takes back what is left of an import that is being taken back, in batches, each of which is whole or not done.

    Goes on where it was interrupted; `renew` is called after each batch.
    """
    open_entries = batch.entries.exclude(effect={}).exclude(effect__has_key="undone").order_by("-number")
    keys = list(open_entries.values_list("pk", flat=True))
    for begin in range(0, len(keys), BATCH):
        with transaction.atomic():
            hold_lock(RECORDS)
            rows = ImportEntry.objects.filter(pk__in=keys[begin : begin + BATCH]).order_by("-number")
            undo_batch(list(rows), batch.asked_by)
        renew()
    with transaction.atomic():
        hold_lock(RECORDS)
        remove_unused_venues(ImportEntry.objects.filter(batch=batch, effect__has_key="venue"))
        batch.state, batch.undone_at = Import.State.UNDONE, timezone.now()
        batch.save(update_fields=["state", "undone_at"])
    return count_undone(batch)


def count_undone(batch: Import) -> Undone:
    """What taking `batch` back did, from its entries. One query."""
    done = Undone()
    for effect in batch.entries.filter(effect__has_key="undone").values_list("effect", flat=True):
        conflicts = effect["undone"]
        done.conflicts += len(conflicts)
        if not conflicts:
            done.deleted += "created" in effect
            done.restored += "publication" in effect
    return done


def undo_batch(entries: list[ImportEntry], user: Any) -> None:
    created = {entry.effect["created"]: entry for entry in entries if "created" in entry.effect}
    reasons = reasons_to_keep(created)
    publications = Publication.objects.in_bulk(created)
    for entry in entries:
        conflicts: list[str] = []
        if "created" in entry.effect:
            conflicts = delete_created(entry, publications.get(entry.effect["created"]), reasons, user)
        elif "publication" in entry.effect:
            conflicts = Restoration(entry, user).restore()
        entry.effect["undone"] = conflicts
    ImportEntry.objects.bulk_update(entries, ["effect"], batch_size=BATCH)


def reason_of_undoing(batch: int) -> str:
    """Stands in the history of what taking an import back writes."""
    return f"Import {batch} taken back"


def moment(entry: ImportEntry) -> datetime.datetime:
    """When the entry was applied."""
    return parse_datetime(entry.effect["at"])


# Publications that the import made


def reasons_to_keep(created: dict[int, ImportEntry]) -> dict[int, str]:
    """By publication why it may not go: it was edited, or something refers to it. A fixed number of queries."""
    reasons: dict[int, str] = {}
    undone = Import.objects.filter(state=Import.State.UNDONE).values_list("pk", flat=True)
    taken_back = {reason for key in undone for reason in (f"Import {key}", reason_of_undoing(key))}
    for model in (Publication, *OWN_ROWS):
        column = "id" if model is Publication else "publication_id"
        rows = model.history.filter(**{f"{column}__in": created}).select_related("history_user")
        rows = rows.filter(history_date__gt=min(map(moment, created.values()))) if created else rows.none()
        for row in rows:
            key = getattr(row, column)
            if row.history_date > moment(created[key]) and row.history_change_reason not in taken_back:
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


def delete_created(
    entry: ImportEntry, publication: Publication | None, reasons: dict[int, str], user: Any
) -> list[str]:
    """Why it is kept, in words; nothing if it went."""
    if publication is None:
        return [f"“{entry.label}” is not there any more: it was deleted, or merged with another."]
    if publication.pk in reasons:
        return [f"“{publication}” was kept: {reasons[publication.pk]}."]
    publication._history_user, publication._change_reason = user, reason_of_undoing(entry.batch_id)
    publication.delete()
    return []


# Publications that the import changed


class Restoration:
    """Changes one publication back, field by field."""

    def __init__(self, entry: ImportEntry, user: Any) -> None:
        self.entry, self.user, self.at = entry, user, moment(entry)
        held = Publication.objects.select_for_update().filter(pk=entry.effect["publication"])
        self.publication = held.first()
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
        row._history_user, row._change_reason = self.user, reason_of_undoing(self.entry.batch_id)
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
