"""Every public list and detail page: a literal number of queries, the same at one and at four of everything."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsite.tests.world import make_world

pytestmark = pytest.mark.django_db

# Each count holds the lab profile (1), which the page's frame prints.
QUERIES = {
    # frame; groups of the form; current, upcoming and alumni; their memberships
    "/people/": 6,
    # frame; group check; groups; current members; their memberships
    "/people/?role=postdoc&status=current&group=group-0&q=quint": 5,
    # frame; the person and 20 kinds of rows, each with what it prints, loaded at once
    "/people/ada-quint/": 43,
    # the same without the links of the card
    "/people/ada-quint/cv/": 42,
    # a record with fewer kinds of rows
    "/people/bo-quint-0/": 32,
    # frame; group; current and alumni with their memberships, upcoming; publications (6); news (4)
    "/groups/group-0/": 17,
    # frame; seven for choices and their names; count; the page's publications with what they print (6)
    "/publications/": 17,
    # and one each to know venue, author and topic
    "/publications/?venue=v0&year=2020&author=ada-quint&type=conference-paper&topic=topic-0&award=oral&q=paper": 20,
    # frame; the publication (7); awards, mentorships, projects, positions, talks, news, metrics
    "/publications/paper-0/": 17,
    # frame; counts; venues
    "/venues/": 3,
    # frame; venue; editions; workshops (2); publications (6)
    "/venues/v0/": 11,
    # frame; receipts; people
    "/awards/": 3,
    # the same
    "/awards/?by=person": 3,
    # frame; mentorships, levels, papers; advisors; committees; positions
    "/mentorship/": 7,
    # frame; count; items, people, papers, groups
    "/news/": 6,
    # and the person
    "/news/?person=ada-quint&kind=group": 7,
    # frame; projects, roles, topics
    "/research/": 4,
    # frame; project with roles, talks, links, topics, grants; publications (6)
    "/research/area-0/": 14,
}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("path", QUERIES)
def test_queries_do_not_grow(client, django_assert_num_queries, path, count):
    make_world(count)
    with django_assert_num_queries(QUERIES[path]):
        response = client.get(path)
    assert response.status_code == 200


def test_every_public_route_is_counted():
    """A route added without a query count fails here."""
    counted_elsewhere = {"home", "search", "healthz", "robots"}
    names = {
        f"{resolver.namespace}:{pattern.name}"
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) in ("people", "publications", "activities")
        for pattern in resolver.url_patterns
    }
    assert names == {
        "people:people", "people:person", "people:cv", "people:group",
        "publications:publications", "publications:publication", "publications:venues", "publications:venue",
        "activities:awards", "activities:mentorship", "activities:news", "activities:research", "activities:project",
    }  # fmt: skip
    own = {pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)}
    assert own == counted_elsewhere


NAMES = st.sampled_from(["q", "role", "status", "group", "on", "kind", "person", "page", "by", "x"])
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["phd", "current", "group-0", "2024-05", "paper", "2", "person", "\x00", "%", "'", "\u202e", "9" * 300]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/people/", "/news/", "/awards/", "/search/", "/mentorship/", "/research/", "/venues/", "/"]),
    pairs=st.lists(st.tuples(NAMES, VALUES), max_size=4),
)
def test_any_query_string_is_answered(client, path, pairs):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value.encode("utf-8", "ignore").decode())
    assert client.get(path, QUERY_STRING=query.urlencode()).status_code == 200
