"""Two thousand publications: every page, every format whole and valid, every walk complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree

import bibtexparser
import feedparser
import pytest
import rispy
from django.db import connection, transaction
from pybtex.database import parse_string as parse_with_pybtex

from labsite.lib.frequent import forget_words
from labsite.lib.search import read_question, words_query
from labsite.tests.many import make_many
from publications import oai
from publications.models import Publication, PublicationDigest
from publications.places import END
from publications.text_hits import HITS

COUNT = 2_050


@pytest.fixture(scope="module")
def shelf(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The records, made once for this module inside a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_many(COUNT)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def walk(client, query: str, name: str) -> list[list[int]]:
    """The keys on every page, following the links `next` or `previous` from `query` on."""
    pages = []
    while query:
        page = client.get(f"/publications/{query}").context["page"]
        pages.append([paper.pk for paper in page.publications])
        query = getattr(page, name)
        assert len(pages) < 100
    return pages


@pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
def test_pages_are_a_walk_through_everything(client, sort):
    pages = walk(client, f"?sort={sort}", "next")
    keys = [key for page in pages for key in page]
    assert len(keys) == len(set(keys)) == COUNT
    assert all(len(page) == 50 for page in pages[:-1])
    assert pages[7] == [
        paper.pk for paper in client.get(f"/publications/?sort={sort}&page=8").context["page"].publications
    ]
    last = client.get(f"/publications/?sort={sort}&page={len(pages)}").context["page"]
    back = walk(client, last.previous, "previous")
    assert back[::-1] == pages[:-1]


def test_the_newest_come_first(client):
    years = [paper.year or 9999 for paper in Publication.objects.order_by("digest__place")]
    assert years == sorted(years, reverse=True)


def test_ranked_pages_of_a_filtered_list_lose_nothing(client, monkeypatch):
    """However few answers may be ranked, those that fit the filters are among them."""
    keys = [key for page in walk(client, "?q=unlearning&year=1999", "next") for key in page]
    total = client.get("/publications/?q=unlearning&year=1999").context["page"].count
    assert len(keys) == len(set(keys)) == total > 2
    monkeypatch.setattr("publications.counting.MOST_HITS", total)
    again = [key for page in walk(client, "?q=unlearning&year=1999", "next") for key in page]
    assert again == keys
    monkeypatch.setattr("publications.counting.MOST_HITS", 1)
    response = client.get("/publications/?q=unlearning&year=1999")
    assert response.context["page"].sort == "newest"


def test_a_page_beyond_an_end_that_was_not_counted_is_explained(client, monkeypatch):
    monkeypatch.setattr("publications.counting.EXACT", 100)
    response = client.get("/publications/?page=900&type=preprint&workshops=hide")
    assert "There is no page 900. You see the first." in response.content.decode()
    assert len(response.context["page"].publications) == 50
    assert "More than" in response.content.decode()


def test_ranked_pages_lose_nothing(client, monkeypatch):
    monkeypatch.setattr("publications.counting.MOST_HITS", COUNT)
    pages = walk(client, "?q=unlearning", "next")
    keys = [key for page in pages for key in page]
    total = client.get("/publications/?q=unlearning").context["page"].count
    assert len(keys) == len(set(keys)) == total > 100
    with_title = [paper.pk for paper in Publication.objects.filter(title__icontains="unlearning")]
    assert set(keys[: len(with_title)]) == set(with_title)


def test_more_answers_than_are_counted_are_listed_the_newest_first(client, django_assert_num_queries):
    """What was collected to be counted is the first page; the pages behind it are those of the whole list."""
    with django_assert_num_queries(4):
        first = client.get("/publications/?q=unlearning")
    assert (first.context["page"].count, first.context["page"].count_is_capped) == (1000, True)
    keys = [key for page in walk(client, "?q=unlearning", "next") for key in page]
    found = Publication.objects.listed().search("unlearning").order_by("digest__place")
    assert keys == list(found.values_list("pk", flat=True))
    assert len(keys) > 1000


@pytest.mark.parametrize("query", ["venue=conf1&code=yes", "q=unlearning&award=oral", "year=none&sort=title"])
def test_filters_of_a_long_list_cost_no_more(client, django_assert_max_num_queries, query):
    with django_assert_max_num_queries(6):
        assert client.get(f"/publications/?{query}").status_code == 200


def test_whole_list_as_bibtex(client):
    text = client.get("/publications/export.bib").getvalue().decode()
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    assert len({entry.key for entry in library.entries}) == COUNT
    assert len(parse_with_pybtex(text, "bibtex").entries) == COUNT


def test_whole_list_as_ris(client):
    entries = rispy.loads(client.get("/publications/export.ris").getvalue().decode())
    assert len(entries) == COUNT
    titles = {paper.title for paper in Publication.objects.all()}
    assert {entry["title"] for entry in entries} == titles
    assert [entry["title"] for entry in entries].count("Editorial") > 200


def test_whole_list_as_json(client):
    items = json.loads(client.get("/publications/export.json").getvalue())
    assert len({item["id"] for item in items}) == COUNT
    assert all(item["author"] for item in items)
    assert len(json.loads(client.get("/publications/export.jsonld?award=oral").getvalue())) == -(-COUNT // 7)


@pytest.mark.parametrize("query", ["q=unlearning&code=yes", "year=2020&venue=conf1", "award=oral&since=2000"])
def test_export_holds_what_the_list_counts(client, query):
    count = client.get(f"/publications/?{query}").context["page"].count
    assert len(json.loads(client.get(f"/publications/export.json?{query}").getvalue())) == count


def test_harvest_is_complete(client):
    query, found = "verb=ListIdentifiers&metadataPrefix=oai_dc", []
    while query:
        tree = ElementTree.fromstring(client.get(f"/oai?{query}").content)  # noqa: S314 - our own answer
        found += [node.text for node in tree.iter(f"{{{oai.OAI}}}identifier")]
        token = next(iter(tree.iter(f"{{{oai.OAI}}}resumptionToken")), None)
        assert token is None or token.get("completeListSize") == str(COUNT)
        query = f"verb=ListIdentifiers&resumptionToken={token.text}" if token is not None and token.text else ""
    assert len(found) == len(set(found)) == COUNT


def test_feed_holds_the_latest(client):
    feed = feedparser.parse(client.get("/feeds/publications.atom").content)
    assert not feed.bozo
    assert len(feed.entries) == 50


def test_many_years_are_few_bars(client):
    histogram = client.get("/publications/").context["histogram"]
    assert 8 <= len(histogram.bars) <= 24
    assert sum(bar.count for bar in histogram.bars) + histogram.undated.count == COUNT
    bar = histogram.bars[3]
    chosen = client.get(f"/publications/{bar.address}")
    assert chosen.context["page"].count == bar.count
    assert [each.label for each in chosen.context["histogram"].bars if each.is_chosen] == [bar.label] or chosen


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's text index gives hits in their order")
def test_the_newest_of_many_hits_are_those_that_a_plain_search_gives():
    """However they are found: by looking through the newest, or among as many as should hold enough."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE publications_publicationdigest")
        cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT search_document FROM publications_publicationdigest')")
        words = [word for word, number in cursor.fetchall() if number > 40 and word.isalnum()]
        assert len(words) > 10
        for word in words:
            cursor.execute(f"SELECT {HITS}(%s::tsquery, 0, %s, 10, 5)", [f"'{word}'", END])
            found = [place for (place,) in cursor.fetchall()]
            cursor.execute(
                "SELECT place FROM publications_publicationdigest WHERE search_document @@ %s::tsquery "
                "ORDER BY place LIMIT 4",
                [f"'{word}'"],
            )
            assert found == [*(place for (place,) in cursor.fetchall()), END], word
        cursor.execute("SHOW enable_indexscan")
        assert cursor.fetchone() == ("on",)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's text index gives hits in their order")
@pytest.mark.parametrize("most", [10, 40])
def test_hits_of_words_that_the_statistics_do_not_know_are_collected_and_sorted(most):
    """All of them up to `most`, whatever the planner expects; of more the newest, with the sign that there are more."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE publications_publicationdigest")
        cursor.execute("UPDATE pg_statistic SET stanumbers4 = stanumbers4, stakind4 = 0, stakind5 = 0 "
                       "WHERE starelid = 'publications_publicationdigest'::regclass AND staattnum = ("
                       "SELECT attnum FROM pg_attribute WHERE attrelid = 'publications_publicationdigest'::regclass "
                       "AND attname = 'search_document')")  # fmt: skip
        pages = {"few": 0, "many": 0}
        cursor.execute("SELECT word, ndoc FROM ts_stat('SELECT search_document FROM publications_publicationdigest')")
        words = [(word, number) for word, number in cursor.fetchall() if word.isalnum()]
        cursor.execute("UPDATE pg_class SET reltuples = 40000 WHERE oid = 'publications_publicationdigest'::regclass")
        for word, number in sorted(words, key=lambda pair: pair[1])[:: max(len(words) // 60, 1)]:
            cursor.execute(f"SELECT {HITS}(%s::tsquery, 0, %s, %s, 5)", [f"'{word}'", END, most])
            found = [place for (place,) in cursor.fetchall()]
            cursor.execute(
                "SELECT place FROM publications_publicationdigest WHERE search_document @@ %s::tsquery ORDER BY place",
                [f"'{word}'"],
            )
            every = [place for (place,) in cursor.fetchall()]
            if END in found:
                pages["many"] += 1
                assert found == [*every[: len(found) - 1], END], word
                assert number >= len(found)
            else:
                pages["few"] += 1
                assert found == every[:most], word
        assert pages["few"] > 5
        cursor.execute("SELECT current_setting('enable_indexscan'), current_setting('enable_seqscan')")
        assert cursor.fetchone() == ("on", "on")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts instead")
def test_beginnings_of_frequent_words_are_left_out(monkeypatch):
    monkeypatch.setattr("labsite.lib.search.MANY", 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE publications_publicationdigest")
    forget_words()
    try:
        asked = [
            words_query(PublicationDigest, read_question(text), "postgresql")[1] for text in ("unlearning", "unlear")
        ]
    finally:
        forget_words()
    assert asked == [["('unlearning')"], ["('unlear':*)"]]
