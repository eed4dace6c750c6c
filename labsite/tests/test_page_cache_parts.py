"""Keys, encodings, conditions and room of the page cache, each on its own. No database."""

from __future__ import annotations

import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsite.compression import is_text
from labsite.page_cache.conditions import choose_encoding, has_tag, is_unchanged_since
from labsite.page_cache.keys import canonical_query, find_sharing, is_own_host, wants_page
from labsite.page_cache.layer import may_keep
from labsite.page_cache.marking import MARK, Sharing
from labsite.page_cache.memory import PageMemory
from labsite.page_cache.pages import OVERHEAD, Edition, KeptPage

EDITION = Edition(1, 0.0, 86400.0, 1, ("Last-Modified", "then"))


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("utm_source=x&fbclid=1", ""),
        ("page=2&q=quiet", "q=quiet&page=2"),
        ("q=quiet&page=2&utm_source=x", "q=quiet&page=2"),
        ("q=&page=2", "page=2"),
        ("q&page", ""),
        ("venue=b&q=x&venue=a", "q=x&venue=b&venue=a"),
        ("q=a%62c", "q=abc"),
        ("q=a+b", "q=a+b"),
        ("q=a%20b", "q=a+b"),
        ("q=%E8%89%BE", "q=%E8%89%BE"),
        ("q=%e8%89%be", "q=%E8%89%BE"),
        ("q=a%26page%3D3", "q=a%26page%3D3"),
        ("q=%FF", None),
        ("q=\xff", None),
        ("q=" + "x" * 3000, None),
        ("&".join(["q=x"] * 200), None),
    ],
)
def test_queries_that_ask_the_same_have_one_form(query, canonical):
    assert canonical_query(("q", "page", "venue"), query) == canonical


@given(st.text(max_size=60))
def test_the_form_of_any_query_is_its_own_form(query):
    found = canonical_query(("q", "page"), query)
    assert found is None or canonical_query(("q", "page"), found) == found


@pytest.mark.parametrize(
    ("path", "sharing"),
    [
        ("/awards/", Sharing(("by", "page"))),
        ("/zh-hans/awards/", Sharing(("by", "page"))),
        ("/publications/some-paper/", Sharing((), by_accept=True)),
        ("/healthz", None),
        ("/oai", None),
        ("/admin/", None),
        ("/no/such/page/", None),
        ("/people/\xff/", None),
        ("/" + "x" * 600, None),
    ],
)
def test_the_view_behind_a_path_says_what_it_reads(path, sharing):
    assert find_sharing(path) == sharing


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("", True),
        ("*/*", True),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", True),
        ("text/html;q=0.9,application/x-bibtex", False),
        ("text/html,application/x-bibtex", False),
        ("application/x-bibtex", False),
        ("application/x-bibtex, */*;q=0.1", False),
        ("text/html;q=0", False),
        ("text/html;q=much, application/ld+json", False),
        (",;,", False),
    ],
)
def test_browsers_get_the_page(accept, is_page):
    assert wants_page(accept) is is_page


def test_own_hosts(settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["lab.example.org", "*"], "https://site.example.org"
    is_own_host.cache_clear()
    try:
        assert is_own_host("lab.example.org", "8000")
        assert is_own_host("lab.example.org:8000", "8000")
        assert is_own_host("site.example.org", "8000")
        assert not is_own_host("lab.example.org:81", "8000")
        assert not is_own_host("LAB.example.org", "8000")
        assert not is_own_host("other.example.org", "8000")
    finally:
        is_own_host.cache_clear()


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;Q=0.5", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("deflate", ""),
        ("gzip;q=much", ""),
        ("identity;q=0", ""),
        ("gzip," * 1000, ""),
    ],
)
def test_encodings(accepted, chosen):
    assert choose_encoding(accepted) == chosen


@pytest.mark.parametrize(
    ("sent", "is_known"),
    [
        ('"abc"', True), ('W/"abc"', True), ('"x", W/"abc"', True), ("*", True), (" * ", True),
        ('"abcd"', False), ('"abc-br"', False), ("abc", False), ("", False), ('"x, *"', False),
    ],
)  # fmt: skip
def test_tags(sent, is_known):
    assert has_tag(sent, '"abc"') is is_known


@pytest.mark.parametrize(
    ("sent", "is_unchanged"),
    [
        ("Thu, 28 May 2026 20:26:40 GMT", True),
        ("Thu, 28 May 2026 20:26:39 GMT", False),
        ("Thu, 28 May 2026 20:26:41 GMT", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_dates(sent, is_unchanged):
    assert is_unchanged_since(sent, 1_780_000_000) is is_unchanged


KEPT = [("Content-Type", "text/html; charset=utf-8"), (MARK, "1")]


@pytest.mark.parametrize(
    ("status", "more", "sharing", "is_kept"),
    [
        ("200 OK", [], Sharing(), True),
        ("404 Not Found", [], Sharing(), False),
        ("200 OK", [("Set-Cookie", "a=b")], Sharing(), False),
        ("200 OK", [("Cache-Control", "private, no-store")], Sharing(), False),
        ("200 OK", [("Cache-Control", "max-age=0, no-store")], Sharing(), False),
        ("200 OK", [("Cache-Control", "public, max-age=5")], Sharing(), True),
        ("200 OK", [("Vary", "Cookie, Accept-Encoding")], Sharing(), True),
        ("200 OK", [("Vary", "User-Agent")], Sharing(), False),
        ("200 OK", [("Vary", "*")], Sharing(), False),
        ("200 OK", [("Vary", "Accept")], Sharing(), False),
        ("200 OK", [("Vary", "Accept")], Sharing(by_accept=True), True),
        ("200 OK", [("Content-Encoding", "gzip")], Sharing(), False),
        ("200 OK", [("Content-Type", "application/pdf")], Sharing(), False),
    ],
)
def test_what_is_kept(status, more, sharing, is_kept):
    assert may_keep(status, KEPT + more, sharing) is is_kept


def test_an_answer_without_mark_is_not_kept():
    assert not may_keep("200 OK", KEPT[:1], Sharing())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/html; charset=utf-8", True), ("image/svg+xml; charset=utf-8", True), ("application/json", True),
        ("application/atom+xml; charset=utf-8", True), ("application/linkset+json", True),
        ("application/vnd.citationstyles.csl+json; charset=utf-8", True), ("application/x-bibtex", True),
        ("application/pdf", False), ("image/png", False), ("application/zip", False), ("", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
    ],
)  # fmt: skip
def test_text(kind, expected):
    assert is_text(kind) is expected


def make_page(size: int = 1000) -> KeptPage:
    return KeptPage([("Content-Type", "text/html")], b"x" * (size - OVERHEAD), EDITION)


def test_variants_say_the_same_in_fewer_bytes():
    page = KeptPage([("Content-Type", "text/html"), ("X-Other", "stays"), ("ETag", '"old"')], b"quiet " * 500, EDITION)
    plain, packed, smaller = (page.make_variant(encoding) for encoding in ("", "gzip", "br"))
    assert gzip.decompress(packed.body) == brotli.decompress(smaller.body) == plain.body == page.body
    assert len(smaller.body) <= len(packed.body) < len(plain.body) / 10
    assert packed.tag == plain.tag[:-1] + '-gzip"'
    assert len({plain.tag, packed.tag, smaller.tag}) == 3
    for variant, encoding in ((plain, None), (packed, "gzip"), (smaller, "br")):
        headers = dict(variant.headers)
        assert headers["ETag"] == variant.tag
        assert headers["Content-Length"] == str(len(variant.body))
        assert headers.get("Content-Encoding") == encoding
        assert (headers["Vary"], headers["Cache-Control"], headers["X-Other"]) == (
            "Accept-Encoding", "no-cache", "stays",
        )  # fmt: skip
        assert len(headers) == len(variant.headers)


def test_what_is_short_is_not_packed():
    page = KeptPage([], b"ok", EDITION)
    assert page.make_variant("br").headers == page.make_variant("").headers


def test_what_a_view_says_of_caching_stays():
    page = KeptPage([("Cache-Control", "max-age=9"), ("Vary", "Accept, accept-encoding")], b"ok", EDITION)
    headers = dict(page.make_variant("").headers)
    assert (headers["Cache-Control"], headers["Vary"]) == ("max-age=9", "Accept, accept-encoding")


def fill(memory: PageMemory, count: int, *, is_ordinary: bool, size: int = 10_000) -> None:
    for number in range(count):
        memory.put(("page", is_ordinary, number), make_page(size), is_ordinary=is_ordinary)


def test_room_is_bounded():
    memory = PageMemory(1_000_000)
    fill(memory, 500, is_ordinary=True)
    assert 900_000 < memory.size <= 1_000_000
    assert memory.get(("page", True, 0), is_ordinary=True) is None
    assert memory.get(("page", True, 499), is_ordinary=True)


def test_packed_bytes_count_too():
    memory = PageMemory(1_000_000)
    page = KeptPage([], bytes(range(256)) * 40 + b"x" * 10_000, EDITION)
    memory.put("page", page, is_ordinary=True)
    before = memory.size
    packed = memory.variant("page", page, "gzip", is_ordinary=True)
    assert memory.size == before + len(packed.body)
    assert memory.get("page", is_ordinary=True).variants["gzip"] is packed


def test_what_is_asked_for_stays():
    memory = PageMemory(1_000_000)
    memory.put("asked for", make_page(10_000), is_ordinary=True)
    for number in range(500):
        assert memory.get("asked for", is_ordinary=True), number
        memory.put(number, make_page(10_000), is_ordinary=True)


def test_strangers_cannot_push_out_ordinary_pages():
    memory = PageMemory(1_000_000)
    fill(memory, 90, is_ordinary=True)
    fill(memory, 5_000, is_ordinary=False)
    assert memory.size <= 1_000_000
    assert all(memory.get(("page", True, number), is_ordinary=True) for number in range(90))


def test_invented_keys_get_half_of_it():
    memory = PageMemory(1_000_000)
    fill(memory, 5_000, is_ordinary=False)
    assert 400_000 < memory.size <= 500_000
    fill(memory, 90, is_ordinary=True)
    assert 900_000 <= memory.size <= 1_000_000
    assert memory.ordinary.size == 900_000


def test_a_huge_page_is_not_kept():
    memory = PageMemory(1_000_000)
    memory.put("huge", make_page(200_000), is_ordinary=True)
    assert memory.size == 0
