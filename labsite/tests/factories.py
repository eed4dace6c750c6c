"""Rows for tests: plain functions with defaults, for invented people."""

from __future__ import annotations

from typing import Any

from activities.models import Award, AwardReceipt, Mentorship, NewsItem
from labsite.lib.text import unique_slug
from people.models import Group, Membership, Organization, Person
from publications.models import Authorship, Publication, Venue


def make_person(name: str = "Ada Quint", **values: Any) -> Person:
    """A published person without a membership."""
    values.setdefault("slug", unique_slug(Person.objects.all(), name, "person"))
    return Person.objects.create(name=name, **values)


def make_member(name: str = "Ada Quint", role: str = "phd", start: str = "2020", **values: Any) -> Person:
    """A published person with a membership from `start`; `end` and `group` go to the membership."""
    membership = {key: values.pop(key) for key in ("end", "group", "title", "next_destination") if key in values}
    person = make_person(name, **values)
    Membership.objects.create(person=person, role=role, start=start, **membership)
    return person


def make_group(name: str = "Quiet Machines Group", **values: Any) -> Group:
    values.setdefault("slug", unique_slug(Group.objects.all(), name, "group"))
    return Group.objects.create(name=name, **values)


def make_organization(name: str = "Example University", **values: Any) -> Organization:
    return Organization.objects.get_or_create(name=name, defaults=values)[0]


def make_venue(short_name: str = "ICXM", **values: Any) -> Venue:
    values.setdefault("slug", unique_slug(Venue.objects.all(), short_name, "venue"))
    values.setdefault("name", f"International Conference on {short_name}")
    return Venue.objects.create(short_name=short_name, **values)


def make_publication(title: str = "On Quiet Machines", authors: Any = (), **values: Any) -> Publication:
    """A published paper. `authors`, in order: a person (printed by name), a text, or a dict of authorship fields."""
    values.setdefault("slug", unique_slug(Publication.objects.all(), title, "publication"))
    values.setdefault("year", 2024)
    publication = Publication.objects.create(title=title, **values)
    for position, author in enumerate(authors, start=1):
        if isinstance(author, Person):
            fields = {"printed_name": author.name, "person": author, "link_basis": "explicit"}
        elif isinstance(author, str):
            fields = {"printed_name": author}
        else:
            fields = author
        Authorship.objects.create(publication=publication, **{"position": position, **fields})
    return publication


def make_award_receipt(title: str = "Quiet Prize", *people: Person, year: str = "2024", **values: Any) -> AwardReceipt:
    award = Award.objects.get_or_create(title=title, organization=None)[0]
    receipt = AwardReceipt.objects.create(award=award, year=year, **values)
    receipt.people.set(people)
    return receipt


def make_mentorship(mentor: Person, mentee: Person, **values: Any) -> Mentorship:
    publications = values.pop("publications", ())
    mentorship = Mentorship.objects.create(mentor=mentor, mentee=mentee, **{"start": "2023", "end": "2024", **values})
    mentorship.publications.set(publications)
    return mentorship


def make_news(body: str = "Something happened.", *people: Person, date: str = "2024-05", **values: Any) -> NewsItem:
    item = NewsItem.objects.create(body=body, date=date, **values)
    item.people.set(people)
    return item
