"""Thousands of publications that look like real ones, invented with a fixed seed, written in bulk."""

from __future__ import annotations

import random

from labsite.tests.factories import make_member, make_venue
from people.models import Person
from publications.digests import refresh_digests
from publications.models import Authorship, Distinction, Identifier, Link, Publication, Topic, Venue

GIVEN = [
    "Ada", "Bo", "Çağla", "Dmitri", "Élodie", "Fatima", "Günter", "Hye-jin", "Ìdòwú", "João", "Kateřina", "Lưu", "Müge",
    "Nadia", "Ólafur", "Pei-Yu",
]  # fmt: skip
FAMILY = [
    "Quint", "Okafor", "van der Berg", "Šimánek", "García Márquez", "Nguyễn", "O'Brien", "Zhang", "Åkesson", "Ivanova",
    "De la Cruz", "Li",
]  # fmt: skip
WORDS = [
    "sparse", "robust", "quiet", "unlearning", "optimization", "gradient", "zeroth-order", "federated", "diffusion",
    "prompts", "networks", "privacy", "compression", "R²MU", "LLM-agents", "estimation", "bounds", "adversarial",
    "training", "saliency", "memory", "bilevel", "pruning", "alignment",
]  # fmt: skip
SIGNS = ["", "", "", " & beyond", ": 100% faster", " {sic}", " — a survey", " <in vitro>", " $O(n^2)$"]


def make_many(count: int) -> list[Person]:
    """`count` listed publications of ten members at twelve venues over fifty years; gives the members."""
    chance = random.Random(2024)  # noqa: S311 - not a secret
    members = [make_member(f"{GIVEN[number]} {FAMILY[number % len(FAMILY)]}") for number in range(10)]
    venues = [make_venue(f"Conf{number}") for number in range(12)]
    topics = [Topic.objects.create(slug=f"topic-{number}", name=f"Topic {number}") for number in range(8)]
    papers = Publication.objects.bulk_create(
        [make_paper(number, chance, venues) for number in range(count)], batch_size=500
    )
    Authorship.objects.bulk_create(
        [row for paper in papers for row in make_authors(paper, chance, members)], batch_size=500
    )
    Publication.topics.through.objects.bulk_create(
        [Publication.topics.through(publication=paper, topic=chance.choice(topics)) for paper in papers], batch_size=500
    )
    Identifier.objects.bulk_create(
        [Identifier(publication=paper, scheme="doi", value=f"10.1000/{paper.pk}") for paper in papers[::2]],
        batch_size=500,
    )
    Link.objects.bulk_create(
        [Link(publication=paper, kind="code", url="https://example.org/code") for paper in papers[::3]], batch_size=500
    )
    Distinction.objects.bulk_create([Distinction(publication=paper, kind="oral") for paper in papers[::7]])
    refresh_digests(paper.pk for paper in papers)
    return members


def make_paper(number: int, chance: random.Random, venues: list[Venue]) -> Publication:
    title = " ".join(chance.sample(WORDS, 5)).capitalize() + chance.choice(SIGNS)
    return Publication(
        slug=f"many-{number}",
        title="Editorial" if number % 9 == 0 else f"{title} {number}",  # many of one name, as journals have them
        kind=chance.choice(["conference-paper", "journal-article", "workshop-paper", "preprint"]),
        year=chance.choice([None, *range(1975, 2026)]),
        venue=chance.choice([None, *venues]),
        pages=f"{number}-{number + 9}",
        abstract=" ".join(chance.choices(WORDS, k=60)),
    )


def make_authors(paper: Publication, chance: random.Random, members: list[Person]) -> list[Authorship]:
    names = [f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}" for _ in range(chance.randint(0, 7))]
    rows = [Authorship(publication=paper, position=place, printed_name=name) for place, name in enumerate(names, 2)]
    member = chance.choice(members)
    rows.append(Authorship(publication=paper, position=1, printed_name=member.name, person=member))
    for row in rows:
        row.search_text = row.make_search_text()
    return rows
