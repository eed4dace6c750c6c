"""Services as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from activities.models import Service
from activities.tables.finding import PERSON_HELP, ActivityTable, venue_text
from labsite.lib.tables.columns import (
    Choice,
    Column,
    Date,
    One,
    Text,
    Whole,
    by_slug,
    plain_text,
)
from labsite.lib.tables.target import Target, check_record, save_record
from labsite.lib.text import match_key
from people.tables.finding import organization_text


class ServiceTable(ActivityTable):
    """Services: one row for each service at each edition."""

    person = Column("Person", One("people", by_slug), PERSON_HELP, "ada-example", identity=True)
    kind = Column(
        "Kind", Choice(Service.Kind), "Conference reviewer, Teaching, …", "Conference reviewer", identity=True
    )
    venue = Column("Venue", One("venues", venue_text), "Its short name, name or address.", "ICXM", identity=True)
    venue_text = Column("Venue as printed", Text(), "One that has no page here.", also=("venue text",), identity=True)
    organization = Column(
        "Organization", One("organizations", organization_text), "For campus service and teaching.", identity=True
    )
    year = Column("Edition", Whole(), "The year of the edition.", 2024, also=("year",), identity=True)
    title = Column("Title", Text(), "Of the tutorial, workshop or course.", identity=True)
    count = Column("Count", Whole(), "How many times; 1 where it is empty.", 1, clearable=False)
    date = Column("Date", Date(), "When it was done, if that is known.", also=("when",))
    end_date = Column("Until", Date(), "When it ended.", also=("end date",))
    note = Column("Note", Text(), "Anything else.")

    needs = (("person",),)
    file_name = "services"
    kinds = ("people", "organizations", "venues")
    KEY = ("person", "kind", "venue", "venue_text", "organization", "year", "title")
    OWN = ("count", "date", "end_date", "note")

    def load_records(self) -> None:
        self.services: dict[tuple[Any, ...], list[Service]] = defaultdict(list)
        services = Service.objects.order_by("pk")
        self.attach(services, person="people", organization="organizations", venue="venues")
        for service in services:
            self.services[self.key_of(service)].append(service)

    def key_of(self, service: Service) -> tuple[Any, ...]:
        organization = service.organization
        texts = (match_key(service.venue_text), match_key(service.title), match_key(str(organization or "")))
        return (service.person_id, service.kind, service.venue_id, service.year, *texts)

    def targets(self, queryset: models.QuerySet) -> Iterable[Target]:
        for service in queryset.select_related("person", "venue", "organization"):
            yield Target(service, service)

    def find(self, values: dict[str, Any]) -> Target:
        self.needed(values, "person")
        given = {name: values.get(name) for name in self.KEY}
        texts = {name: given[name] or "" for name in ("venue_text", "title")}
        made = Service(**{**given, **texts, "kind": given["kind"] or Service.Kind.REVIEWER})
        known = [Target(each, each) for each in self.services[self.key_of(made)]]
        return self.choose(values, known, "date") or Target(made, made)

    def values_of(self, target: Target) -> dict[str, Any]:
        return {name: getattr(target.record, name) for name in (*self.KEY, *self.OWN)}

    def put(self, target: Target, values: dict[str, Any]) -> None:
        service = target.record
        own = {name: values[name] for name in self.OWN if name in values}
        if "note" in own:
            own["note"] = plain_text(own["note"])
        try:
            check_record(service, own)
        except ValidationError as error:
            # The model asks for the key of an organization; one that is made with this row has none yet.
            is_made = service.organization is not None and service.organization._state.adding
            if not is_made or error.message_dict.keys() != {"venue"}:
                raise

    def accept(self, target: Target, values: dict[str, Any]) -> None:
        known = self.services[self.key_of(target.record)]
        if all(target.record is not each for each in known):
            known.append(target.record)

    def store(self, target: Target, values: dict[str, Any]) -> None:
        save_record(target.record, self.reason)

    def label(self, target: Target) -> str:
        return f"{target.record.person}, {target.record}"
