"""Files that no record names any more are deleted when the change is committed, with everything derived from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save, pre_save

from labsite.lib.renditions import drop_renditions

# Each gives those of the names that it still needs.
Keeper = Callable[[set[str]], Iterable[str]]
_keepers: list[Keeper] = []


def keep_while(keeper: Keeper) -> None:
    """Has `keeper` asked before a file is deleted; for records that name files in other ways than by a file field."""
    _keepers.append(keeper)


def connect_uploads(model: type[models.Model], *fields: str) -> None:
    """Deletes the files of these fields of `model` once nothing names them."""
    for field in fields:
        keep_while(partial(_named_by, model, field))
    label = f"uploads of {model._meta.label}"
    pre_save.connect(partial(_note_before, fields), sender=model, weak=False, dispatch_uid=label)
    post_save.connect(partial(_drop_replaced, fields), sender=model, weak=False, dispatch_uid=label)
    post_delete.connect(partial(_drop_deleted, fields), sender=model, weak=False, dispatch_uid=label)


def delete_unnamed(names: Iterable[str]) -> None:
    """After the commit, deletes those of the stored files that no record names."""
    left = {name for name in names if name}
    if left:
        transaction.on_commit(partial(_delete_now, left), robust=True)


def needed_names(names: set[str]) -> set[str]:
    """Those of `names` that a record, or whoever else was given to `keep_while`, still needs."""
    return {name for keeper in _keepers for name in keeper(names)}


def _delete_now(names: set[str]) -> None:
    for name in sorted(names - needed_names(names)):
        drop_renditions(name)
        default_storage.delete(name)


def _named_by(model: type[models.Model], field: str, names: set[str]) -> Iterable[str]:
    return model._base_manager.filter(**{f"{field}__in": names}).values_list(field, flat=True)


def _note_before(fields: tuple[str, ...], sender: Any, instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """What is stored now. One query a save, none for a new row or where other columns are written."""
    instance._files_before = ()
    if instance.pk is None or (update_fields is not None and not set(fields) & {*update_fields}):
        return
    instance._files_before = sender._base_manager.filter(pk=instance.pk).values_list(*fields).first() or ()


def _drop_replaced(fields: tuple[str, ...], sender: Any, instance: Any, **kwargs: Any) -> None:
    delete_unnamed(set(instance._files_before) - {getattr(instance, field).name for field in fields})


def _drop_deleted(fields: tuple[str, ...], sender: Any, instance: Any, **kwargs: Any) -> None:
    delete_unnamed(getattr(instance, field).name for field in fields)
