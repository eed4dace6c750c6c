"""What a benchmark asks of a site whose publications `labsite.tests.generated` made."""

from __future__ import annotations

from labsite.tests.chances import word
from labsite.tests.generated import DEPARTMENT, KINDS, is_member, people_at
from publications.models import Publication


def sample_addresses(size: int) -> dict[str, list[str]]:
    """By kind of page the addresses of a database of `size` publications: alike at every size, none twice."""
    late, early = [2026 - number for number in range(12)], [2001 + number for number in range(12)]
    listed = Publication.objects.listed().filter(year__isnull=False)
    anchors = list(listed.filter(year__in=(2008, 2009)).order_by("year", "slug").values_list("pk", flat=True)[:12])
    prolific = [f"g-person-{number}" for number in (0, 1, 3, 5, 6, 8, 10, 11, 13, 15, 16, 18)]
    ordinary = [f"g-person-{number}" for number in ordinary_people(size)]
    pages = "/publications/?"
    groups: dict[str, list[str]] = {
        "list, first page": ["/publications/"],
        "list, deep page": [f"{pages}page=9&after={key}" for key in anchors],
        "filter: year": [f"{pages}year={year}" for year in late],
        "filter: venue": [f"{pages}venue=g-venue-{number}" for number in range(12)],
        "filter: author": [f"{pages}author={slug}" for slug in prolific],
        "filter: topic": [f"{pages}topic=g-topic-{number}" for number in range(12)],
        "filter: type": [f"{pages}type={kind}" for kind, _ in KINDS],
        "filter: year + venue": [f"{pages}year={year}&venue=g-venue-{number}" for number, year in enumerate(late)],
        "filter: author + year": [
            f"{pages}author={slug}&year={year}" for slug, year in zip(prolific, early, strict=True)
        ],
        "filter: topic + type": [f"{pages}topic=g-topic-{number}&type=journal-article" for number in range(12)],
        "search: common word": [f"{pages}q={word(number)}" for number in range(6)],
        "search: middling word": [f"{pages}q={word(60 + number)}" for number in range(12)],
        "search: rare word": [f"{pages}q={word(15_000 + 7 * number)}" for number in range(12)],
        "search: two words": [f"{pages}q={word(20 + number)}+{word(80 + number)}" for number in range(12)],
        "member, prolific": [f"/people/{slug}/" for slug in prolific],
        "member, ordinary": [f"/people/{slug}/" for slug in ordinary],
        "publication": [
            f"/publications/{slug}/" for slug in listed.order_by("pk").values_list("slug", flat=True)[100:112]
        ],
        "venue": [f"/venues/g-venue-{number}/" for number in range(12)],
        "topic": [f"/topics/g-topic-{number}/" for number in range(12)],
        "home": ["/"],
        "people": ["/people/"],
    }
    return {kind: list(dict.fromkeys(addresses)) for kind, addresses in groups.items()}


def ordinary_people(size: int) -> list[int]:
    """Published members from the middle of the first department on."""
    there = min(people_at(size), DEPARTMENT)
    return [number for number in range(there // 2, there) if is_member(number) and number % 50 != 49][:12]
