"""Migrates as Django does, with each migration and the note that it was applied in one transaction, and faster.

Django writes the note after the transaction of a migration that makes indexes or foreign keys: whoever is killed
between both has tables that the next run tries to make again, and cannot.

Nine tenths of its time went into making model classes anew: every operation made all that are tied to its model in any
direction, and through the account in each table of history that is every model there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model

Key = tuple[str, str]  # of a model: app and name, in small letters


class LeanState(ProjectState):
    """Makes anew the class of a model that changes, and those that point at it: they would keep the former class.

    What it points at itself stays as it is: a class learns by itself who points at it. Data migrations get all classes
    made anew, as with Django.
    """

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
        self.is_delayed = True
        pointing: dict[Key, set[Key]] = defaultdict(set)
        for model in self.apps.get_models(include_auto_created=True):
            for target in targets_of(model):
                pointing[key_of(target)].add(key_of(model))
        found: set[Key] = set()
        waiting = [(app_label, model_name)]
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting.extend(pointing[key])
        return found

    def clone(self) -> LeanState:
        made = LeanState()
        vars(made).update(vars(super().clone()))
        return made


def key_of(model: type[Model]) -> Key:
    return model._meta.app_label, model._meta.model_name


def targets_of(model: type[Model]) -> Iterator[type[Model]]:
    """What its class refers to: the models of its relations and those it is made from."""
    fields = (*model._meta.local_fields, *model._meta.local_many_to_many)
    related = [field.remote_field.model for field in fields if field.remote_field]
    yield from (each for each in (*related, *model.__bases__) if hasattr(each, "_meta"))


class WholeMigrationExecutor(MigrationExecutor):
    """Applies and takes back a migration as a whole, where the database can."""

    def _create_project_state(self, with_applied_migrations: bool = False) -> LeanState:
        state = LeanState()
        vars(state).update(vars(super()._create_project_state(with_applied_migrations)))
        return state

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        return self.as_a_whole(migration, super().apply_migration, state, migration, *args, **options)

    def unapply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        return self.as_a_whole(migration, super().unapply_migration, state, migration, *args, **options)

    def as_a_whole(self, migration: Migration, act: Any, *args: Any, **options: Any) -> ProjectState:
        connection = self.connection
        if not migration.atomic or not connection.features.can_rollback_ddl or connection.in_atomic_block:
            return act(*args, **options)
        # SQLite switches foreign keys off, which it does only outside of a transaction. It checks them before the end.
        is_sqlite = connection.vendor == "sqlite"
        if is_sqlite:
            connection.disable_constraint_checking()
        try:
            with transaction.atomic(using=connection.alias):
                return act(*args, **options)
        finally:
            if is_sqlite:
                connection.enable_constraint_checking()
