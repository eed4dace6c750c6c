"""The gate of K1: 5,000 questions that nobody would ask, of every public address; half of them on each database.

The same ones in every run; `make fuzz` asks new ones each time. A failure names the address.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction

from labsite.page_cache.layer import PageCache
from labsite.tests.access import Lab, routes
from labsite.tests.fuzz import cases, is_longer
from labsite.tests.hostile import QUERIES, VALUES
from labsite.tests.serving import Clock, Told, ask

pytestmark = pytest.mark.django_db
PARTS = 4  # for processes that share the work
QUESTIONS = cases(625)  # of each part
NAMES = [
    *QUERIES, "venue", "topic", "type", "award", "since", "until", "code", "before", "workshops", "status", "on", "by",
    "limit", "cursor", "offset", "url", "maxwidth", "theme", "verb", "metadataPrefix", "resumptionToken", "identifier",
    "set",
]  # fmt: skip
# What pages know, so that questions also get beyond the first check.
KNOWN = [
    "ada-quint", "v0", "topic-0", "group-0", "paper", "quint", "2020", "2024-05", "none", "yes", "hide", "phd",
    "current", "conference-paper", "oral", "newest", "title", "person", "publication", "group", "apa", "short", "json",
    "ListRecords", "ListIdentifiers", "GetRecord", "oai_dc", "publications", "dark", "2", "5",
    "http://testserver/people/ada-quint/",
]  # fmt: skip


# A site that says it is not ready, and oEmbed's own word for a format that is not offered.
ON_PURPOSE = {("/readyz", 503), ("/oembed", 501)}


@pytest.fixture(scope="module")
def addresses(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    """An address of each route that a visitor may ask, with records behind them all."""
    with django_db_blocker.unblock(), transaction.atomic():
        lab = Lab()
        found = {address for route in routes() for _, address in lab.addresses(route)}
        yield sorted(each for each in found if not each.startswith(("/admin/", "/my/")))
        transaction.set_rollback(True)


def value(chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.4:
        return chance.choice(VALUES)
    if draw < 0.8:
        return chance.choice(KNOWN)
    highest = chance.choice((0x7F, 0xFF, 0xFFFF, 0x10FFFF))
    return "".join(chr(chance.randint(0, highest)) for _ in range(chance.randint(1, 20)))


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def question(chance: random.Random, address: str) -> str:
    """The address, now and then with a part that is another word, and up to five pairs behind it."""
    parts = address.split("/")
    if len(parts) > 2 and chance.random() < 0.1:
        parts[chance.randrange(1, len(parts))] = encoded(value(chance))
    pairs = [f"{encoded(chance.choice(NAMES))}={encoded(value(chance))}" for _ in range(chance.randint(0, 5))]
    return f"{'/'.join(parts)}?{'&'.join(pairs)}"


@pytest.mark.parametrize("part", range(PARTS))
def test_any_question_to_a_public_address_is_answered(addresses, part):
    """Through the page cache and all middleware, as a server asks them."""
    site = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    chance, statuses = random.Random(None if is_longer() else part), set()  # noqa: S311 - questions
    assert len(addresses) > 60
    for number in range(part, QUESTIONS * PARTS, PARTS):
        asked = question(chance, addresses[number % len(addresses)])
        answer = ask(site, asked)
        assert answer.status < 500 or (asked.partition("?")[0], answer.status) in ON_PURPOSE, (answer.status, asked)
        statuses.add(answer.status)
    assert 200 in statuses and 404 in statuses and 429 not in statuses
