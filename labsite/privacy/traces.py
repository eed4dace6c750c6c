"""Where a person stands in the database: rows that are about them, and what history keeps of such rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CASCADE, PROTECT, ForeignKey, OneToOneField, Q

from labsite.lib.dates import EDTFField
from labsite.lib.text import DerivedTextField, fold
from labsite.models import Merge
from people.models import Person, PersonName
from people.names import WITHHELD, split_name
from publications.models import Link, Publication

NAMES = ("name", "given_name", "family_name", "native_name")
SHORTEST_MARK = 4  # letters of a family name that are looked for within words: “Li” is in every second one
NAMES_AT_ONCE = 30  # SQLite takes a thousand conditions in a row; a model has some twenty columns of text
# Rows of these models say nothing once one of their sides is gone.
ABOUT = (CASCADE, PROTECT)


def is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "history_id") or "Historical" in model.__name__


def foreign_keys(target: type[models.Model]) -> Iterator[tuple[type[models.Model], ForeignKey]]:
    """Every column of a model of ours that points to `target`; of models, not of their history."""
    for model in apps.get_models(include_auto_created=True):
        if is_history(model):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.remote_field.model is target:
                yield model, field


def history_of(model: type[models.Model]) -> type[models.Model] | None:
    manager = getattr(model, "history", None)
    return getattr(manager, "model", None)


def records_of(person: Person) -> set[Any]:
    """The keys of the record and of all that were merged into it, which history still knows."""
    found, waiting = {person.pk}, [person.pk]
    while waiting:
        merged = Merge.objects.filter(model="people.person", kept_id__in=waiting, undone_at=None)
        waiting = [key for key in merged.values_list("merged_id", flat=True) if key not in found]
        found |= set(waiting)
    return found


def merges_of(keys: set[Any]) -> models.QuerySet[Merge]:
    """Merges that these records of people were part of, those that were taken back too."""
    return Merge.objects.filter(Q(kept_id__in=keys) | Q(merged_id__in=keys), model="people.person")


def names_of(person: Person) -> list[str]:
    """All names that say or once said who somebody is: public or not, printed on papers or kept in history alone."""
    keys = records_of(person)
    found = [
        person.name,
        person.native_name,
        *(name for row in Person.history.filter(id__in=keys).values_list("name", "native_name") for name in row),
        *PersonName.objects.filter(person__in=keys).values_list("name", flat=True),
        *PersonName.history.filter(person_id__in=keys).values_list("name", flat=True),
        *(name for row in merges_of(keys).values_list("kept_name", "merged_name") for name in row),
        *person.authorships.values_list("printed_name", flat=True),
    ]
    inverted = [split_name(name).inverted for name in found if name]  # “Family, Given”, as sources write it
    return [name for name in dict.fromkeys([*found, *inverted]) if name]


def keys_about(person: Person) -> dict[type[models.Model], set[Any]]:
    """By model the keys of all rows that are about the person, those included that only history knows any more.

    What hangs on such a row is about them too: the courses of their degree, the levels of their mentorship.
    """
    found: dict[type[models.Model], set[Any]] = defaultdict(set)
    found[Person] = records_of(person)
    waiting = [Person]
    while waiting:
        target = waiting.pop()
        for model, field in foreign_keys(target):
            if field.remote_field.on_delete not in ABOUT or model._meta.auto_created:
                continue
            about = {f"{field.attname}__in": found[target]}
            rows = model._base_manager.filter(**about).order_by().values_list("pk", flat=True)
            history = history_of(model)
            if history is not None:
                past = history.objects.filter(**about).order_by()
                rows = rows.union(past.values_list(model._meta.pk.attname, flat=True))
            keys = set(rows)
            if keys - found[model]:
                found[model] |= keys
                waiting.append(model)
    return dict(found)


def forget_history(found: dict[type[models.Model], set[Any]], names: Iterable[str]) -> None:
    """Deletes every version of these rows, and what else history says of the people among them and their `names`."""
    for model, keys in found.items():
        delete_versions(model, keys)
    for model in apps.get_models():
        if is_history(model):
            forget_pointers(model, found[Person])
            if hasattr(model, "history_change_reason"):
                forget_reasons(model, names)


def delete_versions(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Deletes every version of these rows, with what their many-to-many fields held."""
    history = history_of(model)
    if history is None:
        return
    rows = history.objects.filter(**{f"{model._meta.pk.attname}__in": keys})
    for through in many_to_many_history(history):
        through.objects.filter(history_id__in=list(rows.values_list("pk", flat=True))).delete()
    rows.delete()


def scrub_versions(names: Iterable[str]) -> None:
    """Takes these names out of the texts of versions of other records: nobody can rewrite what is past."""
    pattern = whole_names(names)
    for label in MENTIONING:
        history = history_of(apps.get_model(label))
        for row, column in texts_with(history._base_manager.all(), names) if history is not None else ():
            text = pattern.sub(WITHHELD, getattr(row, column))
            history.objects.filter(pk=row.pk).update(**{column: text})


def forget_reasons(history: type[models.Model], names: Iterable[str]) -> None:
    """Empties the reasons of changes that name somebody: “Merged … into …”."""
    pattern = whole_names(names)
    given = history.objects.exclude(history_change_reason=None).values_list("history_change_reason", flat=True)
    naming = [reason for reason in given.order_by().distinct() if pattern.search(reason)]
    history.objects.filter(history_change_reason__in=naming).update(history_change_reason=None)


def whole_names(names: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these names where it stands by itself, the longest first; nothing where there are none.

    Names of several words also in capitals; a single word may be a word of the language.
    """
    if not (names := list(names)):
        return re.compile(r"(?!)")
    longest = [
        f"(?i:{re.escape(name)})" if " " in name else re.escape(name) for name in sorted(names, key=len, reverse=True)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)")


def many_to_many_history(history: type[models.Model]) -> Iterable[type[models.Model]]:
    """The tables that keep the many-to-many values of this history."""
    return [
        relation.related_model
        for relation in history._meta.related_objects
        if is_history(relation.related_model) and relation.field.name == "history"
    ]


def forget_pointers(history: type[models.Model], people: set[Any]) -> None:
    """In versions of what stays, a link to one of `people` is cut; a row of a list of people goes."""
    for field in history._meta.get_fields():
        if not (isinstance(field, ForeignKey) and field.remote_field.model is Person):
            continue
        rows = history.objects.filter(**{f"{field.attname}__in": people})
        if hasattr(history, "history_date"):
            rows.update(**{field.attname: None}) if field.null else rows.delete()
        else:
            rows.delete()


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """Columns in which editors write freely. What people are called is theirs, also where two are called alike."""
    names = NAMES if model in (Person, Person.history.model) else ()
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.TextField | models.CharField)
        and not (
            field.choices or field.name in names or isinstance(field, DerivedTextField | EDTFField | models.SlugField)
        )
    ]


def texts_with(rows: models.QuerySet, names: Iterable[str]) -> Iterator[tuple[models.Model, str]]:
    """Those of the rows, and their columns, in which one of these names stands by itself. For each 30 names a query,
    which reads the table once.
    """
    pattern = whole_names(names := list(names))
    columns = [field.name for field in texts_of(rows.model)]
    found: dict[Any, models.Model] = {}
    for begin in range(0, len(names) if columns else 0, NAMES_AT_ONCE):
        at_once = product(columns, names[begin : begin + NAMES_AT_ONCE])
        condition = Q(*((f"{column}__icontains", name) for column, name in at_once), _connector=Q.OR)
        found |= {row.pk: row for row in rows.filter(condition)}
    for row in found.values():
        yield from ((row, column) for column in columns if pattern.search(getattr(row, column) or ""))


def find_mentions(names: Iterable[str]) -> list[tuple[models.Model, str]]:
    """Records whose own texts hold one of these names, and the field: they are left for an editor to rewrite.

    Authors as printed and what is derived are not among them.
    """
    return [found for label in MENTIONING for found in texts_with(rows_to_name(apps.get_model(label)), names)]


def find_marks(person: Person, names: Iterable[str]) -> list[tuple[models.Model, str]]:
    """Where addresses, keys and notes of the person's papers hold a family name, as part of a word too: for an editor,
    who may think of “long2020” what nobody can know.
    """
    families = {fold(split_name(name).family or name.split()[-1]).replace(" ", "") for name in names if name.strip()}
    families = {each for each in families if len(each) >= SHORTEST_MARK}
    papers = Publication.objects.filter(authorships__person=person).distinct()
    rows = [(papers, ("slug", "bibtex_key", "note")), (Link.objects.filter(publication__in=papers), ("label", "url"))]
    return [
        (record, column)
        for records, columns in rows
        for record in records
        for column in columns
        if any(each in fold(str(getattr(record, column))).replace(" ", "") for each in families)
    ]


def rows_to_name(model: type[models.Model]) -> models.QuerySet:
    """Its rows with what they are called by: a membership by its person."""
    related = [each.name for each in model._meta.concrete_fields if isinstance(each, ForeignKey | OneToOneField)]
    rows = model._base_manager.all()
    return rows.select_related(*related) if related else rows


MENTIONING = (
    "labsite.Page", "labsite.LabProfile", "people.Person", "people.Group", "people.Membership", "people.Position",
    "people.Education", "people.ProfileSection", "people.ProfileLink", "publications.Publication", "publications.Link",
    "publications.Distinction", "publications.Notice", "activities.NewsItem", "activities.Award",
    "activities.AwardReceipt", "activities.Talk", "activities.Mentorship", "activities.MentorshipLevel",
    "activities.Grant", "activities.Project", "activities.Service", "activities.Metric",
)  # fmt: skip
