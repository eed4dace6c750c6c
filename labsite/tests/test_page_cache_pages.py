"""The page cache around the site itself: what is kept, what never is, and that kept pages say what live ones say."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.urls import LocalePrefixPattern, get_resolver
from lxml import html

from labsite.page_cache.keys import canonical_query, find_sharing
from labsite.page_cache.layer import PageCache
from labsite.page_cache.marking import MARK
from labsite.tests.factories import make_member, make_publication
from labsite.tests.serving import Clock, Told, ask
from labsite.tests.test_drafts import PUBLIC, SECRET, drafts  # noqa: F401 - a fixture
from labsite.tests.test_public_pages import QUERIES
from labsite.tests.world import make_world
from people.models import Person
from publications.digests import flush_changes

pytestmark = pytest.mark.django_db

# Why an answer of these is not kept.
LIVE = {
    "healthz": "says that the process itself answers",
    "readyz": "says what is so now",
    "metrics": "for operators, and of this moment",
    "publications:oai": "prints the time of day, and may be POSTed",
    "publications:export": "streamed: there may be a million records",
    "publications:references": "streamed",
    "people:bibliography": "streamed",
    "people:cv_pdf": "not text; what is set is kept by the typesetter",
    "card": "not text, answered from a file",
    "site_card": "not text, answered from a file",
    "photo": "not text, asked for each time whether it may be seen",
    "photo_rendition": "not text, asked for each time whether it may be seen",
    "site_image": "not text, answered from a file",
    "document": "not text, asked for each time whether it may be had",
    "site_rendition": "not text, answered from a file",
    "help:index": "for accounts",
    "help:document": "for accounts",
    "activities:report": "for accounts",
    "activities:report_file": "for accounts",
    "styleguide": "only while one works on it",
}
NOT_PUBLIC = {"admin", "members"}
API = "api"  # for programs: answers that are asked for seldom twice, each with its own cursor


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def cache(told) -> PageCache:
    return PageCache(WSGIHandler(), limit=16 * 2**20, source=told, clock=Clock())


def public_patterns():
    with_language = next(part for part in get_resolver().url_patterns if isinstance(part.pattern, LocalePrefixPattern))
    for part in [*get_resolver().url_patterns, *with_language.url_patterns]:
        if isinstance(getattr(part, "pattern", None), LocalePrefixPattern):
            continue
        space = getattr(part, "namespace", None)
        if space in NOT_PUBLIC or space == API:
            continue
        for pattern in getattr(part, "url_patterns", [part]):
            yield f"{space}:{pattern.name}" if space else pattern.name, pattern.callback


def test_every_public_route_is_kept_or_says_why_not():
    routes = dict(public_patterns())
    assert len(routes) > 40
    marked = {name for name, view in routes.items() if hasattr(view, "sharing")}
    assert {name for name in routes if name not in marked} == LIVE.keys() & routes.keys()
    assert not marked & LIVE.keys()
    assert LIVE.keys() - routes.keys() <= {"styleguide"}


KEPT = [path for path in QUERIES if find_sharing(path.partition("?")[0])]
ANOTHER = ["/", "/search/?q=paper", "/robots.txt", "/sitemap-people.xml", "/zh-hans/people/", "/theme.css"]


def test_kept_pages_say_what_live_ones_say(cache):
    make_world(2)
    assert len(KEPT) > 30
    for path in dict.fromkeys([*KEPT, *ANOTHER]):
        plain, _, query = path.partition("?")
        live = Client().get(f"{plain}?{canonical_query(find_sharing(plain).names, query)}")
        first, second = ask(cache, path), ask(cache, path)
        assert (first.status, first.timing, second.timing) == (200, "miss", "hit"), path
        assert second.body == live.content, path
        assert MARK not in second.headers
        assert second.headers["Content-Length"] == str(len(live.content))
        own = {"Content-Length", "ETag", "Cache-Control", "Vary", "Server-Timing", "Last-Modified", MARK}
        own.add("X-Request-ID")  # of who asked first
        assert {name: value for name, value in second.headers.items() if name not in own} == {
            name: value for name, value in live.headers.items() if name not in own
        }, path
        for name in ("Cache-Control", "Vary"):
            assert set(live.headers.get(name, "").split(", ")) <= {*second.headers[name].split(", "), ""}, path


def test_pages_link_with_parameters_that_reach_their_views(cache):
    """A parameter that a view reads and does not name would never reach it."""
    make_world(4)
    links, seen = 0, set()
    for path in [*KEPT, *ANOTHER]:
        answer = ask(cache, path)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = html.fromstring(answer.body)
        page.make_links_absolute(f"http://testserver{path}")
        found = [(each.get("href"), ()) for each in page.iter("a", "link") if each.get("href")]
        for form in page.iter("form"):
            names = {name for name in form.fields if name} if form.method == "GET" else set()
            found.append((form.get("action") or f"http://testserver{path}", names))
        for address, names in found:
            parts = urlsplit(address)
            sharing = find_sharing(parts.path) if parts.netloc == "testserver" else None
            if sharing:
                asked = {name for name, _ in parse_qsl(parts.query)} | set(names)
                assert asked <= set(sharing.names), f"{path} links to {address}"
                links += 1
                seen |= asked
    assert links > 300
    assert {"q", "year", "venue", "style", "kind", "by", "group", "since", "role", "status"} <= seen


def test_drafts_are_never_kept(cache, drafts):  # noqa: F811
    """Not by a page that an editor looks at, nor by one that a visitor asked for after them."""
    editor = Client()
    editor.force_login(get_user_model().objects.create_superuser("boss"))
    session = f"sessionid={editor.cookies['sessionid'].value}"
    for path in drafts:
        live = ask(cache, path, HTTP_COOKIE=session)
        assert (live.timing, MARK in live.headers) == ("", False), path
        answer = ask(cache, path)
        assert (answer.status, answer.timing) == (404, ""), path
    seen = 0
    for path in (path for path in PUBLIC if SECRET.lower() not in path):  # a page may repeat what it was asked
        live = ask(cache, path, HTTP_COOKIE=session)
        assert live.timing == "", path
        for _ in range(2):
            answer = ask(cache, path)
            assert SECRET.encode() not in answer.body and SECRET.lower().encode() not in answer.body, path
        seen += answer.timing == "hit"
    assert seen > 10
    assert ask(cache, drafts[0], HTTP_COOKIE=session).status == 200  # there was something to leak


def test_what_a_member_sees_is_never_kept(cache):
    person = make_member("Ada Quint", office="Room 1729", office_visibility="members")
    person.user = get_user_model().objects.create_user("ada")
    person.save()
    member = Client()
    member.force_login(person.user)
    session = f"sessionid={member.cookies['sessionid'].value}"
    live = ask(cache, "/people/ada-quint/", HTTP_COOKIE=session)
    kept = [ask(cache, "/people/ada-quint/") for _ in range(2)]
    assert b"Room 1729" in live.body
    assert [each.timing for each in kept] == ["miss", "hit"]
    assert all(b"Room 1729" not in each.body for each in kept)
    assert b"Room 1729" in ask(cache, "/people/ada-quint/", HTTP_COOKIE=session).body


def test_a_preview_is_never_marked(client, admin_client, cache):
    """The editor's preview renders the home page with values that are not stored."""
    assert MARK in client.get("/").headers
    assert MARK not in admin_client.get("/").headers
    request = client.get("/").wsgi_request
    request.previewed_lab = object()
    view = next(view for name, view in public_patterns() if name == "robots")
    assert MARK not in view(request).headers


def test_private_fields_that_are_asked_for_are_not_kept(cache):
    make_member("Ada Quint", phone="123", phone_visibility="private")
    for _ in range(2):
        answer = ask(cache, "/people/ada-quint/cv/?private=phone")
        assert (answer.timing, "no-store" in answer.headers["Cache-Control"]) == ("", True)
    assert ask(cache, "/people/ada-quint/cv/").timing == "miss"


def test_forms_with_a_token_are_not_kept(cache):
    for _ in range(2):
        answer = ask(cache, "/login/", HTTP_COOKIE="csrftoken=" + "a" * 32)
        assert (answer.status, answer.timing) == (200, "")


def test_what_is_renamed_hidden_or_deleted_is_gone(cache, told):
    person = make_member("Ada Quint")
    paper = make_publication("On Quiet Machines", slug="quiet")
    paths = ["/people/ada-quint/", "/publications/quiet/"]
    assert [[ask(cache, path).timing for path in paths] for _ in range(2)] == [["miss"] * 2, ["hit"] * 2]
    Person.objects.filter(pk=person.pk).update(is_published=False)
    paper.delete()
    told.version = 2
    assert [ask(cache, path).status for path in paths] == [404, 404]
    Person.objects.filter(pk=person.pk).update(is_published=True, slug="ada")
    told.version = 3
    assert [ask(cache, path).status for path in ("/people/ada-quint/", "/people/ada/")] == [404, 200]


def test_other_formats_of_a_publication_are_live(cache):
    make_publication("On Quiet Machines", slug="quiet")
    flush_changes()
    assert ask(cache, "/publications/quiet/").timing == "miss"
    answer = ask(cache, "/publications/quiet/", HTTP_ACCEPT="application/x-bibtex")
    assert (answer.timing, answer.headers["Content-Type"]) == ("", "application/x-bibtex; charset=utf-8")
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert ask(cache, "/publications/quiet/", HTTP_ACCEPT=browser).timing == "hit"


def test_what_is_not_kept_is_still_packed(cache):
    make_world(1)
    for path in ("/no/such/page/", "/people/nobody-here/"):
        assert ask(cache, path, HTTP_ACCEPT_ENCODING="gzip").headers["Content-Encoding"] == "gzip"
