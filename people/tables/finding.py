"""How tables find people, organizations and groups."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from labsite.lib.tables.cells import shown
from labsite.lib.tables.lookups import Lookup
from people.models import Group, Organization, Person, PersonName

PERSON_MEND = "Write the end of their address (/people/…/), their ORCID iD or their full name; add new people first."


def load_people(people: models.QuerySet) -> Lookup:
    """People by address, ORCID iD and names, former names left out. `people` has their names loaded."""
    lookup = Lookup("person", "people", PERSON_MEND)
    for person in people:
        names = [name.name for name in person.names.all() if name.kind != PersonName.Kind.FORMER]
        add_person(lookup, person, names)
    return lookup


def add_person(lookup: Lookup, person: Person, other_names: Iterable[str]) -> None:
    names = dict.fromkeys([person.name, person.native_name, *other_names])
    lookup.add(person, person.slug, keys=[person.slug, person.orcid], names=names)


def load_people_by_name() -> Lookup:
    """All people, for tables that name them. Two queries."""
    columns = ("id", "slug", "name", "native_name", "orcid", "is_published", "sort_key")
    return load_people(Person.objects.only(*columns).order_by("pk").prefetch_related("names"))


def load_organizations(*, makes: bool = False) -> Lookup:
    """All organizations by their names; with `makes`, unknown ones are made. One query."""
    mend = "Write its full name, its short name or another name it has here; add unknown ones first, or tick the box."
    lookup = Lookup(
        "organization", "organizations", mend, make=(lambda name: check_organization(name)) if makes else None
    )
    for organization in Organization.objects.order_by("pk"):
        names = [organization.name, organization.short_name, *organization.other_names]
        lookup.add(organization, organization.name, keys=[organization.name], names=names)
    return lookup


def check_organization(name: str) -> Organization:
    """A new organization of this name, not stored yet."""
    organization = Organization(name=name)
    try:
        organization.clean_fields(exclude=["parent"])
    except ValidationError as error:
        raise ValidationError(f"“{shown(name)}” cannot be an organization: {' '.join(error.messages)}") from error
    return organization


def load_groups() -> Lookup:
    """All groups by address and names. One query."""
    lookup = Lookup("group", "groups", "Write the name of a group of this site; add new groups first.")
    for group in Group.objects.order_by("pk"):
        lookup.add(group, group.slug, keys=[group.slug], names=[group.name, group.short_name])
    return lookup


def organization_text(organization: Organization, lookup: Lookup | None) -> str:
    return organization.name


def group_text(group: Group, lookup: Lookup) -> str:
    return lookup.text_for(group, group.name, group.slug)
