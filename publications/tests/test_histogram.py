"""The years as bars, and words that name filters."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from pytest_django.asserts import assertContains, assertNotContains

from labsite.tests.factories import make_member, make_publication, make_venue
from publications.facets import Choice, Facet
from publications.filters import read_selection
from publications.hints import read_hint
from publications.histogram import MAX_BARS, make_histogram, make_spans
from publications.models import Topic

pytestmark = pytest.mark.django_db


def facets(**counts: int) -> list[Facet]:
    choices = [Choice(year.removeprefix("y"), year, number, False) for year, number in counts.items()]
    return [Facet("year", "Year", choices)]


def test_empty_years_between_are_bars_too():
    histogram = make_histogram(read_selection(QueryDict()), facets(y2020=3, y2023=6))
    assert [(bar.label, bar.count) for bar in histogram.bars] == [("2020", 3), ("2021", 0), ("2022", 0), ("2023", 6)]
    assert [bar.height for bar in histogram.bars] == [30, 0, 0, 60]
    assert histogram.undated is None


def test_bars_choose_and_let_go():
    selection = read_selection(QueryDict("year=2020&venue=&q=quiet"))
    first, second = make_histogram(selection, facets(y2020=3, y2021=6)).bars
    assert (first.is_chosen, first.address) == (True, "?q=quiet")
    assert (second.is_chosen, second.address) == (False, "?year=2020&year=2021&q=quiet")


@pytest.mark.parametrize("years", [[], [2024], [1400, 2999], [1990, 2026], list(range(2000, 2026)), [1999, 2000, 2001]])
def test_spans_cover_every_year_once(years):
    spans = make_spans(years)
    assert len(spans) <= MAX_BARS
    for year in years:
        assert sum(begin <= year <= end for begin, end in spans) == 1
    assert len({end - begin for begin, end in spans}) <= 1


def test_nothing_at_all_is_drawn_as_nothing(client):
    assertNotContains(client.get("/publications/"), "histogram-bars")


def test_bars_are_said_in_words(client):
    make_publication("Quiet", [make_member("Ada Quint")], year=2024)
    assertContains(client.get("/publications/?year=2024"), 'aria-label="2024: 1 publication, chosen"')
    assertContains(client.get("/publications/"), 'aria-label="2024: 1 publication"')


@pytest.fixture
def names():
    make_venue("NeurIPS", name="Neural Information Processing Systems")
    make_venue("ICML")
    Topic.objects.create(slug="bilevel-optimization", name="Bilevel optimization")


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("oral papers at NeurIPS or ICML since 2023 with code",
         "?venue=neurips&venue=icml&award=oral&since=2023&code=yes"),
        ("spotlights 2024", "?year=2024&award=spotlight"),
        ("neural information processing systems", "?venue=neurips"),
        ("bilevel optimization after 2020 before 2024", "?topic=bilevel-optimization&since=2021&until=2023"),
        ("richtarik icml", "?venue=icml&q=richtarik"),
        ("journal articles", "?type=journal-article"),
        ("quiet machines", None),
        ("since", None),
        ("2024-05", None),
    ],
)  # fmt: skip
def test_words_that_name_filters(names, words, query):
    hint = read_hint(read_selection(QueryDict(f"q={words}")))
    assert (hint.address if hint else None) == query


def test_hints_are_offered_and_not_taken(client, names):
    member = make_member("Ada Quint")
    paper = make_publication("Oral history of silence", [member])
    response = client.get("/publications/?q=oral")
    assert [each.pk for each in response.context["page"].publications] == [paper.pk]
    assertContains(response, "Do you mean the filters")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=abc", "“abc” is not a year. Write four digits."),
        ("until=20244", "“20244” is not a year."),
        ("since=none", "“none” is not a year."),
        ("code=no", "“no” is not known here: use yes."),
        ("q=%E2%80%AE", "holds signs that cannot be seen"),
    ],
)
def test_mistakes_are_explained(client, query, message):
    make_publication("Quiet", [make_member("Ada Quint")])
    response = client.get(f"/publications/?{query}")
    assertContains(response, message)
    assert response.context["page"].publications == []


def test_years_code_and_counts(client):
    member = make_member("Ada Quint")
    for year in (2020, 2022, None):
        make_publication(f"Of {year}", [member], year=year, has_code=year == 2022)
    linked = make_publication("Linked", [member], year=2023)
    linked.links.create(kind="code", url="https://example.org/code")

    def titles(query: str) -> set[str]:
        return {paper.title for paper in client.get(f"/publications/?{query}").context["page"].publications}

    assert titles("since=2021") == {"Of 2022", "Linked"}
    assert titles("since=2020&until=2022") == {"Of 2020", "Of 2022"}
    assert titles("code=yes") == {"Of 2022", "Linked"}
    assert client.get("/publications/?until=2022").context["code_count"] == 1


def test_most_cited_is_offered_where_somebody_counts(client):
    member = make_member("Ada Quint")
    papers = [make_publication(f"Paper {number}", [member]) for number in range(3)]
    assertNotContains(client.get("/publications/"), "Most cited")
    papers[1].metrics.create(name="citations", value=7, source="Somewhere")
    papers[2].metrics.create(name="citations", value=90, source="Somewhere", is_published=False)
    response = client.get("/publications/?sort=cited")
    assertContains(response, "Most cited")
    assert [paper.title for paper in response.context["page"].publications] == ["Paper 1", "Paper 0", "Paper 2"]


@pytest.mark.parametrize("place", ["after=abc", "after=999999", "before=1", "after=%00", "after=1&before=2", "before="])
def test_places_that_do_not_exist_are_ignored(client, place):
    make_publication("Quiet", [make_member("Ada Quint")])
    assert client.get(f"/publications/?page=1&{place}").status_code == 200
    assert client.get(f"/publications/?{place}").status_code == 200
