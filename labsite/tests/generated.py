"""A lab, a department, a university: any number of invented publications with the skew that real ones have.

Deterministic: publication 77 has the same title, authors, venue and year whatever was made before it and in how many
steps, so that a database of 1,000 grows into one of 10,000. Records are written in bulk, and what lists and searches
need is derived by the code that imports use.

- People: one for each forty publications. They come in departments of a thousand; the first of a department write some
  1,600 papers, most a few dozen. Three in five are members.
- Papers: mostly 2 to 6 authors; one in two thousand is a collaboration of hundreds, the first of them of 3,000.
- Venues, topics and words follow Zipf's law; years grow from 1990 to 2026.
- One in a hundred is a draft, one in fifty kept out of the list, and some have no member among their authors.
"""

from __future__ import annotations

import math
import random
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from activities.models import Metric
from labsite.lib.bulk import insert_rows
from labsite.lib.dates import parse_edtf
from labsite.tests.chances import YEARS, author_count, word, words, year_weights, zipf
from people.models import Group, Membership, Person
from publications.digests import write_digests
from publications.importing.applying import ROWS, fill_caches
from publications.importing.linking import load_people
from publications.models import Authorship, Distinction, Identifier, Link, Notice, Publication, Topic, Venue

BATCH = 500
PAPERS_A_PERSON = 40
DEPARTMENT = 1000  # people who write together
FEWEST_PEOPLE, FEWEST_VENUES, FEWEST_TOPICS = 25, 40, 60
COLLABORATION = (2000, 777)  # every two thousandth, beginning with number 777
ROLES = [
    "principal-investigator", "faculty", "postdoc", "phd", "phd", "phd", "master", "undergraduate", "staff", "visitor",
]  # fmt: skip
GIVEN = [
    "Ada", "Bo", "Çağla", "Dmitri", "Élodie", "Fatima", "Günter", "Hye-jin", "Ines", "João", "Kofi", "Lena", "Mei",
    "Noor", "Ólafur", "Priya", "Quinn", "Rosa", "Sam", "Tova",
]  # fmt: skip
FAMILY = [
    "Quint", "Okafor", "van der Berg", "Šimánek", "García Márquez", "O’Brien", "Ivanova", "Zhang", "Åkesson", "Moreau",
    "Tanaka", "Silva", "Weiss", "Haddad", "Kovács", "Lindqvist", "Osei", "Petrov", "Rahman", "Ueda",
]  # fmt: skip
KINDS = [("conference-paper", 52), ("journal-article", 25), ("workshop-paper", 8), ("preprint", 10), ("thesis", 3),
         ("chapter", 1), ("dataset", 1)]  # fmt: skip
VENUE_KINDS = ["conference", "conference", "journal", "conference", "journal", "workshop", "preprint-server"]


def grow(begin: int, end: int) -> None:
    """Adds publications number `begin` to `end` (exclusive), with the people, venues and topics they name.

    Several processes may share a range, if `prepare(end)` was called before.
    """
    prepare(end)
    rooms = {model.__name__: dict(model.objects.filter(slug__startswith="g-").values_list("slug", "pk"))
             for model in (Person, Topic)}  # fmt: skip
    venues = {venue.slug: venue for venue in Venue.objects.filter(slug__startswith="g-")}
    topics = {topic.slug: topic for topic in Topic.objects.filter(slug__startswith="g-")}
    for first in range(begin, end, BATCH):
        write_batch(range(first, min(first + BATCH, end)), rooms["Person"], venues, topics)


def prepare(size: int) -> None:
    """The people, groups, venues and topics of `size` publications, as far as they are not there."""
    with transaction.atomic():
        add(Topic, [Topic(slug=f"g-topic-{number}", name=f"{word(40 + number).capitalize()} {number}")
                    for number in range(topics_at(size))])  # fmt: skip
        add(Venue, [make_venue(number) for number in range(venues_at(size))])
        groups = people_at(size) // 200 + 4
        add(Group, [Group(slug=f"g-group-{number}", name=f"{word(90 + number).capitalize()} Group {number}")
                    for number in range(groups)])  # fmt: skip
        fresh = add(Person, [make_person(number) for number in range(people_at(size))])
        group_keys = list(Group.objects.filter(slug__startswith="g-").order_by("pk").values_list("pk", flat=True))
        insert_rows([make_membership(person, group_keys) for person in fresh if is_member(number_of(person))])


def add(model: type[models.Model], rows: list[Any]) -> list[Any]:
    """Stores those of `rows` whose slug is not there, and gives them."""
    there = set(model.objects.filter(slug__startswith="g-").values_list("slug", flat=True))
    fresh = [row for row in rows if row.slug not in there]
    insert_rows(fresh)
    return fresh


def people_at(size: int) -> int:
    return max(FEWEST_PEOPLE, size // PAPERS_A_PERSON)


def venues_at(size: int) -> int:
    return FEWEST_VENUES + size // 5000


def topics_at(size: int) -> int:
    return FEWEST_TOPICS + size // 20_000


def number_of(person: Person) -> int:
    return int(person.slug.rpartition("-")[2])


def is_member(number: int) -> bool:
    return number % 5 in (0, 1, 3)


def name_of(number: int) -> tuple[str, str]:
    """Given and family name of a person; the hundreds beyond all combinations get a letter more."""
    letter = number // (len(GIVEN) * len(FAMILY))
    given = GIVEN[number % len(GIVEN)] + (f" {chr(65 + letter % 26)}." if letter else "")
    return given, FAMILY[number // len(GIVEN) % len(FAMILY)]


def make_person(number: int) -> Person:
    given, family = name_of(number)
    return Person(
        slug=f"g-person-{number}", name=f"{given} {family}", given_name=given, family_name=family,
        headline=f"{word(30 + number % 500)} and {word(50 + number % 900)}",
        bio=f"Works on {word(20 + number % 700)}.", is_published=number % 50 != 49,
    )  # fmt: skip


def make_membership(person: Person, groups: list[int]) -> Membership:
    number = number_of(person)
    start = 1990 + number % 36
    is_over = number % 3 != 0
    return Membership(
        person=person, group_id=groups[number % len(groups)], role=ROLES[number % len(ROLES)],
        start=parse_edtf(str(start)), end=parse_edtf(str(min(start + 4, 2025))) if is_over else None,
    )  # fmt: skip


def make_venue(number: int) -> Venue:
    kind = VENUE_KINDS[number % len(VENUE_KINDS)]
    name = word(60 + number * 3).capitalize()
    return Venue(
        slug=f"g-venue-{number}", kind=kind, short_name=f"{name[:4].upper()}{number}",
        name=f"International {kind.replace('-', ' ').capitalize()} on {name} {number}",
    )  # fmt: skip


# One batch


def write_batch(numbers: range, people: dict[str, int], venues: dict[str, Venue], topics: dict[str, Topic]) -> None:
    """One transaction, one statement a table."""
    plans = [Plan(number) for number in numbers]
    known = load_people({people[f"g-person-{author}"] for plan in plans for author in plan.linked})
    publications = [plan.publication(venues) for plan in plans]
    with transaction.atomic():
        insert_rows(publications)
        rows: dict[type[models.Model], list[Any]] = {model: [] for model in (*ROWS, Metric)}
        links = []
        for plan, publication in zip(plans, publications, strict=True):
            own = plan.rows(publication, {author: known[people[f"g-person-{author}"]] for author in plan.linked})
            for model, added in own.items():
                rows[model] += added
            about = sorted((topics[f"g-topic-{number}"] for number in plan.topics), key=lambda topic: topic.name)
            fill_caches(publication, {model: own[model] for model in ROWS}, about)
            publication._prefetched_objects_cache["metrics"] = own[Metric]
            links += [Publication.topics.through(publication=publication, topic=topic) for topic in about]
        for added in (*rows.values(), links):
            insert_rows(added)
        write_digests(publications, are_new=True)


class Plan:
    """What publication `number` is: all its chances come from its number alone."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.chance = chance = random.Random(7_919 * number + 11)  # noqa: S311 - not a secret
        every, first = COLLABORATION
        if number % every == first:
            self.length = 3000 if number == first else int(200 * math.exp(chance.random() * math.log(15)))
        else:
            self.length = author_count(chance)
        self.linked = self.choose_people()
        self.topics = sorted({zipf(chance, topics_at(number), 1.0) for _ in range(chance.choice((0, 1, 2, 2, 3)))})
        self.kind = chance.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])[0]
        self.year = chance.choices(YEARS, cum_weights=year_weights())[0] if number % 100 != 13 else None

    def choose_people(self) -> dict[int, int]:
        """By number of the person their place in the list of authors: one or two, in a collaboration twenty."""
        people = people_at(self.number)
        # The department that a block of publications comes from, as far as its people are there by now.
        first = self.number // (DEPARTMENT * PAPERS_A_PERSON) * DEPARTMENT
        room = min(DEPARTMENT, max(FEWEST_PEOPLE, people - first))
        if first and people - first < FEWEST_PEOPLE:
            first, room = first - DEPARTMENT, DEPARTMENT
        wanted = 20 if self.length > 100 else min(self.length, self.chance.choice((1, 1, 1, 2, 2)))
        chosen = list(dict.fromkeys(first + zipf(self.chance, room, 0.6) for _ in range(wanted)))
        places = self.chance.sample(range(1, self.length + 1), len(chosen))
        return dict(zip(chosen, places, strict=True))

    def publication(self, venues: dict[str, Venue]) -> Publication:
        number, chance = self.number, self.chance
        venue = venues[f"g-venue-{zipf(chance, venues_at(number), 1.0)}"] if chance.random() < 0.9 else None
        title = " ".join(words(chance, 7)).capitalize()
        date = None
        if self.year and chance.random() < 0.7:
            date = f"{self.year}-{chance.randint(1, 12):02d}" + (
                f"-{chance.randint(1, 28):02d}" if number % 3 else ""
            )  # fmt: skip
        return Publication(
            slug=f"g-{number}", title=f"{title} {number:x}", kind=self.kind, year=self.year, venue=venue,
            venue_text=f"Proceedings of {venue.name}" if venue else "", date=parse_edtf(date),
            abstract=" ".join(words(chance, 90)).capitalize() + ".", pages=f"{number % 900 + 1}–{number % 900 + 12}",
            is_published=number % 100 != 57, listing="never" if number % 50 == 21 else "automatic",
            status="preprint" if self.kind == "preprint" else "published", is_selected=number % 500 == 3,
            has_code=number % 4 == 0,
        )  # fmt: skip

    def rows(self, publication: Publication, people: dict[int, Person]) -> dict[type[models.Model], list[Any]]:
        number, chance = self.number, self.chance
        marks = [("oral", "spotlight", "best-paper")[number % 3]] if number % 33 == 0 else []
        identifiers = [("doi", f"10.5555/generated.{number}")] if number % 5 < 3 else []
        if self.kind == "preprint" or number % 3 == 0:
            identifiers.insert(0, ("arxiv", f"{number // 90_000 + 10:02d}01.{number % 90_000 + 10_000:05d}"))
        links = [("pdf", "paper.pdf")] if number % 5 else []
        links += [("code", "code")] if number % 4 == 0 else []
        cited = int(chance.paretovariate(1.2)) if number % 20 == 1 else 0
        return {
            Authorship: self.authorships(publication, people),
            Identifier: [Identifier(publication=publication, scheme=key, value=value) for key, value in identifiers],
            Link: [
                Link(publication=publication, kind=kind, url=f"https://papers.example.org/{number}/{end}", order=order)
                for order, (kind, end) in enumerate(links)
            ],
            Distinction: [Distinction(publication=publication, kind=kind) for kind in marks],
            Notice: [Notice(publication=publication, kind="retraction", date=parse_edtf("2026"))]
            if number % 3000 == 500 else [],
            Metric: [Metric(publication=publication, name="citations", value=Decimal(min(cited, 99_999)),
                            source="Invented Citations", as_of=parse_edtf("2026"))] if cited else [],
        }  # fmt: skip

    def authorships(self, publication: Publication, people: dict[int, Person]) -> list[Authorship]:
        at_place = {place: people[author] for author, place in self.linked.items()}
        own = []
        for place in range(1, self.length + 1):
            person = at_place.get(place)
            stranger = "" if person else " ".join(name_of(self.chance.randrange(10_000)))
            # One link in twenty waits for an editor: it counts for nothing that visitors see.
            is_sure = self.number % 20 != 7
            row = Authorship(
                publication=publication, position=place, printed_name=person.name if person else stranger,
                person=person, link_basis="explicit" if person else "",
                link_status="confirmed" if is_sure or not person else "proposed",
            )  # fmt: skip
            row.by_member = bool(person and person.is_lab_member)
            own.append(row)
        return own
