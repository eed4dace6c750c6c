"""Members as a table: one row for each stay, with what is known of the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from labsite.lib.tables.cells import Cell, as_text, shown
from labsite.lib.tables.columns import (
    Choice,
    Column,
    Date,
    End,
    Flag,
    One,
    Reader,
    Text,
    Texts,
    end_of,
    plain_text,
    set_end,
)
from labsite.lib.tables.lookups import last_part
from labsite.lib.tables.resource import TableResource
from labsite.lib.tables.target import Target, check_record, save_record
from labsite.lib.text import make_slug
from people.models import Membership, Person, PersonName, ProfileLink
from people.tables.finding import add_person, group_text, load_groups, load_people
from people.tables.links import Link, Links
from people.validators import normalize_orcid


class MemberTable(TableResource):
    """People and their stays here. Who has two stays has two rows; who has none has one, without a role."""

    slug = Column(
        "Address", Reader(lambda cell: last_part(as_text(cell))),
        "The end of their address, /people/…/; made from the name where it is empty.", "ada-example",
        also=("address part", "url"), identity=True,
    )  # fmt: skip
    name = Column("Name", Text(), "Full name in Latin letters.", "Ada Example", also=("full name",), shared=True)
    given_name = Column("Given name", Text(), "First names.", "Ada", also=("first name",), shared=True)
    family_name = Column("Family name", Text(), "Lists sort by it.", "Example", also=("last name",), shared=True)
    native_name = Column("Native name", Text(), "In native script.", also=("name in native script",), shared=True)
    other_names = Column("Published as", Texts(), "Other names on papers, “; ” between.", "A. Example", shared=True)
    orcid = Column(
        "ORCID", Reader(lambda cell: normalize_orcid(as_text(cell))), "The iD or its address.", "0000-0002-1825-0097",
        also=("ORCID iD",), shared=True,
    )  # fmt: skip
    headline = Column("Headline", Text(), "What they work on, in a few words.", "Quiet machines", shared=True)
    links = Column(
        "Links", Links(), "Kind and address, “; ” between; a label goes in brackets.",
        "Website https://example.org/ada; GitHub [Code] https://example.org/code", shared=True,
    )  # fmt: skip
    is_published = Column(
        "Published", Flag(), "Whether visitors see the page: yes or no.", "yes", shared=True, clearable=False
    )
    email = Column("E-mail", Text(), "Private unless they wish otherwise.", also=("mail",), shared=True, private=True)
    phone = Column("Phone", Text(), "Never shown to the public.", also=("telephone",), shared=True, private=True)
    role = Column("Role", Choice(Membership.Role), "As what they are or were here.", "PhD student", identity=True)
    title = Column("Title", Text(), "Printed instead of the role.")
    group = Column("Group", One("groups", group_text), "Its name; empty for the whole lab.")
    start = Column("Start", Date(), "2024, 2024-05 or 2024-05-31.", "2021-09", also=("from", "begin"))
    end = Column("End", End(), "The same; “present”, or “unknown” when it is over.", "2025", also=("until", "to"))
    next_destination = Column("Next destination", Text(), "Where they went.", "Postdoc at Example University")

    needs = (("slug", "orcid", "name"),)
    file_name = "members"
    PERSON = ("name", "given_name", "family_name", "native_name", "orcid", "headline", "is_published", "email", "phone")
    STAY = ("role", "title", "group", "start", "next_destination")
    DATED = ("title", "group", "start", "end", "next_destination")

    def load(self, rows: list[dict[str, Cell]] | None) -> None:
        self.lookups = {"groups": load_groups()}
        self.stays: dict[int, list[Membership]] = {}
        if rows is not None:
            everyone = Person.objects.order_by("pk").prefetch_related("names", "memberships__group", "links")
            self.lookups["people"] = load_people(everyone)

    def targets(self, queryset: models.QuerySet) -> Iterable[Target]:
        for person in queryset.prefetch_related(None).prefetch_related("names", "memberships__group", "links"):
            stays = sorted(person.memberships.all(), key=lambda stay: (str(stay.start or ""), stay.pk))
            yield from [Target(person, stay) for stay in stays] or [Target(person)]

    def find(self, values: dict[str, Any]) -> Target:
        person, notes = self.find_person(values)
        if not values.get("role"):
            filled = [name for name in self.DATED if values.get(name)]
            if filled:
                raise ValidationError({"role": f"Say as what: {self.fields[filled[0]].heading} is about a stay here."})
            return Target(person, notes=notes)
        stays = [stay for stay in self.stays_of(person) if stay.role == values["role"]]
        target = self.choose(values, [Target(person, stay) for stay in stays], "start")
        if target is None:
            target = Target(person, Membership(person=person, role=values["role"]))
            notes = notes + [
                f"There is another stay as {stay.role_text}, {stay.period or 'undated'}." for stay in stays
            ]
        target.notes = notes
        return target

    def find_person(self, values: dict[str, Any]) -> tuple[Person, list[str]]:
        """The person by address, else by ORCID iD, else by name; a new one where nobody is meant."""
        people = self.lookups["people"]
        slug, orcid, name = (values.get(key) or "" for key in ("slug", "orcid", "name"))
        holder = people.by_key(orcid) if orcid else None
        if slug:
            person = people.by_key(slug)
            if holder is not None and holder is not person:
                raise ValidationError(
                    {"orcid": f"{holder.name} ({holder.slug}) has this ORCID iD: correct one of them."}
                )
            return (person, []) if person else self.new_person(slug, name)
        if holder is not None:
            return holder, []
        if not name:
            raise ValidationError({"name": "Say who it is: give the address, the ORCID iD or the name."})
        found = people.candidates(name)
        if len(found) > 1:
            raise ValidationError({"name": people.ambiguity(name, found)})
        if found and orcid and found[0].orcid:
            raise ValidationError({
                "orcid": f"{found[0].name} ({found[0].slug}) has another ORCID iD, {found[0].orcid}: give the address "
                "of whom you mean, or a new address for somebody new."
            })  # fmt: skip
        return (found[0], []) if found else self.new_person("", name)

    def new_person(self, slug: str, name: str) -> tuple[Person, list[str]]:
        people = self.lookups["people"]
        if not name:
            raise ValidationError({"slug": f"Nobody has the address “{shown(slug)}”: correct it, or add a name."})
        notes = [f"Somebody else is called so: {each.slug}." for each in people.candidates(name)]
        base, number = slug or make_slug(name, "person"), 1
        slug = base
        while people.by_key(slug) is not None:
            number += 1
            slug = f"{base[:72]}-{number}"
        person = Person(slug=slug)
        person.planned_names = person.planned_links = ()
        return person, notes

    def stays_of(self, person: Person) -> list[Membership]:
        if id(person) not in self.stays:
            self.stays[id(person)] = list(person.memberships.all()) if person.pk else []
        return self.stays[id(person)]

    def values_of(self, target: Target) -> dict[str, Any]:
        person, stay = target.owner, target.record or Membership(role="")
        return {
            **{name: getattr(person, name) for name in self.PERSON},
            **{name: getattr(stay, name) for name in self.STAY},
            "slug": person.slug,
            "other_names": self.names_of(person),
            "links": self.links_of(person),
            "end": end_of(stay),
        }

    def names_of(self, person: Person) -> tuple[str, ...]:
        if hasattr(person, "planned_names"):
            return person.planned_names
        found = person.names.all() if person.pk else ()
        return tuple(name.name for name in found if name.kind == PersonName.Kind.PUBLISHED)

    def links_of(self, person: Person) -> tuple[Link, ...]:
        if hasattr(person, "planned_links"):
            return person.planned_links
        return tuple((link.kind, link.label, link.url) for link in person.links.all()) if person.pk else ()

    def put(self, target: Target, values: dict[str, Any]) -> None:
        person, stay = target.owner, target.record
        check_record(person, {name: plain_text(values[name]) for name in self.PERSON if name in values})
        if "links" in values:
            for link in self.make_links(person, values["links"] or ()):
                check_record(link, {}, {"url": "links", "label": "links"})
        for name in values.get("other_names") or ():
            check_record(PersonName(person=person, name=name), {}, {"name": "other_names"})
        if stay is not None:
            if "end" in values:
                set_end(stay, values["end"])
            own = {name: values[name] if name in ("group", "start") else plain_text(values[name])
                   for name in self.STAY if name in values}  # fmt: skip
            check_record(stay, own, {"end_is_unknown": "end"})

    def make_links(self, person: Person, links: Iterable[Link]) -> list[ProfileLink]:
        return [
            ProfileLink(person=person, kind=kind, label=label, url=url, order=order)
            for order, (kind, label, url) in enumerate(links)
        ]

    def accept(self, target: Target, values: dict[str, Any]) -> None:
        person, stay = target.owner, target.record
        people = self.lookups["people"]
        if "other_names" in values:
            person.planned_names = values["other_names"] or ()
        if "links" in values:
            person.planned_links = values["links"] or ()
        if people.by_key(person.slug) is not person or values.keys() & {"name", "native_name", "orcid"}:
            add_person(people, person, self.names_of(person))  # under its new names too
        if stay is not None and stay not in self.stays_of(person):
            self.stays_of(person).append(stay)

    def store(self, target: Target, values: dict[str, Any]) -> None:
        person, stay = target.owner, target.record
        is_new = person.pk is None
        if is_new or values.keys() & set(self.PERSON):
            save_record(person, self.reason)
        if "other_names" in values:
            self.store_names(person, values["other_names"] or (), is_new=is_new)
        if "links" in values:
            self.store_links(person, values["links"] or (), is_new=is_new)
        if stay is not None and (stay.pk is None or values.keys() & {*self.STAY, "end"}):
            save_record(stay, self.reason)

    def store_names(self, person: Person, names: Iterable[str], *, is_new: bool) -> None:
        published = person.names.filter(kind=PersonName.Kind.PUBLISHED)
        stored = {} if is_new else {name.name: name for name in published}
        for name in stored.keys() - set(names):
            stored[name].delete()
        for name in names:
            if name not in stored:
                save_record(PersonName(person=person, name=name), self.reason)

    def store_links(self, person: Person, links: Iterable[Link], *, is_new: bool) -> None:
        """Links that stay keep their history; only their order may change."""
        stored = [] if is_new else list(person.links.all())
        for link in self.make_links(person, links):
            same = next((each for each in stored if (each.kind, each.url) == (link.kind, link.url)), None)
            if same is None:
                save_record(link, self.reason)
                continue
            stored.remove(same)
            if (same.label, same.order) != (link.label, link.order):
                same.label, same.order = link.label, link.order
                save_record(same, self.reason)
        for link in stored:
            link.delete()

    def label(self, target: Target) -> str:
        name = target.owner.name or target.owner.slug
        return f"{name}, {target.record.role_text}" if target.record and target.record.role else name
