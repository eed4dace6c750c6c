"""What imports of whole sites remember of somebody: reports, ledgers, archives that wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models, transaction

from labsite.models import SiteImport, SiteOrigin
from labsite.privacy.traces import WITHHELD, whole_names
from labsite.site_import.work import forget_upload
from people.models import Person

Keys = Mapping[type[models.Model], set[Any]]


def spelled(names: Iterable[str]) -> list[str]:
    """The names, and as files and addresses spell them."""
    found = list(names)
    for name in names:
        words = name.lower().split()
        if len(words) > 1:
            found += ["-".join(words), "_".join(words), "".join(words)]
    return found


def forget_in_sites(keys: Keys, names: Iterable[str]) -> None:
    """Takes these rows and names out of what imports remember. A plan that names them is given up, with its archive."""
    pattern = whole_names(spelled(names))
    for model, own in keys.items():
        SiteOrigin.objects.filter(model=model._meta.label_lower, record_id__in=own).delete()
    for batch in SiteImport.objects.all():
        entries = [left for entry in batch.effect.get("entries", ()) if (left := without_rows(entry, keys))]
        report = without_people(batch.report, pattern)
        values = {
            "effect": scrubbed({**batch.effect, "entries": entries}, pattern) if batch.effect else {},
            "report": scrubbed(report, pattern), "options": scrubbed(batch.options, pattern),
            "name": pattern.sub(WITHHELD, batch.name)[:200], "site": pattern.sub(WITHHELD, batch.site)[:300],
            "problem": pattern.sub(WITHHELD, batch.problem),
        }  # fmt: skip
        if batch.state == SiteImport.State.PLANNED and pattern.search(json.dumps(batch.report, ensure_ascii=False)):
            values |= {"state": SiteImport.State.FAILED, "report": {}}
            transaction.on_commit(partial(forget_upload, batch), robust=True)
        SiteImport.objects.filter(pk=batch.pk).update(**values)


def without_rows(entry: dict[str, Any], keys: Keys) -> dict[str, Any] | None:
    """One entry of a ledger without rows that are gone, and without pairs of the person; None where nothing is left."""
    model = apps.get_model(entry["model"])
    own, people = keys.get(model, set()), keys.get(Person, set())
    if entry["act"] == "edit":
        return None if entry["key"] in own else entry
    columns = [column.attname for column in model._meta.concrete_fields if column.related_model is Person]
    rows = [
        row for row in entry["rows"]
        if row[model._meta.pk.attname] not in own
        and not (model._meta.auto_created and any(row[column] in people for column in columns))
    ]  # fmt: skip
    return {**entry, "rows": rows} if rows else None


def without_people(report: dict[str, Any], pattern: Any) -> dict[str, Any]:
    """A report without its records of people who bear the name, and without what it says of these."""
    if "records" not in report:
        return report
    gone = [each for each in report["records"] if each["kind"] == "people" and pattern.search(each.get("label", ""))]
    places = {each["place"] for each in gone}
    return {
        **report,
        "records": [each for each in report["records"] if each not in gone],
        "unused": [each for each in report["unused"] if each["place"] not in places],
        "problems": [each for each in report["problems"] if each["place"] not in places],
        "chores": [each for each in report["chores"] if not pattern.search(each)],
    }


def scrubbed(value: Any, pattern: Any) -> Any:
    """A value of JSON without the names, in keys too."""
    if isinstance(value, str):
        return pattern.sub(WITHHELD, value)
    if isinstance(value, dict):
        return {pattern.sub(WITHHELD, key): scrubbed(each, pattern) for key, each in value.items()}
    return [scrubbed(each, pattern) for each in value] if isinstance(value, list) else value


def change_in_sites(people: set[Any], change: Callable[[Any], Any]) -> None:
    """Puts what imports noted of these people as `change` says: taken back, a site finds them as they are."""
    for batch in SiteImport.objects.exclude(effect={}):
        entries = [change(entry) if concerns(entry, people) else entry for entry in batch.effect.get("entries", ())]
        if entries != batch.effect.get("entries"):
            SiteImport.objects.filter(pk=batch.pk).update(effect={**batch.effect, "entries": entries})


def concerns(entry: dict[str, Any], people: set[Any]) -> bool:
    if entry["model"] != Person._meta.label:
        return False
    return entry.get("key") in people or any(row["id"] in people for row in entry.get("rows", ()))
