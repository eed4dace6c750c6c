"""What strangers may send: any method, host, path, query, form and way back, to every route that the resolver knows."""

from __future__ import annotations

import os
import string

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from labsite.lib.web import site_root, without_language
from labsite.page_cache.layer import PageCache
from labsite.tests.members import PASSWORD, make_account
from labsite.tests.routes import all_routes
from labsite.tests.serving import Clock, Told, ask
from labsite.tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROUTES = all_routes()
ADDRESSES = sorted({route.address for route in ROUTES})
# Where a POST needs no token, because nothing is ever written.
WITHOUT_TOKEN = {route.address for route in ROUTES if getattr(route.view, "csrf_exempt", False)}


def test_every_route_has_an_address_of_its_own():
    assert len(ROUTES) > 200
    assert {"people:person", "members:profile", "admin:people_person_change", "api:people", "photo"} <= {
        route.name for route in ROUTES
    }
    assert [route for route in ROUTES if resolve(route.address).func is not route.view] == []


# Methods, D10


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_d10_methods_nobody_answers_are_refused_as_such(client, method):
    for address in [*ADDRESSES, "/nowhere/", "/static/nothing.css"]:
        answer = client.generic(method, address)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS"), address


def test_d10_through_the_page_cache_too():
    cache = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    for method in ("PUT", "TRACE", "FOO"):
        assert ask(cache, "/people/", method=method).status == 405


def test_d10_options_are_answered_without_an_error(client):
    for address in ADDRESSES:
        assert client.options(address).status_code < 500, address


# Forms, D12


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example.org"}, {"Origin": "null"}])
def test_d12_no_form_is_taken_without_its_token(settings, headers):
    settings.CSRF_FAILURE_VIEW = "labsite.tests.routes.refuse"
    client = Client(enforce_csrf_checks=True, headers=headers)
    client.force_login(get_user_model().objects.create_superuser("boss"))
    for address in ADDRESSES:
        answer = client.post(address, {"name": "x"})
        if address in WITHOUT_TOKEN:
            assert address == "/oai" or (address.startswith("/api/v1/") and answer.status_code == 405), address
        else:
            assert (answer.status_code, answer.content) == (403, b"refused: token"), address


def test_d12_a_foreign_origin_is_refused_with_a_token_too(settings):
    settings.CSRF_FAILURE_VIEW = "labsite.tests.routes.refuse"
    client = Client(enforce_csrf_checks=True)
    token = client.get("/login/").cookies[settings.CSRF_COOKIE_NAME].value
    values = {"username": "nobody", "password": "x", "csrfmiddlewaretoken": token}
    assert client.post("/login/", values).status_code == 200
    for origin in ("https://evil.example.org", "http://testserver.evil.example.org", "http://testserver:81", "null"):
        assert client.post("/login/", values, headers={"Origin": origin}).status_code == 403, origin


def test_d12_who_is_refused_reads_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "nobody"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "Go back, load the page anew, and send the form once more." in text
    assert "CSRF" not in text


def test_who_may_not_is_told_so(client):
    client.force_login(make_account("member", is_staff=True))
    answer = client.get(reverse("admin:people_person_changelist"))
    assert answer.status_code == 403
    assert "Sign in with another account" in answer.content.decode()


# Hosts, D1

HOSTS = [
    "evil.example.org", "testserver.evil.example.org", "evil.example.org:80", "testserver@evil.example.org",
    "testserver, evil.example.org", "testserver evil", "testserver/evil", "", " ", "[::1", "testserver:port",
    "testserver\x00", "evil.example.org#testserver", "\u0442estserver", "<script>", "*", ".testserver", "a" * 300,
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_d1_a_host_that_is_none_of_ours_is_refused(client, host):
    cache = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    for address in ("/people/", "/people/"):
        if host.isascii():
            assert client.get(address, headers={"Host": host}).status_code == 400
        assert ask(cache, address, HTTP_HOST=host).status == 400
    refused = client.get("/", headers={"Host": "evil.example.org"}).content.decode()
    assert "evil" not in refused and "ALLOWED_HOSTS" not in refused


def test_d1_nobody_else_names_the_host(client):
    """Forwarded names are not believed: addresses are made of the host that was asked for, or of SITE_URL."""
    told = {"X-Forwarded-Host": "evil.example.org", "Forwarded": "host=evil.example.org", "X-Host": "evil.example.org"}
    for address in ("/", "/sitemap.xml", "/feeds/news.atom", "/api/v1/people/", "/robots.txt", "/oai?verb=Identify"):
        answer = client.get(address, headers=told)
        assert answer.status_code == 200
        assert b"evil" not in answer.getvalue(), address


def test_d1_the_configured_origin_stands_in_addresses(client, settings):
    settings.SITE_URL = "https://lab.example.org"
    request = RequestFactory().get("/", headers={"Host": "evil.example.org"})
    assert site_root(request) == "https://lab.example.org"
    with pytest.raises(DisallowedHost):
        request.get_host()
    assert b"Sitemap: https://lab.example.org/sitemap.xml" in client.get("/robots.txt").content


# Ways back, D2

EVIL = [
    "//evil.example", "///evil.example", "////evil.example", "https://evil.example", "https:evil.example",
    "https:/evil.example", "https:///evil.example", "HTTPS://evil.example", "http://evil.example", "ftp://evil.example",
    "\\evil.example", "\\\\evil.example", "/\\evil.example", "\\/evil.example", "/\\/evil.example",
    "\t//evil.example", " //evil.example", "\n//evil.example", "\x00//evil.example", "\x0b//evil.example",
    "http://testserver@evil.example", "http://testserver.evil.example", "//testserver@evil.example",
    "http://[::1]evil.example", "http://evil.example\\@testserver", "javascript:alert(1)", " javascript:alert(1)",
    "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil%E3%80%82example",
    "http:\\\\evil.example", "//evil.example/%2e%2e", "/%09/../\\evil.example".replace("%09", "\t"),
]  # fmt: skip


def is_here(location: str) -> bool:
    """Whether every browser takes it for an address of this site: a path, that does not begin like a host does."""
    first = location[:1]
    begins_well = location[1:2] not in ("/", "\\") if first == "/" else ":" not in location.partition("/")[0]
    return first != "\\" and begins_well and not set(location) & set(string.whitespace + "\x00\\")


def test_what_leads_elsewhere_is_told_from_what_does_not():
    assert [way for way in EVIL if is_here(way)] == []
    assert all(map(is_here, ["/", "/my/", "/zh-hans/my/?a=b#c", "%5Cevil.example", "?a=b"]))


@pytest.mark.parametrize("way", EVIL)
def test_d2_signing_in_and_out_leads_nowhere_else(way):
    make_account("ada", is_staff=True)
    values = {"username": "ada", "password": PASSWORD, "next": way}
    for address in ("/login/", "/zh-hans/login/", "/admin/login/"):
        client = Client()
        answer = client.post(address, values, query_params={"next": way})
        assert answer.status_code == 302
        assert is_here(answer.headers["Location"]), (address, answer.headers["Location"])
        shown = client.get(address, {"next": way})
        assert shown.status_code < 400
        left = client.post("/logout/", {"next": way}, query_params={"next": way})
        assert left.status_code == 302 and is_here(left.headers["Location"]), left.headers["Location"]
    client.force_login(get_user_model().objects.get(username="ada"))
    left = client.post("/admin/logout/", {"next": way})
    assert left.status_code == 200 or is_here(left.headers["Location"])


def test_d2_ways_within_the_site_are_followed():
    make_account("ada")
    answer = Client().post("/login/", {"username": "ada", "password": PASSWORD, "next": "/my/profile/?a=b"})
    assert answer.headers["Location"] == "/my/profile/?a=b"


PATHS = ["//evil.example", "//evil.example/", "///evil.example/people", "/\\evil.example/", "//evil.example/%2e%2e"]


@pytest.mark.parametrize("path", PATHS)
def test_d2_no_path_becomes_a_link_to_another_host(client, path):
    """Slashes that are added, and links to the page in another language, begin with one slash."""
    for start in ("", "/zh-hans"):
        answer = client.get("/", PATH_INFO=start + path)
        assert answer.status_code in (301, 404)
        if answer.status_code == 301:
            assert is_here(answer.headers["Location"]), answer.headers["Location"]
        text = answer.content.decode()
        for quote in ('href="//', 'href="/\\', 'action="//', 'src="//'):
            assert quote not in text
    assert without_language("/zh-hans" + path)[1] not in "/\\"


# What is nobody's, D8 D9 D11

PRIVATE = [
    ".git/HEAD", ".git/config", ".env", ".gitignore", "db.sqlite3", "labsite.sqlite3", "data/labsite.sqlite3",
    "labsite.sqlite3-wal", "labsite.sqlite3.bak", "backup.sql", "backup.zip", "dump.tar.gz", "settings.py",
    "labsite/settings.py", "manage.py", "requirements.txt", "pyproject.toml", "secret_key", "data/secret_key",
    "media/", "media/photos/", "media/../labsite.sqlite3", "media/..%2flabsite.sqlite3",
    "media/%2e%2e/labsite.sqlite3", "media/%2e%2e%2flabsite.sqlite3", "media/photos/../../labsite.sqlite3",
    "media/....//labsite.sqlite3", "media/..\\labsite.sqlite3", "media//etc/passwd", "media/derived/", "static/",
    "static/../labsite.sqlite3", "static/%2e%2e/labsite.sqlite3", "static/..%5clabsite.sqlite3", "static//etc/passwd",
    "static/labsite/", "uploads/", "server-status", "phpinfo.php", "wp-login.php", "templates/base.html",
    ".well-known/../.git/HEAD", "api/v1/docs", "__debug__/",
]  # fmt: skip


@pytest.mark.parametrize("path", PRIVATE)
def test_d8_d9_what_is_nobodys_is_not_there(client, path):
    answer = client.get(f"/{path}")
    assert answer.status_code in (301, 404)
    if answer.status_code == 301:
        answer = client.get(answer.headers["Location"])
        assert answer.status_code == 404


REVEALING = ["Traceback", "site-packages", "/home/", "/tmp", "Django", "Python", "labsite/views", "_APPS", "5.2"]  # noqa: S108


def test_d11_pages_about_errors_reveal_nothing(client, monkeypatch):
    client.raise_request_exception = False
    answers = [client.get("/nowhere/"), client.get("/", headers={"Host": "evil.example.org"}), client.put("/")]
    monkeypatch.setattr("labsite.middleware.former_address", lambda path: open("/tmp/secret/place"))  # noqa: SIM115, S108
    answers.append(client.get("/elsewhere/"))
    assert [answer.status_code for answer in answers] == [404, 400, 405, 500]
    for answer in answers:
        text = answer.content.decode() + str(answer.headers)
        assert [word for word in REVEALING if word in text] == []


# Odd requests, D14

QUERIES = [
    "year=" + "9" * 5_000, "page=" + "9" * 5_000, "after=" + "1" * 5_000, "cursor=" + "9" * 5_000, "page=-1",
    "year=%d9%a2%d9%a0%d9%a2%d9%a4", "page=%d9%a1", "year=%ef%bc%92%ef%bc%90%ef%bc%92%ef%bc%94", "q=%00", "q=%ff",
    "q=%ed%a0%80", "%00=1", "%ff=%fe", "year=%00", "venue=%00", "=", "&&&", "q", "q=" + "x" * 10_000, "q=%",
    "year=1e309", "page=1e9", "page=0x10", "page=NaN", "limit=99999999999999999999", "since=%00&until=%ff",
    "accent=%00", "person=%00", "style=%ff", "sort=%00", "verb=%00", "verb=ListRecords&resumptionToken=%00",
    "&".join(f"year={number}" for number in range(500)), "q=" + "(" * 200, "q=" + "%22" * 200, "p=" + "9" * 5_000,
    "on=" + "9" * 5_000, "page=1_0", "page=+1", "page=%201",
]  # fmt: skip
READERS = [
    "/", "/people/", "/people/ada-quint/", "/people/ada-quint/cv/", "/publications/", "/publications/export.bib",
    "/publications/references.txt", "/search/", "/awards/", "/mentorship/", "/figures/", "/figures/awards.csv",
    "/news/", "/research/", "/venues/", "/topics/", "/feeds/publications.atom", "/theme.css", "/oai",
    "/sitemap-people.xml",
    "/api/v1/publications/", "/api/v1/people/", "/login/", "/nowhere/",
]  # fmt: skip


PARTS = int(os.environ.get("SURFACE_PARTS", "6"))


def test_d14_no_query_string_breaks_a_page(client):
    make_world(1)
    for number, query in enumerate(QUERIES):
        # Each query is read by a part of the pages, each page reads a part of the queries; more where there is time.
        for address in READERS[number % PARTS :: PARTS]:
            answer = client.get(address, QUERY_STRING=query)
            assert answer.status_code in (200, 400, 404, 422), (address, query[:60])


def test_d14_no_form_is_too_strange(client):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    many = {f"field{number}": "x" for number in range(10_001)}
    assert client.post("/login/", many).status_code == 400
    assert client.post("/oai", many).status_code == 400
    for address in ("/login/", "/my/profile/", "/admin/login/", reverse("admin:labsite_page_add"), "/oai"):
        for body in (b"", b"%ff=%fe&%00=%00", b"a=1&" * 2_000, b"\xff\xfe\x00", b"username=%00&password=%00"):
            answer = client.generic("POST", address, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in (200, 302, 400, 403), (address, body[:20])
        for kind in (
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\x00",
            "x/y",
        ):
            answer = client.generic("POST", address, b"--x\r\n\r\n", content_type=kind)
            assert answer.status_code in (200, 302, 400, 403, 415), (address, kind)


HEADERS = [
    {"Cookie": "sessionid=" + "x" * 9_000}, {"Cookie": "sessionid=\x00; =; a"}, {"Cookie": "csrftoken=\xff"},
    {"Accept-Language": "x" * 9_000}, {"Accept-Language": ",".join(["zh;q=0.1"] * 1_000)}, {"Accept": "/"},
    {"Accept": "text/html;q=x"}, {"Accept-Encoding": "gzip;q=" + "9" * 5_000}, {"If-None-Match": '"' * 9_000},
    {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"}, {"If-Modified-Since": "0"}, {"Range": "bytes=9-1"},
    {"Range": "bytes=" + "0-," * 2_000}, {"Referer": "\x00"}, {"Content-Length": "-1"}, {"Content-Length": "1e3"},
    {"Content-Length": "9" * 5_000}, {"Content-Length": "\u0661"}, {"HX-Request": "\xff"}, {"Authorization": "x"},
    {"X-Forwarded-Proto": "https,https,gopher"}, {"Content-Type": "text/html; charset=nothing"},
]  # fmt: skip


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: f"{next(iter(headers))}")
def test_d14_no_header_breaks_a_page(client, headers):
    for address in ("/", "/publications/?q=a", "/login/", "/my/", "/api/v1/people/", "/oai?verb=Identify"):
        assert client.get(address, headers=headers).status_code in (200, 302, 304, 400, 404, 413), address
    assert client.post("/login/", {"username": "x"}, headers=headers).status_code in (200, 302, 400, 403, 413)


# Cookies, J10 D6


def test_j10_no_visitor_gets_a_cookie(client):
    make_world(1)
    seen = 0
    for address in [
        *ADDRESSES,
        "/people/ada-quint/",
        "/publications/paper-0/",
        "/groups/group-0/",
        "/zh-hans/",
        "/search/?q=a",
    ]:
        if address.startswith(("/admin/", "/login/")):
            continue
        answer = client.get(address)
        assert answer.status_code < 500, address
        assert not answer.cookies, address
        assert "Set-Cookie" not in answer.headers, address
        seen += answer.status_code == 200
    assert seen > 25
    assert not client.cookies


def test_d6_cookies_are_of_this_host_and_of_no_script(client, settings):
    make_account("ada")
    client.post("/login/", {"username": "ada", "password": PASSWORD})
    client.get("/login/")
    assert set(client.cookies) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
