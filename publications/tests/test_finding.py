"""Lists are found by facets and the text index: the same publications as the records themselves tell."""

from __future__ import annotations

import itertools
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict

from labsite.tests.factories import make_member, make_person, make_publication, make_venue
from people.models import Membership
from publications.counting import Counts, count_by_year, count_list, count_named, count_values, hits_of
from publications.digests import flush_changes, refresh_digests
from publications.facet_names import ALL
from publications.filters import SORTS, apply_selection, read_selection
from publications.finding import places_of, read_wanted, run
from publications.models import FacetTotal, Publication, PublicationDigest, PublicationFacet, Topic
from publications.paging import best_places, read_page
from publications.places import place_of, range_of_years, year_of
from publications.totals import recount

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Papers of every sort, some of which no list shows."""
    ada, bo = make_member("Ada Quint"), make_member("Bo Quint")
    guest, draft = make_person("Guest Quint"), make_member("Draft Quint", is_published=False)
    icxm, acxl = make_venue("ICXM"), make_venue("ACXL")
    workshop = make_venue("Quiet @ ICXM", kind="workshop", parent=icxm)
    topics = [Topic.objects.create(slug=name, name=name.title()) for name in ("silence", "noise")]
    plans = itertools.product(
        (icxm, workshop, None), (2020, 2023, None), ([ada], [ada, bo], [guest], [draft], [bo, guest])
    )
    for number, (venue, year, authors) in enumerate([*plans, (acxl, 2020, [bo])]):
        paper = make_publication(
            f"{'Quiet' if number % 2 else 'Loud'} paper {number}", authors, venue=venue, year=year,
            kind=["preprint", "conference-paper", "journal-article"][number % 3], has_code=number % 5 == 0,
            listing=["automatic", "automatic", "always", "never"][number % 4], is_published=number % 7 != 0,
        )  # fmt: skip
        paper.topics.set(topics[: number % 3])
        if number % 4 == 0:
            paper.distinctions.create(kind="oral")
    flush_changes()


FILTERS = [
    "", "venue=icxm", "venue=icxm&venue=quiet-icxm", "year=2020", "year=2020&year=none", "since=2021", "until=2021",
    "since=2020&until=2020", "year=2023&since=2021", "year=2020&since=2021", "author=ada-quint",
    "author=guest-quint&author=bo-quint", "topic=silence", "topic=silence&topic=noise", "type=preprint", "award=oral",
    "code=yes", "workshops=hide", "q=quiet", "q=%22paper+1%22", "q=nothing",
]  # fmt: skip
PAIRS = [*([each] for each in FILTERS), *map(list, itertools.combinations(FILTERS[1:], 2))]


def joined(pair: list[str]) -> str:
    return "&".join(each for each in pair if each)


def test_every_two_filters_find_what_the_records_tell(shelf):
    for pair in PAIRS:
        if len({each.partition("=")[0] for each in pair}) < len(pair):
            continue
        selection = read_selection(QueryDict(joined(pair)))
        expected = {each.pk for each in apply_selection(selection, Publication.objects.listed())}
        counts = count_list(selection)
        assert counts.number == len(expected), pair
        for sort in ("newest", "oldest", "title", "cited"):
            chosen = read_selection(QueryDict(f"{joined(pair)}&sort={sort}"))
            page = read_page(QueryDict(), chosen, counts)
            assert [row.pk for row in page.publications] == list(
                Publication.objects.filter(pk__in=expected).order_by(*SORTS[sort]).values_list("pk", flat=True)
            ), (pair, sort)


def test_choices_beside_them_count_what_the_records_tell(shelf):
    """Each choice's number is what the list has with it."""
    for query in [
        "",
        "year=2020",
        "venue=icxm",
        "since=2019&until=2022",
        "topic=noise&code=yes",
        "q=quiet&type=preprint",
    ]:
        selection = read_selection(QueryDict(query))
        counts = count_list(selection)
        for name, found in counts.facets.items():
            for facet, number in found.items():
                value = facet.partition(":")[2]
                alone = read_selection(QueryDict(query))
                alone.values[name] = [value]
                expected = apply_selection(alone, Publication.objects.listed()).distinct().count()
                assert number == expected, (query, facet)
        years = {}
        without = read_selection(QueryDict(query))
        without.values["year"] = []
        for year in apply_selection(without, Publication.objects.listed()).values_list("year", flat=True):
            years[year or 9999] = years.get(year or 9999, 0) + 1
        assert counts.years == years, query


def test_long_lists_are_sampled_and_say_so(shelf, monkeypatch):
    monkeypatch.setattr("publications.counting.EXACT", 6)
    monkeypatch.setattr("publications.counting.SAMPLE", 4)
    selection = read_selection(QueryDict("workshops=hide"))
    counts = count_list(selection)
    assert not counts.is_capped  # totals tell the number, whatever it is
    assert counts.number == apply_selection(selection, Publication.objects.listed()).count() > 6
    assert {"venue", "type", "topic", "author"} <= counts.samples
    assert sum(counts.facets["type"].values()) == 4
    assert "year" not in counts.samples
    monkeypatch.setattr("publications.counting.SAMPLE", 500)
    found = count_list(read_selection(QueryDict("workshops=hide&type=preprint&q=paper")))
    preprints = Publication.objects.listed().filter(kind="preprint")
    assert (found.number, found.is_capped) == (preprints.exclude(venue__kind="workshop").count(), False)
    monkeypatch.setattr("publications.counting.EXACT", 2)
    several = count_list(read_selection(QueryDict("workshops=hide&since=2000&code=yes")))
    assert (several.number, several.is_capped) == (2, True)


@pytest.fixture
def counted(monkeypatch):
    """Counts the list of “quokka” once as many papers hold it. Samples are of four, words are counted up to eight."""
    monkeypatch.setattr("publications.counting.SAMPLE", 4)
    monkeypatch.setattr("publications.counting.MOST_HITS", 8)
    ada = make_member("Ada Quint")

    def papers(number: int) -> Counts:
        for each in range(number):
            make_publication(f"Quokka {each}", [ada], year=2000 + each)
        flush_changes()
        return count_list(read_selection(QueryDict("q=quokka")))

    return papers


@pytest.mark.parametrize(
    ("number", "said"), [(4, (4, False)), (5, (5, False)), (6, (6, False)), (8, (8, False)), (9, (8, True))]
)
def test_both_databases_print_the_same_number_around_the_sample_and_the_cap(counted, number, said):
    """One more than a sample was “500+” on PostgreSQL, which collects as many of a frequent word."""
    counts = counted(number)
    assert (counts.number, counts.is_capped, sum(counts.years.values())) == (*said, number)
    assert "type" not in counts.samples


@pytest.mark.parametrize("number", [4, 5, 7])
def test_of_a_word_that_postgresql_expects_often_only_a_sample_is_counted(counted, monkeypatch, number):
    """Its planner is told that anything is often; whether there are more than the sample is known all the same."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite gives hits in order: it counts them all")

    def hits_of_often(wanted):
        sql, values = hits_of(wanted)
        return sql, [*values[:-2], 0, values[-1]]

    for module in ("counting", "paging"):
        monkeypatch.setattr(f"publications.{module}.hits_of", hits_of_often)
    counts = counted(number)
    assert (counts.number, counts.is_capped) == (4, number > 4)
    assert ("type" in counts.samples) is (number > 4)
    assert sum(counts.years.values()) == 4
    newest = list(PublicationDigest.objects.order_by("place").values_list("place", flat=True)[:4])
    best = best_places(read_wanted(read_selection(QueryDict("q=quokka"))).words, 10)
    assert sorted(best) == newest


def test_sampled_choices_have_no_numbers(client, shelf, monkeypatch):
    monkeypatch.setattr("publications.counting.EXACT", 6)
    monkeypatch.setattr("publications.counting.SAMPLE", 4)
    text = client.get("/publications/?workshops=hide").content.decode()
    assert "Among the newest" in text
    types = text.partition("Type</legend>")[2].partition("</fieldset>")[0]
    assert 'name="type"' in types
    assert "choice-count" not in types


def test_totals_are_what_a_count_gives(shelf):
    """After every way of writing: made, changed, deleted, unpublished, members leaving."""

    def totals() -> set[tuple[str, int, int]]:
        return set(FacetTotal.objects.exclude(number=0).values_list("facet", "year", "number"))

    def check() -> None:
        flush_changes()
        kept = totals()
        recount(connection)
        assert kept == totals()

    check()
    assert count_named([ALL]).get(ALL, 0) == Publication.objects.listed().count() > 10
    paper = Publication.objects.listed().filter(year=2020).first()
    paper.year, paper.kind = 1999, "book"
    paper.save()
    check()
    assert count_by_year("type:book") == {1999: 1}
    Publication.objects.filter(year=2023).first().delete()
    check()
    Membership.objects.filter(person__slug="ada-quint").delete()
    refresh_digests(Publication.objects.values_list("pk", flat=True))
    check()
    assert "author:ada-quint" not in set(FacetTotal.objects.filter(number__gt=0).values_list("facet", flat=True))
    venue = make_venue("ACXL 2")
    Publication.objects.filter(venue__slug="acxl").update(venue=venue)
    refresh_digests(Publication.objects.values_list("pk", flat=True))
    check()
    assert "acxl" not in count_values("venue", 100)


def test_drafts_and_unlisted_papers_have_no_facets_of_lists(shelf):
    hidden = Publication.objects.exclude(pk__in=Publication.objects.listed())
    assert hidden.filter(is_published=True).exists()
    assert hidden.filter(is_published=False).exists()
    facets = set(PublicationFacet.objects.filter(digest__publication__in=hidden).values_list("facet", flat=True))
    assert {facet.partition(":")[0] for facet in facets} == {"unlisted"}
    assert not PublicationFacet.objects.filter(digest__publication__is_published=False).exists()


def test_a_slug_that_changes_moves_its_facets(shelf):
    make = Topic.objects.get(slug="noise")
    number = count_values("topic", 9)["noise"]
    make.slug = "din"
    make.save()
    flush_changes()
    assert count_values("topic", 9)["din"] == number
    assert "noise" not in count_values("topic", 9)


def test_places_are_unique_and_in_order():
    dates = [(None, None, None), (2025, 12, 31), (2025, 12, None), (2025, 1, 1), (2025, None, None), (2024, 12, 31)]
    places = [place_of(*date, title, 1) for date in dates for title in ("", "a way", "b way", "中文")]
    assert places == sorted(set(places))
    assert [year_of(place) for place in places[::4]] == [None, 2025, 2025, 2025, 2025, 2024]
    begin, end = range_of_years(2025, 2025)
    assert [begin <= place < end for place in places] == [False] * 4 + [True] * 16 + [False] * 4
    assert max(place_of(1400, None, None, "zzzzzz", 2047), END_OF_ALL) < 2**63


END_OF_ALL = range_of_years(1, None)[1]


def test_many_of_one_name_and_day_have_places_of_their_own():
    member = make_member("Ada Quint")
    for _ in range(5):
        make_publication("Editorial", [member], year=2024)
    flush_changes()
    first = PublicationDigest.objects.order_by("place").first().place
    # A key that is 2,048 apart would get the same place.
    later = make_publication("Editorial", [member], year=2024, pk=Publication.objects.first().pk + 2048)
    flush_changes()
    places = list(PublicationDigest.objects.values_list("place", flat=True))
    assert len(set(places)) == 6
    assert abs(PublicationDigest.objects.get(publication=later).place - first) < 2048


def test_a_page_far_from_the_first_is_the_one_that_the_links_lead_to(monkeypatch):
    member = make_member("Ada Quint")
    for number in range(30):
        make_publication(f"Paper {number:02}", [member], year=2000 + number % 6)
    flush_changes()
    for name, value in (("PER_PAGE", 4), ("DEEPEST", 4)):
        monkeypatch.setattr(f"publications.paging.{name}", value)
    every = list(PublicationDigest.objects.order_by("place").values_list("publication", flat=True))
    for query in ("", "author=ada-quint", "type=conference-paper"):
        selection = read_selection(QueryDict(query))
        counts = count_list(selection)
        for number in range(1, 9):
            page = read_page(QueryDict(f"page={number}"), selection, counts)
            assert [row.pk for row in page.publications] == every[(number - 1) * 4 : number * 4]


def test_no_statement_holds_what_a_visitor_wrote(shelf):
    selection = read_selection(QueryDict("q=quiet'%20OR%201=1--&author=ada-quint"))
    sql, values = places_of(read_wanted(selection), 10)
    assert "quiet" not in sql
    assert run(sql, values) == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
def test_pages_that_are_too_far_are_explained(client, monkeypatch, sort):
    member = make_member("Ada Quint")
    for number in range(30):
        make_publication(f"Paper {number:02}", [member], year=2000 + number % 6)
    for name, value in (("PER_PAGE", 4), ("DEEPEST", 4), ("FARTHEST", 8)):
        monkeypatch.setattr(f"publications.paging.{name}", value)
    text = client.get(f"/publications/?sort={sort}&page=7").content.decode()
    assert ("There is no page 7." in text) is (sort == "title")  # years lead to the others


def test_words_do_not_find_what_stands_for_facets(client):
    """Facets are words of the text index, too, in a column that words do not look into."""
    make_publication("A loud paper", [make_member("Ada Quint")])
    facet_text = client.get("/publications/").context["page"].publications[0].digest
    words = PublicationDigest.objects.get(pk=facet_text.pk).facet_text.split()
    for word in (words[0], words[0][:2], "z", "z loud"):
        assert client.get("/publications/", {"q": word}).context["page"].count == 0, word
        assert json.loads(client.get("/publications/export.json", {"q": word}).getvalue()) == []
    assert client.get("/publications/", {"q": "a loud"}).context["page"].count == 1


def test_publications_that_change_places_within_a_batch_keep_one_each():
    """One moves to where another of the batch stands, whose facets change; two that are at once swap."""
    member = make_member("Ada Quint")
    one = make_publication("Editorial", [member], year=2024)
    other = make_publication("Editorial", [member], year=2023, pk=one.pk + 2048)
    flush_changes()
    Publication.objects.filter(pk=one.pk).update(kind="book")
    Publication.objects.filter(pk=other.pk).update(year=2024)
    refresh_digests([one.pk, other.pk])
    Publication.objects.filter(pk=one.pk).update(year=2023)
    refresh_digests([one.pk, other.pk])
    Publication.objects.filter(pk=one.pk).update(year=2024)
    Publication.objects.filter(pk=other.pk).update(year=2023)
    refresh_digests([one.pk, other.pk])
    assert count_by_year("all:") == {2024: 1, 2023: 1}
    assert PublicationDigest.objects.values("place").distinct().count() == 2


def test_facets_that_were_never_made_are_made_after_any_migration():
    """An upgrade that was stopped between the migration and what follows it."""
    make_publication("A paper", [make_member("Ada Quint")])
    flush_changes()
    PublicationFacet.objects.all().delete()
    PublicationDigest.objects.update(facet_text="")
    call_command("migrate", verbosity=0)
    assert count_named([ALL]).get(ALL, 0) == 1
