"""A real server process as it stands in production: bytes that no client of Django's would send (D1, D6 to D14)."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from labsite.headers import PERMISSIONS, POLICY, REPEATED
from labsite.tests.members import PASSWORD
from labsite.tests.serving import granian
from labsite.tests.test_page_cache_workers import shared_database  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]

HOST = "lab.example.org"
SECURE = "X-Forwarded-Proto: https"


class Answer:
    def __init__(self, received: bytes) -> None:
        head, _, self.body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers: dict[str, str] = {}
        self.cookies: list[str] = []
        for line in lines:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                self.cookies.append(value.strip())
            self.headers[name.lower()] = value.strip()


def send(port: int, request: bytes) -> Answer:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65_536):
            received += part
    return Answer(received)


def ask(
    port: int, target: str, *more: str, method: str = "GET", hosts: tuple[str, ...] = (HOST,), body: str = ""
) -> Answer:
    lines = [f"{method} {target} HTTP/1.1", *(f"Host: {host}" for host in hosts), *more, SECURE, "Connection: close"]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return send(port, ("\r\n".join(lines) + f"\r\n\r\n{body}").encode("latin-1"))


@pytest.fixture
def port(shared_database, tmp_path):  # noqa: F811
    # Pages need the static files of a served site; what is asked here does not, and “/nowhere/” fails for lack of them.
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "quiet.css").write_text("body { color: black }")
    (tmp_path / "labsite.sqlite3").write_text("secret")
    environment = {
        "DEBUG": "off", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": f"{HOST},127.0.0.1", "BEHIND_PROXY": "on",
        "HTTPS": "on", "DATABASE_URL": shared_database, "LABSITE_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    with granian(1, **environment) as (port, _):
        yield port


def test_a_server_answers_strangers(port, settings):
    """One server for all, because each takes seconds to start."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # one that the server knows
    check_headers(port)
    check_hosts(port)
    check_methods(port)
    check_paths(port)
    check_odd_requests(port)
    check_cookies(port)


def check_hosts(port: int) -> None:
    for hosts in [
        (HOST, "evil.example"),
        ("evil.example", HOST),
        (HOST, HOST),
        (),
        ("evil.example",),
        (f"{HOST}.evil",),
    ]:
        for target in ("/robots.txt", "/healthz", "/people/"):
            answer = ask(port, target, hosts=hosts)
            assert answer.status == 400, (hosts, target)
            assert b"evil" not in answer.body
    for header in ("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"):
        answer = ask(port, "/robots.txt", header)
        assert (answer.status, b"evil" in answer.body) == (200, False)
    assert b"evil" not in ask(port, "https://evil.example/robots.txt").body


def check_headers(port: int) -> None:
    """On what the page cache keeps and repeats, on files, redirects and errors; HSTS everywhere, since all is TLS."""
    kept = ask(port, "/robots.txt")
    file = ask(port, "/static/quiet.css")
    answers = {
        200: [kept, ask(port, "/robots.txt"), file, ask(port, "/api/v1/people/"), ask(port, "/theme.css")],
        302: [ask(port, "/my/")],
        304: [
            ask(port, "/robots.txt", f"If-None-Match: {kept.headers['etag']}"),
            ask(port, "/static/quiet.css", f"If-Modified-Since: {file.headers['last-modified']}"),
        ],
        400: [ask(port, "/", hosts=("evil.example",))],
        405: [ask(port, "/people/", method="PUT")],
        500: [ask(port, "/nowhere/")],
    }  # fmt: skip
    for status, given in answers.items():
        for answer in given:
            assert answer.status == status
            assert answer.headers["permissions-policy"] == PERMISSIONS
            assert "default-src 'none'" in answer.headers[POLICY.lower()]
            repeated = {name.lower() for name in REPEATED} - {"access-control-allow-origin"}  # of feeds alone
            assert repeated - answer.headers.keys() == set(), status
            assert "max-age=31536000" in answer.headers["strict-transport-security"]
            told = answer.body + str(answer.headers).encode()
            assert not any(word in told for word in (b"Traceback", b"Django", b"Python", b"site-packages"))
    assert {answer.headers.get("server-timing") for answer in answers[200][:2]} == {"cache;desc=miss", "cache;desc=hit"}


def check_methods(port: int) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "FOO", "PROPFIND"):
        for target in ("/people/", "/static/quiet.css", "/my/", "/admin/", "/media/"):
            assert ask(port, target, method=method).status == 405, (method, target)
    assert b"X-Secret" not in ask(port, "/robots.txt", "X-Secret: 1", method="TRACE").body


def check_paths(port: int) -> None:
    for target in (
        "/media/../labsite.sqlite3", "/static/../labsite.sqlite3", "/static/%2e%2e/labsite.sqlite3",
        "/static/..%2flabsite.sqlite3", "/static/..%5clabsite.sqlite3", "/static//etc/passwd", "/.git/HEAD", "/.env",
        "/labsite.sqlite3", "/static/../../etc/passwd", "/media/%2e%2e%2flabsite.sqlite3",
    ):  # fmt: skip
        answer = ask(port, target)
        # Found nowhere, which is a page that this server has no style sheets for.
        assert answer.status in (404, 500), target
        assert b"secret" not in answer.body and b"root:" not in answer.body


def check_odd_requests(port: int) -> None:
    for target, more, statuses in [
        ("/robots.txt", ("X: " + "a" * 9_000,), (200, 431)),
        ("/robots.txt", ("X: " + "a" * 200_000,), (200, 400, 431)),
        ("/robots.txt", tuple(f"X{number}: a" for number in range(300)), (200, 400, 431)),
        ("/robots.txt?" + "a" * 60_000, (), (200, 414)),
        ("/" + "a" * 70_000, (), (404, 414, 500)),
        ("/robots.txt?\x00", (), (200, 400)),
        ("/robots.txt?\xff", (), (200, 400)),
        ("/robots.txt?%00=%ff", (), (200,)),
        ("/api/v1/publications/?year=%d9%a2%d9%a0%d9%a2%d9%a4", (), (200, 400, 422)),
        ("/api/v1/publications/?cursor=" + "9" * 5_000, (), (400, 422)),
        ("/oai?verb=Identify", ("Content-Length: -5",), (400,)),
        ("/oai?verb=Identify", ("Content-Length: 5", "Content-Length: 6"), (400,)),
        ("/robots.txt", ("Accept-Encoding: " + ",".join(["gzip"] * 500),), (200,)),
    ]:
        assert ask(port, target, *more).status in statuses, (target[:40], more[:1])
    for garbage in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        assert send(port, garbage).status == 400
    assert ask(port, "/robots.txt").status == 200


def check_cookies(port: int) -> None:
    """Both are bound to this host, over TLS, and no script reads them."""
    user: User = get_user_model().objects.create_user("ada", password=PASSWORD)
    assert user.pk
    shown = ask(port, "/oai?verb=Identify")
    assert shown.cookies == []
    token = "a" * 32
    body = f"username=ada&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={token}"
    cookie, referer = f"Cookie: __Host-csrftoken={token}", f"Referer: https://{HOST}/login/"
    signed_in = ask(port, "/login/", cookie, referer, method="POST", body=body)
    assert signed_in.status == 302
    assert {each.partition("=")[0] for each in signed_in.cookies} == {"__Host-csrftoken", "__Host-sessionid"}
    for each in signed_in.cookies:
        parts = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in each.split(";")}
        assert {"secure", "httponly"} <= parts.keys() and parts["path"] == "/" and parts["samesite"] == "Lax"
        assert "domain" not in parts
    # The name without its prefix, as another host of the domain could set it, is nobody's.
    session = next(each for each in signed_in.cookies if "sessionid" in each).partition(";")[0].partition("=")[2]
    assert ask(port, "/my/", f"Cookie: sessionid={session}").status == 302
    assert ask(port, "/my/", f"Cookie: __Host-sessionid={session}").status != 302
