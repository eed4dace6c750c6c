"""Takes a site back, also months later: what nobody touched since goes, what was edited stays and is named.

A record that was edited, or that something else refers to by now, stays with all its parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from activities.models import AwardReceipt, ProjectLink, ProjectRole, Service, TalkLink
from labsite.lib.locks import RECORDS, hold_lock
from labsite.merging.ledger import Ledger, batched, dump_row, dump_value, load_row, pairs_of
from labsite.merging.relations import relations_of
from labsite.models import Document, OldPath, SiteImport, SiteOrigin
from labsite.models.moving import TARGETS
from people.models import (
    Course,
    Education,
    Membership,
    OldAddress,
    PersonName,
    Position,
    ProfileLink,
    ProfileSection,
)
from publications.importing.undoing import AlreadyUndone, count_undone, undo_import
from publications.models import Import, Link, Publication

# Whose part a row is: it stays while that stays.
OWNERS: dict[type[models.Model], tuple[str, ...]] = {
    Membership: ("person",), Position: ("person",), Education: ("person",), Service: ("person",),
    ProfileLink: ("person",), ProfileSection: ("person",), PersonName: ("person",), OldAddress: ("person",),
    Course: ("education",), AwardReceipt: ("award",), ProjectRole: ("project",), ProjectLink: ("project",),
    TalkLink: ("talk",), Link: ("publication",), OldPath: TARGETS,
}  # fmt: skip
TAKEN_BACK = (Import.State.UNDOING, Import.State.UNDONE)
UNDOABLE = (SiteImport.State.APPLIED, SiteImport.State.FAILED, SiteImport.State.UNDOING)

Name = tuple[type[models.Model], Any]  # a row: its model and its key


class NotUndoable(ValueError):
    """A site that was taken back already, or did nothing that could be."""


def undo_site(key: int, user: Any = None) -> dict[str, Any]:
    """Takes back the site with this key, all at once; gives what went, what was changed back and what was kept.

    Raises `NotUndoable` in words.
    """
    with transaction.atomic():
        hold_lock(RECORDS)
        batch = SiteImport.objects.select_for_update().get(pk=key)
        if batch.state not in UNDOABLE or not batch.effect:
            raise NotUndoable(f"“{batch}” cannot be taken back: it is “{batch.get_state_display().lower()}”.")
        undoing = Undoing(batch, user)
        result = undoing.run()
        batch.state, batch.undone_at, batch.asked_by = SiteImport.State.UNDONE, timezone.now(), user
        batch.effect = {**batch.effect, "undone": result}
        batch.working_until = None
        batch.save(update_fields=["state", "undone_at", "asked_by", "effect", "working_until"])
    return result


class Undoing:
    """One site being taken back."""

    def __init__(self, batch: SiteImport, user: Any) -> None:
        self.batch, self.user = batch, user
        self.ledger = Ledger(user, f"Site brought in ({batch.pk}), taken back")
        self.entries: list[dict[str, Any]] = batch.effect["entries"]
        self.added = dict(added_rows(self.entries))
        self.kept: dict[Name, str] = {}
        self.conflicts: list[str] = []
        self.removed = self.restored = 0
        self.stored: dict[Name, models.Model] = {}
        self.made = made_publications(batch.papers)

    def run(self) -> dict[str, Any]:
        parted, named = self.part_from_publications(), self.unname_publications()
        papers = self.undo_publications()
        self.rejoin(parted)
        self.change_back()
        self.decide()
        self.remove()
        self.name_again(named)
        self.ledger.close()
        self.forget_origins()
        self.conflicts += [
            f"{model._meta.verbose_name} “{row}” stays: {why}" for (model, row), why in self.named_kept().items()
        ]
        counts = {"removed": self.removed, "restored": self.restored}
        return {**counts, "kept": self.conflicts, "publications": papers}

    # Publications, which have an undo of their own

    def part_from_publications(self) -> list[models.Model]:
        """Takes away what ties publications that this import made to anything: else they would be in use."""
        made, parted = self.made, []
        for (model, key), values in list(self.added.items()):
            pointing = [
                column.attname for column in model._meta.concrete_fields
                if column.related_model is Publication and values.get(column.attname) in made
            ]  # fmt: skip
            if model is Link or not pointing or not (model._meta.auto_created or model is OldPath):
                continue
            row = model._base_manager.filter(pk=key).first()
            if row is not None:
                self.take_away(row)
                parted.append(row)
        return parted

    def unname_publications(self) -> list[tuple[models.Model, str, int]]:
        """Empties columns of other records that this import filled with publications it made; gives what they held."""
        emptied = []
        for entry in self.entries:
            model = apps.get_model(entry["model"])
            columns = {each.attname for each in model._meta.concrete_fields if each.related_model is Publication}
            for name in columns & entry.get("fields", {}).keys():
                before, after = entry["fields"].pop(name)
                row = model._base_manager.filter(pk=entry["key"], **{name: after}).first()
                if row is None or after not in self.made:
                    entry["fields"][name] = [before, after]
                    continue
                self.ledger.edit(row, {name: before})
                emptied.append((row, name, after))
        return emptied

    def name_again(self, emptied: list[tuple[models.Model, str, int]]) -> None:
        """What stays goes on naming the publications that stay."""
        for row, name, key in emptied:
            if type(row)._base_manager.filter(pk=row.pk).exists() and Publication.objects.filter(pk=key).exists():
                self.ledger.edit(row, {name: key})

    def take_away(self, row: models.Model) -> None:
        key = row.pk
        if row._meta.auto_created:
            self.ledger.touch(pairs_of(type(row)), [key])
        self.ledger.sign(row)
        row.delete()
        row.pk = key

    def undo_publications(self) -> dict[str, int]:
        papers = self.batch.papers
        if papers is None:
            return {}
        if papers.state == Import.State.PLANNED:  # nothing of it is in, and nobody is to apply it after this
            papers.delete()
            self.batch.papers = None
            return {}
        try:
            undo_import(papers.pk, self.user)
        except AlreadyUndone as refusal:
            papers.refresh_from_db()
            if papers.state not in TAKEN_BACK:  # on its own page, before
                raise NotUndoable(str(refusal)) from refusal
        done = count_undone(papers)
        for effect in papers.entries.filter(effect__has_key="undone").values_list("effect", flat=True):
            self.conflicts += effect["undone"]
        return {"removed": done.deleted, "restored": done.restored, "kept": done.conflicts}

    def rejoin(self, parted: Iterable[models.Model]) -> None:
        """Publications that stay, since somebody edited them, keep what ties them to others."""
        for row in parted:
            targets = [column for column in row._meta.concrete_fields if column.many_to_one]
            held = [(column.related_model, getattr(row, column.attname)) for column in targets]
            if all(key is None or model._base_manager.filter(pk=key).exists() for model, key in held):
                row.save(force_insert=True)
                if row._meta.auto_created:
                    self.ledger.touch(pairs_of(type(row)), [row.pk])

    # Records that were here before

    def change_back(self) -> None:
        """Columns that still hold what the site said get back what they held before; the last change comes first."""
        for entry in reversed(self.entries):
            if entry["act"] == "edit":
                self.change_row_back(apps.get_model(entry["model"]), entry)

    def change_row_back(self, model: type[models.Model], entry: dict[str, Any]) -> None:
        row = model._base_manager.filter(pk=entry["key"]).first()
        if row is None:
            return  # it was deleted since, or went with its publication
        if (row.pk if model is Publication else getattr(row, "publication_id", None)) in self.made:
            return  # somebody edited that since: it stays whole
        columns = {column.attname: column for column in model._meta.concrete_fields}
        values = {}
        for name, (before, after) in entry["fields"].items():
            if dump_value(row, columns[name]) == after:
                values[name] = columns[name].to_python(before)
            else:
                self.conflicts.append(f"{columns[name].verbose_name} of “{row}” stays: it was changed since.")
        if values:
            self.ledger.edit(row, values)
            self.restored += (model, entry["key"]) not in self.added

    # Records that the site made

    def decide(self) -> None:
        """Which of them stay: what was changed, what others refer to, and what belongs together with these."""
        stored = self.stored = dict(self.stored_rows())
        for key in Publication.objects.filter(pk__in=self.made).values_list("pk", flat=True):
            self.kept[Publication, key] = ""  # its own undo says why
        for name, row in stored.items():
            if dump_row(row) != self.added[name]:
                self.kept[name] = "it was changed since."
        pointing = self.pointing_at(stored)
        waiting = True
        while waiting:
            waiting = False
            for name, row in stored.items():
                if name in self.kept:
                    continue
                reason = self.reason_to_keep(name, row, pointing[name])
                if reason:
                    self.kept[name] = reason
                    waiting = True

    def stored_rows(self) -> Iterator[tuple[Name, models.Model]]:
        keys: dict[type[models.Model], list[Any]] = defaultdict(list)
        for model, key in self.added:
            keys[model].append(key)
        for model, own in keys.items():
            for some in batched(own):
                for row in model._base_manager.filter(pk__in=some):
                    yield (model, row.pk), row

    def pointing_at(self, stored: dict[Name, models.Model]) -> dict[Name, list[Name]]:
        """By row, the rows that point at it. One query for each column that could, and 500 rows."""
        found: dict[Name, list[Name]] = defaultdict(list)
        for model in {model for model, _ in stored}:
            keys = [key for own, key in stored if own is model]
            for relation in relations_of(model):
                for some in batched(keys):
                    rows = relation.rows(*some).values_list("pk", relation.field.attname)
                    for key, target in rows:
                        found[model, target].append((relation.model, key))
        return found

    def reason_to_keep(self, name: Name, row: models.Model, pointing: list[Name]) -> str:
        model, _ = name
        for column in owners_of(model):
            owner = (row._meta.get_field(column).related_model, getattr(row, f"{column}_id"))
            if owner in self.kept:
                return "what it belongs to stays."
        for other in pointing:
            if other in self.stored and other not in self.kept:
                continue
            if other in self.kept and self.belongs(other, name):
                continue  # a part that was changed keeps what it is part of: said below
            return f"{other[0]._meta.verbose_name} refers to it."
        if any(self.belongs(other, name) and other in self.kept for other in pointing):
            return "a part of it was changed since."
        return ""

    def belongs(self, part: Name, whole: Name) -> bool:
        row = self.stored.get(part)
        return row is not None and any(
            (row._meta.get_field(column).related_model, getattr(row, f"{column}_id")) == whole
            for column in owners_of(part[0])
        )

    def remove(self) -> None:
        """Deletes the others, the last one that was made first."""
        for name in reversed(list(self.added)):
            row = self.stored.get(name)
            if row is None or name in self.kept or not type(row)._base_manager.filter(pk=row.pk).exists():
                continue
            self.take_away(row)
            self.removed += not row._meta.auto_created
        self.remove_documents()

    def remove_documents(self) -> None:
        """Documents of sites that were taken back before, which stayed for the sake of this one alone; and their old
        addresses.
        """
        used = {values.get("document_id") for values in self.added.values()} - {None}
        if not used:
            return  # what every site did that was ever taken back is read below
        undone = SiteImport.objects.filter(state=SiteImport.State.UNDONE).values_list("effect", flat=True)
        made = {name for effect in undone for name, _ in added_rows(effect.get("entries", ()))}
        for row in Document.objects.filter(pk__in=used & {key for model, key in made if model is Document}):
            pointing = [each for relation in relations_of(Document) for each in relation.rows(row.pk)]
            if all(isinstance(each, OldPath) and (OldPath, each.pk) in made for each in pointing):
                paths = [each.pk for each in pointing]
                SiteOrigin.objects.filter(model=OldPath._meta.label_lower, record_id__in=paths).delete()
                for each in (*pointing, row):
                    self.take_away(each)
                self.removed += 1

    def named_kept(self) -> dict[tuple[type[models.Model], str], str]:
        """What stays, without parts that stay with the whole."""
        return {
            (name[0], str(self.stored[name])): why
            for name, why in self.kept.items()
            if name in self.stored
            if not owners_of(name[0]) and not name[0]._meta.auto_created or why == "it was changed since."
        }

    def forget_origins(self) -> None:
        """What this import made and stays is found when the site is read again; nothing else is remembered."""
        kept = {(model._meta.label_lower, key) for model, key in self.kept}
        for origin in SiteOrigin.objects.filter(site_import=self.batch):
            if (origin.model, origin.record_id) not in kept:
                origin.delete()


def added_rows(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[Name, dict[str, Any]]]:
    """Every row that was made, as it was; in the order in which they were made."""
    for entry in entries:
        if entry["act"] == "add":
            model = apps.get_model(entry["model"])
            for values in entry["rows"]:
                yield (model, load_row(model, values).pk), values


def owners_of(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that name whose part a row of `model` is; of a pair, the side that the list is of."""
    owner = model._meta.auto_created
    if not owner:
        return OWNERS.get(model, ())
    return tuple(column.name for column in model._meta.concrete_fields if column.related_model is owner)


def made_publications(batch: Import | None) -> set[int]:
    """The publications that this import made."""
    if batch is None:
        return set()
    return {effect["created"] for effect in batch.entries.values_list("effect", flat=True) if "created" in effect}
