"""Which of two records' values the one that stays will have, column by column. Pure: reads loaded records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files import File
from django.db import models
from django.utils.text import Truncator

from labsite.merging.relations import own_fields
from labsite.merging.twins import EMPTY

KEPT, MERGED = "kept", "merged"
# Columns that only make sense together: the first decides, and the others go with it.
UNITS: dict[str, list[tuple[str, ...]]] = {
    "people.person": [
        ("name", "given_name", "family_name"),
        ("native_name", "native_language"),
        ("status_text", "status_is_shown"),
        ("photo", "photo_alt", "photo_focus_x", "photo_focus_y", "photo_consent"),
        ("email", "email_visibility"),
        ("phone", "phone_visibility"),
        ("office", "office_visibility"),
    ],
    "publications.publication": [
        ("title", "title_is_description"),
        ("year", "date"),
        ("preprint_date", "preprint_date_text"),
    ],
}
# What belongs to the address, lists of names, what is derived, and what the rules of one model settle.
ELSEWHERE = {
    "slug", "aliases", "other_names", "other_titles", "parent", "author_list_complete", "is_retracted",
}  # fmt: skip
NOTES = {"identity_note", "editor_note"}  # editors' notes are put one below the other
TICKS = {"has_code", "is_selected"}  # a tick says something, no tick says nothing
LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Choice:
    """A column, or several that belong together, in which the two records differ, and what is proposed."""

    name: str
    label: str
    kept_text: str
    merged_text: str
    proposed: str
    kept_values: dict[str, Any]
    merged_values: dict[str, Any]

    @property
    def is_filled(self) -> bool:
        """Whether the one that stays says nothing here."""
        return self.proposed == MERGED

    def values(self, choices: Mapping[str, str]) -> dict[str, Any]:
        """The values by attribute name: what `choices` says of this column, else what is proposed."""
        return self.merged_values if choices.get(self.name, self.proposed) == MERGED else self.kept_values


def compare_columns(kept: models.Model, merged: models.Model) -> list[Choice]:
    """What differs, in the order of the model's fields. What the one that stays leaves empty is to be filled."""
    fields = {field.name: field for field in own_fields(type(kept)) if field.name not in ELSEWHERE}
    units = {unit[0]: unit for unit in UNITS.get(kept._meta.label_lower, [])}
    followers = {name for unit in units.values() for name in unit[1:]}
    found = [
        compare_unit(kept, merged, [fields[each] for each in units.get(name, (name,))])
        for name in fields
        if name not in followers
    ]
    return [choice for choice in found if choice]


def compare_unit(kept: models.Model, merged: models.Model, fields: list[models.Field]) -> Choice | None:
    """The choice between two values, or two groups of values; None where there is nothing to choose."""
    own, other = values_of(kept, fields), values_of(merged, fields)
    lead = fields[0]
    is_same = own[lead.attname] == other[lead.attname]
    if lead.name in NOTES and not is_same and own[lead.attname] and other[lead.attname]:
        return make_choice(fields, own, {lead.attname: f"{own[lead.attname]}\n\n{other[lead.attname]}"}, MERGED)
    if isinstance(own[lead.attname], dict):
        other = {lead.attname: unite(own[lead.attname], other[lead.attname])}
        return make_choice(fields, own, other, MERGED) if other != own else None
    if is_same:
        other = {name: own[name] if other[name] in EMPTY else other[name] for name in other}
    if own == other or (not is_same and is_empty(lead, other)):
        return None
    return make_choice(fields, own, other, propose(fields, own, other))


def propose(fields: list[models.Field], own: dict[str, Any], other: dict[str, Any]) -> str:
    """The one that stays keeps its values, unless it says nothing where the two differ."""
    lead, *followers = fields
    is_same = own[lead.attname] == other[lead.attname]
    if not is_same and not is_empty(lead, own):
        return KEPT
    differing = [field for field in followers if own[field.attname] != other[field.attname]]
    says_nothing = all(
        is_empty(field, own) or (not is_same and own[field.attname] == field.get_default()) for field in differing
    )
    return MERGED if says_nothing else KEPT


def values_of(record: models.Model, fields: list[models.Field]) -> dict[str, Any]:
    return {field.attname: plain(getattr(record, field.attname)) for field in fields}


def plain(value: Any) -> Any:
    """A file is its name."""
    return value.name or "" if isinstance(value, File) else value


def is_empty(field: models.Field, values: dict[str, Any]) -> bool:
    value = values[field.attname]
    return value in EMPTY or (field.name in TICKS and value is False)


def unite(own: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both records' keys; where both have one, lists are joined, records united, and the first one's value stays."""
    united = {**other, **own}
    for name in own.keys() & other.keys():
        if isinstance(own[name], dict) and isinstance(other[name], dict):
            united[name] = unite(own[name], other[name])
        elif isinstance(own[name], list) and isinstance(other[name], list):
            united[name] = [*own[name], *(each for each in other[name] if each not in own[name])]
    return united


def make_choice(fields: list[models.Field], own: dict[str, Any], other: dict[str, Any], proposed: str) -> Choice:
    lead = fields[0]
    label = str(lead.verbose_name)
    return Choice(
        name=lead.name,
        label=label[:1].upper() + label[1:],
        kept_text=describe(fields, own, other),
        merged_text=describe(fields, other, own),
        proposed=proposed,
        kept_values=own,
        merged_values=other,
    )


def describe(fields: list[models.Field], values: dict[str, Any], others: dict[str, Any]) -> str:
    """The values in words: the first one, and of those that go with it the ones that differ."""
    shown = [describe_value(fields[0], values[fields[0].attname])]
    for field in fields[1:]:
        value = values[field.attname]
        is_said = bool(shown[0]) or value != field.get_default()
        if is_said and value != others[field.attname] and value not in EMPTY:
            shown.append(f"{field.verbose_name}: {describe_value(field, value)}")
    return "; ".join(part for part in shown if part)


def describe_value(field: models.Field, value: Any) -> str:
    if value in EMPTY:
        return ""
    if field.many_to_one or field.one_to_one:
        return str(field.related_model._base_manager.filter(pk=value).first() or "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {each}" for name, each in value.items())
    choices = dict(field.flatchoices)
    return Truncator(str(choices.get(value, value))).chars(LONGEST_SHOWN)
