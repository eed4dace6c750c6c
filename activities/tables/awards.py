"""Awards as a table: one row for each time one was received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from activities.models import Award, AwardReceipt
from activities.tables.finding import PERSON_HELP, ActivityTable
from labsite.lib.tables.cells import shown
from labsite.lib.tables.columns import (
    Amount,
    Choice,
    Column,
    Date,
    One,
    Several,
    Text,
    Whole,
    by_slug,
    plain_text,
)
from labsite.lib.tables.target import Target, check_record, save_record
from labsite.lib.text import match_key
from people.models import Organization
from people.tables.finding import organization_text


class AwardTable(ActivityTable):
    """Awards: one row for each time one was received. An award nobody received yet has one row without a year."""

    award = Column("Award", Text(), "Its name, as printed.", "Quiet Machines Prize", also=("title",), identity=True)
    organization = Column(
        "Organization", One("organizations", organization_text), "Who gives it.", "Example University", identity=True
    )
    kind = Column("Kind", Choice(Award.Kind), "Award, Fellowship, …", "Award", shared=True, clearable=False)
    year = Column("Year", Date(), "2024, 2024-05 or 2024-05-31.", "2024", also=("received", "date"))
    people = Column("People", Several("people", by_slug), f"{PERSON_HELP} Several with “; ” between.", "ada-example")
    publication = Column("Publication", One("publications", by_slug), "For a paper award: the end of its address.")
    amount = Column("Amount", Amount(), "A number; separators of thousands are understood.", 12500)
    currency = Column("Currency", Text(), "Three letters.", "USD")
    recipients = Column("Recipients", Whole(), "How many got it worldwide.", 3, also=("number of recipients",))
    note = Column("Note", Text(), "E.g. Top 0.2%.")

    needs = (("award",),)
    file_name = "awards"
    publication_column = "publication"
    kinds = ("people", "organizations", "publications")
    RECEIPT = ("year", "publication", "amount", "currency", "recipients", "note")

    def load_records(self) -> None:
        self.awards: dict[str, list[Award]] = defaultdict(list)
        self.receipts: dict[int, list[AwardReceipt]] = {}
        awards = Award.objects.order_by("pk").prefetch_related("receipts__people", "receipts__publication")
        self.attach(awards, organization="organizations")
        for award in awards:
            self.awards[match_key(award.title)].append(award)

    def targets(self, queryset: models.QuerySet) -> Iterable[Target]:
        related = ("receipts__people", "receipts__publication", "organization")
        for award in queryset.prefetch_related(None).prefetch_related(*related):
            receipts = sorted(award.receipts.all(), key=lambda receipt: (str(receipt.year or ""), receipt.pk))
            yield from [Target(award, receipt) for receipt in receipts] or [Target(award)]

    def find(self, values: dict[str, Any]) -> Target:
        self.needed(values, "award")
        award = self.find_award(values["award"], values.get("organization"))
        if not any(values.get(name) for name in (*self.RECEIPT, "people")):
            return Target(award)
        people = set(values.get("people") or ())
        publication = values.get("publication")
        targets = []
        for receipt in self.receipts_of(award):
            own = set(self.people_of(receipt))
            if receipt.publication == publication and (own & people or own == people or (publication and not own)):
                targets.append(Target(award, receipt))
        return self.choose(values, targets, "year") or Target(award, AwardReceipt(award=award))

    def find_award(self, title: str, organization: Organization | None) -> Award:
        """The award of this name by this organization; where none is given, the only award of the name."""
        named = self.awards[match_key(title)]
        exact = [award for award in named if award.title == title] or named
        same = [award for award in exact if award.organization is organization]
        if not same and organization is None:
            same = exact
        if len(same) > 1:
            givers = ", ".join(str(award.organization or "nobody named") for award in same)
            raise ValidationError({"organization": f"“{shown(title)}” is given by several ({givers}): say by whom."})
        return same[0] if same else Award(title=title, organization=organization)

    def receipts_of(self, award: Award) -> list[AwardReceipt]:
        if id(award) not in self.receipts:
            self.receipts[id(award)] = list(award.receipts.all()) if award.pk else []
        return self.receipts[id(award)]

    def people_of(self, receipt: AwardReceipt) -> tuple[Any, ...]:
        if hasattr(receipt, "planned_people"):
            return receipt.planned_people
        return tuple(receipt.people.all()) if receipt.pk else ()

    def values_of(self, target: Target) -> dict[str, Any]:
        award, receipt = target.owner, target.record or AwardReceipt()
        return {
            "award": award.title,
            "organization": award.organization,
            "kind": award.kind,
            "people": self.people_of(receipt),
            **{name: getattr(receipt, name) for name in self.RECEIPT},
        }

    def put(self, target: Target, values: dict[str, Any]) -> None:
        award, receipt = target.owner, target.record
        check_record(award, {name: values[name] for name in ("kind",) if name in values}, {"title": "award"})
        if receipt is None:
            return
        texts = ("currency", "note")
        own = {
            name: plain_text(values[name]) if name in texts else values[name] for name in self.RECEIPT if name in values
        }
        check_record(receipt, own)
        if not (values["people"] if "people" in values else self.people_of(receipt)) and not receipt.publication:
            raise ValidationError({"people": "Say who received it: name a person, or the paper it was for."})

    def accept(self, target: Target, values: dict[str, Any]) -> None:
        award, receipt = target.owner, target.record
        named = self.awards[match_key(award.title)]
        if all(award is not each for each in named):
            named.append(award)
        if receipt is None:
            return
        if "people" in values:
            receipt.planned_people = values["people"] or ()
        if all(receipt is not each for each in self.receipts_of(award)):
            self.receipts_of(award).append(receipt)

    def store(self, target: Target, values: dict[str, Any]) -> None:
        award, receipt = target.owner, target.record
        if award.pk is None or "kind" in values:
            save_record(award, self.reason)
        if receipt is None:
            return
        if receipt.pk is None or values.keys() & set(self.RECEIPT):
            save_record(receipt, self.reason)
        if "people" in values:
            receipt.people.set(values["people"] or ())

    def label(self, target: Target) -> str:
        return str(target.record or target.owner)
