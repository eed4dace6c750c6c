"""The publication list, its filters and the pages of papers and venues."""

from __future__ import annotations

import itertools

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.asserts import assertContains, assertNotContains

from activities.models import Project
from labsite.tests.factories import (
    make_member,
    make_mentorship,
    make_news,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.fuzz import cases
from publications.counting import count_list
from publications.digests import flush_changes
from publications.facets import load_labels, make_facets
from publications.filters import apply_selection, read_selection
from publications.models import Publication, Topic, Venue

pytestmark = pytest.mark.django_db


def slugs(response) -> list[str]:
    return [publication.slug for publication in response.context["page"].publications]


@pytest.fixture
def shelf():
    """Papers of two members at two conferences, a workshop and nowhere, over three years and undated."""
    ada, bo = make_member("Ada Quint"), make_member("Bo Quint")
    icxm, acxl = make_venue("ICXM"), make_venue("ACXL")
    workshop = make_venue("Quiet @ ICXM", kind="workshop", parent=icxm)
    topic = Topic.objects.create(slug="silence", name="Silence")
    plans = itertools.product((icxm, acxl, workshop, None), (2023, 2024, None), ([ada], [bo], [ada, bo]))
    for number, (venue, year, authors) in enumerate(plans):
        kind = "preprint" if venue is None else "workshop-paper" if venue == workshop else "conference-paper"
        paper = make_publication(f"Paper {number}", authors, venue=venue, year=year, kind=kind)
        if number % 3 == 0:
            paper.topics.add(topic)
        if number % 4 == 0:
            paper.distinctions.create(kind="oral")
    return Publication.objects.all()


CHOICES = {
    "venue": ["icxm", "acxl", "quiet-icxm"],
    "year": ["2023", "2024", "none"],
    "author": ["ada-quint", "bo-quint"],
    "type": ["conference-paper", "preprint"],
    "topic": ["silence"],
    "award": ["oral"],
}


def fits(paper: Publication, name: str, values: list[str]) -> bool:
    """The meaning of a filter in plain Python."""
    own = {
        "venue": [paper.venue.slug] if paper.venue else [],
        "year": [str(paper.year) if paper.year else "none"],
        "author": [row.person.slug for row in paper.authorships.all()],
        "type": [paper.kind],
        "topic": [topic.slug for topic in paper.topics.all()],
        "award": [distinction.kind for distinction in paper.distinctions.all()],
    }[name]
    return bool(set(own) & set(values))


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(CHOICES, 2)))
def test_filters_agree_with_plain_python(shelf, first, second):
    papers = list(shelf)
    for one, two in itertools.product(CHOICES[first], CHOICES[second]):
        selection = read_selection(QueryDict(f"{first}={one}&{second}={two}"))
        found = set(apply_selection(selection, Publication.objects.listed()))
        assert found == {paper for paper in papers if fits(paper, first, [one]) and fits(paper, second, [two])}


def test_values_of_one_filter_are_alternatives(shelf):
    selection = read_selection(QueryDict("year=2023&year=none&venue=icxm&venue=acxl"))
    found = set(apply_selection(selection, Publication.objects.listed()))
    assert found == {
        paper for paper in shelf if fits(paper, "year", ["2023", "none"]) and fits(paper, "venue", ["icxm", "acxl"])
    }


def test_counts_beside_choices_respect_the_other_filters(shelf):
    flush_changes()
    selection = read_selection(QueryDict("year=2024&venue=icxm&author=ada-quint"))
    counts = count_list(selection)
    for facet in make_facets(selection, counts, load_labels(selection, counts)):
        others = {name: values for name, values in selection.values.items() if values and name != facet.name}
        left = [paper for paper in shelf if all(fits(paper, name, values) for name, values in others.items())]
        expected = {
            choice.value: sum(fits(paper, facet.name, [choice.value]) for paper in left) for choice in facet.choices
        }
        assert {choice.value: choice.count for choice in facet.choices} == expected
        assert sum(1 for paper in left if any(fits(paper, facet.name, [v]) for v in expected)) == len(
            [paper for paper in left if any(fits(paper, facet.name, [v]) for v in CHOICES[facet.name])]
        )


def test_a_conference_does_not_include_its_workshops(client, shelf):
    response = client.get("/publications/?venue=icxm&year=2024")
    assert {paper.venue.slug for paper in response.context["page"].publications} == {"icxm"}
    assert len(slugs(response)) == 3


def test_workshops_can_be_hidden(client, shelf):
    shown = client.get("/publications/?workshops=hide").context["page"].publications
    assert {paper.kind for paper in shown} == {"conference-paper", "preprint"}


def test_undated_bucket(client, shelf):
    response = client.get("/publications/?year=none")
    assert {paper.year for paper in response.context["page"].publications} == {None}
    assertContains(response, "Undated")


def test_chosen_filters_can_be_taken_away_one_by_one(client, shelf):
    response = client.get("/publications/?venue=icxm&year=2024&year=2023&q=paper")
    for rest in ("?year=2024&amp;year=2023&amp;q=paper", "?year=2023&amp;venue=icxm&amp;q=paper"):
        assertContains(response, f'href="{rest}"')
    assertContains(response, "Clear all")


def test_sorting(client, shelf):
    newest = [paper.year for paper in client.get("/publications/").context["page"].publications]
    assert newest == sorted(newest, key=lambda year: year or 9999, reverse=True)
    oldest = [paper.year for paper in client.get("/publications/?sort=oldest").context["page"].publications]
    assert oldest == sorted(oldest, key=lambda year: year or 9999)
    titles = [paper.title for paper in client.get("/publications/?sort=title").context["page"].publications]
    assert titles == sorted(titles)


def test_pages_keep_the_filters(client):
    member = make_member("Ada Quint")
    for number in range(51):
        make_publication(f"Paper {number:02}", [member])
    response = client.get("/publications/?author=ada-quint")
    assert len(slugs(response)) == 50
    last = response.context["page"].publications[-1].digest.place
    assertContains(response, f'href="?author=ada-quint&amp;page=2&amp;after={last}"')
    assert len(slugs(client.get("/publications/?author=ada-quint&page=2"))) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("year=abc", "There is no year “abc” here."),
        ("year=0900", "There is no year “0900” here."),
        ("year=0000&year=2024", "There is no year “0000” here."),
        ("year=99999999999999999999", "There is no year “99999999999999999999” here."),
        ("year=٢٠٢٤", "There is no year “٢٠٢٤” here."),
        ("venue=nowhere", "There is no venue “nowhere” here."),
        ("author=nobody", "There is no person “nobody” here."),
        ("author=draft-person", "There is no person “draft-person” here."),
        ("type=poem", "There is no type “poem” here."),
        ("topic=none-such", "There is no topic “none-such” here."),
        ("award=oscar", "There is no distinction “oscar” here."),
        ("workshops=show", "“show” is not known here: use hide."),
        ("venue=%00", "There is no venue “” here."),
    ],
)
def test_value_that_does_not_exist_is_explained(client, query, message):
    make_publication(authors=[make_member("Ada Quint")])
    make_member("Draft Person", is_published=False)
    response = client.get(f"/publications/?{query}")
    assertContains(response, message)
    assertContains(response, "Remove this filter")
    assert slugs(response) == []


def test_unknown_order_is_explained_and_hides_nothing(client):
    paper = make_publication(authors=[make_member("Ada Quint")])
    response = client.get("/publications/?sort=random")
    assertContains(response, "“random” is not known here: use best or newest or oldest or title or cited.")
    assertContains(response, "Show the newest first")
    assert slugs(response) == [paper.slug]


@pytest.mark.parametrize("page", ["abc", "0", "-1", "9999", "99999999999999999999", "%00", "1.5"])
def test_page_that_does_not_exist_is_explained(client, page):
    make_publication(authors=[make_member("Ada Quint")])
    assertContains(client.get(f"/publications/?page={page}"), "There is no page")


def test_valid_but_empty_filter_says_what_to_do(client, shelf):
    response = client.get("/publications/?year=1999")
    assertContains(response, "No publication fits all the chosen filters.")
    assertContains(response, "Show all publications")


def test_too_many_values_are_refused(client):
    response = client.get("/publications/?" + "&".join(f"year={year}" for year in range(1900, 2200)))
    assertContains(response, "At most 50 values can be chosen here.")


FIELD = st.sampled_from([
    "venue", "year", "author", "type", "topic", "award", "q", "sort", "page", "workshops", "x", "since", "until",
    "code", "after", "before",
])  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "none",
            "2024",
            "0900",
            "9999",
            "0001",
            "icxm",
            "ada-quint",
            "hide",
            "\x00",
            "%",
            "_",
            "\\",
            "'",
            "\u202e",
            "9" * 400,
        ]
    ),
)


@settings(max_examples=cases(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(FIELD, TEXT), max_size=6))
def test_any_query_string_is_answered(client, pairs):
    response = client.get("/publications/", QUERY_STRING=encode(pairs))
    assert response.status_code == 200


def encode(pairs: list[tuple[str, str]]) -> str:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value.encode("utf-8", "ignore").decode())
    return query.urlencode()


@pytest.mark.parametrize(
    ("words", "count"), [("r2mu", 1), ("R²MU", 1), ("richtarik", 1), ("icxm quiet", 2), ("nothing", 0)]
)
def test_words_are_found_folded(client, words, count):
    member = make_member("Ada Quint")
    venue = make_venue("ICXM")
    make_publication("Quiet R²MU", [member, "Peter Richtárik"], venue=venue)
    make_publication("Quiet Two", [member], venue=venue)
    assert len(slugs(client.get("/publications/", {"q": words}))) == count


def test_list_rule(client):
    member = make_member("Ada Quint")
    other = make_person("Bo Elsewhere")
    make_publication("By a member", [member])
    make_publication("By somebody else", [other])
    make_publication("Forced in", [other], listing="always")
    make_publication("Forced out", [member], listing="never")
    make_publication("Draft", [member], is_published=False)
    make_publication("Only proposed", [{"printed_name": "A. Quint", "person": member, "link_status": "proposed"}])
    make_publication("Rejected", [{"printed_name": "A. Quint", "person": member, "link_status": "rejected"}])
    assert set(slugs(client.get("/publications/"))) == {"by-a-member", "forced-in"}
    assertContains(client.get(other.get_absolute_url()), "By somebody else")
    assertContains(client.get(member.get_absolute_url()), "Forced out")
    assertNotContains(client.get(member.get_absolute_url()), "Only proposed")


def test_page_of_a_paper_leaks_no_drafts(client):
    member = make_member("Ada Quint")
    hidden = make_person("Hidden Person", is_published=False)
    rows = [member, {"printed_name": "H. Person", "person": hidden}]
    paper = make_publication("Quiet Paper", rows)
    make_news("Secret news", member, is_published=False).publications.add(paper)
    make_mentorship(member, hidden, publications=[paper])
    Project.objects.create(slug="secret", name="Secret Project", is_published=False).publications.add(paper)
    response = client.get(paper.get_absolute_url())
    assertContains(response, "H. Person")
    for leak in ("Hidden Person", "hidden-person", "Secret news", "Secret Project"):
        assertNotContains(response, leak)


def test_draft_paper_is_for_staff_only(client):
    paper = make_publication("Quiet Draft", [make_member("Ada Quint")], is_published=False)
    assert client.get(paper.get_absolute_url()).status_code == 404


def test_staff_preview_a_draft(admin_client):
    paper = make_publication("Quiet Draft", [make_member("Ada Quint")], is_published=False)
    assertContains(admin_client.get(paper.get_absolute_url()), "This is a draft")


def test_retraction_is_on_top(client):
    paper = make_publication("Quiet Paper", [make_member("Ada Quint")])
    paper.notices.create(kind="retraction", date="2024-05", text="Figures were wrong.")
    for path in ("/publications/", paper.get_absolute_url()):
        assertContains(client.get(path), "Retraction")


def test_markup_in_data_is_inert(client):
    payload = "<script>alert(1)</script>"
    member = make_member(
        f"Ada {payload}", slug="ada", headline=payload, bio=payload, status_text=payload, status_is_shown=True
    )
    paper = make_publication(
        payload, [member], venue=make_venue(payload, slug="v"), summary=payload, note=payload, slug="p"
    )
    make_news(payload, member).publications.add(paper)
    for path in ("/", "/people/", "/people/ada/", "/people/ada/cv/", "/publications/", "/publications/p/", "/news/",
                 "/venues/", "/venues/v/", "/search/?q=script"):  # fmt: skip
        assertNotContains(client.get(path), payload, msg_prefix=path)


def test_a_venue_and_a_topic_that_only_drafts_name_are_told_to_nobody(client, admin_client):
    """Whoever may read drafts sees them; a talk, a workshop's paper or a second, published paper makes them public."""
    ada = make_member("Ada Quint")
    venue, topic = make_venue("Canaryconf"), Topic.objects.create(name="Canary songs", slug="canary-songs")
    draft = make_publication("Not yet", [ada], venue=venue, is_published=False)
    draft.topics.add(topic)
    flush_changes()
    paths = ("/venues/canaryconf/", "/topics/canary-songs/")
    for path in paths:
        assert client.get(path).status_code == 404
        assert admin_client.get(path).status_code == 200
    for path in (
        "/search/?q=canary", "/search/?q=kanaryconf", "/publications/?q=canaryconf+2024",
        "/publications/?venue=canaryconf", "/publications/?topic=canary-songs", "/sitemap-venues.xml",
    ):  # fmt: skip
        page = client.get(path).content.decode()
        assert "Canaryconf" not in page and "Canary songs" not in page, path
    draft.is_published = True
    draft.save()
    flush_changes()
    for path in paths:
        assert client.get(path).status_code == 200
    assertContains(client.get("/search/?q=canary"), "Canaryconf")


def test_a_conference_is_public_by_its_workshops(client):
    venue = make_venue("ICXM")
    make_publication("Not yet", [make_member("Ada Quint")], venue=venue, is_published=False)
    make_publication("Out", ["Bo"], venue=make_venue("WXM", parent=venue))
    assert client.get("/venues/icxm/").status_code == 200


@pytest.mark.parametrize("number", [9, 10])
def test_a_facet_says_that_it_offers_the_most_frequent_values_alone(client, monkeypatch, number):
    for module in ("counting", "facets"):
        monkeypatch.setattr(f"publications.{module}.MOST_CHOICES", 9)
    member = make_member("Ada Quint")
    for place in range(number):
        venue = Venue.objects.create(slug=f"v{place}", name=f"Conference {place}", short_name=f"C{place}")
        for paper in range(2 if place < 9 else 1):
            make_publication(f"Paper {place} {paper}", authors=[member], venue=venue)
    page = client.get("/publications/").content.decode()
    assert ("The 9 most frequent" in page) is (number == 10)
    assert all(f'id="filter-venue-v{place}"' in page for place in range(9))
    assert 'id="filter-venue-v9"' not in page
    if number == 10:  # what is chosen is offered, however rare
        assert 'id="filter-venue-v9"' in client.get("/publications/?venue=v9").content.decode()
