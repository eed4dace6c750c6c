"""Lists of other names: of a venue, an organization, a publication. Pure: reads loaded records."""

from __future__ import annotations

from typing import Any

from django.db import models

from labsite.lib.text import fold

# The list, and the columns whose values it takes in.
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "people.organization": ("other_names", ("name", "short_name")),
    "publications.publication": ("other_titles", ("title", "short_title")),
    "publications.venue": ("aliases", ("name", "short_name")),
}


def names_to_keep(kept: models.Model, merged: models.Model, values: dict[str, Any]) -> list[str]:
    """The names of both records that the one that stays would lose; `values` are those it will have.

    Spellings that differ in case or accents only are one.
    """
    column, names = LISTS[kept._meta.label_lower]
    shown = [values.get(name, getattr(kept, name)) for name in names]
    known = {fold(text) for text in [*shown, *texts_of(getattr(kept, column))]}
    found = []
    candidates = [*own_names(kept, names), *own_names(merged, names), *texts_of(getattr(merged, column))]
    for text in candidates:
        if text and fold(text) not in known:
            known.add(fold(text))
            found.append(text)
    return found


def own_names(record: models.Model, names: tuple[str, ...]) -> list[str]:
    """What the record is called; a title that only describes it is none."""
    described = getattr(record, "title_is_description", False)
    return [getattr(record, name) for name in names if not (described and name == "title")]


def texts_of(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
