"""What answers tell browsers: a policy without exceptions on every sort of answer, kept or not, whole or unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from labsite import headers, middleware
from labsite.headers import PERMISSIONS, POLICY, REPEATED, complete
from labsite.models import LabProfile
from labsite.page_cache.layer import PageCache
from labsite.tests.browser.pages import admin_pages
from labsite.tests.members import give_photo
from labsite.tests.routes import all_routes
from labsite.tests.serving import Clock, Told, ask
from people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_rows"), pytest.mark.once]

ORIGIN = "http://testserver"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
PAGE = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "script-src": f"{ORIGIN}/static/",
    "style-src": f"{ORIGIN}/static/ {ORIGIN}/theme.css",
    "img-src": "'self'",
    "connect-src": "'self'",
}
ADMIN = {**PAGE, "script-src": f"{ORIGIN}/static/ {ORIGIN}/admin/jsi18n/"}
DATA = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
PICTURE = {**DATA, "sandbox": ""}
OURS, ANYBODYS = "same-origin", "cross-origin"

# address → status, policy, who may embed it
ANSWERS = {
    "/": (200, PAGE, OURS),
    "/publications/": (200, PAGE, OURS),
    "/zh-hans/people/": (200, PAGE, OURS),
    "/login/": (200, PAGE, OURS),
    "/admin/login/": (302, ADMIN, OURS),
    "/zh-hans/admin/login/": (302, {**ADMIN, "script-src": f"{ORIGIN}/static/ {ORIGIN}/zh-hans/admin/jsi18n/"}, OURS),
    "/admin/": (302, ADMIN, OURS),
    "/my/": (302, PAGE, OURS),
    "/people": (301, PAGE, OURS),
    "/nowhere/": (404, PAGE, OURS),
    "/people/nobody/": (404, PAGE, OURS),
    "/media/photos/nothing.jpg": (404, PAGE, OURS),
    "/static/nothing.css": (404, PAGE, OURS),
    "/logout/": (405, PAGE, OURS),
    "/feeds/publications.atom": (200, DATA, ANYBODYS),
    "/feeds/publications.json": (200, DATA, ANYBODYS),
    "/feeds/news.atom": (200, DATA, ANYBODYS),
    "/oembed?url=http://testserver/people/yihua-zhang/": (200, DATA, ANYBODYS),
    "/oembed?url=http://testserver/news/": (404, DATA, ANYBODYS),
    "/publications/export.bib": (200, DATA, ANYBODYS),
    "/publications/export.json": (200, DATA, ANYBODYS),
    "/publications/references.txt": (200, DATA, ANYBODYS),
    "/publications/deepzero/cite.ris": (200, DATA, ANYBODYS),
    "/publications/deepzero/linkset.json": (200, DATA, ANYBODYS),
    "/people/yihua-zhang/cv.pdf": (200, DATA, ANYBODYS),
    "/people/yihua-zhang/resume.json": (200, DATA, ANYBODYS),
    "/api/v1/publications/": (200, DATA, ANYBODYS),
    "/api/v1/publications/nothing/": (404, DATA, ANYBODYS),
    "/api/v1/openapi.json": (200, DATA, ANYBODYS),
    "/oai?verb=Identify": (200, DATA, ANYBODYS),
    "/sitemap.xml": (200, DATA, ANYBODYS),
    "/robots.txt": (200, DATA, ANYBODYS),
    "/healthz": (200, DATA, ANYBODYS),
    "/theme.css": (200, DATA, ANYBODYS),
    "/figures/publications.svg": (200, PICTURE, ANYBODYS),
    "/cards/people/yihua-zhang.png": (200, PICTURE, ANYBODYS),
}


def policy_of(answer) -> dict[str, str]:
    """A policy as directive → sources; the same directive twice would be a mistake."""
    parts = [part.strip().partition(" ") for part in answer.headers[POLICY].split(";")]
    assert len({name for name, _, _ in parts}) == len(parts)
    return {name: sources for name, _, sources in parts}


def check(answer, policy: dict[str, str], embedding: str, always: dict[str, str] = ALWAYS) -> None:
    assert policy_of(answer) == policy
    assert {name: answer.headers.get(name) for name in always} == always
    assert answer.headers["Cross-Origin-Resource-Policy"] == embedding


FRAMED = {**PAGE, "script-src": "'none'", "connect-src": "'none'", "form-action": "'none'", "frame-ancestors": "*"}
IN_FRAMES = ("publications:embed", "publications:embed_one")


@pytest.mark.parametrize("address", ["/embed/publications/", "/zh-hans/embed/publications/deepzero/"])
def test_d5_only_pages_made_for_it_stand_in_frames_of_others(client, address):
    """They have neither scripts nor forms, and nothing of one reader."""
    cache = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    for answer in (client.get(address), ask(cache, address), ask(cache, address)):
        check(answer, FRAMED, ANYBODYS, {name: value for name, value in ALWAYS.items() if name[0:3] != "X-F"})
        assert "X-Frame-Options" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert not re.search(rb"<(?:form|script|input|button)\b", getattr(answer, "body", b"") or answer.content)


def test_d5_all_other_routes_refuse_to_be_framed(client):
    """Every route of the resolver, by its policy: a new one is asked by itself."""
    asked = 0
    for route in all_routes():
        answer = client.get(route.address)
        framed = (policy_of(answer)["frame-ancestors"], "X-Frame-Options" in answer.headers)
        known = route.name in IN_FRAMES and answer.status_code == 200
        assert framed == (("*", False) if known else ("'none'", True)), route
        answer.close()
        asked += 1
    assert asked > 200


@pytest.mark.parametrize("address", ANSWERS)
def test_d3_d7_answers_say_what_a_browser_may_do(client, address):
    status, policy, embedding = ANSWERS[address]
    answer = client.get(address)
    assert answer.status_code == status
    check(answer, policy, embedding)
    assert not answer.cookies or address.endswith("/login/")
    assert not re.search(r"unsafe|\*|data:|https?:(?!//)|blob:", answer.headers[POLICY])


def test_d7_refusals_and_errors_are_told_too(client, monkeypatch, settings):
    check(client.post("/login/", {}), PAGE, OURS)
    refused = Client(enforce_csrf_checks=True).post("/login/", {})
    assert refused.status_code == 403
    check(refused, PAGE, OURS)
    check(client.put("/people/"), PAGE, OURS)
    settings.LARGEST_UPLOAD = 10
    too_large = client.post("/login/", {"username": "x" * 100})
    assert too_large.status_code == 413
    check(too_large, PAGE, OURS)
    strange = client.get("/", headers={"Host": "evil.example.org"})
    assert strange.status_code == 400
    # Nothing that a stranger says of the host gets into a policy.
    check(strange, {**PAGE, "script-src": "'self'", "style-src": "'self'"}, OURS)
    client.raise_request_exception = False
    monkeypatch.setattr(middleware, "former_address", lambda path: 1 / 0)
    broken = client.get("/nowhere/")
    assert broken.status_code == 500
    check(broken, PAGE, OURS)


def test_d7_redirects_to_tls_and_answers_over_tls(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    client = Client()  # middleware reads these when it is made
    moved = client.get("/people/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://testserver/people/")
    check(moved, PAGE, OURS)
    answer = client.get("/people/", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert policy_of(answer)["script-src"] == "https://testserver/static/"


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    """A folder of static files as WhiteNoise serves it; the middleware reads it when it is made."""
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = tmp_path, False
    (tmp_path / "quiet.css").write_text("body { color: black }")
    (tmp_path / "quiet.js").write_text("'quiet'")
    return tmp_path


def test_d7_static_files_are_told_too(collected):
    client = Client()
    for name in ("quiet.css", "quiet.js"):
        answer = client.get(f"/static/{name}")
        assert (answer.status_code, len(answer.getvalue())) == (200, len((collected / name).read_bytes()))
        answer.close()
        check(answer, PICTURE, OURS)
        again = client.get(f"/static/{name}", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
        assert again.status_code == 304
        check(again, PICTURE, OURS)
    assert client.put("/static/quiet.css").status_code == 405


def test_d7_d8_uploads_can_do_nothing(client):
    person = Person.objects.get(slug="yihua-zhang")
    name = give_photo(person)
    whole = client.get(f"/media/{name}")
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "image/jpeg")
    check(whole, PICTURE, OURS)
    again = client.get(f"/media/{name}", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304
    check(again, PICTURE, OURS)


def test_d7_what_has_not_changed_repeats_it(client):
    """From the page cache, and from Django for those whom it passes on."""
    cache = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    for address, policy, embedding in (("/people/", PAGE, OURS), ("/feeds/news.atom", DATA, ANYBODYS)):
        for expected in ("miss", "hit"):
            answer = ask(cache, address)
            assert (answer.status, answer.timing) == (200, expected)
            check(answer, policy, embedding)
        unchanged = ask(cache, address, HTTP_IF_NONE_MATCH=answer.headers["ETag"])
        assert (unchanged.status, unchanged.body) == (304, b"")
        check(unchanged, policy, embedding)
        live = client.get(address)
        again = client.get(address, headers={"If-None-Match": live.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        check(again, policy, embedding)
        told = {name for name in REPEATED if name in live.headers}
        not_here = {"Strict-Transport-Security"} | ({"Access-Control-Allow-Origin"} if policy is PAGE else set())
        assert told == set(REPEATED) - not_here


def test_pages_of_each_host_name_their_own(settings):
    settings.ALLOWED_HOSTS = ["lab.example.org", "[::1]", "testserver"]
    cache = PageCache(WSGIHandler(), limit=2**20, source=Told(), clock=Clock())
    for _ in range(2):
        for host, source in (
            ("lab.example.org", "http://lab.example.org/static/"),
            ("lab.example.org:8000", "http://lab.example.org:8000/static/"),
            ("[::1]:8000", "'self'"),  # a policy cannot name such a host
        ):
            assert policy_of(ask(cache, "/people/", HTTP_HOST=host))["script-src"] == source
    settings.SITE_URL = "https://site.example.org"
    answer = Client().get("/people/")
    assert policy_of(answer)["script-src"] == "http://testserver/static/ https://site.example.org/static/"


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("editor"))
    return client


def test_d13_pages_of_an_account_are_kept_by_nobody(editor):
    addresses = ["/", "/people/", "/publications/export.bib", "/my/", "/report/", "/nowhere/", "/api/v1/people/"]
    for address in [*addresses, *admin_pages(["index", "people", "person", "add a person"]).values()]:
        answer = editor.get(address)
        told = answer.headers["Cache-Control"]
        assert "no-store" in told and "private" in told, address
        assert "Cookie" in answer.headers["Vary"], address
        assert answer.headers["Cross-Origin-Resource-Policy"] == OURS, address
    assert "no-store" not in Client().get("/people/").headers.get("Cache-Control", "")
    bearer = Client().get("/people/", headers={"Authorization": "Basic YTpi"})
    assert bearer.headers["Cache-Control"] == "private, no-store"


def test_d13_a_form_for_a_visitor_is_kept_by_nobody(client):
    answer = client.get("/login/")
    assert "no-store" in answer.headers["Cache-Control"] and "Cookie" in answer.headers["Vary"]


def test_d5_only_the_preview_stands_in_a_frame(editor):
    profile = LabProfile.objects.get()
    form = editor.get(reverse("admin:labsite_labprofile_change", args=[profile.pk]))
    assert policy_of(form) == {**ADMIN, "img-src": "'self' data:", "frame-src": "'self'"}
    preview = editor.post(reverse("admin:labsite_labprofile_preview"), {"name": "Quiet Lab"})
    assert policy_of(preview) == {**ADMIN, "img-src": "'self' data:", "frame-ancestors": "'self'"}
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    for address in admin_pages(["index", "person", "publications"]).values():
        answer = editor.get(address)
        assert policy_of(answer) == ADMIN
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_what_an_answer_says_itself_stays():
    answer = HttpResponse(headers={POLICY: "default-src 'self'", "Cross-Origin-Resource-Policy": "same-site"})
    complete(RequestFactory().get("/"), answer)
    assert (answer.headers[POLICY], answer.headers["Cross-Origin-Resource-Policy"]) == (
        "default-src 'self'",
        "same-site",
    )


def test_django_shows_its_own_pages_while_debugging(settings):
    request = RequestFactory().get("/")
    settings.DEBUG = True
    assert POLICY not in complete(request, HttpResponse(status=500)).headers
    assert POLICY in complete(request, HttpResponse()).headers
    settings.DEBUG = False
    assert POLICY in complete(request, HttpResponse(status=500)).headers


def test_the_headers_are_put_on_last():
    """Whatever stands before it in the list answers without them: these two hand on what others answer."""
    before = site_settings.MIDDLEWARE[: site_settings.MIDDLEWARE.index("labsite.headers.HeadersMiddleware")]
    assert set(before) <= {"labsite.replicas.ReplicaMiddleware", "labsite.operations.request_ids.RequestIdMiddleware"}


@pytest.mark.parametrize("host", ["lab.example.org", "lab", "127.0.0.1:8000", "a-b.example.org:443"])
def test_hosts_that_a_policy_can_name(host):
    assert headers.NAMEABLE.fullmatch(host)


@pytest.mark.parametrize("host", ["[::1]", "lab.example.org.", "a;b", "a b", "a,b", "", "*.example.org", "a:b", "a\n"])
def test_hosts_that_a_policy_cannot_name(host):
    assert not headers.NAMEABLE.fullmatch(host)
