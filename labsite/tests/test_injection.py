"""What people type stays text: sixty payloads in every field, on every page and in every format (C1 to C8, C14)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import feedparser
import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from lxml import etree

from labsite.lib.text import clean_text
from labsite.tests.injection import (
    MARKER,
    PAYLOADS,
    is_safe_address,
    look,
    make_infected,
    mistakes_in,
    own_pages,
)

pytestmark = pytest.mark.django_db


# The measure itself


@pytest.mark.once
@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload.startswith("<") and "q4x" in payload])
def test_a_payload_that_got_through_is_found(payload):
    page = "<!doctype html><html><title>x</title><body><p>{}</p></body></html>"
    assert mistakes_in(page.format(payload)) != []
    assert mistakes_in(page.format(payload.replace("&", "&amp;").replace("<", "&lt;"))) == []


@pytest.mark.once
@pytest.mark.parametrize(
    "payload", ['" onmouseover="q4x(1)', '" autofocus onfocus=q4x(1) x="', '"/onmouseover=q4x(1)/"']
)
def test_a_payload_that_left_its_attribute_is_found(payload):
    page = '<!doctype html><html><title>x</title><body><p title="{}"></p></body></html>'
    assert mistakes_in(page.format(payload)) != []
    assert mistakes_in(page.format(payload.replace('"', "&quot;"))) == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("/people/", True), ("people/?q=a:b", True), ("#x", True), ("?a=b", True), ("https://example.org/", True),
        ("mailto:a@b.c", True), ("", True), ("javascript:q4x(1)", False), (" java\nscript:q4x(1)", False),
        ("data:text/html,q4x", False), ("vbscript:q4x", False), ("JAVASCRIPT:q4x(1)", False),
        ("\x01javascript:x", False),
    ],
)  # fmt: skip
def test_addresses_that_act_are_told_from_those_that_lead(address, safe):
    assert is_safe_address(address) == safe


# Pages


@pytest.fixture(scope="module")
def infected(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    """The rows of `make_infected`, made once for this module inside a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_infected()
        transaction.set_rollback(True)


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


@pytest.mark.once
def test_c1_to_c6_all_payloads_on_the_pages_that_list_them(infected, boss):
    of_admin = [address for address in infected if address.startswith("/admin/")]
    assert look(boss, of_admin) > 8
    public = [address for address in infected if address not in of_admin]
    assert look(Client(), public) == len(public) > 20


@pytest.mark.once
@pytest.mark.parametrize("part", range(2))  # for two processes
def test_c1_to_c6_each_payload_on_its_own_pages(infected, part):
    own = own_pages()[part::2]
    assert look(Client(), own) == len(own) >= len(PAYLOADS) * 5 // 2


# Formats


def test_c1_to_c7_formats_hold_the_words_and_nothing_else(infected, client):
    """Each format read back by a reader of that format says what was typed."""
    titles = {clean_text(payload) for payload in PAYLOADS}

    export = json.loads(client.get("/publications/export.json").getvalue())
    assert titles <= {clean_text(item["title"]) for item in export}

    feed = feedparser.parse(client.get("/feeds/publications.atom").getvalue(), sanitize_html=False)
    assert not feed.bozo and len(feed.entries) > 20
    for entry in feed.entries:
        assert entry.title_detail.type == "text/plain" or "<" not in entry.title
        for content in (*entry.get("content", ()), *([entry.summary_detail] if "summary_detail" in entry else ())):
            assert content.type == "text/plain" or mistakes_in(f"<body>{content.value}</body>") == []
    etree.fromstring(client.get("/feeds/news.atom").getvalue())
    etree.fromstring(client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").getvalue())

    for answer in (client.get("/figures/coauthors.svg"), client.get("/mentorship/tree.svg?person=ada")):
        tree = etree.fromstring(answer.getvalue())
        tags = {etree.QName(each).localname for each in tree.iter() if isinstance(each.tag, str)}
        assert not tags & {"script", "foreignObject", "iframe", "animate", "set", "image"}
        assert all(not name.startswith("on") for each in tree.iter() for name in each.attrib)
        assert all(is_safe_address(each.get("href", "")) for each in tree.iter())

    rows = list(csv.reader(io.StringIO(client.get("/figures/awards.csv").getvalue().decode("utf-8-sig"))))
    assert rows and not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")]

    people = json.loads(client.get("/api/v1/people/?limit=200").content)["results"]
    assert titles - {clean_text(person["name"]) for person in people} == set()
    resume = json.loads(client.get("/people/ada/resume.json").content)
    assert titles <= {clean_text(work["position"]) for work in resume["work"]}


@pytest.mark.once
def test_c7_data_for_search_engines_cannot_end_its_element(infected, client):
    for payload in ("</script><script>q4x(1)</script>", "\u2028q4x(1)//<script>", "<!--<script>q4x(1)//-->"):
        text = client.get(f"/publications/infected-{PAYLOADS.index(payload)}/").content.decode()
        data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
        assert len(data) == 2
        for each in data:
            assert not set(each) & set("<>&\u2028\u2029")
            json.loads(each)
        assert MARKER in data[0] + data[1]
