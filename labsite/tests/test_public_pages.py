"""Every public list and detail page: a literal number of queries, the same at one and at four of everything."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import LocalePrefixPattern, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsite.tests.fuzz import cases

pytestmark = pytest.mark.django_db

# Each count holds the lab profile (1), which the page's frame prints.
QUERIES = {
    # frame; groups of the form; everybody
    "/people/": 4,
    # and the check of the group
    "/people/?role=postdoc&status=current&group=group-0&q=quint": 5,
    # frame; the person; thirty kinds of rows, each with what it prints
    "/people/ada-quint/": 4,
    "/people/ada-quint/cv/": 3,
    "/people/ada-quint/cv/?style=short": 3,
    # without the frame
    "/people/ada-quint/cv.pdf": 2,
    # and when the person was last changed
    "/people/ada-quint/resume.json": 3,
    # person; a batch with its six relations
    "/people/ada-quint/publications.bib": 8,
    # a record with fewer kinds of rows
    "/people/bo-quint-0/": 4,
    # frame; group; its people; its publications and news
    "/groups/group-0/": 5,
    # frame; all that is counted; names of choices; places and rows of the page
    "/publications/": 5,
    # and one to know venue, author and topic
    "/publications/?venue=v0&year=2020&author=ada-quint&type=conference-paper&topic=topic-0&award=oral&q=paper": 6,
    "/publications/?q=paper": 5,
    "/publications/?year=2020&year=none&sort=title&since=2019&until=2024&code=yes&workshops=hide": 5,
    # one batch with its six relations; and one to know venue, author and topic
    "/publications/export.bib": 7,
    "/publications/export.json?venue=v0&year=2020&author=ada-quint&topic=topic-0&award=oral&q=paper&code=yes": 8,
    # as the plain list: lines are loaded with what a reference prints
    "/publications/?style=apa": 5,
    "/publications/?style=apa&topic=topic-0": 6,
    "/publications/references.txt?style=ieee": 7,
    # frame; the publication and all that surrounds it; related ones (3)
    "/publications/paper-0/": 5,
    "/publications/paper-0/cite.bib": 7,
    "/publications/paper-0/linkset.json": 7,
    # lab profile; a page of records with six relations
    "/oai?verb=ListRecords&metadataPrefix=oai_dc": 8,
    # frame; rows
    "/feeds/publications.atom": 2,
    # frame; the group; and as the list, newest first: places, rows
    "/feeds/publications.atom?group=group-0": 3,
    "/feeds/publications.json": 3,
    # and one to know the author, one for the name
    "/feeds/publications.json?author=ada-quint&limit=3": 5,
    "/embed/publications/": 3,
    "/embed/publications/?author=ada-quint": 5,
    "/embed/publications/?group=group-0&theme=dark&limit=50": 4,
    "/embed/publications/?style=apa&venue=v0": 5,
    # frame; the publication
    "/embed/publications/paper-0/": 2,
    # and six relations, which a reference prints
    "/embed/publications/paper-0/?style=apa": 8,
    # lab profile; to know the person; the name
    "/oembed?url=http://testserver/people/ada-quint/": 3,
    "/oembed?url=http://testserver/groups/group-0/": 2,
    # and whether it was merged
    "/oembed?url=http://testserver/publications/paper-0/": 3,
    # frame; items, people, papers, groups
    "/feeds/news.atom": 5,
    # frame; counts; topics
    "/topics/": 3,
    # frame; topic; years; who writes about it; people and projects; publications
    "/topics/topic-0/": 6,
    # a count and a last change for each kind
    "/sitemap.xml": 14,
    "/sitemap-publications.xml": 2,
    "/sitemap-people.xml": 2,
    # frame; best answers (2); everything that is found; names of filters
    "/search/?q=paper": 5,
    # and one for names that are nearly alike
    "/search/?q=qiunt": 6,
    # frame; counts; venues
    "/venues/": 3,
    # frame; venue; editions; workshops (2); publications
    "/venues/v0/": 6,
    # frame; receipts with their people
    "/awards/": 2,
    # the same
    "/awards/?by=person": 2,
    # frame; who guided whom; members
    "/mentorship/": 3,
    "/mentorship/?person=ada-quint": 3,
    # the same, and one to see whether such a person is here at all
    "/mentorship/?person=cy-quint-9": 5,
    # no frame
    "/mentorship/tree.svg": 2,
    # frame; groups; all that is counted; names of authors
    "/figures/": 4,
    "/figures/?group=group-0&since=2019&until=2024": 4,
    # groups, and what the figure counts
    "/figures/publications.svg": 2,
    "/figures/awards.csv": 2,
    "/figures/members.csv": 2,
    "/figures/coauthors.svg": 3,
    # frame; items with what they mention
    "/news/": 2,
    # and the person
    "/news/?person=ada-quint&kind=group": 3,
    # frame; projects with their people and topics
    "/research/": 2,
    # frame; the project with all that hangs on it
    "/research/area-0/": 2,
}


class TestQueries:
    @pytest.mark.parametrize("path", QUERIES)
    def test_queries_do_not_grow(self, client, world, django_assert_num_queries, path):
        with django_assert_num_queries(QUERIES[path]):
            response = client.get(path)
            assert response.status_code == 200
            response.getvalue()  # a streamed file asks while it is read


def test_every_public_route_is_counted():
    """A route added without a query count fails here."""
    counted_elsewhere = {
        "home", "search", "page", "healthz", "readyz", "metrics", "robots", "sitemaps", "sitemap", "theme",
        "photo", "photo_rendition", "site_image", "site_rendition", "document", "card", "site_card",
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
        "publications:feed", "publications:json_feed", "publications:embed", "publications:embed_one",
        "publications:oembed", "publications:topics", "publications:topic", "publications:oai", "activities:news_feed",
        "activities:awards", "activities:mentorship", "activities:tree_svg", "activities:news", "activities:research",
        "activities:project", "activities:figures", "activities:figure_svg", "activities:figure_csv",
        "activities:report", "activities:report_file",
    }  # fmt: skip
    own = {part.name for part in parts if getattr(part, "name", None)}
    assert own - {"styleguide"} == counted_elsewhere


NAMES = st.sampled_from([
    "q", "role", "status", "group", "on", "kind", "person", "page", "by", "x", "venue", "year", "since", "until",
    "code", "after", "before", "sort", "topic", "award", "p", "limit",
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
            "/feeds/publications.json",
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
