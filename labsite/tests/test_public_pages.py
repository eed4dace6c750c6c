"""Every public list and detail page: a literal number of queries, the same at one and at four of everything."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import LocalePrefixPattern, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsite.tests.fuzz import cases
from labsite.tests.world import make_world

pytestmark = pytest.mark.django_db

# Each count holds the lab profile (1), which the page's frame prints.
QUERIES = {
    # frame; groups of the form; current, upcoming and alumni; their memberships
    "/people/": 6,
    # frame; group check; groups; current members; their memberships
    "/people/?role=postdoc&status=current&group=group-0&q=quint": 5,
    # frame; the person and up to 20 kinds of rows, each with what it prints, loaded at once
    "/people/ada-quint/": 38,
    "/people/ada-quint/cv/": 38,
    "/people/ada-quint/cv/?style=short": 38,
    # without the frame
    "/people/ada-quint/cv.pdf": 37,
    # and when the person was last changed
    "/people/ada-quint/resume.json": 38,
    # person, memberships, links; a batch with its six relations
    "/people/ada-quint/publications.bib": 10,
    # a record with fewer kinds of rows
    "/people/bo-quint-0/": 28,
    # frame; group; current and alumni with their memberships, upcoming; publications; news (4)
    "/groups/group-0/": 12,
    # frame; nine for choices and their names; code; count; keys and rows of the page; figures for the orders
    "/publications/": 15,
    # and one each to know venue, author and topic; two for names in the words, one more for the best answers
    "/publications/?venue=v0&year=2020&author=ada-quint&type=conference-paper&topic=topic-0&award=oral&q=paper": 21,
    "/publications/?q=paper": 18,
    "/publications/?year=2020&year=none&sort=title&since=2019&until=2024&code=yes&workshops=hide": 15,
    # one batch with its six relations; and one each to know venue, author and topic
    "/publications/export.bib": 7,
    "/publications/export.json?venue=v0&year=2020&author=ada-quint&topic=topic-0&award=oral&q=paper&code=yes": 10,
    # as the plain list, and one batch with its six relations
    "/publications/?style=apa": 22,
    "/publications/references.txt?style=ieee": 7,
    # frame; the publication (7); awards, mentorships, projects, positions, talks (2), news, metrics; related ones (3)
    "/publications/paper-0/": 21,
    "/publications/paper-0/cite.bib": 7,
    "/publications/paper-0/linkset.json": 7,
    # lab profile; a page of records with six relations
    "/oai?verb=ListRecords&metadataPrefix=oai_dc": 8,
    # frame; rows
    "/feeds/publications.atom": 2,
    # frame; items, people, papers, groups
    "/feeds/news.atom": 5,
    # frame; counts; topics
    "/topics/": 3,
    # frame; topic; years; people (2); projects; publications
    "/topics/topic-0/": 7,
    # a count and a last change for each kind
    "/sitemap.xml": 14,
    "/sitemap-publications.xml": 2,
    "/sitemap-people.xml": 2,
    # frame; people; best answers (2) and rows; venues; topics; news; names of filters (2)
    "/search/?q=paper": 10,
    # and three for names that are nearly alike
    "/search/?q=qiunt": 12,
    # frame; counts; venues
    "/venues/": 3,
    # frame; venue; editions; workshops (2); publications
    "/venues/v0/": 6,
    # frame; receipts; people
    "/awards/": 3,
    # the same
    "/awards/?by=person": 3,
    # frame; mentorships, levels, papers; advisors; committees; positions; members
    "/mentorship/": 9,
    "/mentorship/?person=ada-quint": 9,
    # the same, and one to see whether such a person is here at all
    "/mentorship/?person=cy-quint-9": 11,
    # no frame
    "/mentorship/tree.svg": 8,
    # frame; groups; papers; pairs of authors, their names; members; awards
    "/figures/": 7,
    "/figures/?group=group-0&since=2019&until=2024": 7,
    # groups, and what the figure counts
    "/figures/publications.svg": 2,
    "/figures/awards.csv": 2,
    "/figures/members.csv": 2,
    "/figures/coauthors.svg": 4,
    # frame; count; items, people, papers, groups
    "/news/": 6,
    # and the person
    "/news/?person=ada-quint&kind=group": 7,
    # frame; projects, roles, topics
    "/research/": 4,
    # frame; project with roles, talks, links, topics, grants; publications
    "/research/area-0/": 9,
}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("path", QUERIES)
def test_queries_do_not_grow(client, django_assert_num_queries, path, count):
    make_world(count)
    with django_assert_num_queries(QUERIES[path]):
        response = client.get(path)
        assert response.status_code == 200
        response.getvalue()  # a streamed file asks while it is read


def test_every_public_route_is_counted():
    """A route added without a query count fails here."""
    counted_elsewhere = {
        "home", "search", "page", "healthz", "robots", "sitemaps", "sitemap", "theme",
        "photo", "photo_rendition", "site_image", "site_rendition", "card", "site_card",
    }  # fmt: skip
    with_language = next(part for part in get_resolver().url_patterns if isinstance(part.pattern, LocalePrefixPattern))
    parts = [*get_resolver().url_patterns, *with_language.url_patterns]
    names = {
        f"{part.namespace}:{pattern.name}"
        for part in parts
        if getattr(part, "namespace", None) in ("people", "publications", "activities")
        for pattern in part.url_patterns
    }
    assert names == {
        "people:people", "people:person", "people:cv", "people:cv_pdf", "people:resume", "people:bibliography",
        "people:group",
        "publications:publications", "publications:publication", "publications:venues", "publications:venue",
        "publications:export", "publications:references", "publications:cite", "publications:linkset",
        "publications:feed", "publications:topics", "publications:topic", "publications:oai", "activities:news_feed",
        "activities:awards", "activities:mentorship", "activities:tree_svg", "activities:news", "activities:research",
        "activities:project", "activities:figures", "activities:figure_svg", "activities:figure_csv",
        "activities:report", "activities:report_file",
    }  # fmt: skip
    own = {part.name for part in parts if getattr(part, "name", None)}
    assert own - {"styleguide"} == counted_elsewhere


NAMES = st.sampled_from([
    "q", "role", "status", "group", "on", "kind", "person", "page", "by", "x", "venue", "year", "since", "until",
    "code", "after", "before", "sort", "topic", "award", "p",
])  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["phd", "current", "group-0", "2024-05", "paper", "2", "person", "\x00", "%", "'", "\u202e", "9" * 300]
    ),
)


@settings(
    max_examples=cases(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(
        [
            "/people/",
            "/news/",
            "/awards/",
            "/search/",
            "/mentorship/",
            "/figures/",
            "/research/",
            "/venues/",
            "/",
            "/topics/",
            "/publications/",
            "/publications/export.bib",
            "/publications/export.json",
            "/feeds/publications.atom",
            "/feeds/news.atom",
            "/sitemap.xml",
            "/robots.txt",
        ]
    ),  # fmt: skip
    pairs=st.lists(st.tuples(NAMES, VALUES), max_size=4),
)
def test_any_query_string_is_answered(client, path, pairs):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value.encode("utf-8", "ignore").decode())
    assert client.get(path, QUERY_STRING=query.urlencode()).status_code == 200
