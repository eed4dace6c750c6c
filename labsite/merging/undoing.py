"""Taking a merge back, also days later. What was edited since stays as it is, and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.text import unique_slug
from labsite.lib.versions import drop_lost_targets
from labsite.merging.ledger import Ledger, batched, dump_row, dump_value, load_row, model_of
from labsite.merging.plans import MergeRefused
from labsite.merging.relations import Relation
from labsite.merging.wording import words_of
from labsite.models import Merge
from labsite.privacy.narrowing import narrow_since
from people.models import Person

MOST_NAMED = 20


class Undoing:
    """One merge being taken back: its entries, last to first. `kept` is the record that stayed, as it is before."""

    def __init__(self, merge: Merge, kept: models.Model | None, user: Any) -> None:
        self.merge, self.kept = merge, kept
        self.ledger = Ledger(user, f"Took back the merge of “{merge.merged_name}”"[:100])
        self.conflicts: list[str] = []

    def run(self) -> None:
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "move": self.move_back, "edit": self.edit_back, "delete": self.bring_back, "add": self.take_away,
        }  # fmt: skip
        for entry in reversed(self.merge.effect["entries"]):
            acts[entry["act"]](entry)

    def move_back(self, entry: dict[str, Any]) -> None:
        """Rows that still point where the merge had them point; the others were changed since."""
        model, name = model_of(entry), entry["field"]
        relation = Relation(model, model._meta.get_field(name))
        column = relation.field.attname
        target = relation.field.related_model
        now: dict[Any, Any] = {}
        for keys in batched(entry["keys"]):
            now |= dict(model._base_manager.filter(pk__in=keys).values_list("pk", column))
        if not target._base_manager.filter(pk=entry["from"]).exists():
            self.conflicts.append(
                gettext("%(now)s %(many)s stay: what they belonged to is gone.")
                % {"now": len(now), "many": words_of(relation).many}
            )
            return
        keys = [key for key, value in now.items() if value == entry["to"]]
        for some in batched(keys):
            model._base_manager.filter(pk__in=some).update(**{column: entry["from"]})
            self.ledger.touch(relation, some)
        self.tell(words_of(relation).one, gettext("was deleted since"), len(entry["keys"]) - len(now))
        for row in model._base_manager.filter(pk__in=sorted(now.keys() - set(keys))[:MOST_NAMED]).order_by("pk"):
            self.conflicts.append(
                gettext("%(one)s “%(row)s” stays: it was changed since.") % {"one": words_of(relation).one, "row": row}
            )

    def tell(self, what: str, problem: str, count: int) -> None:
        if count:
            self.conflicts.append(f"{what}: {count} {problem}.")

    def edit_back(self, entry: dict[str, Any]) -> None:
        """Columns that still hold what the merge wrote get back what they held before."""
        model = model_of(entry)
        row = model._base_manager.filter(pk=entry["key"]).first()
        if row is None:
            self.conflicts.append(
                gettext("%(verbose_name)s of “%(kept_name)s”: it was deleted since.")
                % {"verbose_name": model._meta.verbose_name, "kept_name": self.merge.kept_name}
            )
            return
        columns = {column.attname: column for column in model._meta.concrete_fields}
        values = {}
        for name, (before, after) in entry["fields"].items():
            if dump_value(row, columns[name]) == after:
                values[name] = columns[name].to_python(before)
            else:
                self.conflicts.append(
                    gettext("%(verbose_name)s of “%(row)s” stays: it was changed since.")
                    % {"verbose_name": columns[name].verbose_name, "row": row}
                )
        for name, added in entry.get("added", {}).items():
            values[name] = [text for text in getattr(row, name) if text not in added]
        if self.points_nowhere(row, values):
            return
        self.ledger.edit(row, values)

    def points_nowhere(self, row: models.Model, values: dict[str, Any]) -> bool:
        """Takes out of `values` what leads to records that are gone; whether nothing is left."""
        for column in row._meta.concrete_fields:
            target = values.get(column.attname) if column.many_to_one or column.one_to_one else None
            if target is not None and not column.related_model._base_manager.filter(pk=target).exists():
                del values[column.attname]
                self.conflicts.append(
                    gettext("%(verbose_name)s of “%(row)s” stays: what it was is gone.")
                    % {"verbose_name": column.verbose_name, "row": row}
                )
        return not values

    def bring_back(self, entry: dict[str, Any]) -> None:
        for values in entry["rows"]:
            row = load_row(model_of(entry), values)
            is_main = entry["model"].lower() == self.merge.model and row.pk == self.merge.merged_id
            if is_main:
                self.make_room(row)
                self.respect_decisions(row)
            if not drop_lost_targets(row):
                self.conflicts.append(
                    gettext("%(verbose_name)s: one stays away, since what it belonged to is gone.")
                    % {"verbose_name": row._meta.verbose_name}
                )
                continue
            problem = "" if is_main else clash(row)
            if problem:
                self.conflicts.append(
                    gettext("%(verbose_name)s “%(row)s” stays away: %(problem)s")
                    % {"verbose_name": row._meta.verbose_name, "row": row, "problem": problem}
                )
                continue
            self.ledger.sign(row)
            row.save(force_insert=True)
            if row._meta.auto_created:
                self.touch_pair(row)
            else:
                self.ledger.touched[type(row)].add(row.pk)

    def touch_pair(self, row: models.Model) -> None:
        column = next(each for each in row._meta.concrete_fields if each.many_to_one)
        self.ledger.touch(Relation(type(row), column), [row.pk])

    def make_room(self, row: models.Model) -> None:
        """The record itself comes back under its own address and numbers, unless somebody else has them now."""
        model = type(row)
        if model._base_manager.filter(pk=row.pk).exists():
            raise MergeRefused(gettext("“%(row)s” is there already: somebody brought it back.") % {"row": row})
        for column in model._meta.concrete_fields:
            value = getattr(row, column.attname)
            if column.name not in unique_columns(model) or value in (None, ""):
                continue
            if not model._base_manager.filter(**{column.attname: value}).exists():
                continue
            other = self.replacement(row, column)
            setattr(row, column.attname, other)
            became = gettext("it is “%(other)s” now") % {"other": other} if other else gettext("it is empty now")
            self.conflicts.append(
                gettext("%(verbose_name)s “%(value)s” belongs to another record by now: %(became)s.")
                % {"verbose_name": column.verbose_name, "value": value, "became": became}
            )

    def respect_decisions(self, row: models.Model) -> None:
        if isinstance(row, Person) and isinstance(self.kept, Person):
            narrow_since(row, self.kept, self.merge.created_at)

    def replacement(self, row: models.Model, column: models.Field) -> Any:
        if column.name == "slug":
            return unique_slug(type(row)._base_manager.all(), row.slug, row._meta.model_name)
        if column.null:
            return None
        if column.blank:
            return ""
        raise MergeRefused(
            gettext("There is another %(verbose_name)s “%(getattr)s” by now: rename that one first.")
            % {"verbose_name": row._meta.verbose_name, "getattr": getattr(row, column.attname)}
        )

    def take_away(self, entry: dict[str, Any]) -> None:
        """Deletes what the merge made, unless it was changed since."""
        for values in entry["rows"]:
            model = model_of(entry)
            row = model._base_manager.filter(pk=values[model._meta.pk.attname]).first()
            if row is None:
                continue
            if dump_row(row) != values:
                self.conflicts.append(
                    gettext("%(verbose_name)s “%(row)s” stays: it was changed since.")
                    % {"verbose_name": row._meta.verbose_name, "row": row}
                )
                continue
            self.ledger.sign(row)
            row.delete()


def unique_columns(model: type[models.Model]) -> set[str]:
    """Columns whose value only one record may have."""
    alone = {each.name for each in model._meta.concrete_fields if each.unique and not each.primary_key}
    rules = [each for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)]
    return alone | {rule.fields[0] for rule in rules if len(rule.fields) == 1}


def clash(row: models.Model) -> str:
    """Why the row cannot stand beside what is there now, in words; "" where it can."""
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def undo(merge: Merge, user: Any = None) -> list[str]:
    """Parts what `merge` made one; gives in words what could not be put back, since it was edited or deleted since.

    The record that went comes back under its own key and address with everything it had; the one that stayed gets back
    what it held. Raises `MergeRefused` where that was done already, where the one that stayed was merged into another
    one since, and where something has the name that must come back. All of it or nothing is done.
    """
    try:
        with transaction.atomic():
            hold_lock(RECORDS)
            return undo_locked(Merge.objects.select_for_update().get(pk=merge.pk), user)
    except IntegrityError as error:
        raise MergeRefused(
            gettext(
                "“%(merged_name)s” could not be brought back: somebody changed what belongs to it at "
                "the same moment. Nothing was done; try again."
            )
            % {"merged_name": merge.merged_name}
        ) from error


def undo_locked(merge: Merge, user: Any) -> list[str]:
    if merge.undone_at:
        raise MergeRefused(
            gettext("The merge of “%(merged_name)s” into “%(kept_name)s” was taken back already.")
            % {"merged_name": merge.merged_name, "kept_name": merge.kept_name}
        )
    later = Merge.objects.filter(model=merge.model, merged_id=merge.kept_id, undone_at=None).first()
    if later:
        raise MergeRefused(
            gettext(
                "“%(kept_name)s” became part of “%(kept_name_2)s” since: take that merge back first, then this one."
            )
            % {"kept_name": merge.kept_name, "kept_name_2": later.kept_name}
        )
    model = model_of({"model": merge.model})
    undoing = Undoing(merge, model._base_manager.select_for_update().filter(pk=merge.kept_id).first(), user)
    undoing.run()
    kept = model._base_manager.filter(pk=merge.kept_id)
    undoing.ledger.close(*kept, *model._base_manager.filter(pk=merge.merged_id))
    merge.undone_at = timezone.now()
    merge.effect["conflicts"] = undoing.conflicts
    merge.save(update_fields=["undone_at", "effect"])
    return undoing.conflicts
