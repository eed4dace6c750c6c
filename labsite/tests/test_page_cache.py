"""The page cache around an application that counts how often it is asked. No database."""

from __future__ import annotations

import gzip
import threading
import time

import pytest

from labsite.page_cache import keys, layer
from labsite.page_cache.layer import PageCache
from labsite.page_cache.marking import LAYER, MARK, Sharing
from labsite.page_cache.versions import VersionSource
from labsite.tests.serving import Clock, Told, ask

DAY = 86_400


class Site:
    """Answers with what it was asked, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.status, self.headers, self.text, self.closed = "200 OK", [], "quiet " * 100, 0
        self.before = lambda: None

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        self.before()
        start_response(self.status, [("Content-Type", "text/html"), *self.headers, (MARK, "1")])
        return Body(self, f"{self.text}{environ['QUERY_STRING']}".encode())


class Body(list):
    def __init__(self, site: Site, body: bytes) -> None:
        super().__init__([body])
        self.site = site

    def close(self) -> None:
        self.site.closed += 1


@pytest.fixture
def site(monkeypatch) -> Site:
    sharings = {"/": Sharing(("q",)), "/either/": Sharing((), by_accept=True)}
    for module in (keys, layer):
        monkeypatch.setattr(module, "find_sharing", sharings.get)
    return Site()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(site, told, clock) -> PageCache:
    return PageCache(site, limit=1_000_000, source=told, clock=clock)


def test_a_page_is_made_once(cache, site):
    first, second = ask(cache, "/"), ask(cache, "/")
    assert (first.timing, second.timing, len(site.asked), site.closed) == ("miss", "hit", 1, 1)
    assert first.body == second.body == b"quiet " * 100
    assert {**first.headers, "Server-Timing": ""} == {**second.headers, "Server-Timing": ""}
    assert MARK not in first.headers


def test_a_change_is_live_at_once(cache, site, told):
    ask(cache, "/")
    told.version, site.text = 2, "changed"
    assert ask(cache, "/").body == b"changed"
    assert ask(cache, "/").timing == "hit"


def test_a_page_made_while_content_changes_is_made_anew(cache, site, told):
    """The version is read before the page is made: it is kept for the one from before."""
    site.before = lambda: setattr(told, "version", 2)
    ask(cache, "/")
    site.before, site.text = (lambda: None), "after"
    assert ask(cache, "/").body == b"after"


def test_a_new_day_is_another_page(cache, site, clock):
    ask(cache, "/")
    clock.now += DAY
    assert ask(cache, "/").timing == "miss"
    clock.now -= DAY  # a clock that is put right
    assert ask(cache, "/").timing == "miss"


def test_days_are_those_of_the_site(site, told, clock, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    cache = PageCache(site, limit=1_000_000, source=told, clock=clock)
    clock.now = 1_780_000_000 - 1_780_000_000 % DAY + 15.99 * 3600  # 23:59 there
    ask(cache, "/")
    assert ask(cache, "/").timing == "hit"
    clock.now += 60
    assert ask(cache, "/").timing == "miss"


@pytest.mark.parametrize(
    "environ",
    [
        {"method": "POST"},
        {"HTTP_COOKIE": "sessionid=abc"},
        {"HTTP_COOKIE": "a=b; sessionid=abc"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"CONTENT_LENGTH": "3"},
    ],
)
def test_whoever_is_somebody_gets_a_live_page(cache, site, environ):
    ask(cache, "/")
    site.text = "live"
    answer = ask(cache, "/", **environ)
    assert (answer.body, answer.timing, MARK in answer.headers) == (b"live", "", False)
    if environ.get("method") != "POST":
        assert site.asked[-1].get("HTTP_COOKIE") == environ.get("HTTP_COOKIE")
    assert ask(cache, "/").timing == "hit"


def test_the_host_is_the_one_that_the_page_was_made_for(cache, site):
    """Where a proxy is to name the host and does not, it is the visitor's."""
    cache.host_header = "HTTP_X_FORWARDED_HOST"
    ask(cache, "/", HTTP_HOST="testserver")
    site.text = "of another host"
    assert ask(cache, "/", HTTP_HOST="other.example.org").body == b"of another host"


def test_pages_are_made_without_what_a_visitor_sent(cache, site):
    sent = {"HTTP_COOKIE": "csrftoken=x", "HTTP_ACCEPT_LANGUAGE": "zh", "HTTP_HX_REQUEST": "true", "HTTP_REFERER": "x"}
    answer = ask(cache, "/", **sent, HTTP_IF_NONE_MATCH='"x"', HTTP_ACCEPT_ENCODING="gzip")
    assert answer.timing == "miss"
    assert ask(cache, "/", **sent).timing == "hit"
    seen = {name for name in site.asked[0] if name.startswith("HTTP_")}
    assert seen == {"HTTP_HOST", "HTTP_ACCEPT_ENCODING"}
    assert site.asked[0][LAYER]


def test_unknown_parameters_reach_nobody(cache, site):
    ask(cache, "/?utm_source=x")
    assert site.asked[0]["QUERY_STRING"] == ""
    assert ask(cache, "/?fbclid=y&q=").timing == "hit"
    assert ask(cache, "/?q=a").timing == "miss"
    assert ask(cache, "/?x=1&q=%61").timing == "hit"
    assert [each["QUERY_STRING"] for each in site.asked] == ["", "q=a"]


def test_a_query_that_has_no_form_is_answered_live(cache, site):
    assert ask(cache, "/?q=%FF").timing == ""
    assert site.asked[0]["QUERY_STRING"] == "q=%FF"


def test_hosts_and_schemes_have_pages_of_their_own(cache, site):
    ask(cache, "/")
    assert ask(cache, "/", HTTP_HOST="127.0.0.1").timing == "miss"
    assert ask(cache, "/", **{"wsgi.url_scheme": "https"}).timing == "miss"
    assert len(site.asked) == 3


def test_the_scheme_is_the_one_that_django_sees(site, told, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    cache = PageCache(site, limit=1_000_000, source=told)
    ask(cache, "/", HTTP_X_FORWARDED_PROTO="https")
    assert site.asked[0]["HTTP_X_FORWARDED_PROTO"] == "https"
    assert ask(cache, "/", HTTP_X_FORWARDED_PROTO="https, http").timing == "hit"
    assert ask(cache, "/", HTTP_X_FORWARDED_PROTO="http").timing == "miss"
    assert ask(cache, "/").timing == "hit"


def test_other_formats_are_answered_live(cache, site):
    assert ask(cache, "/either/", HTTP_ACCEPT="application/x-bibtex").timing == ""
    assert site.asked[-1]["HTTP_ACCEPT"] == "application/x-bibtex"
    assert ask(cache, "/either/", HTTP_ACCEPT="text/html").timing == "miss"
    assert ask(cache, "/either/").timing == "hit"
    assert ask(cache, "/either/", HTTP_ACCEPT="application/x-bibtex").timing == ""
    assert ask(cache, "/", HTTP_ACCEPT="application/x-bibtex").timing == "miss"


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "500 Internal Server Error"])
def test_nothing_but_pages_is_kept(cache, site, status):
    site.status = status
    assert ask(cache, "/").status == int(status[:3])
    assert MARK not in ask(cache, "/").headers
    assert (len(site.asked), site.closed) == (2, 2)


def test_a_page_that_went_is_gone(cache, site, told):
    ask(cache, "/")
    site.status, told.version = "404 Not Found", 2
    assert ask(cache, "/").status == 404
    assert ask(cache, "/").status == 404


def test_switched_off_it_passes_on(site):
    cache = PageCache(site, limit=0)
    assert [ask(cache, "/").timing for _ in range(2)] == ["", ""]
    assert MARK not in ask(cache, "/").headers


def test_without_a_version_pages_are_live(cache, site, told):
    ask(cache, "/")
    told.version, site.text = None, "live"
    assert (ask(cache, "/").body, ask(cache, "/").timing) == (b"live", "")


# Conditions, encodings, methods


def test_a_tag_that_is_known_sends_nothing(cache, site):
    tag = ask(cache, "/").headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = ask(cache, "/", HTTP_IF_NONE_MATCH=sent)
        assert (answer.status, answer.body) == (304, b"")
        assert set(answer.headers) == {"ETag", "Cache-Control", "Vary", "Server-Timing"}
    assert ask(cache, "/", HTTP_IF_NONE_MATCH='"other"').status == 200
    assert len(site.asked) == 1


def test_a_tag_stands_for_the_bytes(cache, told, site):
    """An edit elsewhere sends no page again; an edit of this page does."""
    tag = ask(cache, "/").headers["ETag"]
    told.version = 2
    assert ask(cache, "/", HTTP_IF_NONE_MATCH=tag).status == 304
    told.version, site.text = 3, "changed"
    assert ask(cache, "/", HTTP_IF_NONE_MATCH=tag).status == 200


def test_what_is_packed_stays_packed_when_other_pages_change(cache, told):
    ask(cache, "/", HTTP_ACCEPT_ENCODING="gzip")
    page = next(iter(cache.memory.ordinary.pages.values()))
    packed = page.variants["gzip"]
    told.version = 2
    assert ask(cache, "/", HTTP_ACCEPT_ENCODING="gzip").timing == "miss"
    assert next(iter(cache.memory.ordinary.pages.values())).variants["gzip"] is packed


def test_each_encoding_has_a_tag_of_its_own(cache):
    plain = ask(cache, "/")
    packed = ask(cache, "/", HTTP_ACCEPT_ENCODING="gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    asked = {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_IF_NONE_MATCH": packed.headers["ETag"]}
    assert ask(cache, "/", **asked).status == 304
    assert ask(cache, "/", HTTP_IF_NONE_MATCH=packed.headers["ETag"]).status == 200


def test_a_date_is_told_when_its_second_is_over(cache, clock, told):
    assert "Last-Modified" not in ask(cache, "/").headers
    clock.now += 1  # 20:26:41.5: the second that will be told
    since = "Thu, 28 May 2026 20:26:41 GMT"
    assert "Last-Modified" not in ask(cache, "/").headers
    assert ask(cache, "/", HTTP_IF_MODIFIED_SINCE=since).status == 200
    clock.now += 1
    assert ask(cache, "/").headers["Last-Modified"] == since
    answer = ask(cache, "/", HTTP_IF_MODIFIED_SINCE=since)
    assert (answer.status, answer.headers["Last-Modified"]) == (304, since)
    assert ask(cache, "/", HTTP_IF_MODIFIED_SINCE="Thu, 28 May 2026 20:26:40 GMT").status == 200
    assert ask(cache, "/", HTTP_IF_MODIFIED_SINCE=since, HTTP_IF_NONE_MATCH='"x"').status == 200
    told.version = 2  # within the same second
    assert ask(cache, "/", HTTP_IF_MODIFIED_SINCE=since).status == 200
    clock.now += 5
    assert ask(cache, "/", HTTP_IF_MODIFIED_SINCE=since).status == 200


def test_head_says_what_get_says(cache, site):
    head, get = ask(cache, "/", "HEAD"), ask(cache, "/")
    assert (head.timing, get.timing, site.asked[0]["REQUEST_METHOD"]) == ("miss", "hit", "GET")
    assert {**head.headers, "Server-Timing": ""} == {**get.headers, "Server-Timing": ""}
    assert head.body == b""
    site.status = "404 Not Found"
    missing = ask(cache, "/?q=x", "HEAD")
    assert (missing.status, missing.body, site.closed) == (404, b"", 2)


# Many at once


def test_who_asks_at_the_same_time_waits_for_one(cache, site):
    site.before = lambda: time.sleep(0.2)
    answers: list = []
    threads = [threading.Thread(target=lambda: answers.append(ask(cache, "/"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), len(site.asked)) == (8, 1)
    assert {answer.body for answer in answers} == {b"quiet " * 100}


def start_slowly(cache, site) -> tuple[threading.Thread, threading.Event]:
    """A thread that has begun to make the page, and what lets it go on."""
    go, begun = threading.Event(), threading.Event()

    def wait() -> None:
        if len(site.asked) == 1:
            begun.set()
            go.wait(10)

    site.before = wait
    slow = threading.Thread(target=ask, args=(cache, "/"))
    slow.start()
    assert begun.wait(10)
    return slow, go


def test_nobody_waits_for_ever(cache, site, monkeypatch):
    monkeypatch.setattr(layer, "WAIT", 0.05)
    slow, go = start_slowly(cache, site)
    assert ask(cache, "/").status == 200
    go.set()
    slow.join()
    assert not cache.being_made


def test_one_that_fails_lets_the_others_go(cache, site):
    def fail() -> None:
        raise RuntimeError

    site.before = fail
    with pytest.raises(RuntimeError):
        ask(cache, "/")
    site.before = lambda: None
    assert ask(cache, "/").timing == "miss"


def test_a_later_version_does_not_wait_for_an_earlier_one(cache, site, told):
    slow, go = start_slowly(cache, site)
    told.version = 2
    assert ask(cache, "/").timing == "miss"
    go.set()
    slow.join()
    assert ask(cache, "/").timing in ("hit", "miss")  # the slow one put its older page there last, or did not
    assert ask(cache, "/").timing == "hit"


# The source of versions


def test_a_source_that_fails_is_asked_again_later(monkeypatch):
    moment, state = [100.0], {"fails": True, "connected": 0}
    monkeypatch.setattr("labsite.page_cache.versions.time.monotonic", lambda: moment[0])

    def connect():
        state["connected"] += 1

        def answer():
            if state["fails"]:
                raise OSError("gone")
            return 7

        return answer

    source = VersionSource(connect)
    assert [source.read() for _ in range(3)] == [None, None, None]
    assert state["connected"] == 1
    moment[0] += 1.5
    state["fails"] = False
    assert [source.read() for _ in range(3)] == [7, 7, 7]
    assert state["connected"] == 2
    state["fails"] = True
    assert source.read() is None
    state["fails"] = False
    assert source.read() is None
    moment[0] += 1.5
    assert source.read() == 7
