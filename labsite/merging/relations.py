"""What points at a record, found by introspection: a relation added later is merged without a word said here.

A many-to-many field is two relations: its table of pairs points at both sides. Tables of history describe the past and
stay as they are; derived tables are made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from simple_history.models import HistoricalChanges

from labsite.lib.text import DerivedTextField

DERIVED_MODELS = {"publications.publicationdigest"}


@dataclass(frozen=True)
class Relation:
    """A column that points at records of the merged model: `field` of `model`."""

    model: type[models.Model]
    field: models.ForeignKey

    @property
    def name(self) -> str:
        """“app.model.field”; for pairs the model is the table's: “people.education_advisors.person”."""
        return f"{self.model._meta.label_lower}.{self.field.name}"

    @property
    def is_of_pairs(self) -> bool:
        return bool(self.model._meta.auto_created)

    @property
    def partner(self) -> models.ForeignKey:
        """Of a table of pairs: the column that points to the other side."""
        fields = [field for field in self.model._meta.concrete_fields if field.many_to_one]
        return next(field for field in fields if field != self.field)

    def rows(self, *keys: Any) -> models.QuerySet:
        """What points at the records with these keys, in the order it was made."""
        return self.model._base_manager.filter(**{f"{self.field.name}__in": keys}).order_by("pk")


@cache
def relations_of(model: type[models.Model]) -> tuple[Relation, ...]:
    """Every column that points at `model`, hidden ones and tables of pairs included, in the order of their names."""
    found = [
        Relation(each.related_model, each.field)
        for each in model._meta.get_fields(include_hidden=True)
        if each.auto_created
        and (each.one_to_many or each.one_to_one)
        and not issubclass(each.related_model, HistoricalChanges)
        and each.related_model._meta.label_lower not in DERIVED_MODELS
    ]
    return tuple(sorted(found, key=lambda relation: relation.name))


@cache
def own_fields(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The columns that hold facts: no key, nothing derived."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and not isinstance(field, DerivedTextField)
    )


def has_history(model: type[models.Model]) -> bool:
    return hasattr(model._meta, "simple_history_manager_attribute")
