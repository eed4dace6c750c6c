"""Other people's servers, played on this machine: HTTPS and HTTP on loopback, whatever the host is called."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

from labsite.lib.http import Web


@dataclass(frozen=True)
class Reply:
    """One answer. `act`, where given, writes to the connection instead."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Asked:
    method: str
    address: str
    headers: dict[str, str]


class OtherServers:
    """Answers by address, in the order given; the last answer of an address stays. All else is a 404."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []
        self.paused: list[float] = []
        self.ports: dict[int, int] = {}
        self.tls = ssl.create_default_context()
        self.stopping = threading.Event()

    def reply(self, address: str, *replies: Reply) -> None:
        """What `address` answers, with its scheme and without its query where that does not matter."""
        self.replies[address] = list(replies)

    def web(self, **options: Any) -> Web:
        """A client for which every host is one of these servers. Its pauses are noted, not waited for."""

        def resolve(host: str, port: int) -> list[tuple[str, int]]:
            return [("127.0.0.1", self.ports[port])]

        given = {"resolve": resolve, "allow_private": True, "tls": self.tls, "sleep": self.paused.append}
        return Web(**{**given, **options})

    def addresses(self) -> list[str]:
        return [asked.address for asked in self.asked]

    def next_reply(self, address: str) -> Reply:
        replies = self.replies.get(address) or self.replies.get(address.partition("?")[0]) or [Reply(status=404)]
        return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def serve(*hosts: str) -> Iterator[OtherServers]:
    """Runs the servers; TLS is for `hosts`."""
    others = OtherServers()
    authority = trustme.CA()
    authority.configure_trust(others.tls)
    servers = []
    for scheme, port in (("https", 443), ("http", 80)):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(others, scheme))
        server.daemon_threads, server.block_on_close = True, False
        if scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(*(hosts or ("nobody.example.org",))).configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        others.ports[port] = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
    try:
        yield others
    finally:
        others.stopping.set()
        for server in servers:
            server.shutdown()
            server.server_close()


def handler(others: OtherServers, scheme: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            address = f"{scheme}://{self.headers['Host']}{self.path}"
            others.asked.append(Asked(self.command, address, {key.lower(): each for key, each in self.headers.items()}))
            reply = others.next_reply(address)
            if reply.act:
                reply.act(self)
                return
            self.send_response(reply.status)
            headers = {"Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_HEAD = answer

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the client went away, as some tests want
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    return Handler
