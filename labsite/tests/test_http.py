"""The way out to other servers: only public hosts, only so long, only so much (cases F1-F8)."""

from __future__ import annotations

import gzip
import socket
import time
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from labsite.lib import http
from labsite.lib.destinations import WebError, is_public, parse_destination
from labsite.lib.http import BODY_LIMIT, Question, Web
from labsite.tests.servers import Reply, serve

HOSTS = ("api.example.org", "other.example.org")
SOURCE = "https://api.example.org/works"
PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def online(settings):
    settings.ONLINE_SOURCES = True


@pytest.fixture(scope="module")
def running():
    with serve(*HOSTS) as others:
        yield others


@pytest.fixture
def others(running):
    running.replies.clear()
    running.asked.clear()
    running.paused.clear()
    return running


def get(web, url=SOURCE, **options):
    return web.get(url, "Crossref", HOSTS, **options)


def refuse_to_connect(*args, **kwargs):
    raise AssertionError("a connection was tried")


@pytest.fixture
def no_sockets(monkeypatch):
    """Every way to another machine fails the test."""
    monkeypatch.setattr(socket.socket, "connect", refuse_to_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse_to_connect)
    monkeypatch.setattr(socket, "create_connection", refuse_to_connect)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_to_connect)


def test_an_answer_comes_back(others):
    others.reply(SOURCE, Reply(b'{"title": "Quiet Machines"}', headers={"Content-Type": "application/json"}))
    answer = get(others.web(), f"{SOURCE}?id=1")
    assert (answer.status, answer.json(), answer.url) == (200, {"title": "Quiet Machines"}, f"{SOURCE}?id=1")
    assert others.addresses() == [f"{SOURCE}?id=1"]


def test_requests_say_who_asks(others, settings):
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://lab.example.org", "web@lab.example.org"
    others.reply(SOURCE, Reply(b"{}"))
    get(others.web(), accept="application/json")
    headers = others.asked[0].headers
    assert headers["user-agent"] == "Labsite/0.1.0 (https://lab.example.org; mailto:web@lab.example.org)"
    assert (headers["accept"], headers["accept-encoding"]) == ("application/json", "gzip")
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "", "webmaster@localhost"
    assert http.polite_headers()["User-Agent"] == "Labsite/0.1.0"


def test_the_version_is_the_projects():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == http.VERSION


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.example.org/works", "does not begin with https://"),
        ("https://evil.example.org/works", "'evil.example.org' is not asked: only api.example.org"),
        ("https://api.example.org.evil.example.com/", "is not asked"),
        ("https://evil.example.com/?x=api.example.org", "is not asked"),
        ("ftp://api.example.org/works", "does not begin with https://"),
        ("file:///etc/passwd", "does not begin with https://"),
        ("gopher://api.example.org/", "does not begin with https://"),
        ("//api.example.org/works", "does not begin with https://"),
        ("api.example.org/works", "does not begin with https://"),
        ("", "does not begin with https://"),
    ],
)
def test_f1_only_listed_hosts_over_https(no_sockets, url, reason):
    with pytest.raises(WebError, match=reason):
        get(Web(), url)


PRIVATE_FORMS = [
    "http://127.0.0.1/", "http://localhost/", "http://localhost./", "http://[::1]/", "http://169.254.169.254/latest/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://0.0.0.0/", "http://2130706433/",
    "http://0177.0.0.1/", "http://017700000001/", "http://0x7f.0.0.1/", "http://0x7f000001/", "http://127.1/",
    "http://127.0.1/", "http://0/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/", "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://[fc00::1]/", "http://[ff02::1]/",
    "http://[::]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://100.64.0.1/", "http://192.0.0.8/",
    "http://198.18.0.1/", "http://192.88.99.1/", "http://user@example.org/", "http://example.org@127.0.0.1/",
    "http://example.org:pass@example.com/", "http://example.org:22/", "http://example.org:8080/",
    "http://example.org:99999/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛocalhost/",
    "http://１２７.0.0.1/", "http://%31%32%37.0.0.1/", "http://intranet/", "http://example.org\\@127.0.0.1/",
    "http://127.0.0.1\t/", "http://exam ple.org/", "http://exa\x00mple.org/", "http:///path", "http://./",
    "http://-.example.org/", f"http://{'a' * 64}.example.org/", "http://[::1", f"http://example.org/{'a' * 5000}",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE_FORMS)
def test_f2_what_is_not_public_is_refused_before_connecting(no_sockets, url):
    """Also for callers who may ask any host."""
    with pytest.raises(WebError):
        Web().ask(Question(url, "The link", None, ("http", "https")))


def test_f2_a_homograph_is_another_host(no_sockets):
    with pytest.raises(WebError, match="'xn--pi-6kc.example.org' is not asked"):
        get(Web(), "https://аpi.example.org/works")  # its first letter is Cyrillic


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "10.1.2.3", "169.254.169.254", "0.0.0.0", "192.168.0.9", "172.31.0.1",  # noqa: S104
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "3fff::1", "2606:2800::1%eth0", "not an address",
    ],
)  # fmt: skip
def test_f2_a_name_that_leads_inside_is_refused(monkeypatch, address):
    monkeypatch.setattr(socket, "create_connection", refuse_to_connect)
    web = Web(resolve=lambda host, port: [(PUBLIC, port), (address, port)])
    with pytest.raises(WebError, match="'api.example.org' leads to an address that is not on the public internet"):
        get(web)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07::1"])
def test_public_addresses_are_asked(address):
    assert is_public(ip_address(address)) is True


def test_a_name_of_any_script_is_asked_by_its_ascii_form():
    destination = parse_destination("http://münchen.example/straße?q=ü", ("http",), None)
    assert (destination.host, destination.target) == ("xn--mnchen-3ya.example", "/stra%C3%9Fe?q=%C3%BC")


def test_f3_rebinding_does_not_move_the_connection(others, monkeypatch):
    """The name is looked up once, and the connection goes to the address that was checked."""
    lookups, connected = [], []
    real = socket.create_connection

    def resolve(host, port):
        lookups.append(host)
        return [(PUBLIC if len(lookups) == 1 else "127.0.0.1", port)]

    def connect(address, **options):
        connected.append(address)
        return real(("127.0.0.1", others.ports[443]), **options)

    monkeypatch.setattr(socket, "create_connection", connect)
    others.reply(SOURCE, Reply(b"{}"))
    assert get(others.web(resolve=resolve, allow_private=False)).status == 200
    assert (lookups, connected) == (["api.example.org"], [(PUBLIC, 443)])
    with pytest.raises(WebError, match="not on the public internet"):
        get(others.web(resolve=resolve, allow_private=False))
    assert connected == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://127.0.0.1/", "does not begin with https://"),
        ("https://127.0.0.1/", "not an address on the public internet"),
        ("https://[::ffff:169.254.169.254]/", "not an address on the public internet"),
        ("https://metadata.example.org/", "is not asked"),
        ("https://api.example.org:8443/", "names port 8443"),
        ("https://me@api.example.org/", "holds a user name"),
        ("file:///etc/passwd", "does not begin with https://"),
    ],
)
def test_f4_a_redirect_is_checked_like_an_address(others, target, reason):
    others.reply(SOURCE, Reply(status=302, headers={"Location": target}))
    with pytest.raises(WebError, match=reason):
        get(others.web())
    assert others.addresses() == [SOURCE]


def test_f4_a_redirect_to_a_name_that_leads_inside_is_refused(others, monkeypatch):
    real = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, **options: real(("127.0.0.1", others.ports[443]), **options)
    )
    others.reply(SOURCE, Reply(status=307, headers={"Location": "https://other.example.org/"}))
    where = {"api.example.org": PUBLIC, "other.example.org": "10.0.0.7"}
    web = others.web(resolve=lambda host, port: [(where[host], port)], allow_private=False)
    with pytest.raises(WebError, match="'other.example.org' leads to an address that is not on the public internet"):
        get(web)
    assert others.addresses() == [SOURCE]


def test_redirects_are_followed(others):
    others.reply(SOURCE, Reply(status=301, headers={"Location": "/moved here?x=1"}))
    others.reply("https://api.example.org/moved%20here", Reply(status=303, headers={"Location": "//other.example.org"}))
    others.reply("https://other.example.org/", Reply(b"there"))
    answer = get(others.web())
    assert (answer.url, answer.body) == ("https://other.example.org/", b"there")


def test_f5_a_hundred_redirects_end_after_five(others):
    others.reply(SOURCE, Reply(status=302, headers={"Location": SOURCE}))
    with pytest.raises(WebError, match="Crossref leads on more than 5 times"):
        get(others.web())
    assert len(others.asked) == 6


def endless(request):
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x" * 65536)


def test_f5_an_endless_body_is_left(others):
    others.reply(SOURCE, Reply(act=endless))
    with pytest.raises(WebError, match="Crossref's answer is longer than 2 MiB: it was not read"):
        get(others.web())


def drip(others, *headers):
    """A byte now and then: of the headers, or after them of a body with or without a length."""

    def act(request):
        if headers:
            request.send_response(200)
            for name, value in headers:
                request.send_header(name, value)
            request.end_headers()
        while not others.stopping.wait(0.05):
            request.wfile.write(b"H")

    return act


@pytest.mark.parametrize(
    "headers",
    [[], [("Content-Length", "1000")], [("Connection", "close")]],
    ids=["headers", "body", "body-without-length"],
)
def test_f5_a_byte_at_a_time_ends_at_the_deadline(others, headers):
    others.reply(SOURCE, Reply(act=drip(others, *headers)))
    begin = time.monotonic()
    with pytest.raises(WebError, match=r"Crossref did not answer within 0.4 s: try again later"):
        get(others.web(seconds=0.4))
    assert time.monotonic() - begin < 2


def test_f5_silence_ends_at_the_deadline(others):
    others.reply(SOURCE, Reply(act=lambda request: others.stopping.wait(5)))
    begin = time.monotonic()
    with pytest.raises(WebError, match="did not answer within 0.3 s"):
        get(others.web(seconds=0.3))
    assert time.monotonic() - begin < 2


def test_f5_a_server_that_never_shakes_hands_ends_at_the_deadline(others):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        web = others.web(resolve=lambda host, port: [mute.getsockname()], seconds=0.3)
        with pytest.raises(WebError, match="did not answer within 0.3 s"):
            get(web)


def test_f5_a_slow_name_lookup_ends_at_the_deadline(others):
    web = others.web(resolve=lambda host, port: others.stopping.wait(3) or [], seconds=0.3)
    begin = time.monotonic()
    with pytest.raises(WebError, match="did not answer within 0.3 s"):
        get(web)
    assert time.monotonic() - begin < 2


def test_f5_the_usual_deadline_is_ten_seconds():
    assert (http.SECONDS, http.BODY_LIMIT, http.MOST_REDIRECTS) == (10, 2 * 1024 * 1024, 5)


@pytest.mark.parametrize("layers", [1, 2])
def test_f5_a_gzip_bomb_is_left(others, layers):
    bomb = b"\0" * (50 * BODY_LIMIT)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    encoding = ", ".join(["gzip"] * layers)
    others.reply(SOURCE, Reply(bomb, headers={"Content-Encoding": encoding}))
    with pytest.raises(WebError, match="longer than 2 MiB"):
        get(others.web())


def test_compressed_bodies_are_read(others):
    others.reply(SOURCE, Reply(gzip.compress(b"[1, 2]"), headers={"Content-Encoding": "gzip"}))
    assert get(others.web()).json() == [1, 2]


def test_a_body_may_be_as_long_as_the_limit(others):
    others.reply(SOURCE, Reply(b"x" * BODY_LIMIT))
    assert len(get(others.web()).body) == BODY_LIMIT
    others.reply(SOURCE, Reply(b"x" * (BODY_LIMIT + 1)))
    with pytest.raises(WebError, match="longer than 2 MiB"):
        get(others.web())


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"title"', {"Content-Length": "500"}),
        (b"not gzip", {"Content-Encoding": "gzip"}),
        (b"zz\r\n", {"Transfer-Encoding": "chunked"}),
    ],
)
def test_f6_a_broken_body_is_a_message(others, body, headers):
    others.reply(SOURCE, Reply(body, headers=headers))
    with pytest.raises(WebError, match="Crossref broke off its answer: try again later"):
        get(others.web())


@pytest.mark.parametrize("body", [b"<!doctype html><title>Maintenance</title>", b"", b"\xff\xfe", b"[" * 100_000])
def test_f6_what_is_no_json_is_a_message(others, body):
    others.reply(SOURCE, Reply(body, headers={"Content-Type": "text/html; charset=utf-8"}))
    answer = get(others.web())
    with pytest.raises(WebError, match="Crossref answers text/html that is not JSON"):
        answer.json()


def test_half_characters_do_not_come_through(others):
    others.reply(SOURCE, Reply(b'{"title": "a\\ud800b\\ud83d\\ude00\\u00e9"}'))
    assert get(others.web()).json() == {"title": "a?b😀é"}


def test_a_busy_server_is_asked_again(others):
    others.reply(SOURCE, Reply(status=429, headers={"Retry-After": "2"}), Reply(status=503), Reply(b"{}"))
    assert get(others.web()).status == 200
    assert others.paused == [2.0, 1.5]


def test_a_date_to_retry_after_is_understood(others):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    others.reply(SOURCE, Reply(status=429, headers={"Retry-After": moment}), Reply(b"{}"))
    assert get(others.web()).status == 200
    assert 1 < others.paused[0] <= 3


@pytest.mark.parametrize(("wish", "words"), [("3600", "3600 s"), ("9" * 400, "999999 s")])
def test_a_server_that_wants_long_pauses_is_left(others, wish, words):
    others.reply(SOURCE, Reply(status=503, headers={"Retry-After": wish}), Reply(b"{}"))
    with pytest.raises(WebError, match=f"Crossref asks to wait {words}: try again later"):
        get(others.web())
    assert len(others.asked) == 1


def test_f7_a_server_that_stays_broken_is_a_message(others):
    others.reply(SOURCE, Reply(status=500))
    with pytest.raises(WebError, match="Crossref answers with error 500: try again later") as caught:
        get(others.web())
    assert (caught.value.status, len(others.asked)) == (500, 3)


def test_f7_a_server_that_is_down_is_a_message(others):
    web = others.web(resolve=lambda host, port: [("127.0.0.1", 1)])
    with pytest.raises(WebError, match=r"Crossref \(api.example.org\) cannot be reached: try again later"):
        get(web)
    assert others.paused == [0.5, 1.5]


def test_f7_a_name_nobody_knows_is_a_message(others):
    def resolve(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(WebError, match="cannot be reached"):
        get(others.web(resolve=resolve))


def test_the_next_address_is_tried_where_one_is_down(others):
    others.reply(SOURCE, Reply(b"{}"))
    web = others.web(resolve=lambda host, port: [("127.0.0.1", 1), ("127.0.0.1", others.ports[443])])
    assert get(web).status == 200


@pytest.mark.parametrize(("status", "words"), [(404, "does not know it"), (403, "answers with error 403")])
def test_a_final_answer_is_not_asked_for_again(others, status, words):
    others.reply(SOURCE, Reply(status=status))
    with pytest.raises(WebError, match=f"Crossref {words}") as caught:
        get(others.web())
    assert (caught.value.status, len(others.asked)) == (status, 1)


def test_a_host_must_prove_its_name(others):
    web = others.web()
    with pytest.raises(WebError, match="could not prove who it is"):
        web.get("https://impostor.example.org/", "Crossref", {"impostor.example.org"})
    with pytest.raises(WebError, match="could not prove who it is"):
        get(others.web(tls=None))  # its authority is not one that this machine trusts
    assert others.asked == []


def test_a_head_and_an_unread_body(others):
    others.reply("http://api.example.org/", Reply(b"x" * (3 * BODY_LIMIT)))
    question = Question("http://api.example.org", "The link", None, ("http", "https"), limit=0)
    answer = others.web().ask(question)
    assert (answer.status, answer.body) == (200, b"")
    answer = others.web().ask(Question(question.url, "The link", None, ("http",), method="HEAD"))
    assert (answer.status, answer.body, [asked.method for asked in others.asked]) == (200, b"", ["GET", "HEAD"])


def test_turns_are_spaced(others):
    web = others.web()
    for _ in range(3):
        web.take_turn("api.example.org", 3)
    web.take_turn("other.example.org", 3)
    assert [round(pause) for pause in others.paused] == [3, 6]


def test_f8_nothing_is_asked_where_the_switch_is_off(settings, no_sockets):
    settings.ONLINE_SOURCES = False
    with pytest.raises(WebError, match="ONLINE_SOURCES is off"):
        get(Web())
